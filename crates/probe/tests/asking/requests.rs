//! What is sent: methods, queries, bodies of every sort.

use model::Reason;
use probe::{Clients, Outside};
use serde_json::{Value, json};

use crate::{
    harness::{about, ask, ask_through, curious, spec, trouble},
    server::{Received, Server, answer},
};

/// What a server is sent by a probe of these options.
async fn sent(mut options: Value) -> Received {
    let mut server = Server::http(|_| answer("200 OK", "", "{\"data\": {}}")).await;
    options["url"] = server.url(options["url"].as_str().unwrap_or("/")).into();
    let seen = ask(&spec("http", options)).await;
    assert_eq!((seen.trouble, seen.status_trouble), (None, None));
    server.received().await
}

#[tokio::test]
async fn every_method_goes_as_it_is_written() {
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"]
    {
        let received = sent(json!({"method": method})).await;
        assert_eq!(received.line, format!("{method} / HTTP/1.1"));
        let length = matches!(method, "POST" | "PUT" | "PATCH").then_some("0");
        assert_eq!(received.header("content-length"), length, "{method}");
    }
}

#[tokio::test]
async fn parameters_are_added_to_the_query() {
    let received = sent(json!({"url": "/x?page=2", "query": {"since": "2026-01-01 &c", "ü": "ö"}})).await;
    assert_eq!(received.line, "GET /x?page=2&since=2026-01-01+%26c&%C3%BC=%C3%B6 HTTP/1.1");
}

#[tokio::test]
async fn a_body_goes_in_each_of_its_forms() {
    for (options, body, content_type) in [
        (json!({"body": "as it is"}), "as it is", None),
        (json!({"body_json": {"id": 7, "of": ["a"]}}), "{\"id\":7,\"of\":[\"a\"]}", Some("application/json")),
        (json!({"body_form": {"a": "1 2", "b": "&"}}), "a=1+2&b=%26", Some("application/x-www-form-urlencoded")),
        (json!({"body_xml": "<a/>"}), "<a/>", Some("application/xml")),
        (
            json!({"graphql": {"query": "query A { a }", "variables": {"n": 1}, "operation": "A"}}),
            "{\"operationName\":\"A\",\"query\":\"query A { a }\",\"variables\":{\"n\":1}}",
            Some("application/json"),
        ),
        (
            json!({"body_json": [], "headers": {"Content-Type": "application/vnd.erp+json"}}),
            "[]",
            Some("application/vnd.erp+json"),
        ),
    ] {
        let received = sent(options.clone()).await;
        // Without a method, whatever has a body is a POST.
        assert_eq!((received.line.as_str(), received.body.as_str()), ("POST / HTTP/1.1", body), "{options}");
        assert_eq!(received.header("content-type"), content_type, "{options}");
    }
}

#[tokio::test]
async fn a_file_goes_only_from_a_folder_that_is_open() {
    // Given a folder that is open, one that is not, and a way from the one to the other.
    let (open, shut) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    std::fs::write(open.path().join("order.bin"), b"\x00\xffbytes").expect("written");
    std::fs::write(shut.path().join("key.pem"), "a key").expect("written");
    std::os::unix::fs::symlink(shut.path().join("key.pem"), open.path().join("link")).expect("linked");
    let clients = Clients::of(Outside { body_folders: [open.path().to_owned()].into(), ..Outside::default() });
    let clients = clients.expect("clients");
    let mut server = Server::http(|_| answer("200 OK", "", "")).await;
    let at = |path: String| curious("http", json!({"url": server.url("/"), "method": "PUT", "body_file": path}));
    let here = |name: &str| open.path().join(name).display().to_string();
    let there = shut.path().join("key.pem").display().to_string();
    let (good, link, way, missing) = (at(here("order.bin")), at(here("link")), at(there), at(here("nothing")));
    let around =
        at(format!("{}/../{}/key.pem", open.path().display(), shut.path().file_name().expect("a name").display()));

    // When they are asked for, then what lies in the open one is sent,
    let seen = ask_through(&good, &clients).await;
    assert_eq!(seen.trouble, None);
    let received = server.received().await;
    assert_eq!((received.body.as_str(), received.header("content-length")), ("\u{0}\u{fffd}bytes", Some("7")));
    let kept = seen.exchange.expect("an exchange").request.body.expect("a body");
    assert_eq!(kept.excerpt, "\u{0}\u{fffd}bytes");

    // and of what lies elsewhere it is not even told whether it is there.
    for spec in [link, way, missing, around] {
        let seen = ask_through(&spec, &clients).await;
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::Config);
        assert!(message.contains("is not there, or lies in no folder that is open to probes"), "{message}");
    }
    // Where no folder is open, none is.
    assert_eq!(trouble(&ask(&good).await).0, Reason::Config);
    assert!(server.all_received().is_empty());
}

#[tokio::test]
async fn errors_of_graphql_are_trouble_though_the_status_is_fine() {
    for (status, body, expected) in [
        ("200 OK", json!({"data": {"orders": []}}), None),
        (
            "200 OK",
            json!({"errors": [{"message": "not\nyou", "extensions": {"code": "FORBIDDEN"}}]}),
            Some((Reason::Auth, "answered the query with an error: not you")),
        ),
        (
            "200 OK",
            json!({"data": null, "errors": [{"message": "the store is gone"}, {}]}),
            Some((Reason::ServerError, "answered the query with an error: the store is gone and 1 more")),
        ),
        (
            "200 OK",
            json!({"errors": [{"message": "no field", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}),
            Some((Reason::ClientError, "answered the query with an error: no field")),
        ),
        ("200 OK", json!(["a page"]), Some((Reason::Parse, "is no GraphQL result"))),
    ] {
        let text = body.to_string();
        let server = Server::http(move |_| answer(status, "", &text)).await;
        let options = json!({"url": server.url("/"), "graphql": {"query": "{ orders { id } }"}});
        let seen = ask(&about("http", options, "json.data.orders.size() == 0")).await;
        match expected {
            None => assert_eq!(seen.trouble, None, "{body}"),
            Some((reason, words)) => {
                let (found, message) = trouble(&seen);
                assert_eq!(found, reason, "{body}");
                assert!(message.ends_with(words), "{message}");
            }
        }
    }
    // What the status says is said with the server's words.
    let server = Server::http(|_| answer("400 Bad Request", "", r#"{"errors": [{"message": "no query"}]}"#)).await;
    let seen = ask(&spec("http", json!({"url": server.url("/"), "graphql": {"query": "{"}}))).await;
    let told = seen.status_trouble.expect("what the status says");
    assert_eq!((told.reason, told.message.as_str()), (Reason::ClientError, "answered 400 Bad Request: no query"));
}
