//! Channels: by what owners are told, what they were told, and trying one.

use axum::Json;
use model::{Api, ChannelView, NoticeView, Page, Slug, TestAnswer, problem::ProblemDocument};

use crate::http::{edge::Named, identity::ActingAs, problem::Answer};

/// The channels by which owners are told, and of whose integrations; neither addresses nor secrets.
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels", responses((status = 200, body = Page<ChannelView>)))]
pub async fn list(ActingAs(api): ActingAs) -> Answer<Json<Page<ChannelView>>> {
    Ok(Json(api.channels().await?))
}

/// Sends a test by a channel at once. The answer says whether the other side took it, in its own words.
#[utoipa::path(
    post, path = "/api/v1/channels/{name}/test", tag = "channels", params(("name" = String, Path)),
    responses((status = 200, body = TestAnswer), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn test(ActingAs(api): ActingAs, Named(name): Named<Slug>) -> Answer<Json<TestAnswer>> {
    Ok(Json(api.test_channel(name).await?))
}

/// What the owner of an integration was told and what became of it, the newest 50 first.
#[utoipa::path(
    get, path = "/api/v1/integrations/{slug}/notices", tag = "integrations", params(("slug" = String, Path)),
    responses((status = 200, body = Page<NoticeView>), (status = 404, description = "There is no such thing", body = ProblemDocument, content_type = "application/problem+json"))
)]
pub async fn notices(ActingAs(api): ActingAs, Named(slug): Named<Slug>) -> Answer<Json<Page<NoticeView>>> {
    Ok(Json(api.notices(slug).await?))
}
