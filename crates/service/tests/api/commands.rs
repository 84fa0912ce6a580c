//! Making, changing and removing by hand.

use model::{Api, ProblemKind, api::PingKind};
use serde_json::json;

use crate::house::{House, clash, faulty, slug};

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_is_made_with_the_systems_it_names() {
    let house = House::empty().await;
    let body = json!({
        "slug": "orders", "name": "Orders", "from": "web-shop", "to": "erp",
        "probes": [{"slug": "job", "kind": "heartbeat", "every": "1h"}],
        "baseline": {"per": "run", "low_minutes": 5, "likely_minutes": 10, "high_minutes": 20,
                     "method": "guess", "source": "me", "valid_from": "2020-01-01"},
    });

    let made = house.api.create_integration(body.clone()).await.expect("made");

    assert_eq!((made.from_name.as_str(), made.to_name.as_str()), ("Web shop", "Erp"));
    assert_eq!(made.baselines.len(), 1);
    assert_eq!(made.integration.catalogue, None);
    let key = made.probe_states[0].probe.ping_key.clone().expect("a heartbeat has a key");
    let is_uuid =
        |(at, sign): (usize, char)| if [8, 13, 18, 23].contains(&at) { sign == '-' } else { sign.is_ascii_hexdigit() };
    assert!(key.len() == 36 && key.char_indices().all(is_uuid), "{key}");
    house.api.ping(&key, PingKind::Done.into()).await.expect("taken in");
    assert_eq!(house.api.ping("nobody", PingKind::Done.into()).await.expect_err("refused").kind, ProblemKind::NotFound);
    assert!(clash(house.api.create_integration(body).await).contains("`orders`"));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_replaces_the_fields_given_and_null_clears() {
    let house = House::empty().await;
    let body = json!({"slug": "orders", "name": "Orders", "from": "shop", "to": "erp", "owner": "Finance", "tier": 2,
        "probes": [{"slug": "api", "kind": "http", "every": "1h", "options": {"url": "http://127.0.0.1:9/", "bearer": "hush"}}]});
    house.api.create_integration(body).await.expect("made");

    let changed =
        house.api.change_integration(slug("orders"), json!({"owner": null, "tier": 1})).await.expect("changed");
    assert_eq!((changed.integration.spec.owner.as_deref(), changed.integration.spec.tier.get()), (None, 1));
    assert_eq!(changed.integration.spec.probes[0].options["bearer"], "(redacted)", "answers tell no secret");
    let stored = house.monitor.handle().board().row(&slug("orders")).expect("there").integration.spec.clone();
    assert_eq!(stored.probes[0].options["bearer"], "hush", "and changes lose none");

    let renamed = house.api.change_integration(slug("orders"), json!({"slug": "all-orders"})).await.expect("renamed");
    assert_eq!(renamed.integration.spec.slug, slug("all-orders"));
    assert_eq!(house.api.integration(slug("orders")).await.expect_err("gone").kind, ProblemKind::NotFound);

    assert_eq!(faulty(house.api.change_integration(slug("all-orders"), json!({"tier": 7})).await), ["tier"]);
    assert_eq!(faulty(house.api.change_probe(slug("all-orders"), slug("api"), json!({"slug": "web"})).await), ["slug"]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_from_a_catalogue_is_changed_there() {
    let house = House::with(
        "{systems: [{slug: a, name: A}, {slug: b, name: B}], integrations: [{slug: ab, name: AB, from: a, to: b}]}",
    )
    .await;
    let answers = [
        clash(house.api.change_integration(slug("ab"), json!({"name": "Other"})).await),
        clash(house.api.delete_integration(slug("ab")).await),
        clash(house.api.create_probe(slug("ab"), json!({"slug": "p", "kind": "heartbeat", "every": "1h"})).await),
        clash(house.api.change_system(slug("a"), json!({"name": "Other"})).await),
        clash(house.api.delete_system(slug("a")).await),
    ];
    for answer in answers {
        assert!(answer.contains("comes from catalogue `landscape`; change it there"), "{answer}");
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_goes_when_nothing_uses_it() {
    let house = House::empty().await;
    house.api.create_system(json!({"slug": "erp", "name": "ERP"})).await.expect("made");
    house
        .api
        .create_integration(json!({"slug": "orders", "name": "Orders", "from": "shop", "to": "erp"}))
        .await
        .expect("made");

    assert!(clash(house.api.delete_system(slug("erp")).await).contains("`orders`"));
    house.api.delete_integration(slug("orders")).await.expect("retired");
    house.api.delete_system(slug("erp")).await.expect("retired");

    let left: Vec<_> =
        house.api.systems().await.expect("a list").items.into_iter().map(|system| system.spec.slug).collect();
    assert_eq!(left, [slug("shop")]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_depends_on_what_is_there_and_stays_while_another_depends_on_it() {
    let house = House::empty().await;
    let queue = json!({"slug": "queue", "name": "Queue", "depends_on": ["cloud"]});
    assert_eq!(faulty(house.api.create_system(queue.clone()).await), ["depends_on[0]"]);
    house.api.create_system(json!({"slug": "cloud", "name": "Cloud"})).await.expect("made");
    house.api.create_system(queue).await.expect("made");
    let unknown = json!({"depends_on": ["cloud", "sun"]});
    assert_eq!(faulty(house.api.change_system(slug("queue"), unknown).await), ["depends_on[1]"]);

    assert!(clash(house.api.delete_system(slug("cloud")).await).contains("`queue`"));
    let exported = house.api.export_catalogue().await.expect("exported");
    assert_eq!(house.api.apply_catalogue(&exported, true).await.expect("planned").changes, []);
    house.api.delete_system(slug("queue")).await.expect("retired");
    house.api.delete_system(slug("cloud")).await.expect("retired");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_and_baselines_come_and_go_alone() {
    let house = House::empty().await;
    house
        .api
        .create_integration(json!({"slug": "orders", "name": "Orders", "from": "shop", "to": "erp"}))
        .await
        .expect("made");
    let orders = || slug("orders");

    let probe = json!({"slug": "port", "kind": "tcp", "every": "1h", "options": {"host": "127.0.0.1", "port": 9}});
    house.api.create_probe(orders(), probe.clone()).await.expect("made");
    assert!(clash(house.api.create_probe(orders(), probe).await).contains("`port`"));
    let changed = house.api.change_probe(orders(), slug("port"), json!({"every": "2h"})).await.expect("changed");
    assert_eq!(serde_json::to_value(&changed).expect("JSON")["every"], "2h");
    house.api.delete_probe(orders(), slug("port")).await.expect("removed");
    assert_eq!(house.api.probes(orders()).await.expect("a list").items, []);

    for (minutes, version) in [(5, 1), (4, 2)] {
        let body = json!({"per": "unit", "low_minutes": 1, "likely_minutes": minutes, "high_minutes": 9,
                          "method": "timed_sample", "source": "desk", "valid_from": "2020-01-01"});
        assert_eq!(house.api.add_baseline(orders(), body).await.expect("added").version, version);
    }
    let versions: Vec<_> =
        house.api.baselines(orders()).await.expect("a list").items.iter().map(|one| one.version).collect();
    assert_eq!(versions, [2, 1]);
    house.end().await;
}
