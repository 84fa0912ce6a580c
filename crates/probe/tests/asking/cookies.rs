//! Cookies within a check, and where redirects may lead.

use model::Reason;
use serde_json::json;

use crate::{
    harness::{Names, ask, ask_through, curious, spec, trouble},
    server::{Server, answer, redirect},
};

/// Sends to a login page whoever has no session, and back once there is one.
async fn portal() -> Server {
    Server::http(|request| {
        let cookie = request.header("cookie").unwrap_or_default().to_owned();
        match (request.line.contains("/login"), cookie.contains("sid=abc-123")) {
            (true, _) => answer("302 Found", "set-cookie: sid=abc-123; Path=/\r\nlocation: /\r\n", ""),
            (false, false) => redirect("302 Found", "/login"),
            (false, true) => answer("200 OK", "", &format!("inside, with {cookie}")),
        }
    })
    .await
}

#[tokio::test]
async fn a_session_is_kept_from_hop_to_hop_and_from_check_to_check_none() {
    let mut server = portal().await;
    let with = spec("http", json!({"url": server.url("/"), "headers": {"Cookie": "lang=de"}}));
    for _ in 0..2 {
        let seen = ask(&with).await;
        assert_eq!((seen.trouble, seen.status_trouble), (None, None));
        let received = server.all_received();
        let cookies: Vec<_> = received.iter().map(|request| request.header("cookie").unwrap_or_default()).collect();
        assert_eq!(cookies, ["lang=de", "lang=de", "lang=de; sid=abc-123"]);
    }
    // Without them one goes round and round.
    let seen = ask(&spec("http", json!({"url": server.url("/"), "cookies": false}))).await;
    assert!(trouble(&seen).1.starts_with("redirects in a circle"), "{:?}", trouble(&seen));
}

#[tokio::test]
async fn redirects_may_be_bounded_in_number_and_to_the_host() {
    let server = Server::http(|request| {
        let port = request.header("host").and_then(|host| host.rsplit(':').next()).unwrap_or_default().to_owned();
        match request.line.split(' ').nth(1) {
            Some("/1") => redirect("302 Found", "/2"),
            Some("/2") => redirect("302 Found", "/3"),
            Some("/away") => redirect("302 Found", &format!("http://other.example:{port}/3")),
            _ => answer("200 OK", "", "there"),
        }
    })
    .await;
    let clients = Names::of([("other.example", &["127.0.0.1"])]).clients();
    let at = |path: &str, more: serde_json::Value| {
        let mut options = more;
        options["url"] = server.url(path).into();
        curious("http", options)
    };
    let seen = ask_through(&at("/1", json!({"max_redirects": 1})), &clients).await;
    let message = format!("more than 1 redirects, the next to {}", server.url("/3"));
    assert_eq!(trouble(&seen), (Reason::Redirect, message.as_str()));
    assert_eq!(ask_through(&at("/1", json!({"max_redirects": 2})), &clients).await.trouble, None);
    assert_eq!(ask_through(&at("/1", json!({"redirects_to": "same_host"})), &clients).await.trouble, None);
    assert_eq!(ask_through(&at("/away", json!({})), &clients).await.trouble, None);
    let seen = ask_through(&at("/away", json!({"redirects_to": "same_host"})), &clients).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Redirect);
    assert!(message.starts_with("redirected to another host, to http://other.example:"), "{message}");
}
