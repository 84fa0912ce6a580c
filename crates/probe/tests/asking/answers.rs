//! Answers that come as they should.

use model::Reason;
use rules::assess::Fact;
use serde_json::json;

use crate::{
    harness::{NOW, ask, curious, spec},
    server::{Server, answer},
};

#[tokio::test]
async fn a_healthy_answer_gives_every_fact() {
    let server = Server::http(|_| answer("200 OK", "x-one: a\r\nx-one: b\r\n", "{\"n\":1}")).await;

    let seen = ask(&curious("http", json!({"url": server.url("/health?page=1")}))).await;

    assert_eq!((seen.trouble.as_ref(), seen.status_trouble.as_ref()), (None, None));
    assert_eq!(seen.started_at, NOW);
    assert_eq!(seen.facts.get("status"), Some(&Fact::Int(200)));
    assert_eq!(seen.facts.get("size"), Some(&Fact::Int(7)));
    assert_eq!(seen.facts.get("version"), Some(&Fact::from("HTTP/1.1")));
    assert_eq!(seen.facts.get("redirects"), Some(&Fact::List(Vec::new())));
    assert_eq!(seen.facts.get("cert"), None);
    assert_eq!(seen.facts.body(), Some(b"{\"n\":1}".as_slice()));
    let Some(Fact::Map(headers)) = seen.facts.get("headers") else { panic!("headers") };
    assert_eq!(headers["x-one"], Fact::from("a, b"));
    let exchange = seen.exchange.expect("an exchange");
    assert_eq!(exchange.request.url, server.url("/health?page=1"));
    assert_eq!(exchange.response.expect("a response").peer, Some(server.address.to_string()));
}

#[tokio::test]
async fn a_probe_without_expressions_gathers_nothing_that_nobody_needs() {
    let server = Server::http(|_| answer("200 OK", "", "hello")).await;

    let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;

    assert_eq!(seen.facts.body(), None);
    let exchange = seen.exchange.expect("an exchange");
    let response = exchange.response.expect("a response");
    assert_eq!((response.status, response.body, response.headers.len()), (Some(200), None, 0));
    assert_eq!(exchange.request.headers, Vec::new());
}

#[tokio::test]
async fn the_request_is_sent_as_it_is_written() {
    let mut server = Server::http(|_| answer("201 Created", "", "")).await;
    let options = json!({
        "url": server.url("/orders"), "method": "POST", "body": "{\"id\":7}",
        "headers": {"Content-Type": "application/json", "X-Trace": "t1"},
    });

    let seen = ask(&curious("http", options)).await;

    let received = server.received().await;
    assert_eq!(received.line, "POST /orders HTTP/1.1");
    assert_eq!(received.body, "{\"id\":7}");
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.header("x-trace"), Some("t1"));
    assert_eq!(received.header("user-agent"), Some(concat!("bridgewatch/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(seen.exchange.expect("an exchange").request.body.expect("a body").excerpt, "{\"id\":7}");
}

#[tokio::test]
async fn a_status_of_400_and_more_is_trouble_of_its_class_with_the_answer_kept() {
    for (status, reason) in [
        ("401 Unauthorized", Reason::Auth),
        ("403 Forbidden", Reason::Auth),
        ("404 Not Found", Reason::NotFound),
        ("410 Gone", Reason::NotFound),
        ("422 Unprocessable Entity", Reason::ClientError),
        ("429 Too Many Requests", Reason::RateLimit),
        ("500 Internal Server Error", Reason::ServerError),
        ("503 Service Unavailable", Reason::ServerError),
    ] {
        let server = Server::http(move |_| answer(status, "retry-after: 9\r\n", "no")).await;

        let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;

        assert_eq!(seen.trouble, None, "{status}: an answer came");
        assert_eq!(seen.status_trouble.map(|trouble| trouble.reason), Some(reason), "{status}");
        let response = seen.exchange.expect("an exchange").response.expect("a response");
        assert_eq!(response.body.expect("a body").excerpt, "no", "{status}");
        assert!(response.headers.contains(&("retry-after".to_owned(), "9".to_owned())), "{status}");
    }
}

#[tokio::test]
async fn a_head_request_reads_no_body_though_a_length_is_announced() {
    let server = Server::http(|_| "HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_owned()).await;
    let seen = ask(&curious("http", json!({"url": server.url("/"), "method": "HEAD"}))).await;
    assert_eq!((seen.trouble, seen.facts.get("size")), (None, Some(&Fact::Int(0))));
}

#[tokio::test]
async fn addresses_of_ipv6_are_asked_too() {
    let server = Server::http_at("[::1]:0", |_| answer("200 OK", "", "six")).await;

    let spec = curious("http", json!({"url": server.url("/")}));
    let seen = ask(&spec).await;

    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.body(), Some(b"six".as_slice()));
    let clients = probe::Clients::new().expect("clients");
    let peer = probe::build(&spec, &clients).ok().and_then(|probe| probe.peer()).expect("a peer");
    assert_eq!(peer.as_str(), format!("http://[::1]:{}", server.address.port()));
}

#[tokio::test]
async fn every_check_opens_a_connection_of_its_own() {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let server = Server::raw(move |mut stream, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            // Would keep the connection for as long as the client likes.
            while crate::server::read_request(&mut stream).await.is_ok() {
                let bytes = answer("200 OK", "", "");
                let _gone = tokio::io::AsyncWriteExt::write_all(&mut stream, bytes.as_bytes()).await;
            }
        }
    })
    .await;
    let clients = probe::Clients::new().expect("clients");
    let spec = spec("http", json!({"url": server.url("/")}));
    for _ in 0..3 {
        assert_eq!(crate::harness::ask_through(&spec, &clients).await.trouble, None);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}
