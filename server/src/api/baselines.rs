//! Baselines: the human effort that one unit of work took before.

use axum::{Json, http::StatusCode};
use model::{Api, Baseline, BaselineSpec, Page, Slug, problem::ProblemDocument};

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// Every version, newest first.
#[utoipa::path(
    get, path = "/api/v1/integrations/{slug}/baselines", tag = "integrations", params(("slug" = String, Path)),
    responses((status = 200, body = Page<Baseline>), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn list(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<Json<Page<Baseline>>> {
    Ok(Json(api.baselines(slug).await?))
}

/// A new version. The ones before stay as they are: figures of the past use the baseline of their day.
#[utoipa::path(
    post, path = "/api/v1/integrations/{slug}/baselines", tag = "integrations", params(("slug" = String, Path)),
    request_body = BaselineSpec,
    responses((status = 201, body = Baseline), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn add(
    ActingAs(api): ActingAs,
    Named(slug): Named<Slug>,
    Told(body): Told,
) -> Answer<(StatusCode, Json<Baseline>)> {
    Ok((StatusCode::CREATED, Json(api.add_baseline(slug, body).await?)))
}
