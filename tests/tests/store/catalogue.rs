//! Systems, integrations, probes, baselines.

use std::collections::BTreeSet;

use model::{BaselineSpec, IntegrationSpec, Lifecycle, Slug, SystemSpec, Timestamp};
use store::{StoreError, TokenOwner, Write};

use crate::{
    given::{Given, NOW, at, integration, probe, slug},
    identity::token,
};

fn put_system(slug: &str) -> Write {
    let spec: SystemSpec =
        serde_json::from_value(serde_json::json!({ "slug": slug, "name": "Größe → 尺寸" })).expect("a spec");
    Write::PutSystem { spec, catalogue: None }
}

fn put(spec: IntegrationSpec) -> Write {
    Write::PutIntegration { spec, catalogue: Some("landscape".to_owned()) }
}

fn put_probe(integration: &str, ping_key: Option<&str>) -> Write {
    Write::PutProbe { integration: slug(integration), spec: probe("api"), ping_key: ping_key.map(str::to_owned) }
}

fn baseline(likely_minutes: f64) -> BaselineSpec {
    serde_json::from_value(serde_json::json!({
        "per": "unit", "low_minutes": 1.0, "likely_minutes": likely_minutes, "high_minutes": 9.0,
        "method": "interview", "source": "Jo", "valid_from": "2026-01-01",
    }))
    .expect("a spec")
}

pub async fn what_is_put_is_loaded(given: &Given) {
    let spec = integration("orders");
    let writes = [
        put_system("crm"),
        put(spec.clone()),
        put_probe("orders", None),
        Write::AddBaseline { integration: slug("orders"), spec: baseline(5.0) },
    ];
    given.store.apply(&writes, NOW).await.expect("applied");

    let snapshot = given.store.load().await.expect("loaded");
    assert_eq!(snapshot.systems[0].spec.name, "Größe → 尺寸");
    assert_eq!(snapshot.systems[0].catalogue, None);
    let stored = &snapshot.integrations[0];
    assert_eq!((&stored.spec, stored.created_at, stored.retired_at), (&spec, NOW, None));
    assert_eq!(stored.catalogue.as_deref(), Some("landscape"));
    assert_eq!((&snapshot.probes[0].spec, snapshot.probes[0].integration_id), (&probe("api"), stored.id));
    assert_eq!((&snapshot.baselines[0].spec, snapshot.baselines[0].version), (&baseline(5.0), 1));
}

pub async fn keys_are_ordered_byte_by_byte(given: &Given) {
    // a collation of a language puts `a-c` behind `ab`
    let writes = ["ab", "a-c", "a0", "b"].map(put_system);
    given.store.apply(&writes, NOW).await.expect("applied");
    let slugs: Vec<Slug> =
        given.store.load().await.expect("loaded").systems.into_iter().map(|one| one.spec.slug).collect();
    assert_eq!(slugs, ["a-c", "a0", "ab", "b"].map(slug));
}

pub async fn who_writes_the_catalogue_moves_its_revision(given: &Given) {
    let revision = async || given.store.catalogue_revision().await.expect("a revision");
    assert_eq!(revision().await, 0);
    given.store.apply(&[], NOW).await.expect("applied");
    assert_eq!(revision().await, 0, "nothing was written");
    for count in 1..=12 {
        given.store.apply(&[put_system("crm")], NOW).await.expect("applied");
        assert_eq!(revision().await, count);
    }
}

pub async fn all_writes_or_none(given: &Given) {
    let error =
        given.store.apply(&[put_system("crm"), put_probe("nowhere", None)], NOW).await.expect_err("no integration");
    assert!(matches!(&error, StoreError::Missing { noun: "integration", name } if name == "nowhere"), "{error}");
    assert_eq!(given.store.load().await.expect("loaded").systems, []);
}

pub async fn retired_things_come_back_by_their_slug(given: &Given) {
    let orders = given.bridge("orders").await;
    given.store.apply(&[Write::RetireIntegration { slug: slug("orders") }], at(1)).await.expect("retired");
    let snapshot = given.store.load().await.expect("loaded");
    assert_eq!((snapshot.integrations, snapshot.probes), (vec![], vec![]));
    let retired = async |of: &str| given.store.retired_integration(&slug(of)).await.expect("readable");
    assert_eq!(retired("orders").await, Some(integration("orders")));
    assert_eq!(retired("stock").await, None);

    given.store.apply(&[put(integration("orders"))], at(2)).await.expect("revived");
    assert_eq!(retired("orders").await, None, "it lives");
    let snapshot = given.store.load().await.expect("loaded");
    assert_eq!(snapshot.integrations[0].id, orders.integration);
    assert_eq!(snapshot.probes, [], "its probes come back one by one");
    given.store.apply(&[put_probe("orders", None)], at(3)).await.expect("revived");
    assert_eq!(given.store.load().await.expect("loaded").probes[0].id, orders.probe);
}

pub async fn who_could_send_before_it_was_retired_cannot_under_its_next_slug(given: &Given) {
    let first = [put(integration("orders")), put_probe("orders", Some("key-1"))];
    given.store.apply(&first, NOW).await.expect("applied");
    let orders = given.store.load().await.expect("loaded").integrations.remove(0).id;
    let token = token(TokenOwner::Integration(orders), "token", None);
    given.store.add_token(&token, NOW, None).await.expect("written").expect("an integration");
    let gone = [
        Write::RemoveProbe { integration: slug("orders"), probe: slug("api") },
        Write::RetireIntegration { slug: slug("orders") },
        put_system("crm"),
        Write::RetireSystem { slug: slug("crm") },
    ];
    given.store.apply(&gone, at(1)).await.expect("retired");
    let retired = given.store.retired().await.expect("readable");
    let names = |slugs: BTreeSet<Slug>| slugs.into_iter().collect::<Vec<_>>();
    assert_eq!((names(retired.systems), names(retired.integrations)), (vec![slug("crm")], vec![slug("orders")]));

    let mut revived = integration("sales");
    revived.formerly = Some(slug("orders"));
    given.store.apply(&[put(revived), put_probe("sales", Some("key-2"))], at(2)).await.expect("revived");

    let snapshot = given.store.load().await.expect("loaded");
    assert_eq!(snapshot.integrations[0].id, orders, "its history is its own");
    assert_eq!(snapshot.probes[0].ping_key.as_deref(), Some("key-2"));
    assert_eq!(given.store.token("token", at(3)).await.expect("readable"), None);
    assert_eq!(names(given.store.retired().await.expect("readable").integrations), []);
}

pub async fn a_rename_keeps_the_row_and_is_followed(given: &Given) {
    let orders = given.bridge("orders").await;
    given.store.apply(&[put_system("crm")], NOW).await.expect("applied");
    let mut system: SystemSpec = serde_json::from_str(r#"{"slug":"sales","name":"Sales"}"#).expect("a spec");
    system.formerly = Some(slug("crm"));
    let mut renamed = integration("orders-eu");
    renamed.formerly = Some(slug("orders"));
    renamed.via = vec![slug("crm")];
    let rename_system = Write::PutSystem { spec: system, catalogue: None };

    given.store.apply(&[put(renamed), rename_system.clone()], at(1)).await.expect("renamed");
    given.store.apply(&[rename_system], at(2)).await.expect("the same again is no rename");

    let snapshot = given.store.load().await.expect("loaded");
    assert_eq!(snapshot.systems.len(), 1);
    assert_eq!(snapshot.integrations.len(), 1);
    assert_eq!(snapshot.integrations[0].id, orders.integration);
    let spec = &snapshot.integrations[0].spec;
    assert_eq!((&spec.from, &spec.via[0], &spec.to), (&slug("sales"), &slug("sales"), &slug("erp")));
    assert_eq!(snapshot.probes[0].integration, slug("orders-eu"));
}

pub async fn owner_department_tier_and_lifecycle_are_dated(given: &Given) {
    let mut spec = integration("orders");
    spec.owner = Some("team a".to_owned());
    given.store.apply(&[put(spec.clone())], at(0)).await.expect("applied");
    given.store.apply(&[put(spec.clone())], at(10)).await.expect("the same again");
    spec.owner = Some("team b".to_owned());
    given.store.apply(&[put(spec.clone())], at(20)).await.expect("another owner");
    spec.owner = Some("team c".to_owned());
    given.store.apply(&[put(spec)], at(20)).await.expect("corrected at once");
    given.store.apply(&[Write::RetireIntegration { slug: slug("orders") }], at(30)).await.expect("retired");

    let facts = given.store.facts(Timestamp::MIN, Timestamp::MAX).await.expect("facts");
    let told: Vec<_> =
        facts.iter().map(|fact| (fact.since, fact.until, fact.owner.as_deref(), fact.lifecycle)).collect();
    assert_eq!(
        told,
        [
            (at(0), Some(at(20)), Some("team a"), Lifecycle::Live),
            (at(20), Some(at(30)), Some("team c"), Lifecycle::Live),
            (at(30), None, Some("team c"), Lifecycle::Retired),
        ]
    );
    let before = given.store.facts(at(5), at(20)).await.expect("facts");
    assert_eq!(before.len(), 1);
}

pub async fn a_ping_key_once_given_stays(given: &Given) {
    let first = [put(integration("orders")), put_probe("orders", Some("key-1"))];
    given.store.apply(&first, NOW).await.expect("applied");
    given.store.apply(&[put_probe("orders", Some("key-2"))], NOW).await.expect("applied");
    given.store.apply(&[put_probe("orders", None)], NOW).await.expect("applied");
    assert_eq!(given.store.load().await.expect("loaded").probes[0].ping_key.as_deref(), Some("key-1"));
}

pub async fn baselines_are_versioned(given: &Given) {
    let add = |minutes| Write::AddBaseline { integration: slug("orders"), spec: baseline(minutes) };
    given.store.apply(&[put(integration("orders")), add(4.0), add(6.5)], NOW).await.expect("applied");
    let versions: Vec<_> = given
        .store
        .load()
        .await
        .expect("loaded")
        .baselines
        .into_iter()
        .map(|baseline| (baseline.version, baseline.spec.likely_minutes))
        .collect();
    assert_eq!(versions, [(1, 4.0), (2, 6.5)]);
}
