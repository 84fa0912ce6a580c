//! People: who may sign in, what they may do and see.

use axum::{Json, http::StatusCode};
use model::{
    Api, Page, Person, PersonId, PersonState, Role, Scope, SessionView, api::NewLink, problem::ProblemDocument,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// Whom to invite. It is read field by field by the service; this is for the document.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Invitation {
    /// What they sign in with.
    email: String,
    /// What they are called; the address if absent.
    name: Option<String>,
    /// What they may do.
    role: Role,
    /// What they see; everything if absent.
    scope: Option<Scope>,
}

/// What to change of a person; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct PersonChange {
    /// What they are called.
    name: Option<String>,
    /// What they may do.
    role: Option<Role>,
    /// What they see.
    scope: Option<Scope>,
    /// `active`, or `disabled`: they may not sign in, and their sessions and tokens end.
    state: Option<PersonState>,
}

/// Everybody, by email.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", responses((status = 200, body = Page<Person>)))]
pub async fn list(ActingAs(api): ActingAs) -> Answer<Json<Page<Person>>> {
    Ok(Json(api.people().await?))
}

/// Invites a person. The answer holds the link that they choose their password with; it is shown this once.
#[utoipa::path(
    post, path = "/api/v1/people", tag = "people", request_body = Invitation,
    responses((status = 201, body = NewLink), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn invite(ActingAs(api): ActingAs, Told(body): Told) -> Answer<(StatusCode, Json<NewLink>)> {
    Ok((StatusCode::CREATED, Json(api.invite(body).await?)))
}

/// One person.
#[utoipa::path(
    get, path = "/api/v1/people/{id}", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 200, body = Person), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn get(ActingAs(api): ActingAs, Named(id): Named<PersonId>) -> Answer<Json<Person>> {
    Ok(Json(api.person(id).await?))
}

/// Changes a person: name, role, scope, or whether they may sign in. It holds from their next request on.
#[utoipa::path(
    patch, path = "/api/v1/people/{id}", tag = "people", params(("id" = PersonId, Path)), request_body = PersonChange,
    responses((status = 200, body = Person), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn change(ActingAs(api): ActingAs, Named(id): Named<PersonId>, Told(body): Told) -> Answer<Json<Person>> {
    Ok(Json(api.change_person(id, body).await?))
}

/// A new link for a person: to accept their invitation, or to choose another password. It is shown this once.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/reset", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 201, body = NewLink), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn reset(ActingAs(api): ActingAs, Named(id): Named<PersonId>) -> Answer<(StatusCode, Json<NewLink>)> {
    Ok((StatusCode::CREATED, Json(api.reset_person(id).await?)))
}

/// Where a person is signed in.
#[utoipa::path(
    get, path = "/api/v1/people/{id}/sessions", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 200, body = Page<SessionView>), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn sessions(ActingAs(api): ActingAs, Named(id): Named<PersonId>) -> Answer<Json<Page<SessionView>>> {
    Ok(Json(api.sessions_of(id).await?))
}

/// Ends every session of a person; of one's own all but this one.
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/sessions", tag = "people", params(("id" = PersonId, Path)),
    responses((status = 204), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn end_sessions(ActingAs(api): ActingAs, Named(id): Named<PersonId>) -> Answer<StatusCode> {
    api.end_sessions_of(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
