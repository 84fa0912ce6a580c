//! Redirects are followed hop by hop, and credentials stay at home.

use model::Reason;
use rules::assess::Fact;
use serde_json::json;

use crate::{
    harness::{Names, ask, ask_through, curious, filling, spec, trouble},
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
    assert_eq!(received.header("x-trace"), None, "what a header holds cannot be told from its name");
}

/// A server that sends everybody from `127.0.0.1` to itself as `localhost`, which is another host.
async fn leading_away(status: &'static str) -> Server {
    Server::http(move |request| {
        let port = request.header("host").and_then(|host| host.rsplit(':').next()).unwrap_or_default();
        match path(&request.line) {
            "/away" => redirect(status, &format!("http://localhost:{port}/there")),
            _ => answer("200 OK", "", "there"),
        }
    })
    .await
}

#[tokio::test]
async fn what_was_filled_in_stays_with_its_host() {
    // Given a probe that has a secret in headers whose names tell nothing of it, and in no body.
    let mut server = leading_away("307 Temporary Redirect").await;
    let options = json!({
        "url": server.url("/away"), "method": "PUT", "body": "a=1",
        "headers": {"X-Trace": "t ${secret:ERP}", "Accept-Language": "${secret:ERP}", "Accept": "text/plain",
                    "Accept-Charset": "utf-8", "User-Agent": "me", "Content-Type": "text/x-form"},
    });

    // When it is led to another host.
    let seen = ask_through(&spec("http", options), &filling("hush silence")).await;

    // Then that gets what every server is told, and the body with its type.
    assert_eq!(seen.trouble, None);
    let (here, there) = (server.received().await, server.received().await);
    assert_eq!(here.header("x-trace"), Some("t hush silence"));
    assert_eq!((there.line.as_str(), there.body.as_str()), ("PUT /there HTTP/1.1", "a=1"));
    for (name, value) in [
        ("x-trace", None),
        ("accept-language", None),
        ("accept", Some("text/plain")),
        ("accept-charset", Some("utf-8")),
        ("user-agent", Some("me")),
        ("content-type", Some("text/x-form")),
    ] {
        assert_eq!(there.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn a_body_that_holds_a_secret_is_not_taken_to_another_host() {
    for (status, method, goes) in [
        ("307 Temporary Redirect", "POST", false),
        ("308 Permanent Redirect", "POST", false),
        ("302 Found", "PUT", false),
        ("301 Moved Permanently", "PATCH", false),
        // These become a GET without a body.
        ("302 Found", "POST", true),
        ("303 See Other", "PUT", true),
    ] {
        let mut server = leading_away(status).await;
        let body = json!({"url": server.url("/away"), "method": method, "body": "key=${secret:ERP}"});

        let seen = ask_through(&curious("http", body), &filling("hush silence")).await;

        let received = server.all_received();
        assert_eq!(received.len(), if goes { 2 } else { 1 }, "{status} {method}");
        assert!(received[1..].iter().all(|there| there.body.is_empty()), "{status} {method}");
        if goes {
            assert_eq!(seen.trouble, None, "{status} {method}");
        } else {
            let why = "but the body holds a secret, which is not taken to another host";
            let message = format!("redirected to localhost:{}, {why}", server.address.port());
            assert_eq!(trouble(&seen), (Reason::Redirect, message.as_str()));
        }
        assert!(!format!("{seen:?}").contains("hush"), "{seen:?}");
    }
    // One that is written out is no less a secret.
    let mut server = leading_away("308 Permanent Redirect").await;
    let body = json!({"url": server.url("/away"), "method": "POST", "bearer": "tok-12345", "body": "again: tok-12345"});
    assert_eq!(trouble(&ask(&spec("http", body)).await).0, Reason::Redirect);
    assert_eq!(server.all_received().len(), 1);
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
