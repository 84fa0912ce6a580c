//! Tokens for programs, and secrets.

use std::sync::Arc;

use model::{Api, Caller, IntegrationsQuery, NewToken, ProblemKind, Role, Scope, Span, TestClock, api::PingKind};
use serde_json::json;
use service::Acting;

use crate::house::{House, clash, department, faulty, now, person, refused, slug};

const LANDSCAPE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]
integrations:
  - {slug: orders, name: Orders, from: shop, to: erp, department: Sales, probes: [{slug: job, kind: heartbeat, every: 1h}]}
  - {slug: stock, name: Stock, from: erp, to: shop, department: Sales, probes: [{slug: job, kind: heartbeat, every: 1h}]}
";

async fn with(house: &House, token: &NewToken) -> Acting {
    let caller =
        house.service.caller_of_token(&token.token, "192.0.2.5".parse().ok()).await.expect("it opens something");
    house.service.acting_as(caller)
}

async fn ping_key(house: &House, integration: &str) -> String {
    house.api.probe(slug(integration), slug("job")).await.expect("a probe").probe.ping_key.expect("a key")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_an_integration_sends_its_runs_and_nothing_else() {
    let house = House::with(LANDSCAPE).await;
    let token = house.api.add_token(json!({"name": "nightly", "integration": "orders"})).await.expect("made");
    assert!(token.token.starts_with("bw_") && !format!("{token:?}").contains(&token.token));
    let orders = with(&house, &token).await;
    let run = || json!({"outcome": "ok"});

    orders.send_runs(slug("orders"), run()).await.expect("taken in");
    orders.ping(&ping_key(&house, "orders").await, PingKind::Done.into()).await.expect("taken in");
    assert_eq!(refused(orders.send_runs(slug("stock"), run()).await), ProblemKind::NotFound);
    assert_eq!(
        refused(orders.ping(&ping_key(&house, "stock").await, PingKind::Done.into()).await),
        ProblemKind::NotFound
    );
    assert_eq!(refused(orders.integrations(IntegrationsQuery::default()).await), ProblemKind::Forbidden);
    assert_eq!(refused(orders.integration(slug("orders")).await), ProblemKind::Forbidden);
    assert_eq!(refused(orders.me().await), ProblemKind::Forbidden);
    house
        .service
        .acting_as(Caller::Nobody)
        .ping(&ping_key(&house, "stock").await, PingKind::Done.into())
        .await
        .expect("the key alone is enough");
    let listed = house.api.tokens().await.expect("a list").items;
    assert_eq!((listed.len(), listed[0].of.as_str(), listed[0].last_used_at.is_some()), (1, "orders", true));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_by_time_and_when_it_is_taken_back() {
    let clock = TestClock::at(now());
    let house = House::under(Arc::new(clock.clone())).await;
    house.api.apply_catalogue(LANDSCAPE, false).await.expect("applied");
    let soon = now() + Span::hours(1);
    let body = json!({"name": "short", "integration": "orders", "expires_at": soon});
    let short = house.api.add_token(body).await.expect("made");
    let long = house.api.add_token(json!({"name": "long", "integration": "orders"})).await.expect("made");
    let opens = async |token: &NewToken| house.service.caller_of_token(&token.token, None).await.map(drop);

    assert_eq!((opens(&short).await, opens(&long).await), (Ok(()), Ok(())));
    clock.advance(Span::hours(2));
    assert_eq!(refused(opens(&short).await), ProblemKind::SignIn);
    house.api.revoke_token(long.view.id).await.expect("taken back");
    house.api.revoke_token(long.view.id).await.expect("as it should be");
    assert_eq!(refused(opens(&long).await), ProblemKind::SignIn);
    for wrong in ["", "bw_", "bw_nonsense"] {
        assert_eq!(refused(house.service.caller_of_token(wrong, None).await), ProblemKind::SignIn, "{wrong:?}");
    }
    let past = json!({"name": "", "integration": "Orders!", "expires_at": "2020-01-01T00:00:00Z"});
    assert_eq!(faulty(house.api.add_token(past).await), ["name", "integration", "expires_at"]);
    assert_eq!(faulty(house.api.add_token(json!({"name": "mine"})).await), ["integration"], "this machine is nobody");
    let endless = house.api.add_token(json!({"name": "endless", "integration": "orders", "expires_at": null})).await;
    assert_eq!(endless.expect("made").view.expires_at, None);
    assert_eq!(faulty(house.api.add_token(json!({"name": "mine", "expires_at": null})).await), ["expires_at"]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_integrations_are_for_their_engineers() {
    let house = House::with(LANDSCAPE).await;
    let token = house.api.add_token(json!({"name": "nightly", "integration": "orders"})).await.expect("made");
    let acting = |role, scope| house.service.acting_as(person(role, scope));

    let elsewhere = acting(Role::Engineer, department("People"));
    let body = || json!({"name": "x", "integration": "orders"});
    assert_eq!(refused(elsewhere.add_token(body()).await), ProblemKind::NotFound);
    assert_eq!(elsewhere.tokens().await.expect("a list").items, []);
    assert_eq!(refused(elsewhere.revoke_token(token.view.id).await), ProblemKind::NotFound);
    assert_eq!(refused(acting(Role::Viewer, Scope::default()).add_token(body()).await), ProblemKind::Forbidden);
    let engineer = acting(Role::Engineer, department("Sales"));
    assert_eq!(engineer.tokens().await.expect("a list").items.len(), 1);
    engineer.revoke_token(token.view.id).await.expect("taken back");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_goes_in_and_is_never_shown() {
    let house = House::with(LANDSCAPE).await;
    let put = house.api.put_secret("ERP", json!({"value": "hush hush", "hosts": ["127.0.0.1"]})).await.expect("put");
    assert_eq!((put.name.as_str(), put.key_id.len(), put.used_by.len()), ("ERP", 8, 0));
    let probe = json!({"slug": "api", "kind": "http", "every": "1h",
                       "options": {"url": "http://127.0.0.1:9/", "bearer": "${secret:ERP}"}});
    let body = json!({"slug": "mine", "name": "Mine", "from": "shop", "to": "erp", "probes": [probe]});
    house.api.create_integration(body).await.expect("made");

    let listed = house.api.secrets().await.expect("a list").items;
    assert_eq!(listed[0].used_by, ["mine/api"]);
    assert!(clash(house.api.delete_secret("ERP").await).contains("`mine/api`"));
    assert!(!serde_json::to_string(&listed).expect("JSON").contains("hush"));
    assert_eq!(faulty(house.api.put_secret("E R P", json!({"value": "x"})).await), ["name"]);
    for value in ["", "seven77", "  seven77 \n"] {
        assert_eq!(faulty(house.api.put_secret("ERP", json!({"value": value})).await), ["value"], "{value}");
    }
    let wrong = json!({"value": "eight888", "hosts": ["http://erp"]});
    assert_eq!(faulty(house.api.put_secret("ERP", wrong).await), ["hosts"]);

    let nowhere = house.api.put_secret("NEW", json!({"value": "eight888"})).await;
    assert_eq!(faulty(nowhere), ["hosts"], "a new one says where it goes");

    // Where it may go stays when only its value is put anew.
    for body in [json!({"value": "eight888", "hosts": ["erp.example"]}), json!({"value": "nine-9999"})] {
        assert_eq!(house.api.put_secret("ERP", body).await.expect("put").hosts, ["erp.example"]);
    }
    let engineer = house.service.acting_as(person(Role::Engineer, Scope::default()));
    assert_eq!(refused(engineer.secrets().await), ProblemKind::Forbidden);
    house.api.delete_integration(slug("mine")).await.expect("retired");
    house.api.delete_secret("ERP").await.expect("nobody names it any more");
    house.end().await;
}
