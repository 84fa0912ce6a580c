//! Secrets: values go in and never come out.

use axum::{Json, http::StatusCode};
use model::{Api, Page, SecretView, problem::ProblemDocument};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// What to keep. It is read by the service; this is for the document.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct SecretValue {
    /// The value, 8 bytes at least: shorter ones could not be kept out of what comes back. It is sealed before it is kept.
    value: String,
    /// Hosts that it may be sent to: `erp.example.com`, or `*.example.com` for every one below, or `*` for any. Needed of a new
    /// one; left out, one that is there keeps those that it had.
    hosts: Option<Vec<String>>,
}

/// Every secret by name, with the probes that use it; no values.
#[utoipa::path(get, path = "/api/v1/secrets", tag = "secrets", responses((status = 200, body = Page<SecretView>)))]
pub async fn list(ActingAs(api): ActingAs) -> Answer<Json<Page<SecretView>>> {
    Ok(Json(api.secrets().await?))
}

/// Keeps a value under a name, in the place of the one before if there is one.
#[utoipa::path(
    put, path = "/api/v1/secrets/{name}", tag = "secrets", params(("name" = String, Path)), request_body = SecretValue,
    responses((status = 200, body = SecretView), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn put(ActingAs(api): ActingAs, Named(name): Named<String>, Told(body): Told) -> Answer<Json<SecretView>> {
    Ok(Json(api.put_secret(&name, body).await?))
}

/// Removes a secret that nothing names any more.
#[utoipa::path(
    delete, path = "/api/v1/secrets/{name}", tag = "secrets", params(("name" = String, Path)),
    responses((status = 204), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn delete(ActingAs(api): ActingAs, Named(name): Named<String>) -> Answer<StatusCode> {
    api.delete_secret(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}
