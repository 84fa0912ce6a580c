//! No barriers, no complaints, at three widths and in both themes; and readable without scripts.

use serde_json::json;
use tests::{
    browser::{Browser, DESKTOP, PHONE, TABLET},
    house::TestHouse,
    target::Target,
    wait::until,
};

async fn house_with_runs(target: &Target) -> (TestHouse, String) {
    let catalogue = format!(
        "
systems: [{{slug: crm, name: CRM}}, {{slug: erp, name: NetSuite}}]
integrations:
  - slug: orders
    name: Orders to NetSuite with a name that is as long as names become when nobody stops them
    from: crm
    to: erp
    tier: 1
    unit: order
    owner: Finance Systems
    runbook: https://wiki.example/orders
    baseline: {{per: unit, minutes: [3, 5, 9], method: interview, source: the order desk, valid_from: 2020-01-01}}
    probes: [{{slug: api, kind: http, url: '{}', every: 1s, timeout: 1s, measures: {{depth: {{value: json.depth}}}}}}]
  - {{slug: idle, name: Never evidenced, from: crm, to: erp}}
",
        target.url("/")
    );
    target.answers(500, r#"{"error": "no", "depth": 3}"#);
    let house = TestHouse::with(&catalogue).await;
    let sent = json!([{"outcome": "ok", "units": 5}, {"outcome": "partial", "records": {"written": 3, "failed": 2}, "steps": [{"name": "load", "outcome": "ok"}]}]);
    house.post("/api/v1/integrations/orders/runs", &sent).await;
    let run = until("a failed run", async || {
        let runs = house.json("/api/v1/runs?integration=orders&outcome=failed").await;
        runs["items"][0]["id"].as_str().map(str::to_owned)
    })
    .await;
    house.monitor().roll_up().await.expect("the roll-up");
    (house, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_barriers_or_complaints() {
    let target = Target::start().await;
    let (house, run) = house_with_runs(&target).await;
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;
    let pages = [
        "/".to_owned(),
        "/integrations".to_owned(),
        "/integrations/orders".to_owned(),
        "/integrations/new".to_owned(),
        "/maintenance".to_owned(),
        "/channels".to_owned(),
        "/runs".to_owned(),
        "/account".to_owned(),
        "/people".to_owned(),
        "/secrets".to_owned(),
        "/audit".to_owned(),
        format!("/runs/{run}"),
    ];
    let mut wrong = Vec::new();
    for page in &pages {
        for screen in [DESKTOP, TABLET, PHONE, DESKTOP.in_the_dark(), PHONE.in_the_dark()] {
            browser.look_with(screen).await;
            browser.go(&house.url(page)).await;
            wrong
                .extend(browser.barriers().await.into_iter().map(|barrier| format!("{page} at {screen:?}: {barrier}")));
            let wider = browser.script("return document.documentElement.scrollWidth - window.innerWidth").await;
            if wider.as_i64().is_none_or(|by| by > 0) {
                wrong.push(format!("{page} at {screen:?} is {wider} px too wide"));
            }
        }
        wrong.extend(browser.complaints().await.into_iter().map(|complaint| format!("{page}: {complaint}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.close().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_readable_without_scripts() {
    let target = Target::start().await;
    let (house, run) = house_with_runs(&target).await;
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;
    browser.scripts(false).await;
    for (page, says) in [
        ("/", "Orders to NetSuite"),
        ("/integrations", "Never evidenced"),
        ("/runs", "server error"),
        (&format!("/runs/{run}"), "500"),
    ] {
        browser.go(&house.url(page)).await;
        let source =
            browser.client().find(fantoccini::Locator::Css("main")).await.expect("main").text().await.expect("text");
        assert!(source.contains(says), "{page} does not say {says} without scripts: {source}");
    }
    browser.close().await;
    house.end().await;
}
