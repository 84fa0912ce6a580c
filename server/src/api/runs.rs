//! Runs: what happened.

use axum::{Json, http::StatusCode};
use model::{Api, Page, Receipt, RunDetail, RunId, RunRow, RunsQuery, SentRun, Slug, problem::ProblemDocument};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{
    edge::{Asked, Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// The answer to sent runs, in the order given.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipts {
    /// One a run.
    pub items: Vec<Receipt>,
}

/// Takes in one run or an array of up to 1,000, all or nothing. Answered after the commit: 201 if any is new, 200 if all were
/// there already. Sending the same external id with other content is a 409.
#[utoipa::path(
    post, path = "/api/v1/integrations/{slug}/runs", tag = "runs", params(("slug" = String, Path)),
    request_body(content = SentRun, description = "One run, or an array of them"),
    responses((status = 201, body = Receipts), (status = 200, body = Receipts), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Not stored; send it again", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn send(
    ActingAs(api): ActingAs,
    Named(slug): Named<Slug>,
    Told(body): Told,
) -> Answer<(StatusCode, Json<Receipts>)> {
    let items = api.send_runs(slug, body).await?;
    let status = if items.iter().any(|receipt| receipt.created) { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Receipts { items })))
}

/// Runs, newest first.
#[utoipa::path(
    get, path = "/api/v1/runs", tag = "runs", params(RunsQuery),
    responses((status = 200, body = Page<RunRow>), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn list(ActingAs(api): ActingAs, Asked(query): Asked<RunsQuery>) -> Answer<Json<Page<RunRow>>> {
    Ok(Json(api.runs(query).await?))
}

/// One run: phases, assertions with both sides, request and response, the last good run and what differs.
#[utoipa::path(
    get, path = "/api/v1/runs/{id}", tag = "runs", params(("id" = String, Path)),
    responses((status = 200, body = RunDetail), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn get(ActingAs(api): ActingAs, Named(id): Named<RunId>) -> Answer<Json<RunDetail>> {
    Ok(Json(api.run(id).await?))
}
