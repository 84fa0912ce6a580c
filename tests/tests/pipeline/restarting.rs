//! What was acknowledged is there after a restart, and what was known still holds.

use serde_json::json;
use tests::{house::TestHouse, target::Target, wait::until};

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_runs_and_since_when() {
    let mut target = Target::start().await;
    let catalogue = format!(
        "
systems: [{{slug: crm, name: CRM}}, {{slug: erp, name: ERP}}]
integrations:
  - slug: orders
    name: Orders
    from: crm
    to: erp
    probes: [{{slug: api, kind: http, url: '{}', every: 1s, timeout: 1s}}]
",
        target.url("/")
    );
    let house = TestHouse::with(&catalogue).await;
    let (status, sent) =
        house.post("/api/v1/integrations/orders/runs", &json!({"external_id": "1", "outcome": "ok"})).await;
    assert_eq!(status, 201);
    target.stop().await;
    let since = until("the problem", async || {
        let standing = house.json("/api/v1/integrations/orders").await["standing"].clone();
        (standing["level"] == "problem").then(|| standing["why"][0]["since"].clone())
    })
    .await;

    let house = TestHouse::in_folder(house.end().await).await;

    let id = sent["items"][0]["id"].as_str().expect("an id");
    assert_eq!(house.json(&format!("/api/v1/runs/{id}")).await["run"]["external_id"], "1");
    let standing = house.json("/api/v1/integrations/orders").await["standing"].clone();
    assert_eq!(standing["why"][0]["since"], since, "{standing}");
    house.end().await;
}
