//! One's own: who one is, one's password, and where one is signed in.

use axum::{Json, extract::State, http::StatusCode};
use model::{Api, Fault, Page, Problem, SessionId, SessionView, api::Me, problem::ProblemDocument};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    Door,
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    current: String,
    /// The new one: at least 12 characters.
    password: String,
}

/// Who one is.
#[utoipa::path(get, path = "/api/v1/me", tag = "account", responses((status = 200, body = Me)))]
pub async fn me(ActingAs(api): ActingAs) -> Answer<Json<Me>> {
    Ok(Json(api.me().await?))
}

/// Changes one's own password. One's other sessions end, and one's tokens are revoked.
#[utoipa::path(
    post, path = "/api/v1/me/password", tag = "account", request_body = PasswordChange,
    responses((status = 204), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn password(State(door): State<Door>, ActingAs(api): ActingAs, Told(body): Told) -> Answer<StatusCode> {
    // What was sent is not repeated: it may be a password in the wrong place.
    let change: PasswordChange = serde_json::from_value(body).map_err(|_| {
        let fault = Fault::at("password", "is not said as it should be");
        Problem::invalid(vec![fault.allowed("an object of `current` and `password`, both texts")])
    })?;
    let changed = door.service.change_password(api.caller(), &change.current, &change.password).await;
    changed.map_err(Problem::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where one is signed in.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "account", responses((status = 200, body = Page<SessionView>)))]
pub async fn list(ActingAs(api): ActingAs) -> Answer<Json<Page<SessionView>>> {
    Ok(Json(api.sessions().await?))
}

/// Ends one of one's own sessions.
#[utoipa::path(
    delete, path = "/api/v1/sessions/{id}", tag = "account", params(("id" = SessionId, Path)),
    responses((status = 204), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn end(ActingAs(api): ActingAs, Named(id): Named<SessionId>) -> Answer<StatusCode> {
    api.end_session(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
