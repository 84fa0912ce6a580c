//! Tokens: what programs ask with.

use axum::{Json, http::StatusCode};
use model::{Api, NewToken, Page, Slug, Timestamp, TokenId, TokenView, problem::ProblemDocument};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    edge::{Named, Told},
    identity::ActingAs,
    problem::Answer,
};

/// Which token to make. It is read field by field by the service; this is for the document.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct TokenWish {
    /// What it is for.
    name: String,
    /// The integration whose runs it may send; absent: it is one's own.
    integration: Option<Slug>,
    /// When it ends; in 90 days if absent, one's own in 366 at most. `null`: never, of an integration only.
    expires_at: Option<Timestamp>,
}

/// One's own tokens, and those of integrations that one may change.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "account", responses((status = 200, body = Page<TokenView>)))]
pub async fn list(ActingAs(api): ActingAs) -> Answer<Json<Page<TokenView>>> {
    Ok(Json(api.tokens().await?))
}

/// A new token: of oneself, or of one integration, whose runs it may send and nothing else. It is shown this once.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "account", request_body = TokenWish,
    responses((status = 201, body = NewToken), (status = 400, description = "The body is no JSON", body = ProblemDocument, content_type = "application/problem+json"), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"), (status = 409, description = "It clashes with what is there", body = ProblemDocument, content_type = "application/problem+json"), (status = 422, description = "A field is wrong; each is named", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn create(ActingAs(api): ActingAs, Told(body): Told) -> Answer<(StatusCode, Json<NewToken>)> {
    Ok((StatusCode::CREATED, Json(api.add_token(body).await?)))
}

/// Takes a token back: it is refused from now on.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "account", params(("id" = TokenId, Path)),
    responses((status = 204), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn revoke(ActingAs(api): ActingAs, Named(id): Named<TokenId>) -> Answer<StatusCode> {
    api.revoke_token(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
