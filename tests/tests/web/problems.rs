//! What is wrong is answered as problem+json that names the field and the remedy.

use model::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::house::TestHouse;

async fn ask(house: &TestHouse, method: Method, path: &str, body: Option<&str>) -> (StatusCode, Value) {
    let mut request = house.client().request(method, house.url(path));
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_owned());
    }
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    (answer.status(), answer.json().await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_request_is_a_problem() {
    let house = TestHouse::empty().await;
    let cases = [
        (Method::GET, "/api/v1/integrations/nobody", None, 404, "not-found"),
        (Method::GET, "/api/v1/integrations/No%20Slug", None, 404, "not-found"),
        (Method::GET, "/api/v1/runs/no-id", None, 404, "not-found"),
        (Method::GET, "/api/v1/nothing", None, 404, "not-found"),
        (Method::GET, "/api/v1/runs?outcome=splendid", None, 422, "invalid"),
        (Method::GET, "/api/v1/runs?colour=red", None, 422, "invalid"),
        (Method::GET, "/api/v1/runs?cursor=garbage", None, 422, "invalid"),
        (Method::GET, "/api/v1/integrations?limit=0", None, 422, "invalid"),
        (Method::PUT, "/api/v1/systems", Some("{}"), 405, "method-not-allowed"),
        (Method::POST, "/api/v1/systems", Some("{"), 400, "malformed"),
        (Method::POST, "/api/v1/systems", Some("{}"), 422, "invalid"),
        (Method::POST, "/api/v1/integrations/nobody/runs", Some("{\"outcome\": \"ok\"}"), 404, "not-found"),
        (Method::POST, "/api/v1/demo/servers/netsuite", Some("{\"running\": false}"), 404, "not-found"),
    ];
    for (method, path, body, status, kind) in cases {
        let (answered, problem) = ask(&house, method.clone(), path, body).await;
        assert_eq!(answered, status, "{method} {path}: {problem}");
        assert_eq!(problem["type"], format!("urn:bridgewatch:problem:{kind}"), "{method} {path}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{method} {path}");
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_wrong_fields_are_named_at_once() {
    let house = TestHouse::empty().await;
    let wrong =
        json!({"slug": "Orders!", "from": "crm", "tier": 9, "probes": [{"slug": "api", "kind": "ftp", "every": "1s"}]});
    let (status, problem) = ask(&house, Method::POST, "/api/v1/integrations", Some(&wrong.to_string())).await;
    assert_eq!(status, 422);
    let fields: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|fault| fault["field"].as_str()).collect();
    for field in ["slug", "name", "to", "tier", "probes[0].kind"] {
        assert!(fields.contains(&field), "{field} is not among {fields:?}");
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_large_a_body_is_refused() {
    let house = TestHouse::empty().await;
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(3 * 1024 * 1024));
    let (status, problem) = ask(&house, Method::POST, "/api/v1/systems", Some(&large)).await;
    assert_eq!((status.as_u16(), &problem["type"]), (413, &json!("urn:bridgewatch:problem:too-large")));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_field_of_a_form_is_not_said_and_a_value_may_end_with_an_equals_sign() {
    let house = TestHouse::empty().await;
    assert_eq!(house.json("/api/v1/runs?outcome=&q=&limit=5").await["items"], json!([]));
    let (status, problem) = ask(&house, Method::GET, "/api/v1/runs?cursor=abc=", None).await;
    assert_eq!(status, 422, "the cursor is read, not dropped: {problem}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_counts_the_whole_house_is_for_those_who_see_all_of_it() {
    let house = TestHouse::empty().await;
    let cookie = house.signed_in(Role::Engineer).await;
    let ask = async || {
        let metrics = house.client().get(house.url("/metrics")).header("cookie", &cookie);
        metrics.send().await.expect("an answer")
    };
    let answer = ask().await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.text().await.expect("a text").contains("bridgewatch_integrations{level=\"okay\"}"));

    // When they are to see a part of it from now on.
    let people = house.json("/api/v1/people").await;
    let engineer = people["items"].as_array().expect("people").iter().find(|person| person["role"] == "engineer");
    let id = &engineer.expect("an engineer")["id"];
    let body = json!({"scope": {"departments": ["Sales"]}}).to_string();
    let path = format!("/api/v1/people/{id}");
    let changed = house.client().patch(house.url(&path)).header("content-type", "application/json").body(body);
    assert_eq!(changed.send().await.expect("an answer").status(), StatusCode::OK);

    // Then they are told whom to ask.
    let answer = ask().await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.expect("JSON");
    assert!(
        problem["detail"].as_str().is_some_and(|detail| detail.contains("someone who sees everything")),
        "{problem}"
    );
    house.end().await;
}
