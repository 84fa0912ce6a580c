//! Systems: what is at the ends.

use axum::{Json, http::StatusCode};
use model::{Api, Page, Slug, System, SystemSpec, problem::ProblemDocument};

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// Every system, by name.
#[utoipa::path(get, path = "/api/v1/systems", tag = "systems", responses((status = 200, body = Page<System>)))]
pub async fn list(ActingAs(api): ActingAs) -> Answer<Json<Page<System>>> {
    Ok(Json(api.systems().await?))
}

/// A new system.
#[utoipa::path(
    post, path = "/api/v1/systems", tag = "systems", request_body = SystemSpec,
    responses((status = 201, body = System), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn create(ActingAs(api): ActingAs, Told(body): Told) -> Answer<(StatusCode, Json<System>)> {
    Ok((StatusCode::CREATED, Json(api.create_system(body).await?)))
}

/// One system.
#[utoipa::path(
    get, path = "/api/v1/systems/{slug}", tag = "systems", params(("slug" = String, Path)),
    responses((status = 200, body = System), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn get(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<Json<System>> {
    Ok(Json(api.system(slug).await?))
}

/// Changes a system: the fields given replace, `null` clears.
#[utoipa::path(
    patch, path = "/api/v1/systems/{slug}", tag = "systems", params(("slug" = String, Path)), request_body = SystemSpec,
    responses((status = 200, body = System), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn change(ActingAs(api): ActingAs, Named(slug): Named<Slug>, Told(body): Told) -> Answer<Json<System>> {
    Ok(Json(api.change_system(slug, body).await?))
}

/// Retires a system that no integration uses.
#[utoipa::path(
    delete, path = "/api/v1/systems/{slug}", tag = "systems", params(("slug" = String, Path)),
    responses((status = 204), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn delete(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<StatusCode> {
    api.delete_system(slug).await?;
    Ok(StatusCode::NO_CONTENT)
}
