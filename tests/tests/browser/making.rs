//! An integration is added in one form, which tries its probe before it saves.

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
    browser.go(&house.url("/integrations/new")).await;
    until("the form to be alive", async || {
        browser
            .script("return !!document.querySelector('form button:not([disabled])')")
            .await
            .as_bool()
            .filter(|alive| *alive)
    })
    .await;

    for (field, value) in [("name", "Leads to CRM"), ("from", "HubSpot"), ("to", "CRM"), ("url", &target.url("/leads"))]
    {
        let input = browser.client().find(fantoccini::Locator::Css(&format!("[name={field}]"))).await.expect(field);
        input.send_keys(value).await.expect(field);
    }
    browser.click("button[data-action=try]").await;
    until("the try's outcome", async || browser.text().await.contains("200").then_some(())).await;
    assert_eq!(house.json("/api/v1/integrations").await["items"], serde_json::json!([]), "a try stores nothing");

    browser.click("button[data-action=save]").await;
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
