//! What people did with integrations and probes.

use model::{Acknowledged, Handling, Muted, Paused, ProbeId, Slug, Timestamp};
use store::{HandlingRows, Store, StoreError, Write};

use crate::given::{Bridge, Given, NOW, at, entry, integration, probe, slug};

fn paused(until: Option<Timestamp>) -> Handling {
    let paused = Paused { by: "Jo \0 Größe".to_owned(), since: NOW, until, note: Some("moving house".to_owned()) };
    Handling { paused: Some(paused), ..Handling::default() }
}

fn seen() -> Handling {
    Handling {
        muted: Some(Muted { by: "Kim".to_owned(), since: NOW, until: at(3_600), note: None }),
        acknowledged: Some(Acknowledged { by: "Kim".to_owned(), at: at(9), note: Some("on it".to_owned()) }),
        ..Handling::default()
    }
}

fn of_integration(bridge: &Bridge, handling: Handling) -> Write {
    Write::HandleIntegration { integration: bridge.slug.clone(), handling }
}

fn of_probe(bridge: &Bridge, handling: Handling) -> Write {
    Write::HandleProbe { integration: bridge.slug.clone(), probe: slug("api"), handling }
}

async fn stored(store: &Store) -> HandlingRows {
    store.handling().await.expect("what was done")
}

pub async fn what_was_done_comes_back_until_it_is_taken_back(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    assert_eq!(stored(&given.store).await, HandlingRows::default());

    let writes = [
        of_integration(&orders, paused(Some(at(60)))),
        of_integration(&pay, seen()),
        of_probe(&pay, paused(None)),
        of_probe(&orders, seen()),
    ];
    given.store.apply(&writes, NOW).await.expect("applied");
    let expected = HandlingRows {
        integrations: vec![(orders.integration, paused(Some(at(60)))), (pay.integration, seen())],
        probes: vec![(orders.probe, seen()), (pay.probe, paused(None))],
    };
    assert_eq!(stored(&given.store).await, expected);

    // When one does something else, it takes the place of what was done; nothing at all leaves nothing.
    let writes = [
        of_integration(&orders, seen()),
        of_integration(&pay, Handling::default()),
        of_probe(&orders, Handling::default()),
        of_probe(&orders, Handling::default()),
    ];
    given.store.apply(&writes, at(1)).await.expect("applied");
    let expected =
        HandlingRows { integrations: vec![(orders.integration, seen())], probes: vec![(pay.probe, paused(None))] };
    assert_eq!(stored(&given.store).await, expected);
}

pub async fn what_was_done_outlives_edits_and_a_restart(given: &Given) {
    let orders = given.bridge("orders").await;
    given.store.apply(&[of_integration(&orders, seen()), of_probe(&orders, paused(None))], NOW).await.expect("applied");
    let done = stored(&given.store).await;

    let mut renamed = integration("sales-orders");
    renamed.formerly = Some(orders.slug.clone());
    let edits = [
        Write::PutIntegration { spec: renamed, catalogue: Some("landscape".to_owned()) },
        Write::PutProbe { integration: slug("sales-orders"), spec: probe("api"), ping_key: None },
    ];
    given.store.apply(&edits, at(1)).await.expect("edited");
    assert_eq!(stored(&given.store).await, done);

    given.store.close().await;
    let again = Store::open(&given.url).await.expect("opened again");
    assert_eq!(stored(&again).await, done);
}

pub async fn what_was_done_and_its_entry_are_one(given: &Given) {
    let orders = given.bridge("orders").await;
    let revision = given.store.catalogue_revision().await.expect("a revision");
    let tell = || Write::Audit(entry("integration.pause", "integration orders"));
    given.store.apply(&[of_integration(&orders, paused(None)), tell()], NOW).await.expect("applied");
    assert_eq!(given.store.audit_after(0, 9).await.expect("entries").len(), 1);
    assert_eq!(given.store.catalogue_revision().await.expect("a revision"), revision + 1, "others read it again");

    // Given what names no integration or probe, then nothing beside it is done either.
    let cases = [("nowhere", "api", "integration", "nowhere"), ("orders", "nothing", "probe", "orders/nothing")];
    for (integration, probe, noun, name) in cases {
        let nowhere = Write::HandleProbe { integration: slug(integration), probe: slug(probe), handling: seen() };
        let writes = [of_integration(&orders, Handling::default()), tell(), nowhere];
        let error = given.store.apply(&writes, at(1)).await.expect_err("it is not there");
        let is_named = matches!(&error, StoreError::Missing { noun: of, name: is } if *of == noun && is == name);
        assert!(is_named && !error.is_passing(), "{error}");
    }
    let nowhere = Write::HandleIntegration { integration: slug("nowhere"), handling: seen() };
    given.store.apply(&[nowhere], at(1)).await.expect_err("it is not there");
    assert_eq!(stored(&given.store).await.integrations, [(orders.integration, paused(None))]);
    assert_eq!(given.store.audit_after(0, 9).await.expect("entries").len(), 1);
}

pub async fn what_goes_is_forgotten(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    let other = |slug: &Slug| Write::PutProbe { integration: slug.clone(), spec: probe("other"), ping_key: None };
    given.store.apply(&[other(&pay.slug)], NOW).await.expect("a second probe");
    let probes = given.store.load().await.expect("loaded").probes;
    let second: ProbeId = probes.iter().find(|one| one.spec.slug == slug("other")).expect("it").id;
    let of_second = Write::HandleProbe { integration: pay.slug.clone(), probe: slug("other"), handling: seen() };
    let writes = [
        of_integration(&orders, paused(None)),
        of_probe(&orders, paused(None)),
        of_integration(&pay, seen()),
        of_probe(&pay, seen()),
        of_second,
    ];
    given.store.apply(&writes, NOW).await.expect("applied");

    let gone = [
        Write::RetireIntegration { slug: orders.slug.clone() },
        Write::RemoveProbe { integration: pay.slug.clone(), probe: slug("api") },
    ];
    given.store.apply(&gone, at(1)).await.expect("gone");
    let left = HandlingRows { integrations: vec![(pay.integration, seen())], probes: vec![(second, seen())] };
    assert_eq!(stored(&given.store).await, left);

    // When they come back, nobody has done anything with them.
    let back = [
        Write::PutIntegration { spec: integration("orders"), catalogue: None },
        Write::PutProbe { integration: slug("orders"), spec: probe("api"), ping_key: None },
        Write::PutProbe { integration: slug("pay"), spec: probe("api"), ping_key: None },
    ];
    given.store.apply(&back, at(2)).await.expect("revived");
    assert_eq!(stored(&given.store).await, left);

    // What is not there can be handled no more than what never was.
    let gone = [
        Write::RetireIntegration { slug: slug("orders") },
        Write::RemoveProbe { integration: slug("pay"), probe: slug("api") },
    ];
    given.store.apply(&gone, at(3)).await.expect("gone");
    given.store.apply(&[of_probe(&pay, seen())], at(3)).await.expect_err("it was removed");
    given.store.apply(&[of_integration(&orders, seen())], at(3)).await.expect_err("it was retired");
    assert_eq!(stored(&given.store).await, left);
}
