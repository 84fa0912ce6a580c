//! Catalogues: replaced exactly, written and read again without a change, and never at the cost of other owners.

use model::{Api, ChangeKind, ProblemKind};
use serde_json::json;

use crate::house::{House, faulty, slug};

const LANDSCAPE: &str = "
systems:
  - {slug: shop, name: Shop}
  - {slug: erp, name: ERP, kind: erp}
integrations:
  - slug: orders
    name: Orders
    from: shop
    to: erp
    tier: 1
    unit: order
    expect: {every: 1h, grace: 10m}
    baseline: {per: unit, minutes: [3, 5, 9], method: interview, source: the order desk, valid_from: 2020-01-01}
    probes:
      - slug: api
        kind: http
        every: 1h
        options: {url: \"https://erp.example.com/health\", bearer: hush-hush}
        assert: [status == 200]
      - {slug: job, kind: heartbeat, every: 1day}
  - {slug: stock, name: Stock, from: erp, to: shop}
";

#[tokio::test(flavor = "multi_thread")]
async fn applying_what_was_exported_changes_nothing_and_tells_no_secret() {
    let house = House::with(LANDSCAPE).await;
    house
        .api
        .create_integration(json!({"slug": "leads", "name": "Leads", "from": "ads", "to": "shop"}))
        .await
        .expect("made");
    let other = "{catalogue: payroll, systems: [{slug: hr, name: HR}, {slug: erp, name: ERP, kind: erp}], integrations: [{slug: pay, name: Pay, from: hr, to: erp}]}";
    house.api.apply_catalogue(other, false).await.expect("applied");

    let exported = house.api.export_catalogue().await.expect("exported");
    let plan = house.api.apply_catalogue(&exported, false).await.expect("applied");

    assert_eq!(plan.changes, [], "{exported}");
    assert!(!exported.contains("hush-hush"), "{exported}");
    for part in ["leads", "pay", "orders", "stock"] {
        assert!(exported.contains(part), "{part} is missing: {exported}");
    }
    let leads = house.api.integration(slug("leads")).await.expect("there");
    assert_eq!(leads.integration.catalogue, None, "what was made by hand stays so");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_survives_the_way_out_and_in() {
    let house = House::with(LANDSCAPE).await;
    let renamed = house.api.export_catalogue().await.expect("exported").replace("name: Orders", "name: All orders");
    house.api.apply_catalogue(&renamed, false).await.expect("applied");

    let stored = house.monitor.handle().board().row(&slug("orders")).expect("there").integration.spec.clone();
    assert_eq!(stored.name, "All orders");
    assert_eq!(stored.probes[0].options["bearer"], "hush-hush");

    let fresh = House::empty().await;
    assert_eq!(faulty(fresh.api.apply_catalogue(&renamed, false).await), ["integrations[0].probes[0].options.bearer"]);
    fresh.end().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_things_of_that_name_are_replaced() {
    let house = House::with(LANDSCAPE).await;
    house
        .api
        .create_integration(json!({"slug": "leads", "name": "Leads", "from": "ads", "to": "shop"}))
        .await
        .expect("made");
    let smaller = "{systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP, kind: erp}], integrations: [{slug: stock, name: Stock, from: erp, to: shop}]}";

    let planned = house.api.apply_catalogue(smaller, true).await.expect("planned");
    assert!(!planned.applied);
    assert!(house.api.integration(slug("orders")).await.is_ok(), "a dry run changes nothing");

    let plan = house.api.apply_catalogue(smaller, false).await.expect("applied");
    assert!(plan.applied);
    assert_eq!(plan.changes, planned.changes);
    assert_eq!(
        plan.changes.iter().map(|change| (change.kind, change.slug.as_str())).collect::<Vec<_>>(),
        [(ChangeKind::Remove, "orders")],
        "what stays the same is not touched"
    );
    assert_eq!(house.api.integration(slug("orders")).await.expect_err("gone").kind, ProblemKind::NotFound);
    assert!(house.api.integration(slug("leads")).await.is_ok());
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_others_is_not_taken() {
    let house = House::with(LANDSCAPE).await;
    house
        .api
        .create_integration(json!({"slug": "leads", "name": "Leads", "from": "ads", "to": "shop"}))
        .await
        .expect("made");
    let greedy = "{catalogue: other, systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP, kind: erp}, {slug: ads, name: Ads}], integrations: [{slug: orders, name: Mine, from: shop, to: erp}, {slug: leads, name: Mine too, from: ads, to: shop}]}";

    let fields = faulty(house.api.apply_catalogue(greedy, false).await);

    assert_eq!(fields, ["integrations[0].slug", "integrations[1].slug"]);
    assert_eq!(house.api.integration(slug("leads")).await.expect("there").integration.spec.name, "Leads");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_others_use_does_not_go() {
    let house = House::with(LANDSCAPE).await;
    let by_hand = json!({"slug": "leads", "name": "Leads", "from": "erp", "to": "ads"});
    house.api.create_integration(by_hand).await.expect("made");

    let problem = house.api.apply_catalogue("{systems: [{slug: shop, name: Shop}]}", false).await.expect_err("refused");

    assert_eq!(problem.errors.len(), 1, "{:?}", problem.errors);
    assert!(problem.errors[0].message.contains("`leads`"), "{:?}", problem.errors);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_document_changes_nothing_and_names_every_fault() {
    let house = House::empty().await;
    let wrong =
        "integrations:\n  - {slug: Orders!, name: Orders, from: a, to: b}\n  - {slug: ok, from: a, to: b, tier: 9}\n";

    let problem = house.api.apply_catalogue(wrong, false).await.expect_err("refused");

    assert!(problem.errors.len() >= 3, "{:?}", problem.errors);
    assert!(problem.errors.iter().all(|fault| fault.line.is_some()), "{:?}", problem.errors);
    assert_eq!(house.api.systems().await.expect("a list").items, []);
    house.end().await;
}
