//! Asking a real WebSocket server.

use model::{Reason, Span};
use probe::Clients;
use rules::assess::Fact;
use serde_json::json;

use crate::{
    child::{Running, python},
    harness::{about, ask, ask_within, spec, trouble},
    server::{Server, answer, redirect},
};

fn echo() -> (Running, String) {
    let (running, port) = python("websocket.py", &[], "websockets");
    (running, format!("ws://127.0.0.1:{port}/events?token=hush-silence"))
}

#[tokio::test]
async fn a_connection_is_upgraded_and_a_message_is_waited_for() {
    let (_running, url) = echo();
    let options =
        json!({"url": url, "send": "are you there", "expect": "you said are you", "subprotocols": ["events.v2"]});

    let seen = ask(&about("websocket", options, "body subprotocol")).await;

    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.get("status"), Some(&Fact::Int(101)));
    assert_eq!(seen.facts.get("subprotocol"), Some(&Fact::from("events.v2")));
    assert_eq!(seen.facts.get("messages"), Some(&Fact::Int(2)));
    assert_eq!(seen.facts.body(), Some(b"you said are you there".as_slice()));
    assert!(matches!(seen.facts.get("upgrade_time"), Some(Fact::DurationUs(0..))));
    assert!(seen.phases.connect_us.is_some() && seen.phases.transfer_us.is_some(), "{:?}", seen.phases);
    let shown = format!("{seen:?}");
    assert!(shown.contains("sec-websocket-accept") && !shown.contains("hush"), "{shown}");
}

#[tokio::test]
async fn the_first_message_is_read_where_an_expression_looks_at_it() {
    let (_running, url) = echo();
    let seen = ask(&about("websocket", json!({"url": url}), "json.queue.depth < 10")).await;
    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.body(), Some(br#"{"ready": true, "queue": {"depth": 7}}"#.as_slice()));
}

#[tokio::test]
async fn what_never_comes_and_what_is_too_large_are_said() {
    let (_running, url) = echo();
    let clients = Clients::new().expect("clients");
    let waiting = spec("websocket", json!({"url": url, "expect": "good news"}));
    let seen = ask_within(&waiting, &clients, Span::ms(500)).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Timeout);
    assert!(message.ends_with("within 500ms (waiting for `good news`)"), "{message}");

    let small = json!({"url": url, "expect": "ready", "max_message_bytes": 10});
    assert_eq!(trouble(&ask(&spec("websocket", small)).await).0, Reason::TooLarge);
}

#[tokio::test]
async fn who_does_not_upgrade_is_told_by_the_status() {
    let forbidding = Server::http(|_| answer("403 Forbidden", "", "not you")).await;
    let url = forbidding.url("/").replace("http://", "ws://");
    let seen = ask(&spec("websocket", json!({"url": url, "bearer": "hush silence"}))).await;
    let told = seen.status_trouble.clone().expect("what the status says");
    assert_eq!((told.reason, told.message.as_str()), (Reason::Auth, "answered 403 Forbidden"));
    assert_eq!((seen.trouble.clone(), seen.facts.get("status")), (None, Some(&Fact::Int(403))));
    let shown = format!("{seen:?}");
    assert!(shown.contains("not you") && !shown.contains("hush"), "{shown}");

    for (said, words) in [
        (answer("200 OK", "", "a page"), "answered 200 where the connection should have been upgraded"),
        (redirect("302 Found", "/there"), "answered 302 where the connection should have been upgraded"),
        ("220 mail ready\r\n".to_owned(), "is no WebSocket"),
    ] {
        let server = Server::http(move |_| said.clone()).await;
        let url = server.url("/").replace("http://", "ws://");
        let seen = ask(&spec("websocket", json!({"url": url}))).await;
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::Protocol, "{message}");
        assert!(message.contains(words), "{message}");
    }
}
