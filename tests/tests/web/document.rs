//! The API's document is what the API does, and the committed one is the one that is served.

use std::{fs, path::Path};

use model::{Level, Outcome};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use tests::{client_with, house::TestHouse};

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
async fn what_one_writes_forbids_nothing_of_what_is_answered() {
    let house = TestHouse::empty().await;
    let document = house.json("/api/openapi.json").await;
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let mut wholes = Vec::new();
    all_of(&document, &mut wholes);
    let parts = wholes.iter().flat_map(|whole| whole.as_array().expect("parts"));
    let open = |part: &Value| {
        let name = part["$ref"].as_str().map(|at| at.trim_start_matches("#/components/schemas/"));
        let whole = name.map_or(part, |name| &schemas[name]);
        let forms = whole["oneOf"].as_array().into_iter().flatten();
        forms.chain([whole]).all(|form| form["additionalProperties"] != false)
    };
    assert_eq!(parts.filter(|part| !open(part)).collect::<Vec<_>>(), Vec::<&Value>::new());
    assert_eq!(schemas["SystemSpec"]["additionalProperties"], false, "of what one writes no field is passed over");
    assert!(wholes.len() >= 10, "{}", wholes.len());
    house.end().await;
}

/// Every list of parts, wherever it stands.
fn all_of<'d>(value: &'d Value, found: &mut Vec<&'d Value>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("allOf"));
            fields.values().for_each(|value| all_of(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| all_of(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
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
async fn where_the_document_names_no_token_none_is_enough_and_where_it_does_one_is() {
    // Given a token of somebody who may do everything.
    let house = TestHouse::empty().await;
    let document = house.json("/api/openapi.json").await;
    let made = house.post("/api/v1/tokens", &json!({ "name": "all" })).await.1;
    let token = format!("Bearer {}", made["token"].as_str().expect("a token"));
    let bearer = client_with(&[(AUTHORIZATION, &token)]);
    let (mut with, mut without) = (0, 0);
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let said = format!("{method} {path}");
            let Some(proofs) = operation["security"].as_array() else {
                assert!(operation["responses"].get("403").is_none(), "{said} takes something and does not say what");
                continue;
            };
            let named = |name: &str| proofs.iter().any(|proof| proof.get(name).is_some());
            assert!(named("session"), "{said}: people may do everything");
            // When it is shown, then it is enough exactly where the document says so.
            let asked: String = path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part })
                .collect::<Vec<_>>()
                .join("/");
            let method = method.to_ascii_uppercase().parse().expect("a method");
            let ask = bearer.request(method, house.url(&asked)).header(CONTENT_TYPE, "application/json").body("[]");
            let status = ask.send().await.expect("an answer").status().as_u16();
            assert_eq!(named("token"), !matches!(status, 401 | 403), "{said}: {status}");
            *(if named("token") { &mut with } else { &mut without }) += 1;
        }
    }
    assert!(with > 20 && without > 15, "{with} with a token, {without} without");
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
