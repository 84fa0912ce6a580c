use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use model::{Caller, Role};

use super::{LOOK, Sight, cookie, forget_session, is_look, keep_session, session_cookie, visitor};
use crate::{
    config::{PublicUrl, Reach},
    http::way::Way,
};

fn with_cookie(text: &'static str) -> HeaderMap {
    [(header::COOKIE, HeaderValue::from_static(text))].into_iter().collect()
}

/// In clear, and as people outside call it.
fn way(public: Option<&str>) -> Way {
    let address: SocketAddr = "127.0.0.1:7077".parse().expect("an address");
    let public_url = public.map(|public| PublicUrl::parse(public).expect("an address"));
    Way::new(&Reach { public_url, ..Reach::default() }, address)
}

#[test]
fn a_cookie_is_found_among_others() {
    let headers = with_cookie("a=1; bridgewatch_session=x-_y=;bridgewatch_view=viewer");
    assert_eq!(session_cookie(&headers, &way(None)), Some("x-_y="));
    assert_eq!(cookie(&headers, "bridgewatch_view"), Some("viewer"));
    assert_eq!(session_cookie(&with_cookie("not_bridgewatch_session=x"), &way(None)), None);
}

#[test]
fn a_session_that_is_there_twice_is_nobodys() {
    let twice = with_cookie("bridgewatch_session=mine; bridgewatch_session=theirs");
    let mut in_two_lines = with_cookie("bridgewatch_session=mine");
    in_two_lines.append(header::COOKIE, HeaderValue::from_static("bridgewatch_session=theirs"));
    for headers in [twice, in_two_lines] {
        assert_eq!(session_cookie(&headers, &way(None)), None);
    }
}

#[test]
fn a_page_that_asks_by_itself_is_known() {
    let looks: HeaderMap = [(HeaderName::from_static(LOOK), HeaderValue::from_static("1"))].into_iter().collect();
    assert!(is_look(&looks, "/runs") && is_look(&HeaderMap::new(), "/api/v1/stream"));
    assert!(!is_look(&HeaderMap::new(), "/runs"));
}

#[test]
fn the_cookie_is_for_us_alone_and_behind_https_for_nothing_else() {
    let (plain, https) = (way(None), way(Some("https://ops.example.com")));
    let below = way(Some("https://ops.example.com/bridges"));
    let text = |value: Option<HeaderValue>| value.and_then(|value| value.to_str().ok().map(str::to_owned));
    assert_eq!(
        text(keep_session(&plain, "abc")).as_deref(),
        Some("bridgewatch_session=abc; Path=/; HttpOnly; SameSite=Lax")
    );
    assert_eq!(
        text(keep_session(&https, "abc")).as_deref(),
        Some("__Host-bridgewatch_session=abc; Path=/; HttpOnly; SameSite=Lax; Secure")
    );
    assert_eq!(
        text(keep_session(&below, "abc")).as_deref(),
        Some("__Secure-bridgewatch_session=abc; Path=/bridges; HttpOnly; SameSite=Lax; Secure")
    );
    for (way, name) in [
        (&plain, "bridgewatch_session"),
        (&https, "__Host-bridgewatch_session"),
        (&below, "__Secure-bridgewatch_session"),
    ] {
        let forgets = text(forget_session(way)).expect("a cookie");
        assert!(forgets.starts_with(&format!("{name}=;")) && forgets.contains("Max-Age=0"), "{forgets}");
        let brought =
            with_cookie("bridgewatch_session=in-clear; __Host-bridgewatch_session=b; __Secure-bridgewatch_session=c");
        assert_eq!(session_cookie(&brought, way), cookie(&brought, name), "it is taken from where it was put alone");
    }
    assert_eq!(keep_session(&plain, "a\nb"), None);
}

#[test]
fn a_visitor_of_the_demo_looks_as_whom_they_chose() {
    let role = |cookie| visitor(&with_cookie(cookie), None).identity().map(|identity| identity.role);
    assert_eq!(role("bridgewatch_view=viewer"), Some(Role::Viewer));
    assert_eq!(role("bridgewatch_view=emperor"), Some(Role::Admin));
    assert_eq!(role("a=1"), Some(Role::Admin));
}

#[test]
fn sights_differ_with_whatever_changes_a_page() {
    let (viewer, admin) = (visitor(&with_cookie("bridgewatch_view=viewer"), None), visitor(&HeaderMap::new(), None));
    assert_eq!(Sight::of(&viewer), Sight::of(&viewer.clone()));
    assert_ne!(Sight::of(&viewer), Sight::of(&admin));
    assert_eq!(Sight::of(&Caller::Nobody), None);
    assert_eq!(Sight::of(&Caller::Local), None);
}
