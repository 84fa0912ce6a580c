//! Whether this server lives and is ready.

use axum::{extract::State, http::StatusCode};

use crate::http::Door;

/// It lives.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, body = String)))]
pub async fn alive() -> &'static str {
    "ok"
}

/// It is ready: not ending, its engine whole. 503 with the reason if not.
#[utoipa::path(
    get, path = "/readyz", tag = "server",
    responses((status = 200, body = String), (status = 503, description = "Not ready, and why", body = String))
)]
pub async fn ready(State(door): State<Door>) -> (StatusCode, String) {
    if door.ending.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "ending".to_owned());
    }
    match door.engine.failed() {
        Some(task) => (StatusCode::SERVICE_UNAVAILABLE, format!("the engine is not whole: {task}")),
        None => (StatusCode::OK, "ready".to_owned()),
    }
}
