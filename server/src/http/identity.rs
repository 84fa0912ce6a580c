//! Who asks: a signed-in browser by its cookie, a program by its token, a visitor of the demo, or nobody.

use std::{net::IpAddr, str::FromStr, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use model::{Caller, Identity, PersonId, Problem, ProblemKind, Role, Scope, TokenOf};
use service::Acting;

use super::{Door, live::STREAM, problem::Refusal, way::Way};

/// The cookie of a session.
const SESSION: &str = "bridgewatch_session";
/// The cookie of the role that a visitor of the demo looks as.
const VIEW: &str = "bridgewatch_view";
/// Said by proxies.
const BROUGHT: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
/// Said by a page that looks for news by itself: nobody touched it.
const LOOK: &str = "bridgewatch-look";

/// The Api as whoever asks may use it: what handlers take.
pub struct ActingAs(pub Acting);

impl FromRequestParts<Door> for ActingAs {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Refusal> {
        Ok(Self(door.service.acting_as(caller(parts))))
    }
}

/// Whoever the table of rules let in with this request.
pub fn caller(parts: &Parts) -> Caller {
    parts.extensions.get().cloned().unwrap_or(Caller::Nobody)
}

impl Door {
    /// Who asks with these headers, from this address. A token that is no good is refused; a cookie that is no good is nobody's.
    /// `used`: whether somebody is there, and not only a page that is open; a session that is not used ends.
    pub async fn who(&self, headers: &HeaderMap, from: Option<IpAddr>, used: bool) -> Result<Caller, Problem> {
        if let Some(said) = headers.get(header::AUTHORIZATION) {
            let token = said.to_str().ok().and_then(|said| said.split_once(' '));
            let token =
                token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
            return match token {
                Some(token) => self.service.caller_of_token(token, from).await,
                None => Err(Problem::new(ProblemKind::SignIn, "Send a token as `Authorization: Bearer bw_...`.")),
            };
        }
        if let Some(token) = session_cookie(headers, &self.way) {
            let caller = self.service.caller_of_session(token, from, used).await?;
            if caller != Caller::Nobody {
                return Ok(caller);
            }
        }
        // Whoever a proxy brings is not at this machine.
        let is_brought = BROUGHT.iter().any(|name| headers.contains_key(*name));
        let is_visitor = self.demo && !is_brought && from.is_none_or(|from| from.is_loopback());
        Ok(if is_visitor { visitor(headers, from) } else { Caller::Nobody })
    }

    /// Ends the session that a browser brought which has just begun another: it forgets that one, and nobody else may go on with it.
    pub async fn end_before(&self, session: Option<&str>, from: Option<IpAddr>) {
        let Some(token) = session else { return };
        let ended = match self.service.caller_of_session(token, from, false).await {
            Ok(caller) => self.service.sign_out(&caller).await,
            Err(problem) => Err(problem),
        };
        if let Err(problem) = ended {
            tracing::warn!(%problem, "the session that a browser had before could not be ended");
        }
    }
}

/// Whether a page asks by itself: it says so, where it can. The stream cannot, and is opened again whenever it breaks off.
pub fn is_look(headers: &HeaderMap, path: &str) -> bool {
    headers.get(LOOK).is_some_and(|said| said == "1") || path == STREAM
}

/// What the session's cookie holds.
pub fn session_cookie<'h>(headers: &'h HeaderMap, way: &Way) -> Option<&'h str> {
    cookie(headers, &guarded(way, SESSION))
}

/// What a cookie is called here that nobody else may put in a browser for us. Behind https browsers take `__Host-` from this very
/// name alone, by TLS; below a path, where that may not be, `__Secure-` by TLS alone, but from names beside ours too.
pub(super) fn guarded(way: &Way, name: &str) -> String {
    match (way.is_https, way.base.is_empty()) {
        (true, true) => format!("__Host-{name}"),
        (true, false) => format!("__Secure-{name}"),
        (false, _) => name.to_owned(),
    }
}

/// What a cookie holds. One that is there twice is nobody's: of the two one may be from somebody beside us.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(said, _)| *said == name).map(|(_, value)| value);
    found.next().filter(|_| found.next().is_none())
}

/// Has the browser keep a session. It goes with the browser; how long it is good for is the store's matter.
pub fn keep_session(way: &Way, token: &str) -> Option<HeaderValue> {
    set(way, &guarded(way, SESSION), token, "")
}

/// Has the browser forget its session.
pub fn forget_session(way: &Way) -> Option<HeaderValue> {
    set(way, &guarded(way, SESSION), "", "; Max-Age=0")
}

/// Has the browser keep as which role its visitor looks.
pub fn keep_view(way: &Way, role: Role) -> Option<HeaderValue> {
    set(way, VIEW, role.as_str(), "")
}

/// A cookie that no script reads and no page of others sends with anything but a link.
pub(super) fn set(way: &Way, name: &str, value: &str, end: &str) -> Option<HeaderValue> {
    let secure = if way.is_https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={}; HttpOnly; SameSite=Lax{secure}{end}", way.cookie_path());
    HeaderValue::from_str(&text).ok()
}

/// Whoever looks at the demo: its administrator, unless another view was chosen.
fn visitor(headers: &HeaderMap, from: Option<IpAddr>) -> Caller {
    let role = cookie(headers, VIEW).and_then(|role| Role::from_str(role).ok()).unwrap_or(Role::Admin);
    let (id, name) = match role {
        Role::Admin => (-1, "Demo admin"),
        Role::Manager => (-2, "Demo manager"),
        Role::Engineer => (-3, "Demo engineer"),
        Role::Viewer => (-4, "Demo stakeholder"),
    };
    let identity = Identity { name: name.to_owned(), email: None, role, scope: Scope::default() };
    // No person of the store has such a number.
    Caller::Person { id: PersonId(id), identity: Arc::new(identity), session: None, from }
}

/// Who sees what: whatever a page that anybody may see depends on beside its address. Two callers with the same sight see the
/// same page, the name in its corner included.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sight {
    person: PersonId,
    identity: Identity,
    is_token: bool,
}

impl Sight {
    /// Of someone who sees anything at all.
    pub fn of(caller: &Caller) -> Option<Self> {
        let (id, identity, is_token) = match caller {
            Caller::Person { id, identity, .. } => (id, identity, false),
            Caller::Token { of: TokenOf::Person { id, identity }, .. } => (id, identity, true),
            Caller::Local | Caller::Nobody | Caller::Token { of: TokenOf::Integration { .. }, .. } => return None,
        };
        Some(Self { person: *id, identity: Identity::clone(identity), is_token })
    }
}

#[cfg(test)]
mod tests;
