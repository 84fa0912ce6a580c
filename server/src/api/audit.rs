//! The audit: who did what, when, from where, before and after.

use axum::{Json, body::Body, http::header, response::IntoResponse};
use futures::stream;
use model::{Api, AuditEntry, Page, Problem, api::AuditQuery, problem::ProblemDocument};

use crate::http::{edge::Asked, identity::ActingAs, problem::Answer};

/// Entries that are read at once for the export.
const AT_ONCE: u32 = 1_000;

/// Entries, newest first, filtered.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = Page<AuditEntry>), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn list(ActingAs(api): ActingAs, Asked(query): Asked<AuditQuery>) -> Answer<Json<Page<AuditEntry>>> {
    Ok(Json(api.audit(query).await?))
}

/// The same, all of it: newest first, an entry of JSON a line.
#[utoipa::path(
    get, path = "/api/v1/audit/export", tag = "audit", params(AuditQuery),
    responses((status = 200, content_type = "application/x-ndjson", body = String), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn export(ActingAs(api): ActingAs, Asked(query): Asked<AuditQuery>) -> Answer<impl IntoResponse> {
    let query = AuditQuery { limit: Some(AT_ONCE), ..query };
    // The first page is asked for before anything is answered, so that a wrong question is told as a problem.
    let first = api.audit(query.clone()).await?;
    let pages = stream::try_unfold(Some(first), move |page| {
        let (api, query) = (api.clone(), query.clone());
        async move {
            let Some(Page { items, next_cursor }) = page else { return Ok(None) };
            let next = match next_cursor {
                Some(cursor) => Some(api.audit(AuditQuery { cursor: Some(cursor), ..query }).await?),
                None => None,
            };
            Ok::<_, Problem>(Some((lines(&items), next)))
        }
    });
    // What breaks off in between breaks the answer off too, so that a part is never taken for the whole.
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"bridgewatch-audit.ndjson\""),
    ];
    Ok((headers, Body::from_stream(pages)))
}

fn lines(entries: &[AuditEntry]) -> String {
    entries
        .iter()
        .filter_map(|entry| serde_json::to_string(entry).ok())
        .fold(String::new(), |all, line| all + &line + "\n")
}
