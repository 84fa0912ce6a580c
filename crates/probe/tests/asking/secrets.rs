//! Secrets are sent as they should be and kept nowhere.

use model::Exchange;
use rules::assess::Observation;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::{
    harness::{ask, curious, trouble},
    server::{Server, answer, read_request},
};

/// Everything that would be stored or shown.
fn shown(seen: &Observation) -> String {
    format!("{seen:?} {}", String::from_utf8_lossy(seen.facts.body().unwrap_or_default()))
}

fn kept(seen: &Observation) -> &Exchange {
    seen.exchange.as_ref().expect("an exchange")
}

/// A server that repeats everything it was told.
async fn parrot() -> Server {
    Server::http(|request| {
        let authorization = request.header("authorization").unwrap_or_default();
        let key = request.header("x-api-key").unwrap_or_default();
        let headers = format!("x-echo: {authorization}\r\nset-cookie: sid=cookie-secret\r\n");
        answer("401 Unauthorized", &headers, &format!("no entry for {authorization} {key}"))
    })
    .await
}

#[tokio::test]
async fn among_bytes_that_are_no_text() {
    // Given a server that repeats what it was told after the byte 0xA0, which begins nothing in UTF-8.
    let server = Server::raw(|mut stream, _| async move {
        let Ok(request) = read_request(&mut stream).await else { return };
        let told = request.header("authorization").unwrap_or_default().as_bytes().to_vec();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", told.len() + 1);
        let _gone = stream.write_all(&[head.as_bytes(), b"\xa0", &told].concat()).await;
    })
    .await;

    let seen = ask(&curious("http", json!({"url": server.url("/"), "bearer": "tok-12345"}))).await;

    assert_eq!(seen.facts.body(), Some("\u{fffd}Bearer (redacted)".as_bytes()));
}

async fn asked(options: Value) -> (Option<String>, Observation) {
    let mut server = parrot().await;
    let mut options = options;
    let url = options["url"].as_str().unwrap_or("http://HOST/").replace("HOST", &server.address.to_string());
    options["url"] = url.into();
    let seen = ask(&curious("http", options)).await;
    (server.received().await.header("authorization").map(str::to_owned), seen)
}

#[tokio::test]
async fn a_bearer_token() {
    let (sent, seen) = asked(json!({"bearer": "tok-12345"})).await;
    assert_eq!(sent.as_deref(), Some("Bearer tok-12345"));
    assert!(!shown(&seen).contains("tok-12345"), "{}", shown(&seen));
    assert!(kept(&seen).request.headers.contains(&("authorization".to_owned(), "(redacted)".to_owned())));
    assert_eq!(seen.facts.body(), Some(b"no entry for Bearer (redacted) ".as_slice()));
}

#[tokio::test]
async fn a_user_and_a_password() {
    let (sent, seen) = asked(json!({"username": "watch", "password": "hunter2"})).await;
    assert_eq!(sent.as_deref(), Some("Basic d2F0Y2g6aHVudGVyMg=="));
    for secret in ["hunter2", "d2F0Y2g6aHVudGVyMg=="] {
        assert!(!shown(&seen).contains(secret), "{}", shown(&seen));
    }
}

#[tokio::test]
async fn user_info_in_the_address() {
    let (sent, seen) = asked(json!({"url": "http://watch:hunt%20er2@HOST/x?api_key=k-777&page=2"})).await;
    assert_eq!(sent.as_deref(), Some("Basic d2F0Y2g6aHVudCBlcjI="));
    for secret in ["hunt%20er2", "hunt er2", "watch:", "k-777"] {
        assert!(!shown(&seen).contains(secret), "{secret}: {}", shown(&seen));
    }
    assert!(kept(&seen).request.url.ends_with("/x?api_key=(redacted)&page=2"), "{}", kept(&seen).request.url);
}

#[tokio::test]
async fn headers_that_look_like_secrets() {
    let (_, seen) = asked(json!({"headers": {"X-Api-Key": "key-4711", "Cookie": "session=abcdef"}})).await;
    let said = format!("{:?}", kept(&seen));
    for secret in ["key-4711", "abcdef", "cookie-secret"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

#[tokio::test]
async fn a_token_in_the_address_of_a_hop() {
    let server = Server::http(|request| {
        if request.line.contains("/in") {
            answer("200 OK", "", "")
        } else {
            crate::server::redirect("302 Found", "/in?access_token=hop-secret")
        }
    })
    .await;
    let seen = ask(&curious("http", json!({"url": server.url("/")}))).await;
    assert_eq!(kept(&seen).redirects, [server.url("/in?access_token=(redacted)")]);
    assert!(!shown(&seen).contains("hop-secret"), "{}", shown(&seen));

    let seen = ask(&curious("http", json!({"url": server.url("/"), "follow_redirects": false}))).await;
    let location = ("location".to_owned(), "/in?access_token=(redacted)".to_owned());
    assert!(kept(&seen).response.as_ref().expect("a response").headers.contains(&location), "{:?}", kept(&seen));
}

#[tokio::test]
async fn a_token_in_what_is_said_of_trouble() {
    let server = Server::http(|request| {
        let token = request.header("authorization").unwrap_or_default().replace(' ', "-");
        crate::server::redirect("302 Found", &format!("ftp://{token}/"))
    })
    .await;
    let seen = ask(&curious("http", json!({"url": server.url("/"), "bearer": "tok-12345"}))).await;
    assert!(trouble(&seen).1.contains("(redacted)"), "{}", trouble(&seen).1);
    assert!(!shown(&seen).contains("tok-12345"), "{}", shown(&seen));
}
