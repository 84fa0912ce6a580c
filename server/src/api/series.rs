//! Roll-ups of an integration, as numbers and as a picture.

use axum::{Json, http::header, response::IntoResponse};
use model::{
    Api, Series, SeriesQuery, Slug,
    problem::ProblemDocument,
    views::{ChartKind, ChartQuery},
};

use crate::http::{
    edge::{Asked, Named},
    identity::ActingAs,
    problem::Answer,
};

/// Counts per outcome, p50, p95 and p99 per bucket.
#[utoipa::path(
    get, path = "/api/v1/integrations/{slug}/series", tag = "integrations", params(("slug" = String, Path), SeriesQuery),
    responses((status = 200, body = Series), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn series(
    ActingAs(api): ActingAs,
    Named(slug): Named<Slug>,
    Asked(query): Asked<SeriesQuery>,
) -> Answer<Json<Series>> {
    Ok(Json(api.series(slug, query).await?))
}

/// The same drawn as SVG: `latency`, `error_rate`, or a measure by its name.
#[utoipa::path(
    get, path = "/api/v1/integrations/{slug}/charts/{chart}", tag = "integrations",
    params(("slug" = String, Path), ("chart" = String, Path), SeriesQuery),
    responses((status = 200, content_type = "image/svg+xml", body = String), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn chart(
    ActingAs(api): ActingAs,
    Named((slug, chart)): Named<(Slug, String)>,
    Asked(series): Asked<SeriesQuery>,
) -> Answer<impl IntoResponse> {
    let query = match chart.parse() {
        Ok(kind) if kind != ChartKind::Measure => ChartQuery { kind, measure: None, series },
        _ => ChartQuery { kind: ChartKind::Measure, measure: Some(chart), series },
    };
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], api.chart(slug, query).await?))
}
