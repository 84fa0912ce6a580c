//! Probes: scheduled active questions to an integration.

use axum::{Json, http::StatusCode};
use model::{Api, Page, Probe, ProbeSpec, ProbeStanding, Run, Slug, problem::ProblemDocument, views::TryProbe};

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// The probes of an integration, and how each is.
#[utoipa::path(
    get, path = "/api/v1/integrations/{slug}/probes", tag = "probes", params(("slug" = String, Path)),
    responses((status = 200, body = Page<ProbeStanding>), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn list(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<Json<Page<ProbeStanding>>> {
    Ok(Json(api.probes(slug).await?))
}

/// A new probe.
#[utoipa::path(
    post, path = "/api/v1/integrations/{slug}/probes", tag = "probes", params(("slug" = String, Path)),
    request_body = ProbeSpec,
    responses((status = 201, body = Probe), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn create(
    ActingAs(api): ActingAs,
    Named(slug): Named<Slug>,
    Told(body): Told,
) -> Answer<(StatusCode, Json<Probe>)> {
    Ok((StatusCode::CREATED, Json(api.create_probe(slug, body).await?)))
}

/// One probe, and how it is.
#[utoipa::path(
    get, path = "/api/v1/integrations/{slug}/probes/{probe}", tag = "probes",
    params(("slug" = String, Path), ("probe" = String, Path)),
    responses((status = 200, body = ProbeStanding), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn get(ActingAs(api): ActingAs, Named((slug, probe)): Named<(Slug, Slug)>) -> Answer<Json<ProbeStanding>> {
    Ok(Json(api.probe(slug, probe).await?))
}

/// Changes a probe: the fields given replace, `null` clears.
#[utoipa::path(
    patch, path = "/api/v1/integrations/{slug}/probes/{probe}", tag = "probes",
    params(("slug" = String, Path), ("probe" = String, Path)), request_body = ProbeSpec,
    responses((status = 200, body = Probe), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn change(
    ActingAs(api): ActingAs,
    Named((slug, probe)): Named<(Slug, Slug)>,
    Told(body): Told,
) -> Answer<Json<Probe>> {
    Ok(Json(api.change_probe(slug, probe, body).await?))
}

/// Removes a probe; its runs stay.
#[utoipa::path(
    delete, path = "/api/v1/integrations/{slug}/probes/{probe}", tag = "probes",
    params(("slug" = String, Path), ("probe" = String, Path)),
    responses((status = 204), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn delete(ActingAs(api): ActingAs, Named((slug, probe)): Named<(Slug, Slug)>) -> Answer<StatusCode> {
    api.delete_probe(slug, probe).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks now, out of turn; the run is recorded and answered.
#[utoipa::path(
    post, path = "/api/v1/integrations/{slug}/probes/{probe}/run", tag = "probes",
    params(("slug" = String, Path), ("probe" = String, Path)),
    responses((status = 200, body = Run), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn run(ActingAs(api): ActingAs, Named((slug, probe)): Named<(Slug, Slug)>) -> Answer<Json<Run>> {
    Ok(Json(api.run_probe(slug, probe).await?))
}

/// Tries a probe before it is saved: asks now, stores nothing, answers what the run would be.
#[utoipa::path(
    post, path = "/api/v1/probes/try", tag = "probes", request_body = TryProbe,
    responses((status = 200, body = Run), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn try_out(ActingAs(api): ActingAs, Told(body): Told) -> Answer<Json<Run>> {
    Ok(Json(api.try_probe(body).await?))
}
