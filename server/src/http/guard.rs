//! What no web page of somebody else may do, whoever looks at it: reach us by a name of its own, or have a signed-in browser change
//! something here.
//!
//! A name that resolves to this machine would let a foreign page read us (DNS rebinding), so the Host header must be ours. A foreign
//! page may post to us without reading the answer, and the browser sends our cookie along where it is lax, so unsafe methods need
//! our own Origin (or none, and no cookie: then it is no browser), and a body must be of a type that no form can send, where it is
//! not for one of our own forms.

use axum::{
    body::HttpBody,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Problem, ProblemKind};

use super::{
    identity,
    problem::Refusal,
    rules,
    way::{self, Peer, Way},
};

/// Types of bodies that a cross-site form cannot send.
const BODY_TYPES: [&str; 3] = ["application/json", "application/yaml", "application/x-yaml"];
/// What our own forms send.
const FORM: &str = "application/x-www-form-urlencoded";

/// Lets a request through with the address that it comes from, or answers why not.
pub async fn check(State(way): State<Way>, mut request: Request, next: Next) -> Response {
    if let Some(problem) = refusal(&way, &request) {
        return Refusal(problem).into_response();
    }
    if let Some(Peer(peer)) = request.extensions().get::<Peer>().copied() {
        let source = way.source(peer.ip(), request.headers());
        request.extensions_mut().insert(source);
    }
    next.run(request).await
}

fn refusal(way: &Way, request: &Request) -> Option<Problem> {
    let forbidden = |detail: String| Some(Problem::new(ProblemKind::Forbidden, detail));
    let headers = request.headers();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    if peer.is_some_and(|peer| !way.admits(peer)) {
        return forbidden(format!("Nothing is answered in clear here. Ask {}{} instead.", way.origin, way.base));
    }
    let is_proxy = peer.is_some_and(|peer| way.is_proxy(peer.to_canonical()));
    let host = way::host(request).filter(|host| is_proxy || way.is_called(host));
    let Some(host) = host else {
        let detail = format!("This server is not called that. Ask {}{} instead.", way.origin, way.base);
        return forbidden(detail);
    };
    // A ping carries whatever a job's client likes to send, from wherever it runs. Its key is the proof, nobody's cookie is looked at, and it
    // changes nothing but its own heartbeat.
    if request.uri().path().starts_with("/ping/") {
        return None;
    }
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return None;
    }
    let origin = text(headers, header::ORIGIN);
    if origin.as_deref().is_some_and(|origin| !way.is_own(origin, &host)) {
        return forbidden("A page of another origin may not change anything here.".to_owned());
    }
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is_form = rules::is_form(path);
    if origin.is_none() && (is_form || identity::session_cookie(headers, way).is_some()) {
        return forbidden("Say where this comes from: browsers send `Origin`, and a signed-in one has to.".to_owned());
    }
    let has_body = !request.body().is_end_stream();
    let kind = text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if is_form && has_body && kind != FORM {
        let detail = format!("Send the form as `{FORM}`.");
        return Some(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    }
    if has_body && !is_form && !BODY_TYPES.contains(&kind.as_str()) {
        let detail = "Send the body as JSON, with `Content-Type: application/json`.";
        return Some(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    }
    None
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::refusal;
    use crate::{config::Reach, http::way::Way};

    fn way() -> Way {
        Way::new(&Reach::default(), "127.0.0.1:7077".parse().expect("an address"))
    }

    #[test]
    fn a_foreign_page_changes_nothing() {
        let post = |headers: &[(&str, &str)], body: &'static str| {
            let mut request = Request::post("/api/v1/systems").header("host", "localhost:7077");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            refusal(&way(), &request.body(Body::from(body)).expect("a request")).map(|problem| problem.kind.status())
        };
        let json = ("content-type", "application/json");
        let cookie = ("cookie", "bridgewatch_session=x");
        assert_eq!(post(&[json], "{}"), None);
        assert_eq!(post(&[], ""), None);
        assert_eq!(post(&[json, ("origin", "http://localhost:7077")], "{}"), None);
        assert_eq!(post(&[json, cookie, ("origin", "http://localhost:7077")], "{}"), None);
        assert_eq!(post(&[json, cookie], "{}"), Some(403));
        assert_eq!(post(&[json, ("origin", "http://localhost:1")], "{}"), Some(403));
        assert_eq!(post(&[json, ("origin", "null")], "{}"), Some(403));
        assert_eq!(post(&[("origin", "https://evil.example")], ""), Some(403));
        assert_eq!(post(&[("content-type", "text/plain")], "{}"), Some(415));
        assert_eq!(post(&[("content-type", "application/x-www-form-urlencoded")], "a=b"), Some(415));
        assert_eq!(post(&[], "{}"), Some(415));
    }

    #[test]
    fn a_ping_may_come_from_anywhere_but_by_a_name_of_ours() {
        let ping = |host: &str| {
            let request = Request::post("/ping/key").header("host", host).header("origin", "https://jobs.example");
            let request = request.header("content-type", "text/plain").body(Body::from("done")).expect("a request");
            refusal(&way(), &request).map(|problem| problem.kind.status())
        };
        assert_eq!(ping("localhost"), None);
        assert_eq!(ping("rebound.example"), Some(403));
    }

    #[test]
    fn reading_needs_a_name_of_ours_too() {
        let get = |host: &str| {
            let request = Request::get("/").header("host", host).body(Body::empty()).expect("a request");
            refusal(&way(), &request).map(|problem| problem.kind.status())
        };
        assert_eq!(get("localhost"), None);
        assert_eq!(get("rebound.example"), Some(403));
    }
}
