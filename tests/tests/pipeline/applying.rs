//! A catalogue is applied whole or not at all, and an export of it changes nothing.

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tests::house::TestHouse;

const CATALOGUE: &str = "
catalogue: crew
systems: [{slug: crm, name: CRM}, {slug: erp, name: ERP}]
integrations:
  - slug: orders
    name: Orders
    from: crm
    to: erp
    owner: Finance Systems
    tier: 1
    expect: {cron: '0 2 * * *', time_zone: Europe/Berlin, grace: 30m}
    probes:
      - {slug: api, kind: http, url: 'http://127.0.0.1:9/', every: 1h, assert: ['status == 200'], warn: [\"latency < duration('300ms')\"]}
";

async fn apply(house: &TestHouse, document: &str, dry_run: bool) -> (u16, Value) {
    let request = house.client().post(house.url(&format!("/api/v1/catalogue?dry_run={dry_run}")));
    let answer =
        request.header(CONTENT_TYPE, "application/yaml").body(document.to_owned()).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn applying_an_export_changes_nothing() {
    let house = TestHouse::empty().await;
    let (status, plan) = apply(&house, CATALOGUE, false).await;
    assert_eq!((status, &plan["applied"]), (200, &json!(true)), "{plan}");

    let (_, export) = house.get("/api/v1/catalogue").await;
    let (status, plan) = apply(&house, &export, false).await;

    assert_eq!((status, &plan["changes"]), (200, &json!([])), "{plan}\n{export}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_only_tells() {
    let house = TestHouse::empty().await;
    let (_, plan) = apply(&house, CATALOGUE, true).await;
    let made: Vec<&str> =
        plan["changes"].as_array().expect("changes").iter().filter_map(|change| change["slug"].as_str()).collect();
    assert!(made.contains(&"orders") && made.contains(&"orders/api") && made.contains(&"crm"), "{plan}");
    assert_eq!(house.json("/api/v1/integrations").await["items"], json!([]));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_catalogue_names_line_and_field_and_changes_nothing() {
    let house = TestHouse::empty().await;
    apply(&house, CATALOGUE, false).await;
    let wrong = CATALOGUE.replace("tier: 1", "tier: 7").replace("every: 1h", "every: soon");

    let (status, problem) = apply(&house, &wrong, false).await;

    assert_eq!(status, 422, "{problem}");
    let faults = problem["errors"].as_array().expect("errors");
    let lines: Vec<(u64, &str)> = faults
        .iter()
        .map(|fault| (fault["line"].as_u64().unwrap_or(0), fault["field"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(lines, [(10, "integrations[0].tier"), (13, "integrations[0].probes[0].every")], "{problem}");
    assert_eq!(house.json("/api/v1/integrations/orders").await["tier"], 1);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_a_catalogue_is_changed_there_only() {
    let house = TestHouse::empty().await;
    apply(&house, CATALOGUE, false).await;
    let answer = house
        .client()
        .patch(house.url("/api/v1/integrations/orders"))
        .json(&json!({"tier": 2}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 409);
    let problem: Value = answer.json().await.expect("JSON");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("crew")), "{problem}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_by_hand_is_changed_and_deleted_by_hand() {
    let house = TestHouse::empty().await;
    let made = json!({"slug": "leads", "name": "Leads", "from": "hub", "to": "crm"});
    let (status, detail) = house.post("/api/v1/integrations", &made).await;
    assert_eq!(status, 201, "{detail}");

    let probe = json!({"slug": "tcp", "kind": "tcp", "options": {"host": "127.0.0.1", "port": 9}, "every": "1h"});
    assert_eq!(house.post("/api/v1/integrations/leads/probes", &probe).await.0, 201);
    let url = house.url("/api/v1/integrations/leads");
    let changed = house.client().patch(&url).json(&json!({"owner": "Sales Ops"})).send().await.expect("an answer");
    assert_eq!(changed.status(), 200);
    let detail = house.json("/api/v1/integrations/leads").await;
    assert_eq!((&detail["owner"], &detail["probes"][0]["slug"]), (&json!("Sales Ops"), &json!("tcp")), "{detail}");

    assert_eq!(house.client().delete(&url).send().await.expect("an answer").status(), 204);
    assert_eq!(house.client().get(&url).send().await.expect("an answer").status(), 404);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_applies_is_heard_of() {
    // Given a house, and another store handle on its file, as `bridgewatch apply` has.
    let house = TestHouse::empty().await;
    let url = house.folder().join("bridgewatch.db").display().to_string().parse().expect("a store");
    let other = store::Store::open(&url).await.expect("a store");
    let file = house.folder().join("crew.yaml");
    std::fs::write(&file, CATALOGUE).expect("a catalogue");

    server::cli::apply::apply_file(&other, &file, false, model::Timestamp(1_780_000_000_000)).await.expect("applied");
    other.close().await;

    tests::wait::until("the house to hear of it", async || {
        let list = house.json("/api/v1/integrations").await;
        (list["items"][0]["slug"] == "orders").then_some(())
    })
    .await;
    house.end().await;
}
