//! The form that tries a channel: its page shows what the other side said.

use app::visitor::Made;
use axum::{Router, extract::State, response::Response, routing::post};
use model::{Api, Slug};

use super::{Form, Refused};
use crate::http::{Door, edge::Named};

const PAGE: &str = "/channels";

/// Its route.
pub(super) fn router() -> Router<Door> {
    Router::new().route("/channels/{name}/test", post(test))
}

async fn test(State(door): State<Door>, Named(channel): Named<Slug>, form: Form) -> Response {
    match door.service.acting_as(form.caller.clone()).test_channel(channel.clone()).await {
        Ok(answer) => form.made(&door, PAGE, Made::Tested { channel, answer }).await,
        Err(problem) => form.refused(&door, PAGE, Refused::Problem(problem)).await,
    }
}
