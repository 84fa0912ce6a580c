//! Integrations: directed flows from one system to another.

use axum::{Json, http::StatusCode};
use model::{
    Api, IntegrationDetail, IntegrationRow, IntegrationSpec, IntegrationsQuery, Page, Slug, problem::ProblemDocument,
};

use crate::http::{
    edge::{Asked, Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// Integrations with their four answers, filtered and sorted.
#[utoipa::path(
    get, path = "/api/v1/integrations", tag = "integrations", params(IntegrationsQuery),
    responses((status = 200, body = Page<IntegrationRow>), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn list(
    ActingAs(api): ActingAs,
    Asked(query): Asked<IntegrationsQuery>,
) -> Answer<Json<Page<IntegrationRow>>> {
    Ok(Json(api.integrations(query).await?))
}

/// A new integration, with its probes. Systems that it names and that are not known yet are made.
#[utoipa::path(
    post, path = "/api/v1/integrations", tag = "integrations", request_body = IntegrationSpec,
    responses((status = 201, body = IntegrationDetail), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn create(ActingAs(api): ActingAs, Told(body): Told) -> Answer<(StatusCode, Json<IntegrationDetail>)> {
    Ok((StatusCode::CREATED, Json(api.create_integration(body).await?)))
}

/// One integration: level, reasons, answers, probes, days, hours.
#[utoipa::path(
    get, path = "/api/v1/integrations/{slug}", tag = "integrations", params(("slug" = String, Path)),
    responses((status = 200, body = IntegrationDetail), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn get(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<Json<IntegrationDetail>> {
    Ok(Json(api.integration(slug).await?))
}

/// Changes an integration: the fields given replace, `null` clears; `probes`, if given, replaces all of them.
#[utoipa::path(
    patch, path = "/api/v1/integrations/{slug}", tag = "integrations", params(("slug" = String, Path)),
    request_body = IntegrationSpec,
    responses((status = 200, body = IntegrationDetail), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn change(
    ActingAs(api): ActingAs,
    Named(slug): Named<Slug>,
    Told(body): Told,
) -> Answer<Json<IntegrationDetail>> {
    Ok(Json(api.change_integration(slug, body).await?))
}

/// Retires an integration; its history stays.
#[utoipa::path(
    delete, path = "/api/v1/integrations/{slug}", tag = "integrations", params(("slug" = String, Path)),
    responses((status = 204), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn delete(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<StatusCode> {
    api.delete_integration(slug).await?;
    Ok(StatusCode::NO_CONTENT)
}
