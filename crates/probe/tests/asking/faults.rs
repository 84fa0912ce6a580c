//! Servers that misbehave: every one gets its reason and a sentence that names it, in time.

use std::{
    future::pending,
    time::{Duration, Instant},
};

use model::{Reason, Span};
use probe::Clients;
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpListener};

use crate::{
    harness::{Names, ask, ask_through, ask_within, spec, trouble},
    server::{Server, answer, read_request},
};

/// How much later than its timeout an attempt may end.
const SLACK: Duration = Duration::from_millis(250);

#[tokio::test]
async fn nobody_listens() {
    // Given a port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);

    let seen = ask(&spec("http", json!({"url": format!("http://{address}/")}))).await;

    let message = format!("no connection to {address}: connection refused");
    assert_eq!(trouble(&seen), (Reason::Connect, message.as_str()));
    assert_eq!(seen.exchange.expect("an exchange").response, None);
    assert_eq!(seen.phases.first_byte_us, None);
}

#[tokio::test]
async fn a_name_that_means_nothing() {
    let seen = ask(&spec("http", json!({"url": "http://nowhere.invalid/"}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Dns);
    assert!(message.starts_with("the name nowhere.invalid does not resolve: "), "{message}");
    assert!(seen.phases.dns_us.is_some() && seen.phases.connect_us.is_none(), "{:?}", seen.phases);
}

#[tokio::test]
async fn a_name_without_addresses() {
    let clients = Names::of([("empty.example", &[])]).clients();
    let seen = ask_through(&spec("http", json!({"url": "http://empty.example/"})), &clients).await;
    assert_eq!(trouble(&seen), (Reason::Dns, "the name empty.example does not resolve: it has no address"));
}

#[tokio::test]
async fn it_closes_at_once() {
    let server = Server::raw(|stream, _| async move { drop(stream) }).await;
    let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Connect, "{message}");
    assert!(
        message.starts_with(&format!("{} ", server.address)) && message.ends_with("before it answered"),
        "{message}"
    );
}

#[tokio::test]
async fn it_closes_when_it_has_the_request() {
    let server = Server::raw(|mut stream, _| async move { drop(read_request(&mut stream).await) }).await;
    let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;
    let message = format!("{} closed the connection before it answered", server.address);
    assert_eq!(trouble(&seen), (Reason::Connect, message.as_str()));
}

#[tokio::test]
async fn it_answers_garbage() {
    let server = Server::raw(|mut stream, _| async move {
        let _asked = read_request(&mut stream).await;
        let _gone = stream.write_all(b"220 mail.example ESMTP ready\r\n\r\n").await;
    })
    .await;
    let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Protocol);
    assert!(message.starts_with(&format!("the answer of {} is not HTTP: ", server.address)), "{message}");
}

#[tokio::test]
async fn its_answer_breaks_off() {
    let server = Server::http(|_| "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned()).await;
    let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Protocol);
    assert!(message.contains("broke off after 4 bytes"), "{message}");
    let body = seen.exchange.expect("an exchange").response.expect("a response").body.expect("a body");
    assert_eq!((body.excerpt.as_str(), body.cut), ("half", true));
}

#[tokio::test]
async fn its_chunks_are_no_chunks() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\nhello\r\n".to_owned();
    let server = Server::http(move |_| chunked.clone()).await;
    let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;
    assert_eq!(trouble(&seen).0, Reason::Protocol);
}

#[tokio::test]
async fn it_answers_more_than_is_read() {
    let server = Server::http(|_| answer("200 OK", "", &"x".repeat(2_000))).await;
    let at = |limit: i64| spec("http", json!({"url": server.url("/"), "max_body_bytes": limit}));

    assert_eq!(ask(&at(2_000)).await.trouble, None);
    let seen = ask(&at(1_999)).await;
    let message = format!("{} answered more than 1999 bytes", server.address);
    assert_eq!(trouble(&seen), (Reason::TooLarge, message.as_str()));
    let body = seen.exchange.expect("an exchange").response.expect("a response").body.expect("a body");
    assert_eq!((body.bytes, body.cut), (1_999, true));
}

#[tokio::test]
async fn it_never_stops_answering() {
    let server = Server::raw(|mut stream, _| async move {
        let _asked = read_request(&mut stream).await;
        let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8_192]).await.is_ok() {}
    })
    .await;
    let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;
    assert_eq!(trouble(&seen).0, Reason::TooLarge);
}

#[tokio::test]
async fn it_accepts_and_hangs() {
    let server = Server::raw(|stream, _| async move {
        let _held = stream;
        pending::<()>().await;
    })
    .await;
    let began = Instant::now();
    let clients = Clients::new().expect("clients");
    let seen = ask_within(&spec("http", json!({"url": server.url("/")})), &clients, Span::ms(300)).await;

    let took = began.elapsed();
    let message = format!("no answer from {} within 300ms (waiting for the first byte)", server.address);
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
    assert!(took < Duration::from_millis(300) + SLACK, "{took:?}");
    assert!(seen.phases.first_byte_us.is_some_and(|us| us > 200_000), "{:?}", seen.phases);
}

#[tokio::test]
async fn it_hangs_in_tls() {
    let server = Server::raw(|stream, _| async move {
        let _held = stream;
        pending::<()>().await;
    })
    .await;
    let clients = Clients::new().expect("clients");
    let url = format!("https://{}/", server.address);
    let seen = ask_within(&spec("http", json!({"url": url})), &clients, Span::ms(300)).await;
    let message = format!("no answer from {} within 300ms (shaking hands in TLS)", server.address);
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
}

#[tokio::test]
async fn its_name_takes_too_long() {
    let clients = Names::of([("slow.example", &["127.0.0.1"])]).after(Duration::from_mins(1)).clients();
    let seen = ask_within(&spec("http", json!({"url": "http://slow.example/"})), &clients, Span::ms(300)).await;
    let message = "no answer from slow.example:80 within 300ms (resolving the name)";
    assert_eq!(trouble(&seen), (Reason::Timeout, message));
}

#[tokio::test]
async fn it_trickles() {
    // Given a server that sends a byte every few milliseconds, so that it is never silent.
    let server = Server::raw(|mut stream, _| async move {
        let _asked = read_request(&mut stream).await;
        let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await;
        let mut beat = tokio::time::interval(Duration::from_millis(10));
        while stream.write_all(b".").await.is_ok() {
            beat.tick().await;
        }
    })
    .await;
    let began = Instant::now();
    let clients = Clients::new().expect("clients");
    let seen = ask_within(&spec("http", json!({"url": server.url("/")})), &clients, Span::ms(400)).await;

    let took = began.elapsed();
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Timeout);
    assert!(message.contains("within 400ms (reading the answer, "), "{message}");
    assert!(took < Duration::from_millis(400) + SLACK, "{took:?}");
    let response = seen.exchange.expect("an exchange").response.expect("a response");
    assert!(response.body.expect("a body").excerpt.starts_with('.'));
}
