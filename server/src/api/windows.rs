//! Maintenance windows and change freezes: when a part of the landscape is let alone.

use axum::{Json, http::StatusCode};
use model::{Api, Page, Slug, WindowSpec, WindowView, problem::ProblemDocument};

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// Every window: those that are open, then by when they open next.
#[utoipa::path(get, path = "/api/v1/windows", tag = "windows", responses((status = 200, body = Page<WindowView>)))]
pub async fn list(ActingAs(api): ActingAs) -> Answer<Json<Page<WindowView>>> {
    Ok(Json(api.windows().await?))
}

/// A new window. While it is open, failures of what it is over are recorded and do not count.
#[utoipa::path(
    post, path = "/api/v1/windows", tag = "windows", request_body = WindowSpec,
    responses((status = 201, body = WindowView), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn create(ActingAs(api): ActingAs, Told(body): Told) -> Answer<(StatusCode, Json<WindowView>)> {
    Ok((StatusCode::CREATED, Json(api.create_window(body).await?)))
}

/// One window, when it is open and when it opens next.
#[utoipa::path(
    get, path = "/api/v1/windows/{slug}", tag = "windows", params(("slug" = String, Path)),
    responses((status = 200, body = WindowView), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn get(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<Json<WindowView>> {
    Ok(Json(api.window(slug).await?))
}

/// Another window in the place of one that was made by hand: all of its fields; only the slug may be left out, and stays.
#[utoipa::path(
    put, path = "/api/v1/windows/{slug}", tag = "windows", params(("slug" = String, Path)), request_body = WindowSpec,
    responses((status = 200, body = WindowView), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn change(ActingAs(api): ActingAs, Named(slug): Named<Slug>, Told(body): Told) -> Answer<Json<WindowView>> {
    Ok(Json(api.change_window(slug, body).await?))
}

/// Retires a window that was made by hand: from now on failures count again.
#[utoipa::path(
    delete, path = "/api/v1/windows/{slug}", tag = "windows", params(("slug" = String, Path)),
    responses((status = 204), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn delete(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<StatusCode> {
    api.delete_window(slug).await?;
    Ok(StatusCode::NO_CONTENT)
}
