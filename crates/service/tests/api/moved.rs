//! Credentials that are written into a probe belong to whom it asks: whoever may change it cannot have them sent elsewhere.

use model::{Api, Problem, Role, Scope};
use serde_json::{Value, json};

use crate::house::{House, faulty, person, slug};

const BELONGS: &str = "`(redacted)` belongs to the address before: say it again";

fn probe(options: &Value) -> Value {
    json!({"slug": "api", "kind": "http", "every": "1h", "options": options})
}

fn options() -> Value {
    json!({
        "url": "https://erp.example:8443/health?page=1",
        "username": "ada",
        "password": "hush-password",
        "headers": {"X-Api-Key": "hush-header", "X-Trace": "t1"},
    })
}

/// A house with one integration of one probe that has credentials.
async fn house() -> House {
    let house = House::empty().await;
    let body = json!({"slug": "orders", "name": "Orders", "from": "shop", "to": "erp", "probes": [probe(&options())]});
    house.api.create_integration(body).await.expect("made");
    house
}

/// What its probe has.
fn stored(house: &House) -> Value {
    let board = house.monitor.handle().board();
    let row = board.row(&slug("orders")).expect("there");
    Value::Object(row.integration.spec.probes[0].options.clone())
}

fn said<T: std::fmt::Debug>(answer: Result<T, Problem>) -> Vec<(String, String)> {
    let faults = answer.expect_err("refused").errors;
    let mut said: Vec<_> = faults.into_iter().map(|fault| (fault.field, fault.message)).collect();
    said.sort();
    said
}

fn belong(path: &str) -> Vec<(String, String)> {
    let fields = ["headers.X-Api-Key", "password"];
    fields.map(|field| (format!("{path}options.{field}"), BELONGS.to_owned())).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_cannot_have_what_is_stored_sent_to_a_host_of_their_own() {
    let house = house().await;
    let engineer = house.service.acting_as(person(Role::Engineer, Scope::default()));
    let with = |url: &str| {
        let mut options = options();
        options["url"] = url.into();
        options["password"] = "(redacted)".into();
        options["headers"]["X-Api-Key"] = "(redacted)".into();
        options
    };

    for url in [
        "https://evil.example:8443/",
        "https://erp.example/",
        "http://erp.example:8443/",
        "https://evil.example:8443\\@erp.example:8443/",
        "https://erp.example:8443@evil.example/",
    ] {
        // Kept by not being said, and said as it was shown.
        for body in [json!({"options": {"url": url}}), json!({"options": with(url)})] {
            assert_eq!(said(engineer.change_probe(slug("orders"), slug("api"), body).await), belong(""), "{url}");
        }
        let body = json!({"probes": [probe(&with(url))]});
        assert_eq!(said(engineer.change_integration(slug("orders"), body).await), belong("probes[0]."), "{url}");
        let body = json!({"slug": "taken", "probes": [probe(&with(url))]});
        assert_eq!(said(engineer.change_integration(slug("orders"), body).await), belong("probes[0]."), "{url}");
        let tried = engineer.try_probe(json!({"probe": probe(&with(url))})).await;
        assert_eq!(faulty(tried).len(), 2, "{url}");
    }
    let dropped = json!({"kind": "tcp", "options": {"url": null, "username": null, "headers": null,
                         "host": "evil.example", "port": 1, "send": "(redacted)"}});
    assert!(engineer.change_probe(slug("orders"), slug("api"), dropped).await.is_err());
    assert_eq!(stored(&house), options(), "nothing was changed");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_its_host_everything_stays_and_elsewhere_it_is_said_again() {
    let house = house().await;
    let change = async |options: Value| {
        house.api.change_probe(slug("orders"), slug("api"), json!({"options": options})).await.expect("changed");
        stored(&house)
    };
    let mut expected = options();

    expected["url"] = "https://ERP.example:8443/other".into();
    assert_eq!(change(json!({"url": "https://ERP.example:8443/other"})).await, expected, "another path");
    expected["headers"]["X-Trace"] = "t2".into();
    assert_eq!(change(json!({"headers": {"X-Trace": "t2", "X-Api-Key": "(redacted)"}})).await, expected);
    house.api.change_integration(slug("orders"), json!({"name": "All orders"})).await.expect("changed");
    assert_eq!(stored(&house), expected, "a change of the integration keeps it");

    let elsewhere =
        json!({"url": "https://new.example/", "password": "again-word", "headers": {"X-Api-Key": "again-key"}});
    expected["url"] = "https://new.example/".into();
    expected["password"] = "again-word".into();
    expected["headers"]["X-Api-Key"] = "again-key".into();
    assert_eq!(change(elsewhere).await, expected);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_a_catalogue_take_them_along() {
    let house = House::with(
        "{systems: [{slug: a, name: A}, {slug: b, name: B}], integrations: [{slug: ab, name: AB, from: a, to: b, probes: [\
         {slug: api, kind: http, every: 1h, url: 'https://erp.example/', bearer: hush-hush}]}]}",
    )
    .await;
    let exported = house.api.export_catalogue().await.expect("exported");
    for moved in [
        exported.replace("https://erp.example/", "https://evil.example/"),
        exported
            .replace("https://erp.example/", "https://evil.example/")
            .replace("slug: ab", "slug: cd\n    formerly: ab"),
    ] {
        assert_ne!(moved, exported);
        let said = said(house.api.apply_catalogue(&moved, false).await);
        let said: Vec<_> = said.iter().filter(|(field, _)| field.ends_with("bearer")).collect();
        assert_eq!(said.len(), 1, "{moved}");
        assert_eq!(said[0].1, BELONGS);
    }
    house.end().await;
}
