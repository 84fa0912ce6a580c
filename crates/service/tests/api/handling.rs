//! Pauses, silences and acknowledgements: who may, of what, what holds afterwards and what the audit tells of it.

use model::{Api, Level, ProblemKind, Role, Scope, Span, api::AuditQuery};
use serde_json::{Value, json};
use service::Acting;

use crate::house::{House, clash, department, faulty, now, person, refused, slug};

const LANDSCAPE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]
integrations:
  - slug: orders
    name: Orders
    from: shop
    to: erp
    department: Sales
    probes: [{slug: job, kind: heartbeat, every: 1h}, {slug: night, kind: heartbeat, every: 1day}]
";

fn acting(house: &House, role: Role) -> Acting {
    house.service.acting_as(person(role, Scope::default()))
}

fn in_an_hour() -> Value {
    json!((now() + Span::hours(1)).to_string())
}

/// A house whose orders failed.
async fn in_trouble() -> House {
    let house = House::with(LANDSCAPE).await;
    house.api.send_runs(slug("orders"), json!({"outcome": "failed", "message": "disk full"})).await.expect("taken in");
    house.until(|board| board.rows[0].standing.level >= Level::Attention).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn only_present_trouble_is_acknowledged_and_everybody_sees_by_whom() {
    let house = House::with(LANDSCAPE).await;
    let acknowledge = || json!({"action": "acknowledge", "note": "the disk is on its way"});
    let manager = acting(&house, Role::Manager);
    assert!(clash(manager.handle_integration(slug("orders"), acknowledge()).await).contains("`orders` has no trouble"));
    let probe = manager.handle_probe(slug("orders"), slug("job"), acknowledge()).await;
    assert!(clash(probe).contains("`orders/job` has no trouble"));

    // When it fails and a manager has seen it,
    house.api.send_runs(slug("orders"), json!({"outcome": "failed", "message": "disk full"})).await.expect("taken in");
    house.until(|board| board.rows[0].standing.level >= Level::Attention).await;
    let holds = manager.handle_integration(slug("orders"), acknowledge()).await.expect("acknowledged");

    // then that holds, on the page and in its reason, until it is taken back.
    let seen = holds.acknowledged.clone().expect("said");
    assert_eq!((seen.by.as_str(), seen.note.as_deref()), ("Ada", Some("the disk is on its way")));
    let detail = acting(&house, Role::Viewer).integration(slug("orders")).await.expect("there");
    assert_eq!(detail.handling, holds);
    assert!(detail.standing.why[0].sentence.contains("acknowledged by Ada"), "{:?}", detail.standing.why);
    let after = manager.handle_integration(slug("orders"), json!({"action": "withdraw"})).await.expect("taken back");
    assert!(after.is_empty(), "{after:?}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_acknowledged_no_more() {
    let house = in_trouble().await;
    house.api.handle_integration(slug("orders"), json!({"action": "acknowledge"})).await.expect("acknowledged");
    house.api.send_runs(slug("orders"), json!({"outcome": "ok"})).await.expect("taken in");
    // The heartbeats were never heard of, so it is not okay either.
    house.until(|board| board.rows[0].standing.level < Level::Attention).await;
    assert!(house.api.integration(slug("orders")).await.expect("there").handling.is_empty());
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paused_is_not_judged_until_somebody_resumes_it() {
    let house = in_trouble().await;
    let engineer = acting(&house, Role::Engineer);
    let detail = async || house.api.integration(slug("orders")).await.expect("there");

    engineer
        .handle_integration(slug("orders"), json!({"action": "pause", "until": in_an_hour()}))
        .await
        .expect("paused");
    let paused = detail().await;
    assert_eq!(paused.standing.level, Level::Paused);
    assert!(paused.standing.why[0].sentence.starts_with("paused by Ada"), "{:?}", paused.standing.why);
    assert!(paused.handling.paused.is_some_and(|paused| paused.until.is_some()));
    assert!(paused.probe_states.iter().all(|probe| probe.level == Level::Paused), "{:?}", paused.probe_states);

    engineer.handle_integration(slug("orders"), json!({"action": "resume"})).await.expect("resumed");
    let resumed = detail().await;
    assert_eq!((resumed.standing.level, resumed.handling.is_empty()), (Level::Attention, true));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_probe_is_paused_and_muted_alone() {
    let house = House::with(LANDSCAPE).await;
    let job = async || house.api.probe(slug("orders"), slug("job")).await.expect("there");
    let act = async |body| house.api.handle_probe(slug("orders"), slug("job"), body).await;

    act(json!({"action": "pause", "note": "moving house"})).await.expect("paused");
    let holds = act(json!({"action": "mute", "until": in_an_hour()})).await.expect("muted");

    let standing = job().await;
    assert_eq!((standing.level, &standing.handling), (Level::Paused, &holds));
    assert!(standing.says.starts_with("paused by this machine"), "{}", standing.says);
    let other = house.api.probe(slug("orders"), slug("night")).await.expect("there");
    assert!(other.level != Level::Paused && other.handling.is_empty(), "{other:?}");
    assert!(house.api.integration(slug("orders")).await.expect("there").handling.is_empty());

    act(json!({"action": "unmute"})).await.expect("unmuted");
    act(json!({"action": "resume"})).await.expect("resumed");
    assert!(job().await.handling.is_empty());
    assert_eq!(
        refused(house.api.handle_probe(slug("orders"), slug("nix"), json!({"action": "resume"})).await),
        ProblemKind::NotFound
    );
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_mutes_and_acknowledges_an_engineer_also_pauses_and_others_do_nothing() {
    let house = in_trouble().await;
    let acts = [
        (json!({"action": "acknowledge"}), Role::Manager),
        (json!({"action": "mute", "until": in_an_hour()}), Role::Manager),
        (json!({"action": "unmute"}), Role::Manager),
        (json!({"action": "withdraw"}), Role::Manager),
        (json!({"action": "pause"}), Role::Engineer),
        (json!({"action": "resume"}), Role::Engineer),
    ];
    for (body, least) in acts {
        for &role in Role::ALL {
            let acted = acting(&house, role).handle_integration(slug("orders"), body.clone()).await;
            let kind = acted.map_err(|problem| problem.kind);
            let may = role >= least;
            assert_eq!(kind.is_ok(), may, "{role} {body}: {kind:?}");
            assert!(may || kind == Err(ProblemKind::Forbidden), "{role} {body}: {kind:?}");
        }
    }
    let elsewhere = house.service.acting_as(person(Role::Admin, department("People")));
    let beyond = elsewhere.handle_integration(slug("orders"), json!({"action": "resume"})).await;
    assert_eq!(refused(beyond), ProblemKind::NotFound);
    assert_eq!(
        faulty(house.api.handle_integration(slug("orders"), json!({"action": "mute", "by": "Eve"})).await),
        ["until", "by"]
    );
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_tells_what_changed_and_nothing_where_nothing_did() {
    let house = House::with(LANDSCAPE).await;
    let engineer = acting(&house, Role::Engineer);
    engineer.handle_integration(slug("orders"), json!({"action": "resume"})).await.expect("it went on anyway");
    engineer.handle_integration(slug("orders"), json!({"action": "pause"})).await.expect("paused");
    engineer.handle_probe(slug("orders"), slug("job"), json!({"action": "pause"})).await.expect("paused");
    engineer.handle_integration(slug("orders"), json!({"action": "resume"})).await.expect("resumed");

    let query = AuditQuery { who: Some("ada@example.com".to_owned()), ..AuditQuery::default() };
    let told = house.api.audit(query).await.expect("the audit").items;
    let said: Vec<_> = told.iter().rev().map(|entry| (entry.action.as_str(), entry.subject.as_str())).collect();
    let orders = "integration orders";
    assert_eq!(
        said,
        [("integration.pause", orders), ("probe.pause", "probe orders/job"), ("integration.resume", orders)]
    );
    let (pause, resume) = (&told[2], &told[0]);
    assert_eq!((&pause.before, &resume.after), (&None, &None));
    assert_eq!(pause.after.as_ref().expect("after")["paused"]["by"], "Ada");
    assert_eq!(resume.before, pause.after);
    house.end().await;
}
