//! Pings: how a job says that it has begun, is done, or failed. Any client can send them, so the path says it all: its key is a
//! permission by itself, and nobody has to be signed in.

use axum::{
    extract::State,
    http::{HeaderName, StatusCode},
    response::IntoResponse,
    routing::get,
};
use model::{Api, Caller, Problem, ProblemKind, api::PingKind};
use utoipa_axum::router::OpenApiRouter;

use crate::http::{Door, edge::Named, problem::Answer};

/// `/ping/{key}`, `/ping/{key}/start`, `/ping/{key}/fail`, `/ping/{key}/{exit-status}`; GET, HEAD or POST.
pub fn router() -> OpenApiRouter<Door> {
    OpenApiRouter::new().route("/ping/{key}", get(done).post(done)).route("/ping/{key}/{what}", get(other).post(other))
}

async fn done(State(door): State<Door>, Named(key): Named<String>) -> Answer<impl IntoResponse> {
    door.service.acting_as(Caller::Nobody).ping(&key, PingKind::Done).await?;
    Ok(taken())
}

async fn other(State(door): State<Door>, Named((key, what)): Named<(String, String)>) -> Answer<impl IntoResponse> {
    let kind = match what.as_str() {
        "start" => PingKind::Start,
        "fail" => PingKind::Fail,
        status => PingKind::ExitStatus(status.parse().map_err(|_| {
            Problem::new(ProblemKind::Malformed, format!("`{status}` is no exit status: use start, fail, or 0 to 255."))
        })?),
    };
    door.service.acting_as(Caller::Nobody).ping(&key, kind).await?;
    Ok(taken())
}

fn taken() -> impl IntoResponse {
    (StatusCode::OK, [(HeaderName::from_static("access-control-allow-origin"), "*")], "OK")
}
