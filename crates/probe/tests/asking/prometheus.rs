//! Asking a real Prometheus.

use std::process::Command;

use model::Reason;
use rules::assess::Fact;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    child::{Running, free_port, program, start},
    harness::{about, ask, spec, trouble},
    server::{Server, answer},
};

fn prometheus() -> (Running, TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("prometheus.yml"), "scrape_configs: []\n").expect("written");
    let port = free_port();
    let mut command = Command::new(program("prometheus"));
    command.current_dir(folder.path()).args([
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        &format!("--web.listen-address=127.0.0.1:{port}"),
    ]);
    let (running, _) = start(command, "Server is ready to receive web requests", "apt-get install prometheus");
    (running, folder, format!("http://127.0.0.1:{port}"))
}

#[tokio::test]
async fn samples_are_facts_and_errors_are_told_in_its_words() {
    let (_running, _folder, url) = prometheus();
    let words = "value count samples warnings status json";
    let at = |query: &str| about("prometheus", json!({"url": url, "query": query}), words);

    // A vector, with its labels.
    let query = r#"label_replace(vector(7.5), "queue", "orders & more", "", "") or label_replace(vector(8), "queue", "b", "", "")"#;
    let seen = ask(&at(query)).await;
    assert_eq!((seen.trouble, seen.status_trouble), (None, None));
    assert_eq!(seen.facts.get("count"), Some(&Fact::Int(2)));
    assert_eq!(seen.facts.get("value"), Some(&Fact::Double(7.5)));
    let Some(Fact::List(samples)) = seen.facts.get("samples") else { panic!("samples") };
    let Fact::Map(first) = &samples[0] else { panic!("a sample") };
    assert_eq!(first["labels"], Fact::Map([("queue".to_owned(), Fact::from("orders & more"))].into()));
    assert!(seen.phases.first_byte_us.is_some());

    // A scalar, and what is no number.
    assert_eq!(ask(&at("scalar(vector(3))")).await.facts.get("value"), Some(&Fact::Double(3.0)));
    let Some(Fact::Double(nan)) = ask(&at("vector(0) / 0")).await.facts.get("value").cloned() else {
        panic!("a value")
    };
    assert!(nan.is_nan());

    // Nothing found, unless that is fine.
    let seen = ask(&at("absent_metric")).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Assertion);
    assert!(message.ends_with("finds no sample for the query"), "{message}");
    let fine = about("prometheus", json!({"url": url, "query": "absent_metric", "empty_is_ok": true}), words);
    let seen = ask(&fine).await;
    assert_eq!((seen.trouble, seen.facts.get("count")), (None, Some(&Fact::Int(0))));
    assert_eq!(seen.facts.get("value"), None);

    // What it does not understand, and what is not of one moment.
    let seen = ask(&at("sum(")).await;
    let told = seen.status_trouble.expect("what the status says");
    assert_eq!(told.reason, Reason::ClientError);
    assert!(told.message.starts_with("answered 400 Bad Request: bad_data "), "{}", told.message);
    let seen = ask(&at("absent_metric[5m]")).await;
    assert_eq!(trouble(&seen), (Reason::Config, "the query gives a matrix, not samples of one moment"));
}

#[tokio::test]
async fn it_is_asked_below_its_address_with_credentials() {
    let mut server = Server::http(|_| {
        answer("200 OK", "", r#"{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}"#)
    })
    .await;
    let options = json!({"url": server.url("/prom/"), "query": "up", "bearer": "hush silence", "headers": {"X-Scope-OrgID": "a"}});
    let seen = ask(&spec("prometheus", options)).await;
    assert_eq!(seen.trouble, None);
    let received = server.received().await;
    assert_eq!(received.line, "GET /prom/api/v1/query?query=up HTTP/1.1");
    assert_eq!(received.header("authorization"), Some("Bearer hush silence"));
    assert_eq!(received.header("x-scope-orgid"), Some("a"));
    assert!(!format!("{seen:?}").contains("hush"), "{seen:?}");
}
