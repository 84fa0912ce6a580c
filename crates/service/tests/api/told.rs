//! What the audit keeps of changes to the catalogue and to people.

use futures::future::join;
use model::{Api, AuditEntry, Role, Scope, api::AuditQuery};
use serde_json::{Value, json};
use service::Vouched;

use crate::{
    house::{House, slug},
    sign_in::visit,
};

const LANDSCAPE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]
integrations:
  - slug: orders
    name: Orders
    from: shop
    to: erp
    tier: 1
    baseline: {per: unit, minutes: [3, 5, 9], method: interview, source: the order desk, valid_from: 2020-01-01}
    probes:
      - {slug: api, kind: http, every: 1h, options: {url: \"https://erp.example.com/\", bearer: hush-hush}}
      - {slug: job, kind: heartbeat, every: 1day}
  - {slug: stock, name: Stock, from: erp, to: shop, probes: [{slug: sync, kind: heartbeat, every: 1day}]}
";

/// The entries of an action, oldest first.
async fn told(house: &House, action: &str) -> Vec<AuditEntry> {
    let query = AuditQuery { action: Some(action.to_owned()), ..AuditQuery::default() };
    let mut entries = house.api.audit(query).await.expect("the audit").items;
    entries.reverse();
    entries
}

fn names(side: Option<&Value>) -> Vec<&str> {
    side.and_then(Value::as_object).expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_is_told_thing_by_thing_as_it_was_and_as_it_is() {
    // Given a landscape,
    let house = House::with(LANDSCAPE).await;
    let made = told(&house, "catalogue.apply").await.remove(0);
    let all = [
        "baseline orders/baseline",
        "integration orders",
        "integration stock",
        "probe orders/api",
        "probe orders/job",
        "probe stock/sync",
        "system erp",
        "system shop",
    ];
    let mut said = names(made.after.as_ref());
    said.sort_unstable();
    assert_eq!((made.before.as_ref(), said), (None, all.to_vec()));
    let after = made.after.as_ref().expect("something");
    assert_eq!(
        (&after["integration orders"]["tier"], &after["integration orders"]["probes"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(after["probe orders/api"]["options"]["bearer"], "(redacted)");

    // when another is applied, in which one is renamed, one probe asks elsewhere, one is new, and an integration is gone,
    let other = LANDSCAPE
        .replace("slug: orders\n", "slug: sales\n    formerly: orders\n")
        .replace("tier: 1", "tier: 2")
        .replace("erp.example.com", "me:hush@elsewhere.example.com")
        .replace("{slug: job,", "{slug: night,")
        .replace("name: ERP", "name: NetSuite");
    let other = other.split("  - {slug: stock").next().expect("a beginning");
    house.api.apply_catalogue(other, false).await.expect("applied");

    // then each is told before and after, under one name, and no secret is.
    let changed = told(&house, "catalogue.apply").await.remove(1);
    let (before, after) = (changed.before.as_ref().expect("before"), changed.after.as_ref().expect("after"));
    assert_eq!((&before["system erp"]["name"], &after["system erp"]["name"]), (&json!("ERP"), &json!("NetSuite")));
    let (was, is) = (&before["integration sales"], &after["integration sales"]);
    assert_eq!((&was["slug"], &was["tier"]), (&json!("orders"), &json!(1)));
    assert_eq!((&is["slug"], &is["tier"]), (&json!("sales"), &json!(2)));
    let url = |side: &Value| side["probe sales/api"]["options"]["url"].clone();
    assert_eq!(url(before), "https://erp.example.com/");
    assert_eq!(url(after), "https://(redacted)@elsewhere.example.com/");
    assert_eq!((&before["probe sales/night"], &after["probe sales/night"]["every"]), (&Value::Null, &json!("1day")));
    assert_eq!((&before["probe sales/job"]["every"], &after["probe sales/job"]), (&json!("1day"), &Value::Null));
    let gone = &before["integration stock"];
    assert_eq!((&gone["probes"][0]["slug"], &after["integration stock"]), (&json!("sync"), &Value::Null));
    assert!(!serde_json::to_string(&[made, changed]).expect("JSON").contains("hush"));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_changes_an_entry_keeps_some_whole_and_the_names_of_all() {
    let systems: Vec<String> = (0..1_000).map(|number| format!("{{slug: s{number}, name: S}}")).collect();
    let house = House::with(&format!("systems: [{}]", systems.join(", "))).await;
    let after = told(&house, "catalogue.apply").await.remove(0).after.expect("something");
    assert_eq!(names(Some(&after)).len(), 201);
    assert_eq!(after["more"]["number"], 800);
    assert_eq!(after["more"]["changes"][799], "create system s999");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_names_the_systems_that_it_makes() {
    let house = House::with("systems: [{slug: erp, name: ERP}]").await;
    let leads = json!({"slug": "leads", "name": "Leads", "from": "web", "to": "erp", "via": ["bus", "web"]});
    house.api.create_integration(leads).await.expect("made");
    house.api.change_integration(slug("leads"), json!({"to": "crm"})).await.expect("changed");
    house.api.change_integration(slug("leads"), json!({"tier": 1})).await.expect("changed");

    let made: Vec<Value> = told(&house, "integration.")
        .await
        .into_iter()
        .map(|entry| entry.after.expect("something")["new_systems"].clone())
        .collect();
    assert_eq!(made, [json!(["bus", "web"]), json!(["crm"]), Value::Null]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_change_of_a_person_at_once_is_told_as_it_happened_and_not_undone() {
    let house = House::empty().await;
    let vouched = |name: String, standing| Vouched {
        provider: "contoso".to_owned(),
        subject: "1".to_owned(),
        email: Some("ann@example.com".to_owned()),
        name: Some(name),
        standing,
    };
    let first = vouched("Ann".to_owned(), Some((Role::Engineer, Scope::default())));
    let ann = house.service.sign_in_vouched(&first, &visit("192.0.2.1")).await.expect("signed in").person;
    for number in 0..20 {
        let role = if number % 2 == 0 { Role::Viewer } else { Role::Engineer };
        let again = vouched(format!("Ann {number}"), None);
        let from = visit("192.0.2.1");
        let (changed, signed_in) =
            join(house.api.change_person(ann, json!({"role": role})), house.service.sign_in_vouched(&again, &from))
                .await;
        changed.expect("changed");
        signed_in.expect("signed in");
        let now = house.api.person(ann).await.expect("there");
        assert_eq!((now.role, now.name), (role, format!("Ann {number}")), "neither takes the other's back");
    }
    let entries = told(&house, "person.change").await;
    assert_eq!(entries.len(), 40);
    for (one, next) in entries.iter().zip(&entries[1..]) {
        assert_eq!(one.after, next.before, "entries {} and {}", one.seq, next.seq);
    }
    house.end().await;
}
