//! Who asks: API keys, and tokens that are granted.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use model::{ProbeSpec, Reason, Span, Timestamp};
use probe::{Asking, Clients};
use rules::assess::Observation;
use serde_json::{Value, json};

use crate::{
    harness::{NOW, PATIENT, ask, ask_through, built, curious, filling, trouble},
    server::{Server, answer},
};

fn shown(seen: &Observation) -> String {
    format!("{seen:?} {}", String::from_utf8_lossy(seen.facts.body().unwrap_or_default()))
}

#[tokio::test]
async fn an_api_key_goes_where_it_should_and_is_kept_nowhere() {
    for (mut options, header, line) in [
        (json!({}), Some("x-api-key"), "GET /x?a=1 HTTP/1.1"),
        (json!({"api_key_header": "X-Erp"}), Some("x-erp"), "GET /x?a=1 HTTP/1.1"),
        (json!({"api_key_query": "k"}), None, "GET /x?a=1&k=hush+silence HTTP/1.1"),
    ] {
        let mut server = Server::http(|request| answer("500 Internal Server Error", "", &format!("{request:?}"))).await;
        options["url"] = server.url("/x?a=1").into();
        options["api_key"] = "hush silence".into();
        let seen = ask(&curious("http", options.clone())).await;
        let received = server.received().await;
        assert_eq!(received.line, line);
        if let Some(header) = header {
            assert_eq!(received.header(header), Some("hush silence"), "{options}");
        }
        assert!(!shown(&seen).contains("hush"), "{}", shown(&seen));
    }
}

/// Who grants tokens, each time another, and takes only the one granted last; and who watches over both.
pub struct Erp {
    pub server: Server,
    pub granted: Arc<AtomicUsize>,
}

impl Erp {
    /// `life` is what it says of a token, in seconds.
    pub async fn granting(life: Value) -> Self {
        let granted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&granted);
        let server = Server::http(move |request| {
            if request.line.starts_with("POST /token") {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let token = format!("granted-{number}");
                let said = json!({"access_token": token, "token_type": "bearer", "expires_in": life});
                return answer("200 OK", "", &said.to_string());
            }
            let right = format!("Bearer granted-{}", count.load(Ordering::SeqCst));
            let sent = request.header("authorization").unwrap_or_default();
            answer(if sent == right { "200 OK" } else { "401 Unauthorized" }, "", sent)
        })
        .await;
        Self { server, granted }
    }

    /// How a token is asked for.
    pub fn oauth2(&self, send_in: &str) -> Value {
        json!({
            "url": self.server.url("/token"), "client_id": "watch:er", "client_secret": "hush silence",
            "scope": ["orders.read", "stock"], "audience": "erp", "send_in": send_in,
        })
    }

    pub fn spec(&self, send_in: &str) -> ProbeSpec {
        curious("http", json!({"url": self.server.url("/orders"), "oauth2": self.oauth2(send_in)}))
    }
}

async fn ask_at(spec: &ProbeSpec, clients: &Clients, at: Timestamp) -> Observation {
    built(spec, clients).ask(&Asking { at, timeout: PATIENT }).await
}

#[tokio::test]
async fn a_granted_token_is_used_until_it_expires() {
    let (mut erp, clients) = (Erp::granting(json!(60)).await, Clients::new().expect("clients"));
    let spec = erp.spec("header");

    // When it is asked twice, with a probe made anew in between, then one token was fetched,
    for _ in 0..2 {
        let seen = ask_at(&spec, &clients, NOW).await;
        assert_eq!((seen.trouble.clone(), seen.status_trouble.clone()), (None, None));
        // which is kept nowhere, though it was said back.
        assert!(!shown(&seen).contains("granted-1") && shown(&seen).contains("Bearer (redacted)"), "{}", shown(&seen));
    }
    assert_eq!(erp.granted.load(Ordering::SeqCst), 1);
    let asked = erp.server.received().await;
    assert_eq!(asked.header("authorization"), Some("Basic d2F0Y2glM0FlcjpodXNoK3NpbGVuY2U="), "written as forms write");
    assert_eq!(asked.body, "grant_type=client_credentials&scope=orders.read+stock&audience=erp");

    // When it has expired, or is about to, then another is fetched.
    let later = Timestamp(NOW.0 + 55_000);
    assert_eq!(ask_at(&spec, &clients, later).await.status_trouble, None);
    assert_eq!(erp.granted.load(Ordering::SeqCst), 2);
    // Other clients share nothing with these.
    assert_eq!(ask_at(&spec, &Clients::new().expect("clients"), NOW).await.status_trouble, None);
    assert_eq!(erp.granted.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_token_that_is_refused_is_fetched_once_more() {
    let (erp, clients) = (Erp::granting(json!("3600")).await, Clients::new().expect("clients"));
    let spec = erp.spec("body");
    assert_eq!(ask_at(&spec, &clients, NOW).await.status_trouble, None);

    // Given that the token has lost its force, when it is asked, then a new one is fetched and does.
    erp.granted.fetch_add(1, Ordering::SeqCst);
    let seen = ask_at(&spec, &clients, NOW).await;
    assert_eq!((seen.trouble, seen.status_trouble), (None, None));
    assert_eq!(erp.granted.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_new_token_that_is_refused_is_the_answer() {
    let mut server = Server::http(|request| {
        if request.line.starts_with("POST") {
            return answer("200 OK", "", r#"{"access_token": "granted"}"#);
        }
        answer("401 Unauthorized", "", "")
    })
    .await;
    let oauth2 = json!({"url": server.url("/token"), "client_id": "w", "client_secret": "hush silence"});
    let spec = curious("http", json!({"url": server.url("/"), "oauth2": oauth2}));
    let seen = ask(&spec).await;
    assert_eq!(seen.status_trouble.expect("what the status says").reason, Reason::Auth);
    assert_eq!(server.all_received().len(), 2);
}

#[tokio::test]
async fn why_there_is_no_token_is_said_without_what_was_sent() {
    for (status, body, reason, words) in [
        (
            "401 Unauthorized",
            r#"{"error": "invalid_client"}"#,
            Reason::Auth,
            "answered 401 Unauthorized (invalid_client)",
        ),
        ("500 Internal Server Error", "hush silence", Reason::ServerError, "answered 500 Internal Server Error"),
        ("429 Too Many Requests", "", Reason::RateLimit, "answered 429 Too Many Requests"),
        ("200 OK", "a page", Reason::Parse, "the answer holds none"),
        ("200 OK", r#"{"access_token": "t", "token_type": "mac"}"#, Reason::Protocol, "of another type than Bearer"),
        ("302 Found", "", Reason::Auth, "answered 302 Found"),
    ] {
        let server = Server::http(move |_| answer(status, "location: http://elsewhere.example/\r\n", body)).await;
        let oauth2 = json!({"url": server.url("/token"), "client_id": "w", "client_secret": "${secret:ERP}"});
        let spec = curious("http", json!({"url": server.url("/"), "oauth2": oauth2}));
        let seen = ask_through(&spec, &filling("hush silence")).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{message}");
        assert!(message.starts_with("no token from ") && message.ends_with(words), "{message}");
        assert!(!shown(&seen).contains("hush"), "{}", shown(&seen));
    }
}

#[tokio::test]
async fn many_at_once_fetch_one_token() {
    let (erp, clients) = (Erp::granting(json!(60)).await, Clients::new().expect("clients"));
    let spec = erp.spec("header");
    let asking = Asking { at: NOW, timeout: Span::seconds(20) };
    let probes: Vec<_> = (0..8).map(|_| built(&spec, &clients)).collect();
    let all = futures::future::join_all(probes.iter().map(|probe| probe.ask(&asking))).await;
    assert!(all.iter().all(|seen| seen.status_trouble.is_none() && seen.trouble.is_none()));
    assert_eq!(erp.granted.load(Ordering::SeqCst), 1);
}

#[test]
fn whom_a_secret_may_go_to_counts_all_who_see_it() {
    let clients = Clients::new().expect("clients");
    let oauth2 = json!({"url": "https://login.example/token", "client_id": "w"});
    let options = json!({"url": "https://erp.example/", "oauth2": oauth2, "proxy": "http://proxy.example:3128"});
    let peer = built(&curious("http", options), &clients).peer().expect("a peer");
    let hosts: Vec<&str> = peer.hosts().collect();
    assert_eq!(hosts, ["erp.example", "login.example", "proxy.example"]);
    assert_eq!(peer.as_str(), "https://erp.example:443 and https://login.example:443 and http://proxy.example:3128");
}
