//! An integration is added in one form, which tries its probe before it saves; a probe in one of its own.

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

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_is_added_and_changed_by_forms_of_its_own() {
    // Given an integration that was made by hand, without a probe.
    let target = Target::start().await;
    let port = target.url("").rsplit(':').next().expect("a port").to_owned();
    let house = TestHouse::empty().await;
    let made = serde_json::json!({"slug": "leads", "name": "Leads", "from": "hubspot", "to": "crm"});
    let (status, answer) = house.post("/api/v1/integrations", &made).await;
    assert_eq!(status, 201, "{answer}");
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;

    // When another kind than the first is chosen, then its fields are shown, and a fault stands at one of them.
    browser.go(&house.url("/integrations/leads/probes/new")).await;
    alive(&browser).await;
    let kinds = browser.client().find(Locator::Css("[name='probe.kind']")).await.expect("the kinds");
    kinds.select_by_value("tcp").await.expect("tcp");
    let shown =
        "return [...document.querySelectorAll('[data-kind]')].filter(one => !one.hidden).map(one => one.dataset.kind)";
    assert_eq!(browser.script(shown).await, serde_json::json!(["tcp"]));
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    type_into(&browser, "[data-kind=tcp] [name='probe.options.host']", "127.0.0.1").await;
    browser.click("button[value=add]").await;
    until("the fault at its field", async || {
        let fault = "return document.querySelector(\"[data-kind=tcp] [data-fault='probe.options.port']\").innerText";
        browser.script(fault).await.as_str().is_some_and(|said| !said.is_empty()).then_some(())
    })
    .await;
    // The browser itself reports the refusal.
    browser.complaints().await;

    // When it is right, then it is tried, tells where the time went, and is added.
    type_into(&browser, "[data-kind=tcp] [name='probe.options.port']", &port).await;
    browser.click("button[value=try]").await;
    until("the try's outcome", async || {
        let spent = browser.script("return document.querySelector('.tried')?.innerText").await;
        let says_where = spent.as_str().is_some_and(|spent| spent.contains("connect "));
        (says_where && browser.text().await.contains("The probe was ok")).then_some(())
    })
    .await;
    browser.click("button[value=add]").await;
    until("the probe to stand", async || {
        let probes = house.json("/api/v1/integrations/leads/probes").await;
        (probes["items"][0]["level"] == "okay").then_some(())
    })
    .await;

    // When it is changed, then what was there is filled in, and what is not touched stays.
    browser.go(&house.url("/integrations/leads/probes/api")).await;
    alive(&browser).await;
    let held = browser.script("return document.querySelector(\"[name='probe.options.port']\").value").await;
    assert_eq!(held, port.as_str());
    fill(&browser, "probe.every", "17s").await;
    browser.click("button[value=add]").await;
    until("the new period", async || {
        let probe = house.json("/api/v1/integrations/leads/probes/api").await["probe"].clone();
        (probe["every"] == "17s" && probe["kind"] == "tcp" && probe["options"]["host"] == "127.0.0.1").then_some(())
    })
    .await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
    house.end().await;
}

async fn type_into(browser: &Browser, selector: &str, text: &str) {
    let input = browser.client().find(Locator::Css(selector)).await.expect(selector);
    input.send_keys(text).await.expect(selector);
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
