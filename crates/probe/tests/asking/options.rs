//! What is written wrong is named, all of it at once.

use model::Fault;
use probe::{Clients, build, kinds};
use rules::kind::Kind;
use serde_json::{Value, json};

use crate::harness::spec;

fn faults(kind: &str, options: Value) -> Vec<Fault> {
    build(&spec(kind, options), &Clients::new().expect("clients")).map(|_| ()).expect_err("faults")
}

fn fields(kind: &str, options: Value) -> Vec<String> {
    let mut fields: Vec<String> = faults(kind, options).into_iter().map(|fault| fault.field).collect();
    fields.sort();
    fields
}

#[test]
fn every_wrong_option_is_named() {
    for (kind, options, wrong) in [
        ("http", json!({}), vec!["options.url"]),
        ("http", json!({"url": "erp.example"}), vec!["options.url"]),
        ("http", json!({"url": "ftp://erp.example/"}), vec!["options.url"]),
        (
            "http",
            json!({"url": 7, "method": "FETCH", "urll": "x"}),
            vec!["options.method", "options.url", "options.urll"],
        ),
        ("http", json!({"url": "http://a/", "max_body_bytes": 0}), vec!["options.max_body_bytes"]),
        ("http", json!({"url": "http://a/", "follow_redirects": "yes"}), vec!["options.follow_redirects"]),
        ("http", json!({"url": "http://a/", "headers": {"a b": "c"}}), vec!["options.headers.a b"]),
        ("http", json!({"url": "http://a/", "headers": {"a": "b\nc"}}), vec!["options.headers.a"]),
        (
            "http",
            json!({"url": "http://a/", "headers": {"Content-Length": "3"}}),
            vec!["options.headers.Content-Length"],
        ),
        ("http", json!({"url": "http://a/", "headers": ["a"]}), vec!["options.headers"]),
        ("http", json!({"url": "http://a/", "password": "p"}), vec!["options.username"]),
        ("http", json!({"url": "http://a/", "username": "u", "bearer": "t"}), vec!["options.bearer"]),
        ("http", json!({"url": "http://a/", "bearer": "t\n"}), vec!["options.bearer"]),
        ("tcp", json!({}), vec!["options.host", "options.port"]),
        ("tcp", json!({"host": "", "port": 70_000}), vec!["options.host", "options.port"]),
        ("heartbeat", json!({}), vec!["kind"]),
        ("telepathy", json!({}), vec!["kind"]),
    ] {
        assert_eq!(fields(kind, options.clone()), wrong, "{kind} {options}");
    }
}

#[test]
fn a_fault_says_what_would_be_right() {
    let fault = faults("http", json!({"url": "http://a/", "method": "FETCH"})).remove(0);
    assert_eq!(fault.allowed.as_deref(), Some("one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    let fault = faults("telepathy", json!({})).remove(0);
    assert_eq!(fault.allowed.as_deref(), Some("one of http, tcp, heartbeat"));
}

#[test]
fn the_table_tells_of_every_kind() {
    let names: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
    assert_eq!(names, ["http", "tcp", "heartbeat"]);
    for kind in kinds() {
        assert_eq!(kind.counts_as_ask, kind.name != "heartbeat");
        assert!(kind.options.iter().all(|option| !option.help.is_empty()));
    }
    let http = Kind::find(kinds(), "http").expect("http");
    let secrets: Vec<&str> = http.options.iter().filter(|option| option.secret).map(|option| option.name).collect();
    assert_eq!(secrets, ["password", "bearer"]);
}
