//! The demo's servers, which a visitor may stop and start. Without `--demo` there are none.

use axum::http::StatusCode;
use model::{Api, Fault, Problem, Slug, problem::ProblemDocument};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// What is wished of a server.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// Whether it should run.
    running: bool,
}

/// Stops or starts one of the demo's real servers.
#[utoipa::path(
    post, path = "/api/v1/demo/servers/{system}", tag = "server", params(("system" = String, Path)), request_body = Wish,
    responses((status = 204), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn set(ActingAs(api): ActingAs, Named(system): Named<Slug>, Told(body): Told) -> Answer<StatusCode> {
    let wish: Wish = serde_json::from_value(body)
        .map_err(|why| Problem::invalid(vec![Fault::at("running", why.to_string()).allowed("true or false")]))?;
    api.demo_server(system, wish.running).await?;
    Ok(StatusCode::NO_CONTENT)
}
