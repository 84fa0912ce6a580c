//! When parts of the landscape are let alone.

use model::{SystemSpec, Timestamp, WindowSpec};
use serde_json::{Value, json};
use store::{Snapshot, StoreError, Write};

use crate::given::{Given, NOW, at, entry, integration, slug};

/// A window `slug` over everything, with some fields more or otherwise.
fn window(slug: &str, more: &Value) -> WindowSpec {
    let mut written = json!({
        "slug": slug, "name": "Größe → 尺寸", "kind": "maintenance",
        "weekly": { "days": ["sun"], "from": "22:00", "to": "02:00", "time_zone": "Europe/Berlin" },
    });
    written.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    serde_json::from_value(written).expect("a window")
}

fn put(spec: &WindowSpec) -> Write {
    Write::PutWindow { spec: spec.clone(), catalogue: None }
}

fn retire(slug: &str) -> Write {
    Write::RetireWindow { slug: crate::given::slug(slug) }
}

/// The windows of now, with the catalogue that each comes from.
async fn now(given: &Given) -> Vec<(WindowSpec, Option<String>)> {
    let rows = given.store.windows().await.expect("windows");
    rows.into_iter().map(|row| (row.spec, row.catalogue)).collect()
}

/// What there was at some moment in `from..to`, since when and until when.
async fn between(given: &Given, from: Timestamp, to: Timestamp) -> Vec<(WindowSpec, Timestamp, Option<Timestamp>)> {
    let windows = given.store.windows_between(from, to).await.expect("windows");
    windows.into_iter().map(|one| (one.spec, one.created_at, one.retired_at)).collect()
}

pub async fn a_window_comes_back_until_it_is_retired(given: &Given) {
    let nightly = window("nightly", &json!({ "systems": ["erp"], "tags": ["finance"] }));
    let freeze = window("freeze", &json!({ "kind": "freeze", "counts": true, "everything": true }));
    let from_file = Write::PutWindow { spec: freeze.clone(), catalogue: Some("landscape".to_owned()) };

    given.store.apply(&[put(&nightly), from_file], NOW).await.expect("applied");

    let landscape = Some("landscape".to_owned());
    assert_eq!(now(given).await, [(freeze, landscape), (nightly.clone(), None)], "by slug");
    given.store.apply(&[retire("freeze"), retire("never-was")], at(1)).await.expect("retired");
    assert_eq!(now(given).await, [(nightly, None)]);
    let Snapshot { systems, integrations, .. } = given.store.load().await.expect("loaded");
    assert_eq!((systems, integrations), (vec![], vec![]), "a window is in no other list");
}

pub async fn a_window_that_is_changed_tells_what_it_was(given: &Given) {
    let (first, second) = (window("nightly", &json!({})), window("nightly", &json!({ "everything": true })));
    given.store.apply(&[put(&first)], at(0)).await.expect("made");
    let before = given.store.windows().await.expect("windows").remove(0).id;

    // When it is put again as it is, it is still the same one.
    given.store.apply(&[put(&first)], at(5)).await.expect("the same again");
    assert_eq!(given.store.windows().await.expect("windows")[0].id, before);

    // When it is changed and then retired, each moment has its own.
    given.store.apply(&[put(&second)], at(10)).await.expect("changed");
    assert_eq!(now(given).await, [(second.clone(), None)]);
    assert_ne!(given.store.windows().await.expect("windows")[0].id, before);
    given.store.apply(&[retire("nightly")], at(20)).await.expect("retired");
    assert_eq!(now(given).await, []);
    let (one, two) = ((first, at(0), Some(at(10))), (second, at(10), Some(at(20))));
    assert_eq!(between(given, at(0), at(60)).await, [one.clone(), two.clone()]);
    assert_eq!(between(given, at(0), at(10)).await, [one]);
    assert_eq!(between(given, at(10), at(11)).await, [two]);
    assert_eq!(between(given, at(20), at(60)).await, []);
}

pub async fn a_slug_is_free_again_once_its_window_is_retired(given: &Given) {
    let (first, second) = (window("nightly", &json!({})), window("nightly", &json!({ "everything": true })));
    given.store.apply(&[put(&first)], at(0)).await.expect("made");
    given.store.apply(&[retire("nightly")], at(1)).await.expect("retired");
    given.store.apply(&[put(&second)], at(5)).await.expect("made anew");
    assert_eq!(now(given).await, [(second.clone(), None)]);
    let held = [(first, at(0), Some(at(1))), (second, at(5), None)];
    assert_eq!(between(given, at(0), at(60)).await, held);
}

pub async fn a_window_that_never_held_is_not_remembered(given: &Given) {
    let (slip, meant) = (window("nightly", &json!({ "everything": true })), window("nightly", &json!({})));
    given.store.apply(&[put(&slip), put(&meant)], at(5)).await.expect("corrected at once");
    assert_eq!(between(given, at(0), at(60)).await, [(meant.clone(), at(5), None)]);

    // Given a clock that was set back, when it is changed before it was made, then it is as if it had been made so.
    given.store.apply(&[put(&slip)], at(3)).await.expect("changed");
    assert_eq!(between(given, at(0), at(60)).await, [(slip, at(3), None)]);
    given.store.apply(&[retire("nightly")], at(3)).await.expect("retired");
    assert_eq!(between(given, at(0), at(60)).await, []);
}

pub async fn a_window_moves_to_the_catalogue_that_says_the_same(given: &Given) {
    let nightly = window("nightly", &json!({}));
    given.store.apply(&[put(&nightly)], NOW).await.expect("made by hand");
    let catalogue = Some("landscape".to_owned());
    let write = Write::PutWindow { spec: nightly.clone(), catalogue: catalogue.clone() };
    given.store.apply(&[write], at(1)).await.expect("adopted");
    assert_eq!(now(given).await, [(nightly.clone(), catalogue)]);
    assert_eq!(between(given, NOW, at(60)).await, [(nightly, NOW, None)], "nothing else was changed");
}

pub async fn a_window_follows_what_is_renamed(given: &Given) {
    let system = |spec: Value| {
        let spec: SystemSpec = serde_json::from_value(spec).expect("a system");
        Write::PutSystem { spec, catalogue: None }
    };
    let past = window("past", &json!({ "systems": ["crm"] }));
    let present = window("present", &json!({ "systems": ["erp", "crm"], "integrations": ["orders", "pay"] }));
    let began = [
        system(json!({ "slug": "crm", "name": "CRM" })),
        system(json!({ "slug": "erp", "name": "ERP", "depends_on": ["crm", "mail"] })),
        Write::PutIntegration { spec: integration("orders"), catalogue: None },
        put(&past),
        put(&present),
    ];
    given.store.apply(&began, at(0)).await.expect("applied");
    given.store.apply(&[retire("past")], at(5)).await.expect("retired");

    let mut orders = integration("sales-orders");
    orders.formerly = Some(slug("orders"));
    let renames = [
        system(json!({ "slug": "sales", "name": "Sales", "formerly": "crm" })),
        Write::PutIntegration { spec: orders, catalogue: None },
    ];
    given.store.apply(&renames, at(10)).await.expect("renamed");

    let windows = between(given, at(0), at(60)).await;
    assert_eq!(windows[0].0.systems, [slug("sales")], "what is past is told of by its present name");
    assert_eq!(windows[1].0.systems, [slug("erp"), slug("sales")]);
    assert_eq!(windows[1].0.integrations, [slug("sales-orders"), slug("pay")]);
    assert_eq!((windows[1].1, windows[1].2), (at(0), None), "a new name is no new window");
    let systems = given.store.load().await.expect("loaded").systems;
    assert_eq!(systems[0].spec.depends_on, [slug("sales"), slug("mail")]);
}

pub async fn a_window_is_written_with_all_beside_it_or_not(given: &Given) {
    let nightly = window("nightly", &json!({}));
    let tell = || Write::Audit(entry("window.create", "window nightly"));
    let nowhere = Write::RemoveProbe { integration: slug("nowhere"), probe: slug("api") };
    given.store.apply(&[put(&nightly), tell(), nowhere], NOW).await.expect("removing what is not there does nothing");
    assert_eq!(given.store.catalogue_revision().await.expect("a revision"), 1);

    let other = window("other", &json!({}));
    let probe = Write::PutProbe { integration: slug("nowhere"), spec: crate::given::probe("api"), ping_key: None };
    let error = given.store.apply(&[put(&other), retire("nightly"), tell(), probe], at(1)).await;
    assert!(matches!(error, Err(StoreError::Missing { .. })), "{error:?}");
    assert_eq!(now(given).await, [(nightly, None)]);
    assert_eq!(given.store.audit_after(0, 9).await.expect("entries").len(), 1);
    assert_eq!(given.store.catalogue_revision().await.expect("a revision"), 1);
}
