//! The longest that a request may take.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Problem, ProblemKind};
use tokio::time::timeout;

use super::problem::Refusal;

/// Gives a request up that takes longer than this, be it that its body never ends.
pub async fn keep(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    timeout(limit, next.run(request)).await.unwrap_or_else(|_elapsed| {
        let detail = format!(
            "This took longer than {} s and was given up: look whether it was done before you send it again.",
            limit.as_secs_f64()
        );
        Refusal(Problem::new(ProblemKind::Unavailable, detail)).into_response()
    })
}
