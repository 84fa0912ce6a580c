use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
};

use super::{Way, is_loopback};
use crate::config::{ProxyHeader, PublicUrl, Reach, Tls};

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn way(reach: &Reach, listen: &str) -> Way {
    Way::new(reach, listen.parse::<SocketAddr>().expect("an address"))
}

fn behind_proxy(header: ProxyHeader) -> Reach {
    Reach {
        public_url: Some(PublicUrl::parse("https://ops.example.com/bridges").expect("an address")),
        trusted_proxies: vec!["10.0.0.0/8".parse().expect("a network")],
        proxy_header: header,
        tls: None,
    }
}

fn headers(said: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair =
        |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    said.iter().map(pair).collect()
}

#[test]
fn only_a_trusted_proxy_is_believed_and_only_as_far_as_it_saw() {
    let way = way(&behind_proxy(ProxyHeader::XForwardedFor), "0.0.0.0:7077");
    for (peer, said, from) in [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::9]:4711", "2001:db8::9"),
    ] {
        assert_eq!(way.source(address(peer), &headers(&[("x-forwarded-for", said)])).0, address(from), "{peer} {said}");
    }
    let both = headers(&[("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "203.0.113.9")]);
    assert_eq!(way.source(address("10.0.0.1"), &both).0, address("203.0.113.9"), "the other header is not read");
}

#[test]
fn the_forwarded_header_is_read_where_it_is_chosen() {
    let way = way(&behind_proxy(ProxyHeader::Forwarded), "0.0.0.0:7077");
    let said = headers(&[("forwarded", "for=198.51.100.1;proto=https, By=10.0.0.2;For=\"[2001:db8::9]:80\"")]);
    assert_eq!(way.source(address("10.0.0.1"), &said).0, address("2001:db8::9"));
}

#[test]
fn a_link_leads_somewhere_whatever_is_listened_on() {
    let tls = Reach { tls: Some(Tls { certificate: "a".into(), key: "b".into() }), ..Reach::default() };
    for (listen, origin) in [
        ("0.0.0.0:7077", "https://127.0.0.1:7077"),
        ("[::]:7077", "https://[::1]:7077"),
        ("192.0.2.7:7077", "https://192.0.2.7:7077"),
    ] {
        assert_eq!(&*way(&tls, listen).origin, origin);
        assert!(way(&tls, listen).is_own(origin, "ops.example.com:7077"));
    }
    assert_eq!(&*way(&behind_proxy(ProxyHeader::Forwarded), "0.0.0.0:7077").origin, "https://ops.example.com");
}

#[test]
fn the_base_is_taken_off_and_put_back() {
    let way = way(&behind_proxy(ProxyHeader::XForwardedFor), "0.0.0.0:7077");
    let request = |path: &str| Request::get(path).body(Body::empty()).expect("a request");
    for (asked, inner) in [
        ("/bridges", "/"),
        ("/bridges/", "/"),
        ("/bridges/runs?q=1", "/runs?q=1"),
        ("/bridges?q=1", "/?q=1"),
        ("/runs", "/runs"),
        ("/bridgesque", "/bridgesque"),
    ] {
        let inward = way.inward(request(asked));
        assert_eq!(inward.uri().to_string(), inner, "{asked}");
        assert_eq!(way.outward(inward).uri().to_string(), format!("/bridges{inner}"), "{asked}");
    }
}

#[test]
fn only_loopback_names_bare_addresses_and_the_public_name_are_hosts() {
    let proxied = way(&behind_proxy(ProxyHeader::XForwardedFor), "0.0.0.0:7077");
    let local = way(&Reach::default(), "127.0.0.1:7077");
    for host in ["localhost", "LOCALHOST:7077", "127.0.0.1", "127.0.0.1:7077", "[::1]", "[::1]:7077", "10.0.0.1:7077"] {
        assert!(local.is_called(host) && proxied.is_called(host), "{host}");
    }
    assert!(proxied.is_called("ops.example.com") && !local.is_called("ops.example.com"));
    for host in ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80"] {
        assert!(!local.is_called(host) && !proxied.is_called(host), "{host}");
    }
    for (host, is) in [("[::1]:7077", true), ("127.8.9.1", true), ("0.0.0.0", false), ("10.0.0.1", false)] {
        assert_eq!(is_loopback(host), is, "{host}");
    }
}

#[test]
fn an_origin_is_ours_by_its_public_name_or_by_the_name_asked_for() {
    let way = way(&behind_proxy(ProxyHeader::XForwardedFor), "0.0.0.0:7077");
    assert!(way.is_own("https://ops.example.com", "10.0.0.5:7077"));
    assert!(way.is_own("http://127.0.0.1:7077", "127.0.0.1:7077"));
    for (origin, host) in [
        ("http://ops.example.com", "ops.example.com"),
        ("https://ops.example.com.evil.example", "ops.example.com"),
        ("https://evil.example", "ops.example.com"),
        ("null", "ops.example.com"),
        ("http://127.0.0.1:1", "127.0.0.1:7077"),
    ] {
        assert!(!way.is_own(origin, host), "{origin} {host}");
    }
}

#[test]
fn in_clear_beyond_loopback_only_proxies_may_ask() {
    let proxied = way(&behind_proxy(ProxyHeader::XForwardedFor), "0.0.0.0:7077");
    assert!(proxied.admits(address("10.1.2.3")) && proxied.admits(address("127.0.0.1")));
    assert!(!proxied.admits(address("203.0.113.7")));
    let tls = Reach { tls: Some(Tls { certificate: "cert.pem".into(), key: "key.pem".into() }), ..Reach::default() };
    let tls = way(&tls, "0.0.0.0:7077");
    assert!(tls.admits(address("203.0.113.7")) && tls.is_called("any.example"));
    assert_eq!(&*tls.origin, "https://127.0.0.1:7077");
}
