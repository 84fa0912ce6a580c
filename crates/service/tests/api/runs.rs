//! One run, and what explains it.

use model::{Api, Level, Outcome, Reason, RunsQuery};
use serde_json::json;

use crate::house::{House, Target, clash, faulty, slug};

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_is_explained_by_the_last_good_one() {
    let target = Target::start().await;
    let house = House::with(&format!(
        "
systems: [{{slug: shop, name: Shop}}, {{slug: net, name: Net}}]
integrations:
  - slug: orders
    name: Orders
    from: shop
    to: net
    owner: Finance
    probes:
      - slug: api
        kind: http
        every: 1h
        options: {{url: \"http://127.0.0.1:{}/orders\", bearer: hush}}
        assert: [status == 200]
",
        target.port
    ))
    .await;
    let (orders, api) = (|| slug("orders"), || slug("api"));
    let good = house.api.run_probe(orders(), api()).await.expect("a run");
    assert_eq!(good.outcome, Outcome::Ok, "{good:?}");
    target.answers(401);
    let first = house.api.run_probe(orders(), api()).await.expect("a run");
    let second = house.api.run_probe(orders(), api()).await.expect("a run");

    let detail = house.api.run(second.id).await.expect("a run");

    assert_eq!((detail.run.outcome, detail.run.reason), (Outcome::Failed, Some(Reason::Auth)));
    assert_eq!(detail.last_good.map(|row| row.id), Some(good.id));
    assert_eq!((detail.since, detail.like_it), (Some(first.started_at), 2));
    assert!(detail.differences.contains(&"status 200 -> 401".to_owned()), "{:?}", detail.differences);
    assert!(detail.differences.contains(&"header www-authenticate added".to_owned()), "{:?}", detail.differences);
    let curl = detail.curl.expect("an http probe");
    assert!(curl.contains("$TOKEN") && !curl.contains("hush"), "{curl}");
    assert_eq!(detail.owner.as_deref(), Some("Finance"));

    let failed = RunsQuery { outcome: Some(Outcome::Failed), reason: Some(Reason::Auth), ..RunsQuery::default() };
    assert_eq!(house.api.runs(failed).await.expect("a page").items.len(), 2);
    house.until(|board| board.rows[0].standing.level == Level::Attention).await;
    let probe = house.api.probe(orders(), api()).await.expect("a probe");
    assert!(probe.says.contains("2 of 3, confirming"), "{}", probe.says);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_is_tried_before_it_is_saved() {
    let target = Target::start().await;
    let house = House::empty().await;
    let probe = |expr: &str| {
        json!({"probe": {"slug": "api", "kind": "http", "every": "1m", "assert": [expr],
                         "options": {"url": format!("http://127.0.0.1:{}/", target.port)}}})
    };
    assert_eq!(house.api.try_probe(probe("json.items.size() == 0")).await.expect("a run").outcome, Outcome::Ok);
    assert_eq!(house.api.try_probe(probe("json.items.size() == 7")).await.expect("a run").outcome, Outcome::Failed);
    assert_eq!(faulty(house.api.try_probe(probe("status ==")).await), ["probe.assert[0]"]);
    assert_eq!(faulty(house.api.try_probe(json!({})).await), ["probe"]);
    assert_eq!(house.api.runs(RunsQuery::default()).await.expect("a page").items, [], "nothing is stored");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_runs_are_checked_whole_and_known_again() {
    let house = House::with("{systems: [{slug: shop, name: Shop}, {slug: net, name: Net}], integrations: [{slug: orders, name: Orders, from: shop, to: net}]}").await;
    let run = json!({"external_id": "7", "outcome": "ok", "started_at": crate::house::now(), "units": 3});

    assert_eq!(
        faulty(house.api.send_runs(slug("orders"), json!([run, {"outcome": "fine", "units": -1}])).await),
        ["[1].outcome", "[1].units"]
    );
    let first = house.api.send_runs(slug("orders"), run.clone()).await.expect("taken in");
    let again = house.api.send_runs(slug("orders"), run).await.expect("known");
    assert_eq!((first[0].created, again[0].created, first[0].id), (true, false, again[0].id));
    assert!(
        clash(house.api.send_runs(slug("orders"), json!({"external_id": "7", "outcome": "failed"})).await)
            .contains("other content")
    );
    assert_eq!(house.api.runs(RunsQuery::default()).await.expect("a page").items.len(), 1);
    house.end().await;
}
