//! Link-local addresses are refused wherever they come from: written down, resolved, or sent by a redirect.

use std::sync::Arc;

use model::Reason;
use probe::{Clients, Egress, Outside};
use serde_json::json;

use crate::{
    harness::{Names, ask, ask_through, spec, trouble},
    server::{Server, answer, redirect},
};

const METADATA: &str = "169.254.169.254";

#[tokio::test]
async fn as_a_literal() {
    for url in
        ["http://169.254.169.254/", "http://0xa9fea9fe/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/"]
    {
        let seen = ask(&spec("http", json!({"url": url}))).await;
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::Config, "{url}");
        assert!(message.contains("is a link-local address, which probes may not ask"), "{url}: {message}");
    }
    let seen = ask(&spec("tcp", json!({"host": METADATA, "port": 80}))).await;
    assert_eq!(trouble(&seen).0, Reason::Config);
}

#[tokio::test]
async fn as_what_a_name_means() {
    let clients = Names::of([("meta.example", &[METADATA])]).clients();
    for probe in
        [spec("http", json!({"url": "http://meta.example/"})), spec("tcp", json!({"host": "meta.example", "port": 80}))]
    {
        let seen = ask_through(&probe, &clients).await;
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::Config, "{}", probe.kind);
        assert!(message.starts_with("meta.example:80 may not be asked: 169.254.169.254 "), "{message}");
    }
}

#[tokio::test]
async fn as_one_of_the_addresses_of_a_name_it_is_left_out() {
    let server = Server::http(|_| answer("200 OK", "", "")).await;
    let clients = Names::of([("both.example", &["fe80::1", "127.0.0.1"])]).clients();
    let url = format!("http://both.example:{}/", server.address.port());
    assert_eq!(ask_through(&spec("http", json!({"url": url})), &clients).await.trouble, None);
}

#[tokio::test]
async fn as_a_hop() {
    let clients = Names::of([("meta.example", &[METADATA])]).clients();
    for location in ["http://169.254.169.254/latest", "http://meta.example/latest"] {
        let server = Server::http(move |_| redirect("302 Found", location)).await;
        let seen = ask_through(&spec("http", json!({"url": server.url("/")})), &clients).await;
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::Redirect, "{location}");
        assert!(message.starts_with("redirected to ") && message.contains(METADATA), "{message}");
    }
}

#[tokio::test]
async fn unless_they_are_allowed() {
    let names = Names::of([("meta.example", &["fe80::1"])]);
    let egress = Egress { deny_link_local: false, ..Egress::default() };
    let outside = Outside { egress, lookup: Arc::new(names), ..Outside::default() };
    let clients = Clients::of(outside).expect("clients");
    let seen = ask_through(&spec("http", json!({"url": "http://meta.example:9/"})), &clients).await;
    // Nobody is there, but it was tried.
    assert_eq!(trouble(&seen).0, Reason::Connect);
}
