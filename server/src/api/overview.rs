//! How the bridges stand.

use axum::Json;
use model::{
    Api,
    overview::{Overview, OverviewQuery},
    problem::ProblemDocument,
};

use crate::http::{edge::Asked, identity::ActingAs, problem::Answer};

/// How the bridges stand, worst first.
#[utoipa::path(
    get, path = "/api/v1/overview", tag = "overview", params(OverviewQuery),
    responses((status = 200, body = Overview), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn overview(ActingAs(api): ActingAs, Asked(query): Asked<OverviewQuery>) -> Answer<Json<Overview>> {
    Ok(Json(api.overview(query).await?))
}
