//! Windows made by hand and by catalogues: checked whole, seen by whom they are over, written out and read again without a change.

use std::sync::Arc;

use model::{Api, ChangeKind, ProblemKind, Role, Scope, TestClock, Timestamp, WindowView, api::AuditQuery};
use serde_json::{Value, json};

use crate::house::{House, clash, department, faulty, person, refused, slug};

const LANDSCAPE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}, {slug: payroll, name: Payroll}]
integrations:
  - {slug: orders, name: Orders, from: shop, to: erp, department: Sales, tags: [finance]}
  - {slug: salaries, name: Salaries, from: erp, to: payroll, department: People}
windows:
  - slug: patch-night
    name: Patch night
    monthly: {nth: 2, weekday: tue, from: \"22:00\", to: \"02:00\", time_zone: Europe/Berlin}
    systems: [payroll]
";

/// Nothing of it is open, and nothing depends on when this is read.
fn clock() -> Arc<TestClock> {
    Arc::new(TestClock::at(Timestamp::parse("2026-11-23T09:41:00Z").expect("a moment")))
}

async fn house() -> House {
    let house = House::under(clock()).await;
    house.api.apply_catalogue(LANDSCAPE, false).await.expect("applied");
    house
}

/// An hour of every night.
fn nightly() -> Value {
    json!({"slug": "nightly", "cron": {"at": "0 2 * * *", "lasts": "1h"}, "integrations": ["orders"], "tags": ["finance"]})
}

/// Day and night.
fn always(name: &str) -> Value {
    json!({"slug": name, "weekly": {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "00:00"},
           "systems": ["shop"]})
}

fn slugs(windows: &[WindowView]) -> Vec<&str> {
    windows.iter().map(|window| window.spec.slug.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_made_replaced_and_retired_by_hand_and_the_audit_tells_of_it() {
    let house = house().await;
    let made = house.api.create_window(nightly()).await.expect("made");
    assert_eq!((made.spec.title(), made.catalogue.as_deref()), ("nightly", None));
    let openings: Vec<String> = made.next.iter().map(|opening| opening.from.to_string()).collect();
    assert_eq!(openings, ["2026-11-24T02:00:00.000Z", "2026-11-25T02:00:00.000Z", "2026-11-26T02:00:00.000Z"]);
    assert!(made.next.windows(2).all(|pair| pair[0].to < pair[1].from), "{:?}", made.next);
    assert!(clash(house.api.create_window(nightly()).await).contains("`nightly`"));

    // When it is said anew without its slug, then nothing stays of what it was.
    let other = json!({"kind": "freeze", "once": {"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}, "systems": ["erp"]});
    let changed = house.api.change_window(slug("nightly"), other.clone()).await.expect("changed");
    assert_eq!((changed.spec.integrations.len(), changed.spec.tags.len(), changed.next.len()), (0, 0, 0));
    house.api.change_window(slug("nightly"), other).await.expect("the same again");
    assert_eq!(house.api.window(slug("nightly")).await.expect("there"), changed);
    let elsewhere = json!({"slug": "daily", "cron": {"at": "0 2 * * *", "lasts": "1h"}, "everything": true});
    assert_eq!(faulty(house.api.change_window(slug("nightly"), elsewhere).await), ["slug"]);

    house.api.delete_window(slug("nightly")).await.expect("retired");
    assert_eq!(refused(house.api.window(slug("nightly")).await), ProblemKind::NotFound);
    assert_eq!(refused(house.api.delete_window(slug("nightly")).await), ProblemKind::NotFound);
    house.api.create_window(nightly()).await.expect("its slug is free again");

    let query = AuditQuery { subject: Some("window nightly".to_owned()), ..AuditQuery::default() };
    let told = house.api.audit(query).await.expect("the audit").items;
    let actions: Vec<_> = told.iter().rev().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["window.create", "window.change", "window.retire", "window.create"]);
    let change = &told[2];
    assert_eq!(change.before.as_ref().expect("before")["tags"], json!(["finance"]));
    assert_eq!(change.after.as_ref().expect("after")["kind"], "freeze");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_open_says_until_when_and_comes_first() {
    let house = house().await;
    house.api.create_window(nightly()).await.expect("made");
    let open = house.api.create_window(always("zz-open")).await.expect("made");
    assert!(open.open_until.is_some(), "{open:?}");
    let listed = house.api.windows().await.expect("a list").items;
    assert_eq!(slugs(&listed)[0], "zz-open");
    assert_eq!(slugs(&listed)[1..], ["nightly", "patch-night"]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_a_window_is_named_and_so_is_what_it_names_in_vain() {
    let house = house().await;
    let wrong = json!({"slug": "Night!", "kind": "pause", "cron": {"at": "often", "lasts": "1s"}, "systems": ["erp"], "color": "red"});
    let mut fields = faulty(house.api.create_window(wrong).await);
    fields.sort();
    assert_eq!(fields, ["color", "cron.lasts", "kind", "slug"]);
    let in_vain = json!({"slug": "night", "cron": {"at": "0 2 * * *", "lasts": "1h"},
        "integrations": ["orders", "order"], "systems": ["crm"], "tags": ["finanz"]});
    assert_eq!(faulty(house.api.create_window(in_vain).await), ["integrations[1]", "systems[0]", "tags[0]"]);
    assert_eq!(slugs(&house.api.windows().await.expect("a list").items), ["patch-night"]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_of_a_catalogue_are_changed_there() {
    let house = house().await;
    let body = json!({"cron": {"at": "0 2 * * *", "lasts": "1h"}, "everything": true});
    for answer in [
        clash(house.api.change_window(slug("patch-night"), body).await),
        clash(house.api.delete_window(slug("patch-night")).await),
    ] {
        assert!(answer.contains("comes from catalogue `landscape`; change it there"), "{answer}");
    }

    let plan = house.api.apply_catalogue(&LANDSCAPE.replace("22:00", "23:00"), false).await.expect("applied");
    let [change] = plan.changes.as_slice() else { panic!("{plan:?}") };
    assert_eq!(
        (change.kind, change.noun.as_str(), change.slug.as_str()),
        (ChangeKind::Change, "window", "patch-night")
    );
    let without = LANDSCAPE.split("windows:").next().expect("a beginning");
    house.api.apply_catalogue(without, false).await.expect("applied");
    assert_eq!(house.api.windows().await.expect("a list").items, []);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn applying_what_was_exported_with_its_windows_changes_nothing() {
    let house = house().await;
    house.api.create_window(nightly()).await.expect("made");
    let leads = json!({"slug": "leads", "name": "Leads", "from": "ads", "to": "shop", "tags": ["ads"]});
    house.api.create_integration(leads).await.expect("made");
    let campaign = json!({"slug": "campaign", "rrule": {"rule": "FREQ=DAILY", "starts": "2026-11-28T22:00", "lasts": "4h"},
        "integrations": ["leads", "orders"], "tags": ["ads"]});
    house.api.create_window(campaign).await.expect("made");

    let unchanged = async || {
        let exported = house.api.export_catalogue().await.expect("exported");
        let plan = house.api.apply_catalogue(&exported, false).await.expect("applied");
        assert_eq!(plan.changes, [], "{exported}");
        exported
    };
    let exported = unchanged().await;
    assert!(exported.contains("patch-night") && exported.contains("FREQ=DAILY"), "{exported}");
    let campaign = house.api.window(slug("campaign")).await.expect("there");
    assert_eq!(campaign.catalogue, None, "what was made by hand stays so");

    // When an integration goes, with the last of a tag, then what a window named in vain is in no document.
    house.api.delete_integration(slug("leads")).await.expect("retired");
    let exported = unchanged().await;
    assert!(exported.contains("campaign") && !exported.contains("leads"), "{exported}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_integration_keeps_its_windows() {
    let house = House::under(clock()).await;
    let body = json!({"slug": "orders", "name": "Orders", "from": "shop", "to": "erp", "tags": ["finance"]});
    house.api.create_integration(body).await.expect("made");
    house.api.create_window(nightly()).await.expect("made");
    house.api.change_integration(slug("orders"), json!({"slug": "sales"})).await.expect("renamed");
    assert_eq!(house.api.window(slug("nightly")).await.expect("there").spec.integrations, [slug("sales")]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_seen_and_changed_by_whom_all_of_it_is_for() {
    let house = house().await;
    house.api.create_window(nightly()).await.expect("made");
    let both =
        json!({"slug": "both", "cron": {"at": "0 3 * * *", "lasts": "1h"}, "integrations": ["orders", "salaries"]});
    house.api.create_window(both.clone()).await.expect("made");
    let everything = json!({"slug": "all", "cron": {"at": "0 4 * * *", "lasts": "1h"}, "everything": true});
    let sales = house.service.acting_as(person(Role::Engineer, department("Sales")));

    let listed = sales.windows().await.expect("a list").items;
    assert_eq!(slugs(&listed), ["nightly", "both"], "the one of the payroll is not theirs");
    assert_eq!(listed[1].spec.integrations, [slug("orders")], "nor is the other half of one");
    assert_eq!(refused(sales.window(slug("patch-night")).await), ProblemKind::NotFound);
    assert_eq!(refused(sales.delete_window(slug("patch-night")).await), ProblemKind::NotFound);

    assert_eq!(refused(sales.delete_window(slug("both")).await), ProblemKind::Forbidden);
    assert_eq!(refused(sales.create_window(everything).await), ProblemKind::Forbidden);
    let over_erp = json!({"slug": "erp", "cron": {"at": "0 4 * * *", "lasts": "1h"}, "systems": ["erp"]});
    assert_eq!(refused(sales.create_window(over_erp).await), ProblemKind::Forbidden, "salaries end there, too");
    let hidden = json!({"slug": "mine", "cron": {"at": "0 4 * * *", "lasts": "1h"}, "integrations": ["salaries"]});
    assert_eq!(faulty(sales.create_window(hidden).await), ["integrations[0]"], "what they do not see is not there");
    sales.delete_window(slug("nightly")).await.expect("theirs alone");

    let viewer = house.service.acting_as(person(Role::Viewer, Scope::default()));
    assert_eq!(refused(viewer.create_window(both).await), ProblemKind::Forbidden);
    assert_eq!(slugs(&viewer.windows().await.expect("a list").items), ["both", "patch-night"]);
    house.end().await;
}
