//! A state change shows on the page without a reload.

use std::time::Duration;

use tests::{
    browser::{Browser, DESKTOP},
    house::TestHouse,
    target::Target,
    wait::{until, within},
};

/// Of the probe; a third of it lies between checks while a failure is being confirmed, so each step is in sight for 2 s.
const PERIOD: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_shows_as_attention_then_problem_and_clears() {
    // Given an overview in a browser, over a bridge that stands.
    let mut target = Target::start().await;
    let catalogue = format!(
        "
systems: [{{slug: crm, name: CRM}}, {{slug: erp, name: NetSuite}}]
integrations:
  - {{slug: orders, name: Orders to NetSuite, from: crm, to: erp, tier: 1, owner: Finance Systems,
     probes: [{{slug: api, kind: http, url: '{}', every: 6s, timeout: 1s}}]}}
",
        target.url("/")
    );
    let house = TestHouse::with(&catalogue).await;
    until("the bridge to stand", async || {
        (house.json("/api/v1/integrations/orders").await["standing"]["level"] == "okay").then_some(())
    })
    .await;
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;
    browser.go(&house.url("/")).await;
    until("the page to be live", async || browser.text().await.to_lowercase().contains("live").then_some(())).await;
    browser.script("window.neverReloaded = true").await;

    // When its server stops, then the first failure is there within a period and two seconds, as not yet sure.
    target.stop().await;
    let two = Duration::from_secs(2);
    within(PERIOD + two, "1 of 3, confirming", async || browser.text().await.contains("1 of 3").then_some(())).await;

    // And the problem with its reason after two more failures, a third of a period apart.
    within(PERIOD + two, "the problem", async || {
        let text = browser.text().await;
        (text.contains("no connection to NetSuite") && !text.contains("of 3")).then_some(())
    })
    .await;

    // When it is back, then the line is gone.
    target.start_again().await;
    within(PERIOD + two, "the overview to be calm", async || {
        (!browser.text().await.contains("no connection")).then_some(())
    })
    .await;
    assert_eq!(browser.script("return window.neverReloaded").await, true, "all that without a reload");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
    house.end().await;
}
