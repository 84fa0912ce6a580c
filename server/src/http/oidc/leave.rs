//! Going out through the provider: its session ends with ours, if ours came from it.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{Oidc, page::Page, provider::Provider};
use crate::http::{Door, identity};

/// Which provider a session came from, for signing out there too.
const CAME_FROM: &str = "bridgewatch_provider";
/// The longest id token that is kept for signing out; browsers drop cookies above 4 kB. Without it the provider may ask back.
const LONGEST_HINT: usize = 2400;

/// Where a session came from.
#[derive(Serialize, Deserialize)]
struct CameFrom {
    provider: String,
    id_token: Option<String>,
    /// Of which session: one that began otherwise since has nothing to end at the provider.
    session: String,
}

/// The page that leads on to the provider's end of session, if this browser's session came from a provider that has one. For
/// `POST /sign-out`, which has ended our session before and clears its cookie on this response.
pub async fn leave(door: &Door, headers: &HeaderMap) -> Option<Response> {
    let oidc = &*door.oidc;
    let from: CameFrom = oidc.sealer.open(CAME_FROM, identity::cookie(headers, &oidc.came_from_name())?)?;
    if from.session != digest_of(identity::session_cookie(headers, &door.way)?) {
        return None;
    }
    let provider = oidc.provider(&from.provider)?;
    let url = provider.end_of_session(from.id_token.as_deref()).await?;
    let title = provider.settings.title();
    let page = Page {
        status: StatusCode::OK,
        base: &oidc.way.base,
        heading: "You are signed out of Bridgewatch",
        sentence: &format!("Now you are signed out of {title} too, so that nobody comes in with your session there."),
        on: (&format!("Go on to {title}"), url.as_str()),
        goes_on: true,
    };
    let mut response = page.into_response();
    response.headers_mut().extend(oidc.keep_came_from("", "; Max-Age=0").map(|kept| (header::SET_COOKIE, kept)));
    Some(response)
}

impl Oidc {
    /// What the browser keeps of where its session came from.
    pub(super) fn came_from(&self, provider: &Provider, id_token: String, session: &str) -> Option<HeaderValue> {
        let id_token = Some(id_token).filter(|token| token.len() <= LONGEST_HINT);
        let from = CameFrom { provider: provider.settings.name.clone(), id_token, session: digest_of(session) };
        self.keep_came_from(&self.sealer.seal(CAME_FROM, &from)?, "")
    }

    /// What the cookie is called. It is too large to be sent with every request, and so cannot be `__Host-`; whose session it is of
    /// stands in it.
    fn came_from_name(&self) -> String {
        if self.way.is_https { format!("__Secure-{CAME_FROM}") } else { CAME_FROM.to_owned() }
    }

    fn keep_came_from(&self, value: &str, end: &str) -> Option<HeaderValue> {
        let (name, path) = (self.came_from_name(), self.way.href("/sign-out"));
        let secure = if self.way.is_https { "; Secure" } else { "" };
        HeaderValue::from_str(&format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{end}")).ok()
    }
}

/// Tells a session from another without being it.
fn digest_of(session: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, session.as_bytes()))
}
