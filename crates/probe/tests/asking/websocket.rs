//! Asking a real WebSocket server.

use model::{Reason, Span};
use probe::{Clients, Egress, Outside};
use rules::assess::Fact;
use serde_json::json;

use crate::{
    child::{Running, free_port, python},
    harness::{about, ask, ask_through, ask_within, built, spec, trouble},
    pki::Authority,
    server::{Server, answer, redirect},
    ways::tinyproxy,
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

#[tokio::test]
async fn a_tunnel_leads_through_a_proxy_with_tls_and_without() {
    // Given a proxy that wants to know who asks, and two servers behind it.
    let folder = tempfile::tempdir().expect("a folder");
    let (_proxy, port) = tinyproxy(folder.path(), Some("watch hush-silence"));
    let proxy = format!("http://watch:hush-silence@127.0.0.1:{port}");
    let authority = Authority::new();
    let (certificate, key) = authority.pem(&["127.0.0.1"]);
    let (certificate_path, key_path) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate_path, certificate).expect("written");
    std::fs::write(&key_path, key).expect("written");
    let (_secure, secure) = python("websocket.py", &[certificate_path.as_os_str(), key_path.as_os_str()], "websockets");
    let (_plain, plain) = python("websocket.py", &[], "websockets");
    let clients = authority.trusted(Outside::default());

    for url in [format!("ws://127.0.0.1:{plain}/events"), format!("wss://127.0.0.1:{secure}/events")] {
        let options = json!({"url": url, "proxy": proxy, "send": "are you there", "expect": "you said"});
        let probe = about("websocket", options, "body cert");

        let seen = ask_through(&probe, &clients).await;

        assert_eq!(seen.trouble, None, "{url}");
        assert_eq!(seen.facts.body(), Some(b"you said are you there".as_slice()), "{url}");
        let is_secure = url.starts_with("wss");
        assert_eq!((seen.facts.get("cert").is_some(), seen.phases.tls_us.is_some()), (is_secure, is_secure), "{url}");
        assert!(seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some(), "{:?}", seen.phases);
        let peer = seen.exchange.as_ref().and_then(|exchange| exchange.response.as_ref()?.peer.clone());
        assert_eq!(peer, Some(format!("127.0.0.1:{port}")), "who was connected to");
        assert!(!format!("{seen:?}").contains("hush"), "{seen:?}");
        // Who sees what is sent counts for limits and for the vault.
        let asked = url.trim_end_matches("/events");
        let both = format!("{asked} and http://127.0.0.1:{port}");
        assert_eq!(built(&probe, &clients).peer().expect("a peer").as_str(), both);
    }

    // Without the password it opens no way.
    let stranger = format!("http://127.0.0.1:{port}");
    let seen = ask(&spec("websocket", json!({"url": format!("ws://127.0.0.1:{plain}/"), "proxy": stranger}))).await;
    let message = format!("the proxy 127.0.0.1:{port} wants to know who asks: it answered 407");
    assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()));
}

#[tokio::test]
async fn where_nobody_may_go_no_proxy_leads() {
    let gone = format!("http://127.0.0.1:{}", free_port());
    let at = |url: &str| spec("websocket", json!({"url": url, "proxy": gone}));
    let seen = ask(&at("ws://erp.example/")).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Connect);
    assert!(message.starts_with("the proxy: no connection to 127.0.0.1:"), "{message}");

    let seen = ask(&at("wss://169.254.169.254/")).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Config);
    assert!(message.starts_with("169.254.169.254:443 may not be asked: "), "{message}");

    let denied = Egress { denied: ["127.0.0.0/8".parse().expect("a network")].into(), ..Egress::default() };
    let clients = Clients::of(Outside { egress: denied, ..Outside::default() }).expect("clients");
    let seen = ask_through(&at("ws://erp.example/"), &clients).await;
    assert_eq!(trouble(&seen).0, Reason::Config, "the proxy's own address is checked");
}
