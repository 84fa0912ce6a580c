//! A [`Problem`] as an answer: `application/problem+json`, RFC 9457.

use axum::{
    Json,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::{Problem, ProblemKind, problem::ProblemDocument};

/// Wraps a problem so that a handler can answer it with `?`.
#[derive(Debug)]
pub struct Refusal(pub Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if self.0.kind == ProblemKind::Internal {
            tracing::error!(detail = self.0.detail, "a request failed");
        }
        let status = StatusCode::from_u16(self.0.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Json(ProblemDocument::from(self.0));
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}

/// Answers a method that this address does not take.
pub async fn method_not_allowed(method: Method) -> Refusal {
    Refusal(not_by(&method))
}

/// This address does not take that method.
pub fn not_by(method: &Method) -> Problem {
    let detail = format!("This address does not take {method}. The API's document is at /api/openapi.json.");
    Problem::new(ProblemKind::MethodNotAllowed, detail)
}

/// What a handler answers.
pub type Answer<T> = Result<T, Refusal>;
