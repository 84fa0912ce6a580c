//! The handlers of coming in: begin, arrive.

use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use model::{Problem, Span};
use serde::Deserialize;
use service::{NewSession, Visit, Vouched};

use super::{
    Oidc, groups,
    page::Page,
    provider::{Begun, Confirmed, Provider},
    trouble::Trouble,
};
use crate::http::{Door, identity, way::Source};

/// The cookie of a sign-in that is under way, and what it is sealed for.
const BEGUN: &str = "bridgewatch_sign_in";
/// The longest that somebody may take at the provider.
const UNDER_WAY: Span = Span::minutes(10);

/// Both addresses of every provider; open to everybody.
pub fn router() -> Router<Door> {
    Router::new().route("/sign-in/with/{provider}", get(begin)).route("/sign-in/with/{provider}/back", get(arrive))
}

#[derive(Deserialize)]
struct Wish {
    /// Where to go after sign-in, below the base path.
    next: Option<String>,
}

/// What the provider sends a browser back with.
#[derive(Deserialize)]
struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Sends the browser to the provider, with what must match when it comes back.
async fn begin(State(door): State<Door>, Path(name): Path<String>, Query(wish): Query<Wish>) -> Response {
    let oidc = &*door.oidc;
    let Some(provider) = oidc.provider(&name) else { return oidc.tell(&Trouble::NoProvider, None) };
    let begun = Begun {
        provider: name,
        state: oidc.unguessable(),
        nonce: oidc.unguessable(),
        verifier: oidc.unguessable(),
        next: wish.next.filter(|next| is_ours(next)).unwrap_or_else(|| "/".to_owned()),
        at: oidc.clock.now(),
    };
    let url = match provider.begin(&begun).await {
        Ok(url) => url,
        Err(trouble) => return oidc.tell(&trouble, Some(provider)),
    };
    let Some(sealed) = oidc.sealer.seal(BEGUN, &begun) else {
        return oidc.tell(&Trouble::NotBegun("it could not be sealed"), Some(provider));
    };
    let mut response = Redirect::to(url.as_str()).into_response();
    oidc.keep_begun(&mut response, &sealed, UNDER_WAY);
    response
}

/// Lets whoever the provider vouches for in. Whatever comes of it, what the browser kept is used up.
async fn arrive(
    State(door): State<Door>,
    Path(name): Path<String>,
    Query(answer): Query<Answer>,
    source: Option<Extension<Source>>,
    headers: HeaderMap,
) -> Response {
    let oidc = &*door.oidc;
    let Some(provider) = oidc.provider(&name) else { return oidc.tell(&Trouble::NoProvider, None) };
    let visit = Visit {
        from: source.map(|Extension(source)| source.0),
        browser: headers.get(header::USER_AGENT).and_then(|browser| browser.to_str().ok()).map(str::to_owned),
        // Nobody types a password here.
        known: None,
    };
    let mut response = match oidc.confirmed(provider, answer, &headers).await {
        Ok((confirmed, begun)) => match let_in(&door, provider, &confirmed, &visit).await {
            Ok(session) => {
                door.end_before(identity::session_cookie(&headers, &door.way), visit.from).await;
                let mut response = Redirect::to(&oidc.way.href(&begun.next)).into_response();
                let from = oidc.came_from(provider, confirmed.id_token, &session.token);
                let kept = [identity::keep_session(&door.way, &session.token), from];
                for cookie in kept.into_iter().flatten() {
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                }
                response
            }
            Err(trouble) => oidc.tell(&trouble, Some(provider)),
        },
        Err(trouble) => oidc.tell(&trouble, Some(provider)),
    };
    oidc.keep_begun(&mut response, "", Span::ms(0));
    response
}

/// A session for whoever was confirmed, with role and scope by today's groups where groups are used. Whom those let in no more
/// loses what they had here.
async fn let_in(door: &Door, provider: &Provider, who: &Confirmed, visit: &Visit) -> Result<NewSession, Trouble> {
    let standing = if provider.settings.uses_groups() {
        let Some(standing) = groups::standing(&provider.settings, &who.groups) else {
            door.service.shut_out(&provider.settings.name, &who.subject, visit).await.map_err(house)?;
            return Err(Trouble::NoRole);
        };
        Some((standing.role, standing.scope))
    } else {
        None
    };
    let vouched = Vouched {
        provider: provider.settings.name.clone(),
        subject: who.subject.clone(),
        email: who.email.clone(),
        name: who.name.clone(),
        standing,
    };
    let session = door.service.sign_in_vouched(&vouched, visit).await;
    session.map_err(|why| house(why.into()))
}

/// What the house itself says.
fn house(problem: Problem) -> Trouble {
    Trouble::House { status: problem.kind.status(), detail: problem.detail }
}

impl Oidc {
    /// Who the answer says it is, if it is the answer to what this browser began.
    async fn confirmed(
        &self,
        provider: &Provider,
        answer: Answer,
        headers: &HeaderMap,
    ) -> Result<(Confirmed, Begun), Trouble> {
        // Of two one may be from somebody who began it themselves and would have this browser come in as them.
        let sealed = identity::cookie(headers, &identity::guarded(&self.way, BEGUN));
        let sealed = sealed.ok_or(Trouble::NotBegun("the browser kept nothing, or two of them"))?;
        let begun: Begun =
            self.sealer.open(BEGUN, sealed).ok_or(Trouble::NotBegun("what the browser kept is not ours"))?;
        if begun.provider != provider.settings.name {
            return Err(Trouble::NotBegun("it was begun with another provider"));
        }
        if self.clock.now().since(begun.at) > UNDER_WAY {
            return Err(Trouble::NotBegun("it was begun too long ago"));
        }
        if answer.state.as_deref() != Some(begun.state.as_str()) {
            return Err(Trouble::NotBegun("the state is another"));
        }
        if !provider.is_issued_here(answer.iss.as_deref()) {
            return Err(Trouble::NotBegun("the issuer is another"));
        }
        if let Some(error) = answer.error {
            return Err(Trouble::Declined(error));
        }
        let code = answer.code.ok_or(Trouble::NotBegun("there is no code"))?;
        Ok((provider.redeem(code, &begun).await?, begun))
    }

    /// The page that tells it, and a line in the log with the reason.
    fn tell(&self, trouble: &Trouble, provider: Option<&Provider>) -> Response {
        let name = provider.map_or("", |provider| provider.settings.name.as_str());
        tracing::warn!(provider = name, %trouble, "nobody was signed in");
        let (heading, sentence) = trouble.told(provider.map_or("", |provider| provider.settings.title()));
        let back = self.way.href("/sign-in");
        let page = Page {
            status: trouble.status(),
            base: &self.way.base,
            heading: &heading,
            sentence: &sentence,
            on: ("Back to sign-in", &back),
            goes_on: false,
        };
        page.into_response()
    }

    /// Has the browser keep a sign-in that is under way for so long, and nobody else the answer.
    fn keep_begun(&self, response: &mut Response, sealed: &str, lasts: Span) {
        let end = format!("; Max-Age={}", lasts.as_ms() / 1000);
        let kept = identity::set(&self.way, &identity::guarded(&self.way, BEGUN), sealed, &end);
        let headers = response.headers_mut();
        headers.extend(kept.map(|kept| (header::SET_COOKIE, kept)));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Whether it is a path of ours: a foreign address after sign-in would look as if it were us.
fn is_ours(next: &str) -> bool {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    is_path && next.len() <= 1024 && next.bytes().all(|sign| sign.is_ascii_graphic() && sign != b'\\')
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_our_own_paths_follow_a_sign_in() {
        for next in ["/", "/runs?outcome=failed", "/integrations/orders#worth"] {
            assert!(is_ours(next), "{next}");
        }
        for next in ["", "runs", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/ä"] {
            assert!(!is_ours(next), "{next}");
        }
    }
}
