//! What is withheld from the runs of a probe is not read in its options instead.

use model::{Api, Role, Scope};

use crate::house::{House, faulty, person, slug};

/// Two bridges that are asked alike, one of them marked red.
const LANDSCAPE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]
integrations:
  - slug: orders
    name: Orders
    from: shop
    to: erp
    probes:
      - slug: api
        kind: http
        every: 1h
        options:
          url: http://127.0.0.1:9/orders?customer=Lovelace
          method: POST
          headers: {x-customer: Lovelace}
          body: 'Lovelace'
        assert: [json.iban == 'DE02']
        measures: {open: {value: json.open}}
  - slug: salaries
    name: Salaries
    from: erp
    to: shop
    classification: red
    probes:
      - slug: api
        kind: http
        every: 1h
        options:
          url: http://127.0.0.1:9/salaries?of=Lovelace
          body: 'Lovelace'
        assert: [json.salary == 4200]
        warn: [json.salary < 4200]
        measures: {salary: {value: json.salary}}
";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_probe_sends_is_for_engineers() {
    let house = House::with(LANDSCAPE).await;
    for role in [Role::Viewer, Role::Manager, Role::Engineer] {
        let api = house.service.acting_as(person(role, Scope::default()));
        let engineer = role == Role::Engineer;
        let mut told = vec![api.export_catalogue().await.expect("a document")];
        for integration in ["orders", "salaries"] {
            let detail = api.integration(slug(integration)).await.expect("a detail");
            told.push(serde_json::to_string(&detail).expect("JSON"));
            let probes = api.probes(slug(integration)).await.expect("a list");
            told.push(serde_json::to_string(&probes).expect("JSON"));
            let probe = api.probe(slug(integration), slug("api")).await.expect("a probe");
            told.push(serde_json::to_string(&probe).expect("JSON"));
        }
        for text in &told {
            assert_eq!(text.contains("Lovelace"), engineer, "{role}: {text}");
            assert!(text.contains("http://127.0.0.1:9/"), "{role} is told whom it asks: {text}");
            let is_red = text.contains("salaries");
            assert!(!is_red || text.contains("json.salary") == engineer, "{role}: {text}");
        }
        assert!(told[0].contains("DE02"), "what is not marked red: {}", told[0]);
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_without_it_takes_nothing_away_when_it_is_applied() {
    let house = House::with(LANDSCAPE).await;
    let viewer = house.service.acting_as(person(Role::Viewer, Scope::default()));

    let part = viewer.export_catalogue().await.expect("a document");

    assert_eq!(faulty(house.api.apply_catalogue(&part, false).await), ["integrations[0].slug", "integrations[1].slug"]);
    let stored = house.monitor.handle().board().row(&slug("orders")).expect("there").integration.spec.clone();
    assert_eq!(stored.probes[0].options["body"], "Lovelace");
    house.end().await;
}
