//! The API's document is what the API does, and the committed one is the one that is served.

use std::{fs, path::Path};

use model::{Level, Outcome};
use serde_json::{Value, json};
use tests::house::TestHouse;

#[tokio::test(flavor = "multi_thread")]
async fn the_committed_document_is_the_one_that_is_served() {
    let house = TestHouse::empty().await;
    let served = house.json("/api/openapi.json").await;
    let pretty = serde_json::to_string_pretty(&served).expect("JSON") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&path, &pretty).expect("the document is written");
    }
    let committed = fs::read_to_string(&path).expect("docs/openapi.json");
    assert!(
        committed == pretty,
        "docs/openapi.json is not what is served: run UPDATE_OPENAPI=1 cargo xtask test document"
    );
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_has_the_words_that_are_said() {
    let house = TestHouse::empty().await;
    let document = house.json("/api/openapi.json").await;
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let mut enumerations = 0;
    for (name, schema) in schemas {
        for word in schema["enum"].as_array().into_iter().flatten() {
            enumerations += 1;
            let word = word.as_str().expect("a word");
            assert!(word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_'), "{name}: {word}");
        }
    }
    assert!(enumerations > 30, "{enumerations}");
    assert_eq!(schemas["Outcome"]["enum"], json!(Outcome::ALL));
    assert_eq!(schemas["Level"]["enum"], json!(Level::ALL));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_says_what_can_go_wrong() {
    let house = TestHouse::empty().await;
    let document = house.json("/api/openapi.json").await;
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() > 15, "{}", paths.len());
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            let answers = operation["responses"].as_object().expect("answers");
            assert!(
                operation["summary"].is_string() || operation["description"].is_string(),
                "{method} {path} says nothing"
            );
            assert!(answers.keys().any(|status| status.starts_with('2')), "{method} {path} never succeeds");
            let takes_body = operation.get("requestBody").is_some_and(|body| !body.is_null());
            assert!(!takes_body || answers.contains_key("422"), "{method} {path} takes a body and never refuses it");
        }
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_to_browse_it_loads_nothing_from_elsewhere() {
    let house = TestHouse::empty().await;
    let (status, html) = house.get("/api/docs/").await;
    assert_eq!(status, 200);
    assert!(!html.contains("https://") && !html.contains("//cdn"), "{html}");
    for asset in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        assert_eq!(house.get(&format!("/api/docs/{asset}")).await.0, 200, "{asset}");
    }
    let initialiser = house.get("/api/docs/swagger-initializer.js").await.1;
    assert!(initialiser.contains("/api/openapi.json"), "{initialiser}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_tells_how_it_is() {
    let house = TestHouse::empty().await;
    assert_eq!(house.get("/healthz").await, (reqwest::StatusCode::OK, "ok".to_owned()));
    assert_eq!(house.get("/readyz").await, (reqwest::StatusCode::OK, "ready".to_owned()));
    let (status, metrics) = house.get("/metrics").await;
    assert_eq!(status, 200);
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        assert!(name.starts_with("bridgewatch_") && value.parse::<f64>().is_ok(), "{line}");
    }
    let overview: Value = house.json("/api/v1/overview").await;
    assert_eq!(overview["attention"], serde_json::json!([]));
    house.end().await;
}
