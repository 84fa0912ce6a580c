//! Runs that integrations send: idempotent, all or nothing, and only then acknowledged.

use serde_json::json;
use tests::{house::TestHouse, wait::until};

const CATALOGUE: &str = "
systems:
  - {slug: crm, name: CRM}
  - {slug: erp, name: ERP}
integrations:
  - slug: orders
    name: Orders
    from: crm
    to: erp
    unit: order
    baseline: {per: unit, minutes: [3, 5, 9], method: interview, source: the order desk, valid_from: 2020-01-01}
  - slug: nightly
    name: Nightly
    from: crm
    to: erp
    probes:
      - {slug: job, kind: heartbeat, every: 1day, options: {grace: 1h}}
";

#[tokio::test(flavor = "multi_thread")]
async fn the_same_run_is_stored_once_and_another_of_its_name_is_refused() {
    let house = TestHouse::with(CATALOGUE).await;
    let run = json!({"external_id": "batch-1", "started_at": "2026-01-05T08:00:00Z", "outcome": "ok", "units": 12});

    let (created, first) = house.post("/api/v1/integrations/orders/runs", &run).await;
    let (again, second) = house.post("/api/v1/integrations/orders/runs", &run).await;
    let (clash, problem) =
        house.post("/api/v1/integrations/orders/runs", &json!({"external_id": "batch-1", "outcome": "failed"})).await;

    assert_eq!((created.as_u16(), again.as_u16(), clash.as_u16()), (201, 200, 409), "{first} {second} {problem}");
    assert_eq!(first["items"][0]["id"], second["items"][0]["id"]);
    assert_eq!(problem["type"], "urn:bridgewatch:problem:conflict");
    let stored = house.json("/api/v1/runs?integration=orders&origin=integration").await;
    assert_eq!(stored["items"].as_array().map(Vec::len), Some(1), "{stored}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_run_leaves_nothing_of_its_batch_behind() {
    let house = TestHouse::with(CATALOGUE).await;
    let batch = json!([{"outcome": "ok"}, {"outcome": "splendid", "units": -1}, {"outcome": "ok", "colour": "red"}]);

    let (status, problem) = house.post("/api/v1/integrations/orders/runs", &batch).await;

    assert_eq!(status, 422, "{problem}");
    let fields: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|fault| fault["field"].as_str()).collect();
    assert_eq!(fields, ["[1].outcome", "[1].units", "[2].colour"]);
    let stored = house.json("/api/v1/runs?integration=orders").await;
    assert_eq!(stored["items"], json!([]));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_saved_by_distinct_units_and_unknown_without_any() {
    let house = TestHouse::with(CATALOGUE).await;
    let nothing = house.json("/api/v1/integrations/orders").await;
    assert_eq!(nothing["hours"]["hours"], json!(null), "no run was sent: no data, not 0");

    let order = |id: &str| json!({"external_id": id, "outcome": "ok", "units": 12, "business_key": "order-7"});
    house.post("/api/v1/integrations/orders/runs", &order("a")).await;
    house.post("/api/v1/integrations/orders/runs", &order("b")).await;
    house.post("/api/v1/integrations/orders/runs", &json!({"outcome": "failed", "units": 100})).await;
    house.monitor().roll_up().await.expect("the roll-up");

    // 12 orders at (3 + 4 * 5 + 9) / 6 minutes; the same order again and failed work do not count.
    let hours = until("the hours", async || {
        let detail = house.json("/api/v1/integrations/orders").await;
        detail["hours"]["hours"]["mean"].as_f64()
    })
    .await;
    assert!((hours - 12.0 * 32.0 / 6.0 / 60.0).abs() < 1e-9, "{hours}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_keeps_a_heartbeat_and_a_failing_one_tells() {
    let house = TestHouse::with(CATALOGUE).await;
    let probe = house.json("/api/v1/integrations/nightly/probes/job").await;
    let key = probe["probe"]["ping_key"].as_str().expect("a key").to_owned();

    let (status, text) = house.get(&format!("/ping/{key}")).await;
    assert_eq!((status.as_u16(), text.as_str()), (200, "OK"));
    let okay = house.json("/api/v1/integrations/nightly").await;
    assert_eq!(okay["standing"]["level"], "okay", "{}", okay["standing"]);

    house.get(&format!("/ping/{key}/3")).await;
    let failed = house.json("/api/v1/runs?integration=nightly&outcome=failed").await;
    assert_eq!(failed["items"].as_array().map(Vec::len), Some(1), "{failed}");
    assert_eq!(house.get("/ping/nobody-knows-this").await.0, 404);
    house.end().await;
}
