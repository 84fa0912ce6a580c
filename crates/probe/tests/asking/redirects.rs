//! Redirects are followed hop by hop, and credentials stay at home.

use model::Reason;
use rules::assess::Fact;
use serde_json::json;

use crate::{
    harness::{Names, ask, ask_through, curious, spec, trouble},
    server::{Server, answer, redirect},
};

/// The path of a request line.
fn path(line: &str) -> &str {
    line.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn a_chain_is_followed_to_its_end() {
    let server = Server::http(|request| match path(&request.line) {
        "/a" => redirect("302 Found", "/b"),
        "/b" => redirect("307 Temporary Redirect", "c?x=1"),
        _ => answer("200 OK", "", "there"),
    })
    .await;

    let seen = ask(&curious("http", json!({"url": server.url("/a")}))).await;

    assert_eq!((seen.trouble, seen.facts.body()), (None, Some(b"there".as_slice())));
    let hops = vec![Fact::from(server.url("/b")), Fact::from(server.url("/c?x=1"))];
    assert_eq!(seen.facts.get("redirects"), Some(&Fact::List(hops)));
    let exchange = seen.exchange.expect("an exchange");
    assert_eq!(exchange.request.url, server.url("/a"));
    assert_eq!(exchange.redirects, [server.url("/b"), server.url("/c?x=1")]);
}

#[tokio::test]
async fn a_redirect_is_an_answer_where_none_are_to_be_followed() {
    let server = Server::http(|_| redirect("302 Found", "/b")).await;
    let seen = ask(&curious("http", json!({"url": server.url("/a"), "follow_redirects": false}))).await;
    assert_eq!((seen.trouble, seen.facts.get("status")), (None, Some(&Fact::Int(302))));
}

#[tokio::test]
async fn a_circle_is_noticed() {
    let server = Server::http(|request| match path(&request.line) {
        "/a" => redirect("302 Found", "/b"),
        _ => redirect("302 Found", "/a"),
    })
    .await;
    let seen = ask(&spec("http", json!({"url": server.url("/a")}))).await;
    let message = format!("redirects in a circle, back to {}", server.url("/a"));
    assert_eq!(trouble(&seen), (Reason::Redirect, message.as_str()));
}

#[tokio::test]
async fn ten_hops_are_followed_and_not_an_eleventh() {
    let mut server = Server::http(|request| {
        let number: usize = path(&request.line).trim_start_matches('/').parse().expect("a number");
        if number == 0 { answer("200 OK", "", "") } else { redirect("302 Found", &format!("/{}", number - 1)) }
    })
    .await;

    assert_eq!(ask(&spec("http", json!({"url": server.url("/10")}))).await.trouble, None);
    assert_eq!(server.all_received().len(), 11);

    let seen = ask(&spec("http", json!({"url": server.url("/11")}))).await;
    let message = format!("more than 10 redirects, the next to {}", server.url("/0"));
    assert_eq!(trouble(&seen), (Reason::Redirect, message.as_str()));
    assert_eq!(server.all_received().len(), 11);
}

#[tokio::test]
async fn a_redirect_to_nowhere_sensible_is_trouble() {
    let server = Server::http(|_| redirect("302 Found", "ftp://files.example/")).await;
    let seen = ask(&spec("http", json!({"url": server.url("/a")}))).await;
    let message = "redirected to `ftp://files.example/`, which is not an http or https address";
    assert_eq!(trouble(&seen), (Reason::Redirect, message));
}

#[tokio::test]
async fn credentials_are_not_taken_to_another_host() {
    // Given a server that sends everybody to another one.
    let mut other = Server::http(|_| answer("200 OK", "", "")).await;
    let port = other.address.port();
    let mut first = Server::http(move |request| match path(&request.line) {
        "/away" => redirect("307 Temporary Redirect", &format!("http://other.example:{port}/")),
        "/near" => redirect("307 Temporary Redirect", "/here"),
        _ => answer("200 OK", "", ""),
    })
    .await;
    let names = [("first.example", ["127.0.0.1"].as_slice()), ("other.example", ["127.0.0.1"].as_slice())];
    let clients = Names::of(names).clients();
    let at = |path: &str| {
        let url = format!("http://first.example:{}{path}", first.address.port());
        spec("http", json!({"url": url, "bearer": "very-secret", "headers": {"X-Api-Key": "key-1", "X-Trace": "t1"}}))
    };
    let (away, near) = (at("/away"), at("/near"));

    // When it is asked with credentials, then it gets them at both of its own hops,
    assert_eq!(ask_through(&near, &clients).await.trouble, None);
    for received in [first.received().await, first.received().await] {
        assert_eq!(received.header("authorization"), Some("Bearer very-secret"), "{}", received.line);
        assert_eq!(received.header("x-api-key"), Some("key-1"), "{}", received.line);
    }
    // and the other one does not.
    assert_eq!(ask_through(&away, &clients).await.trouble, None);
    let received = other.received().await;
    assert_eq!((received.header("authorization"), received.header("x-api-key")), (None, None));
    assert_eq!(received.header("x-trace"), Some("t1"));
}

#[tokio::test]
async fn a_form_is_posted_once_and_then_fetched() {
    let mut server = Server::http(|request| match path(&request.line) {
        "/form" => redirect("303 See Other", "/done"),
        _ => answer("200 OK", "", ""),
    })
    .await;
    let options = json!({"url": server.url("/form"), "method": "POST", "body": "a=1"});

    assert_eq!(ask(&spec("http", options)).await.trouble, None);

    let (posted, fetched) = (server.received().await, server.received().await);
    assert_eq!((posted.line.as_str(), posted.body.as_str()), ("POST /form HTTP/1.1", "a=1"));
    assert_eq!((fetched.line.as_str(), fetched.body.as_str()), ("GET /done HTTP/1.1", ""));
}
