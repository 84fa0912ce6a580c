//! The catalogue: all of it as one document.

use axum::{Json, http::header, response::IntoResponse};
use model::{Api, Plan, problem::ProblemDocument};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{
    edge::{Asked, Text},
    identity::ActingAs,
    problem::Answer,
};

/// Whether to carry it out.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApplyQuery {
    /// Only say what would change.
    dry_run: bool,
}

/// The catalogue as YAML, as it is applied.
#[utoipa::path(
    get, path = "/api/v1/catalogue", tag = "catalogue",
    responses((status = 200, content_type = "application/yaml", body = serde_json::Value))
)]
pub async fn export(ActingAs(api): ActingAs) -> Answer<impl IntoResponse> {
    Ok(([(header::CONTENT_TYPE, "application/yaml")], api.export_catalogue().await?))
}

/// Plans and carries out a catalogue (YAML or JSON): replaces exactly the things of its name, in one transaction.
#[utoipa::path(
    post, path = "/api/v1/catalogue", tag = "catalogue", params(ApplyQuery),
    request_body(content = String, content_type = "application/yaml"),
    responses((status = 200, body = Plan), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn apply(
    ActingAs(api): ActingAs,
    Asked(query): Asked<ApplyQuery>,
    Text(document): Text,
) -> Answer<Json<Plan>> {
    Ok(Json(api.apply_catalogue(&document, query.dry_run).await?))
}
