//! A server that stops is seen, confirmed, and cleared; and a bridge over which nothing crosses is seen though its probe is green.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    house::TestHouse,
    target::Target,
    wait::{until, within},
};

fn catalogue(url: &str) -> String {
    format!(
        "
systems:
  - {{slug: crm, name: CRM}}
  - {{slug: erp, name: ERP}}
integrations:
  - slug: orders
    name: Orders
    from: crm
    to: erp
    tier: 1
    probes:
      - {{slug: api, kind: http, url: '{url}', every: 1s, timeout: 1s}}
"
    )
}

async fn level(house: &TestHouse) -> Value {
    house.json("/api/v1/integrations/orders").await["standing"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_is_attention_then_a_problem_and_clears_when_it_is_back() {
    // Given a bridge that stands.
    let mut target = Target::start().await;
    let house = TestHouse::with(&catalogue(&target.url("/orders"))).await;
    until("the bridge to stand", async || (level(&house).await["level"] == "okay").then_some(())).await;

    // When its server stops, then the first failure is attention, still being confirmed.
    target.stop().await;
    let (seen, _) = within(Duration::from_secs(3), "the first failure", async || {
        let standing = level(&house).await;
        (standing["level"] == "attention").then_some(standing)
    })
    .await;
    assert_eq!(seen["why"][0]["confirming"], json!([1, 3]), "{seen}");

    // And after three failures it is a problem that says why and since when.
    let down = until("the problem", async || {
        let standing = level(&house).await;
        (standing["level"] == "problem").then_some(standing)
    })
    .await;
    assert_eq!(down["why"][0]["reason"], "connect", "{down}");
    assert!(down["why"][0]["since"].is_string(), "{down}");
    assert_eq!(down["answers"]["stands"]["level"], "problem");

    // When it is back, then the problem clears.
    target.start_again().await;
    until("the bridge to stand again", async || (level(&house).await["level"] == "okay").then_some(())).await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_an_assertion_fails_with_both_sides() {
    let target = Target::start().await;
    target.answers(401, r#"{"error": "token expired"}"#);
    let house = TestHouse::with(&catalogue(&target.url("/orders"))).await;

    let run = until("a failed run", async || {
        let runs = house.json("/api/v1/runs?integration=orders&outcome=failed").await;
        runs["items"].get(0).cloned()
    })
    .await;

    assert_eq!(run["reason"], "auth");
    let id = run["id"].as_str().expect("an id");
    let detail = house.json(&format!("/api/v1/runs/{id}")).await;
    assert_eq!(detail["run"]["exchange"]["response"]["status"], 401, "{detail}");
    assert!(
        detail["run"]["exchange"]["response"]["body"]["excerpt"]
            .as_str()
            .is_some_and(|body| body.contains("token expired"))
    );
    assert!(detail["curl"].as_str().is_some_and(|curl| curl.starts_with("curl ")), "{detail}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn green_probes_do_not_hide_that_nothing_crosses() {
    // Given a bridge whose probe is green, and that promises a run every second.
    let target = Target::start().await;
    let promising = catalogue(&target.url("/orders")) + "    expect: {every: 1s, grace: 1s}\n";
    let house = TestHouse::with(&promising).await;
    let (status, sent) = house.post("/api/v1/integrations/orders/runs", &json!({"outcome": "ok", "units": 3})).await;
    assert_eq!(status, 201, "{sent}");

    // When it sends no further run, then it is a problem within its grace and two seconds, though its probe stays green.
    let (standing, _) = within(Duration::from_secs(6), "the problem", async || {
        let standing = level(&house).await;
        (standing["level"] == "problem").then_some(standing)
    })
    .await;
    assert_eq!(standing["answers"]["stands"]["level"], "okay", "{standing}");
    assert_eq!(standing["answers"]["runs"]["level"], "problem", "{standing}");
    let missed = house.json("/api/v1/runs?integration=orders&outcome=missed").await;
    assert_eq!(missed["items"][0]["reason"], "overdue");
    house.end().await;
}
