//! The demo has a way in for who sits at this machine, and for nobody else; and its probes ask real servers of many kinds.

use std::collections::BTreeSet;

use reqwest::{
    Response,
    header::{ACCEPT, COOKIE, LOCATION},
};
use serde_json::{Value, json};
use tests::{child::browser, house::TestHouse};

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_proxy_brings_is_no_visitor_of_the_demo() {
    let proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    let house = TestHouse::configured(|config| {
        config.demo = true;
        // So it is believed that they come from here.
        config.reach.trusted_proxies = proxies;
    })
    .await;
    let ask = async |path: &str, header: Option<(&str, &str)>| -> Response {
        let ask = browser().get(house.url(path)).header(COOKIE, "bridgewatch_view=engineer");
        let ask = header.into_iter().fold(ask, |ask, (name, value)| ask.header(name, value));
        ask.header(ACCEPT, "text/html").send().await.expect("an answer")
    };
    let me: Value = ask("/api/v1/me", None).await.json().await.expect("somebody");
    assert_eq!(me["role"], "engineer", "who sits here is signed in");
    assert_eq!(ask("/", None).await.status(), 200);

    for header in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        assert_eq!(ask("/api/v1/me", Some(header)).await.status(), 401, "{header:?}");
        let page = ask("/", Some(header)).await;
        assert_eq!((page.status().as_u16(), &page.headers()[LOCATION]), (303, &"/sign-in".parse().expect("text")));
    }
    house.end().await;
}

/// Kinds that the demo shows beside `http`, `tcp` and `heartbeat`; each answers well at once.
const OF_THEIR_OWN: [&str; 9] = ["http_steps", "prometheus", "sql", "redis", "s3", "smtp", "websocket", "grpc", "dns"];

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_asked_by_many_kinds_and_each_of_them_answers() {
    let house = TestHouse::configured(|config| config.demo = true).await;
    let (mut kinds, mut charted) = (BTreeSet::new(), BTreeSet::new());
    let integrations = house.json("/api/v1/integrations?limit=100").await;
    for integration in integrations["items"].as_array().expect("integrations") {
        let path = format!("/api/v1/integrations/{}/probes", integration["slug"].as_str().expect("a slug"));
        let probes = house.json(&path).await;
        for listed in probes["items"].as_array().expect("probes") {
            let probe = &listed["probe"];
            let (kind, slug) = (probe["kind"].as_str().expect("a kind"), probe["slug"].as_str().expect("a slug"));
            kinds.insert(kind.to_owned());
            if OF_THEIR_OWN.contains(&kind) {
                let (status, run) = house.post(&format!("{path}/{slug}/run"), &json!({})).await;
                assert_eq!((status.as_u16(), &run["outcome"]), (200, &json!("ok")), "{kind} {slug}: {run}");
                let measures = probe["measures"].as_object().into_iter().flatten();
                for (name, _) in measures {
                    assert!(run["measures"][name].is_number(), "{kind} {slug}: {name} of {run}");
                    charted.insert(kind.to_owned());
                }
            }
        }
    }
    assert!(kinds.len() >= 10, "{kinds:?}");
    assert!(OF_THEIR_OWN.iter().all(|kind| kinds.contains(*kind)), "{kinds:?}");
    assert!(charted.contains("sql") && charted.contains("prometheus"), "{charted:?}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_a_window_a_dependency_and_a_port_that_must_stay_shut() {
    let house = TestHouse::configured(|config| config.demo = true).await;

    let windows = house.json("/api/v1/windows").await;
    let window = &windows["items"][0];
    assert_eq!((&window["slug"], &window["systems"]), (&json!("changes-to-jira"), &json!(["jira"])), "{windows}");
    assert!(window["weekly"].is_object(), "{windows}");
    assert_eq!(window["next"].as_array().map(Vec::len), Some(3), "it opens week after week: {windows}");

    let dependent = house.json("/api/v1/systems/zendesk").await;
    assert!(dependent.to_string().contains("\"depends_on\":[\"salesforce\"]"), "{dependent}");

    let path = "/api/v1/integrations/stock-to-web-shop/probes/telnet/run";
    let (status, run) = house.post(path, &json!({})).await;
    assert_eq!((status.as_u16(), &run["outcome"]), (200, &json!("ok")), "{run}");
    assert!(run["message"].as_str().is_some_and(|said| said.ends_with("connection refused")), "{run}");
    house.end().await;
}
