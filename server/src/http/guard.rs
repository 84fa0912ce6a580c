//! Who may ask at all, until there is sign-in: programs and browsers of this machine, and no web page of somebody else.
//!
//! A name that resolves to 127.0.0.1 would let a foreign page read us (DNS rebinding), so the Host header must be a loopback
//! name. A foreign page may post to us without reading the answer, so unsafe methods need our own Origin or none, and a body
//! must be of a type that no form can send.

use std::net::IpAddr;

use axum::{
    body::HttpBody,
    extract::Request,
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Problem, ProblemKind};

use super::problem::Refusal;

/// Types of bodies that a cross-site form cannot send.
const BODY_TYPES: [&str; 3] = ["application/json", "application/yaml", "application/x-yaml"];

/// Lets a request through, or answers why not.
pub async fn check(request: Request, next: Next) -> Response {
    match refusal(&request) {
        Some(problem) => Refusal(problem).into_response(),
        None => next.run(request).await,
    }
}

fn refusal(request: &Request) -> Option<Problem> {
    let host = request
        .uri()
        .authority()
        .map(|authority| authority.as_str().to_owned())
        .or_else(|| text(request.headers(), header::HOST));
    let Some(host) = host.filter(|host| is_loopback(host)) else {
        let detail = "Until there is sign-in, Bridgewatch answers only to localhost, 127.0.0.1 and [::1].";
        return Some(Problem::new(ProblemKind::Forbidden, detail));
    };
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe {
        return None;
    }
    if let Some(origin) = text(request.headers(), header::ORIGIN) {
        let own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if own != Some(host.as_str()) {
            let detail = "A page of another origin may not change anything here.";
            return Some(Problem::new(ProblemKind::Forbidden, detail));
        }
    }
    // A ping carries whatever a job's client likes to send, and changes nothing but its own heartbeat.
    let is_ping = request.uri().path().starts_with("/ping/");
    let has_body = !request.body().is_end_stream();
    let kind = text(request.headers(), header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if has_body && !is_ping && !BODY_TYPES.contains(&kind.as_str()) {
        let detail = "Send the body as JSON, with `Content-Type: application/json`.";
        return Some(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    }
    None
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Whether a Host header names this machine: `localhost`, or a loopback address, with any port.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::{is_loopback, refusal};

    #[test]
    fn only_loopback_names_are_hosts() {
        for host in ["localhost", "LOCALHOST:7077", "127.0.0.1", "127.0.0.1:7077", "127.8.9.1", "[::1]", "[::1]:7077"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "10.0.0.1", "0.0.0.0", "[::]"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_foreign_page_changes_nothing() {
        let post = |headers: &[(&str, &str)], body: &'static str| {
            let mut request = Request::post("/api/v1/systems").header("host", "localhost:7077");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            refusal(&request.body(Body::from(body)).expect("a request")).map(|problem| problem.kind.status())
        };
        let json = ("content-type", "application/json");
        assert_eq!(post(&[json], "{}"), None);
        assert_eq!(post(&[], ""), None);
        assert_eq!(post(&[json, ("origin", "http://localhost:7077")], "{}"), None);
        assert_eq!(post(&[json, ("origin", "http://localhost:1")], "{}"), Some(403));
        assert_eq!(post(&[json, ("origin", "null")], "{}"), Some(403));
        assert_eq!(post(&[("origin", "https://evil.example")], ""), Some(403));
        assert_eq!(post(&[("content-type", "text/plain")], "{}"), Some(415));
        assert_eq!(post(&[], "{}"), Some(415));
    }

    #[test]
    fn reading_needs_a_loopback_name_too() {
        let get = |host: &str| {
            let request = Request::get("/").header("host", host).body(Body::empty()).expect("a request");
            refusal(&request).map(|problem| problem.kind.status())
        };
        assert_eq!(get("localhost"), None);
        assert_eq!(get("rebound.example"), Some(403));
    }
}
