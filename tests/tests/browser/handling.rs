//! Somebody is told that a bridge broke, says on its page that they take care of it, mutes and pauses it; lets a system alone for a
//! while; and tries a channel.

use std::collections::BTreeMap;

use fantoccini::Locator;
use model::{ChannelKind, Slug};
use serde_json::{Value, json};
use server::config::ChannelSettings;
use tests::{
    browser::{Browser, DESKTOP, PHONE},
    house::TestHouse,
    target::Target,
    wait::until,
};

const ORDERS: &str = "/api/v1/integrations/orders";

/// A channel that tells Finance Systems by this hook.
fn channel(hook: &Target) -> ChannelSettings {
    ChannelSettings {
        name: Slug::parse("finance-hook").expect("a slug"),
        kind: ChannelKind::Webhook,
        owners: vec!["Finance Systems".to_owned()],
        to: Vec::new(),
        url: Some(hook.url("/told")),
        secret: Some("four unrelated words here".to_owned()),
        headers: BTreeMap::new(),
    }
}

/// A house with a bridge of Finance Systems whose server answers 500, and the channel by which they are told.
async fn house_in_trouble(target: &Target, hook: &Target) -> TestHouse {
    let told_by = channel(hook);
    let house = TestHouse::configured(|config| config.channels = vec![told_by]).await;
    target.answers(500, "{}");
    let made = json!({
        "slug": "orders", "name": "Orders", "from": "crm", "to": "erp", "owner": "Finance Systems",
        "probes": [{"slug": "api", "kind": "http", "options": {"url": target.url("/orders")}, "every": "1s", "timeout": "1s"}],
    });
    let (status, answer) = house.post("/api/v1/integrations", &made).await;
    assert_eq!(status, 201, "{answer}");
    house
}

async fn reads(browser: &Browser, text: &str) {
    until(&format!("\"{text}\" on the page"), async || browser.text().await.contains(text).then_some(())).await;
}

/// Waits until the API tells so of the integration.
async fn holds(house: &TestHouse, what: &str, told: impl Fn(&Value) -> bool) {
    until(what, async || told(&house.json(ORDERS).await).then_some(())).await;
}

async fn fill(browser: &Browser, selector: &str, value: &str) {
    let field = browser.client().wait().for_element(Locator::Css(selector)).await.expect(selector);
    if field.tag_name().await.expect("a name") == "select" {
        field.select_by_value(value).await.expect(selector);
    } else {
        field.send_keys(value).await.expect(selector);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_told_and_says_on_the_page_that_they_take_care_of_it() {
    // Given a bridge in trouble, whose owner was told.
    let (target, hook) = (Target::start().await, Target::start().await);
    let house = house_in_trouble(&target, &hook).await;
    until("the owner to be told", async || {
        let notices = house.json(&format!("{ORDERS}/notices")).await;
        (notices["items"][0]["state"] == "sent").then_some(())
    })
    .await;
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;
    let page = house.url("/integrations/orders");

    // Then the page says who was told and what the other side answered.
    browser.go(&page).await;
    reads(&browser, "Told by finance-hook at").await;
    reads(&browser, "200 {\"ok\": true}").await;

    // When the trouble is acknowledged, then the page says by whom.
    browser.click("summary[aria-label='Acknowledge: Orders']").await;
    fill(&browser, ".act[open] [name=note]", "Asked the vendor").await;
    browser.click("button[aria-label='Acknowledge Orders']").await;
    reads(&browser, "Acknowledged: you take care of it.").await;
    reads(&browser, "Asked the vendor").await;
    holds(&house, "the acknowledgement", |orders| orders["handling"]["acknowledged"]["note"] == "Asked the vendor")
        .await;

    // When it is muted until a moment that has passed, then that field says so and nothing is changed.
    browser.click("summary[aria-label='Mute: Orders']").await;
    browser.script("document.querySelector('.act[open] [name=until]').value = '2020-01-01T00:00'").await;
    browser.click("button[aria-label='Mute Orders']").await;
    until("the fault at its field", async || {
        let fault = "const field = document.querySelector('.act[open] [name=until]');
            return !!field && field.getAttribute('aria-invalid') === 'true' && document.activeElement === field";
        browser.script(fault).await.as_bool().filter(|&told| told).map(drop)
    })
    .await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    // The browser itself reports the refusal.
    browser.complaints().await;
    holds(&house, "nothing to be muted", |orders| orders["handling"]["muted"].is_null()).await;

    // When it is muted for an hour, then it is, until it is taken back.
    browser.go(&page).await;
    browser.click("summary[aria-label='Mute: Orders']").await;
    browser.click("button[aria-label='Mute Orders']").await;
    reads(&browser, "Muted by").await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    browser.click("button[aria-label='Unmute: Orders']").await;
    reads(&browser, "No longer muted").await;
    holds(&house, "the silence to end", |orders| orders["handling"]["muted"].is_null()).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_and_on_a_phone_a_bridge_is_paused_and_resumed() {
    let (target, hook) = (Target::start().await, Target::start().await);
    let house = house_in_trouble(&target, &hook).await;
    let browser = Browser::open(PHONE).await;
    browser.sign_in(&house).await;
    browser.scripts(false).await;

    // When it is paused for four hours, then its level says so and its server is asked no more.
    browser.go(&house.url("/integrations/orders")).await;
    browser.click("summary[aria-label='Pause: Orders']").await;
    fill(&browser, ".act[open] [name=for]", "4h").await;
    browser.click("button[aria-label='Pause Orders']").await;
    holds(&house, "the pause", |orders| {
        orders["standing"]["level"] == "paused" && orders["handling"]["paused"]["until"].is_string()
    })
    .await;

    // When it is resumed, then it is asked again.
    let asked = target.asked();
    browser.go(&house.url("/integrations/orders")).await;
    browser.click("button[aria-label='Resume: Orders']").await;
    until("the server to be asked again", async || (target.asked() > asked).then_some(())).await;
    holds(&house, "the pause to end", |orders| orders["handling"]["paused"].is_null()).await;

    // When one probe alone is paused, then the integration is not.
    browser.go(&house.url("/integrations/orders")).await;
    browser.click("summary[aria-label='Pause: api']").await;
    browser.click("button[aria-label='Pause api']").await;
    holds(&house, "the probe's pause", |orders| {
        orders["handling"]["paused"].is_null() && orders["probe_states"][0]["handling"]["paused"].is_object()
    })
    .await;
    browser.close().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_added_and_deleted_and_a_channel_tried() {
    // Given a house with a bridge and a channel.
    let (target, hook) = (Target::start().await, Target::start().await);
    let house = house_in_trouble(&target, &hook).await;
    let browser = Browser::open(DESKTOP).await;
    browser.sign_in(&house).await;

    // When a window is written whose system is not there, then its field says so and keeps what was typed.
    browser.go(&house.url("/maintenance")).await;
    reads(&browser, "Here every window will have a row").await;
    fill(&browser, ".window-form [name=name]", "ERP patch night").await;
    fill(&browser, ".window-form [name=form]", "cron").await;
    fill(&browser, ".window-form [name='cron.at']", "0 2 * * *").await;
    fill(&browser, ".window-form [name='cron.lasts']", "1h").await;
    fill(&browser, ".window-form [name=systems]", "no-such").await;
    let shown = "return [...document.querySelectorAll('[data-form]')].filter(one => one.offsetParent).map(one => one.dataset.form)";
    assert_eq!(browser.script(shown).await, json!(["cron"]), "only the fields of the chosen form of opening");
    browser.click(".window-form button[type=submit]").await;
    until("the fault at its field", async || {
        let fault = "const field = document.querySelector('[name=systems]');
            return field.getAttribute('aria-invalid') === 'true' && document.querySelector('[name=name]').value";
        (browser.script(fault).await == "ERP patch night").then_some(())
    })
    .await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    browser.complaints().await;

    // When it is right, then it has a row, and every reader sees when it opens.
    browser.script("document.querySelector('.window-form [name=systems]').value = 'erp'").await;
    browser.click(".window-form button[type=submit]").await;
    reads(&browser, "The window is added.").await;
    reads(&browser, "at 0 2 * * * for 1h").await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    assert_eq!(house.json("/api/v1/windows").await["items"][0]["slug"], "erp-patch-night");

    // When it is deleted, then it is gone.
    browser.click(".rows.windows details.sure summary").await;
    browser.click(".rows.windows details.sure button[type=submit]").await;
    reads(&browser, "The window is deleted.").await;
    assert_eq!(house.json("/api/v1/windows").await["items"], json!([]));

    // When a channel is tried, then the page shows the other side's words, whatever they are.
    browser.go(&house.url("/channels")).await;
    browser.click("button[aria-label='Send a test by finance-hook']").await;
    reads(&browser, "finance-hook took the test.").await;
    reads(&browser, "200 {\"ok\": true}").await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    hook.answers(410, "this hook is gone");
    browser.click("button[aria-label='Send a test by finance-hook']").await;
    reads(&browser, "finance-hook did not take the test.").await;
    reads(&browser, "this hook is gone").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
    house.end().await;
}
