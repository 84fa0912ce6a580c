//! Pausing, muting and acknowledging an integration or one of its probes.

use axum::Json;
use model::{Api, Handling, HandlingAct, Slug, problem::ProblemDocument};

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// Pauses, mutes or acknowledges an integration, or takes that back; answers what holds. To pause and to resume take an engineer.
#[utoipa::path(
    post, path = "/api/v1/integrations/{slug}/handling", tag = "integrations", params(("slug" = String, Path)),
    request_body = HandlingAct,
    responses((status = 200, body = Handling), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "There is no trouble that could be acknowledged", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn integration(
    ActingAs(api): ActingAs,
    Named(slug): Named<Slug>,
    Told(body): Told,
) -> Answer<Json<Handling>> {
    Ok(Json(api.handle_integration(slug, body).await?))
}

/// Pauses, mutes or acknowledges one probe, or takes that back; answers what holds. To pause and to resume take an engineer.
#[utoipa::path(
    post, path = "/api/v1/integrations/{slug}/probes/{probe}/handling", tag = "probes",
    params(("slug" = String, Path), ("probe" = String, Path)), request_body = HandlingAct,
    responses((status = 200, body = Handling), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "There is no trouble that could be acknowledged", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn probe(
    ActingAs(api): ActingAs,
    Named((slug, probe)): Named<(Slug, Slug)>,
    Told(body): Told,
) -> Answer<Json<Handling>> {
    Ok(Json(api.handle_probe(slug, probe, body).await?))
}
