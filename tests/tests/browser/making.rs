//! An integration is added in one form, which tries its probe before it saves.

use fantoccini::Locator;
use tests::{
    browser::{Browser, DESKTOP},
    house::TestHouse,
    target::Target,
    wait::until,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_is_tried_then_saved_and_its_integration_stands() {
    let target = Target::start().await;
    let house = TestHouse::empty().await;
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;
    browser.go(&house.url("/integrations/new")).await;
    alive(&browser).await;

    for (field, value) in
        [("name", "Leads to CRM"), ("from", "HubSpot"), ("to", "CRM"), ("probe.options.url", &target.url("/leads"))]
    {
        let input = browser.client().find(Locator::Css(&format!("[name='{field}']"))).await.expect(field);
        input.send_keys(value).await.expect(field);
    }
    browser.click("button[value=try]").await;
    until("the try's outcome", async || browser.text().await.contains("The probe was ok").then_some(())).await;
    assert_eq!(house.json("/api/v1/integrations").await["items"], serde_json::json!([]), "a try stores nothing");

    browser.click("button[value=add]").await;
    until("the integration's page", async || {
        let url = browser.client().current_url().await.expect("an address");
        url.path().ends_with("/integrations/leads-to-crm").then_some(())
    })
    .await;
    until("the bridge to stand", async || {
        (house.json("/api/v1/integrations/leads-to-crm").await["standing"]["level"] == "okay").then_some(())
    })
    .await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_by_hand_is_changed_and_retired_on_its_page() {
    // Given an integration that was made by hand, with a probe.
    let target = Target::start().await;
    let house = TestHouse::empty().await;
    let made = serde_json::json!({
        "slug": "leads", "name": "Leads", "from": "hubspot", "to": "crm", "owner": "Sales",
        "probes": [{"slug": "api", "kind": "http", "options": {"url": target.url("/leads")}, "every": "1s", "timeout": "1s"}],
    });
    let (status, answer) = house.post("/api/v1/integrations", &made).await;
    assert_eq!(status, 201, "{answer}");
    let page = house.url("/integrations/leads");
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;
    browser.go(&page).await;
    alive(&browser).await;

    // When a field is wrong, then that field says so and nothing is changed.
    open_all(&browser).await;
    fill(&browser, "runbook", "no address").await;
    browser.click("form[data-patch] button[type=submit]").await;
    until("the fault at its field", async || {
        let said = browser.script("return document.querySelector('[data-fault=runbook]').innerText").await;
        said.as_str().is_some_and(|said| !said.is_empty()).then_some(())
    })
    .await;
    assert_eq!(house.json("/api/v1/integrations/leads").await["name"], "Leads");
    // The browser itself reports the refusal.
    browser.complaints().await;

    // When it is right, then it is changed, and an empty field is cleared.
    fill(&browser, "runbook", "https://wiki.example/leads").await;
    fill(&browser, "name", "Leads to CRM").await;
    fill(&browser, "owner", "").await;
    browser.click("form[data-patch] button[type=submit]").await;
    until("the new name", async || browser.text().await.contains("Leads to CRM").then_some(())).await;
    let changed = house.json("/api/v1/integrations/leads").await;
    assert_eq!(changed["runbook"], "https://wiki.example/leads");
    assert!(changed["owner"].is_null(), "{changed}");

    // When its probe is stopped and then removed, then it is.
    alive(&browser).await;
    open_all(&browser).await;
    browser.click("[data-method=PATCH]").await;
    until("the probe to be stopped", async || {
        (house.json("/api/v1/integrations/leads/probes/api").await["probe"]["enabled"] == false).then_some(())
    })
    .await;
    browser.go(&page).await;
    alive(&browser).await;
    open_all(&browser).await;
    browser.click(".change-probes [data-method=DELETE]").await;
    until("the probe to be gone", async || {
        (house.json("/api/v1/integrations/leads/probes").await["items"] == serde_json::json!([])).then_some(())
    })
    .await;

    // When it is retired, then the list is without it.
    browser.go(&page).await;
    alive(&browser).await;
    open_all(&browser).await;
    // Asked now: the page may look for itself once more while it is being retired.
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.click("#retire [data-method=DELETE]").await;
    until("the list without it", async || {
        let url = browser.client().current_url().await.expect("an address");
        (url.path() == "/integrations" && !browser.text().await.contains("Leads to CRM")).then_some(())
    })
    .await;
    assert_eq!(house.json("/api/v1/integrations").await["items"], serde_json::json!([]));
    browser.close().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_a_catalogue_says_where_it_is_changed() {
    let catalogue = "
systems: [{slug: crm, name: CRM}, {slug: erp, name: ERP}]
integrations: [{slug: orders, name: Orders, from: crm, to: erp}]
";
    let house = TestHouse::with(catalogue).await;
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;
    browser.go(&house.url("/integrations/orders")).await;
    assert!(browser.text().await.contains("It comes from the catalogue"), "{}", browser.text().await);
    assert_eq!(browser.script("return document.querySelectorAll('[data-patch],[data-method]').length").await, 0);
    browser.close().await;
    house.end().await;
}

/// Waits until the page's islands are.
async fn alive(browser: &Browser) {
    until("the page to be alive", async || {
        (browser.script("return 'scripted' in document.documentElement.dataset").await == true).then_some(())
    })
    .await;
}

async fn open_all(browser: &Browser) {
    browser.script("document.querySelectorAll('details').forEach(details => details.open = true)").await;
}

async fn fill(browser: &Browser, field: &str, value: &str) {
    let input = browser.client().find(Locator::Css(&format!("[name='{field}']"))).await.expect(field);
    input.clear().await.expect(field);
    input.send_keys(value).await.expect(field);
}
