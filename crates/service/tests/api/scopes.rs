//! Who sees what: scopes, and what crossed the wire.

use model::{
    Api, Caller, IntegrationsQuery, ProblemKind, Role, RunDetail, RunsQuery, Scope, SeriesQuery,
    overview::OverviewQuery,
    views::{ChartKind, ChartQuery},
};
use serde_json::json;
use service::Acting;

use crate::house::{House, Target, department, faulty, person, refused, slug};

/// Two bridges of two departments, one system in common.
const LANDSCAPE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}, {slug: payroll, name: Payroll}]
integrations:
  - {slug: orders, name: Orders, from: shop, to: erp, department: Sales}
  - {slug: salaries, name: Salaries, from: erp, to: payroll, department: People, probes: [{slug: job, kind: heartbeat, every: 1h}]}
";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_the_scope_is_as_if_it_were_not_there() {
    let house = House::with(LANDSCAPE).await;
    let sent = house.api.send_runs(slug("salaries"), json!({"outcome": "ok"})).await.expect("taken in");
    house.api.send_runs(slug("orders"), json!({"outcome": "ok"})).await.expect("taken in");
    let sales = house.service.acting_as(person(Role::Engineer, department("Sales")));
    let salaries = || slug("salaries");

    let listed = sales.integrations(IntegrationsQuery::default()).await.expect("a list").items;
    assert_eq!(listed.iter().map(|row| row.slug.as_str()).collect::<Vec<_>>(), ["orders"]);
    let overview = sales.overview(OverviewQuery::default()).await.expect("an overview");
    assert_eq!((overview.tiles.len(), overview.departments), (1, vec!["Sales".to_owned()]));
    assert_eq!(overview.chart, None, "the sum of all tells of the others too");
    let systems = sales.systems().await.expect("a list").items;
    assert_eq!(systems.iter().map(|system| system.spec.slug.as_str()).collect::<Vec<_>>(), ["erp", "shop"]);
    let runs = sales.runs(RunsQuery::default()).await.expect("a list").items;
    assert_eq!(runs.iter().map(|run| run.integration.as_str()).collect::<Vec<_>>(), ["orders"]);
    let document = sales.export_catalogue().await.expect("a document");
    assert!(document.contains("orders") && !document.contains("alaries") && !document.contains("ayroll"), "{document}");
    assert!(document.contains("landscape-part"), "a part that is applied must not retire the rest: {document}");

    let gone = [
        refused(sales.integration(salaries()).await),
        refused(sales.probes(salaries()).await),
        refused(sales.probe(salaries(), slug("job")).await),
        refused(sales.baselines(salaries()).await),
        refused(sales.series(salaries(), SeriesQuery::default()).await),
        refused(sales.chart(salaries(), chart()).await),
        refused(sales.run(sent[0].id).await),
        refused(sales.runs(RunsQuery { integration: Some(salaries()), ..RunsQuery::default() }).await),
        refused(sales.send_runs(salaries(), json!({"outcome": "ok"})).await),
        refused(sales.run_probe(salaries(), slug("job")).await),
        refused(sales.change_integration(salaries(), json!({"name": "Mine"})).await),
        refused(sales.delete_integration(salaries()).await),
        refused(sales.create_probe(salaries(), json!({"slug": "p", "kind": "heartbeat", "every": "1h"})).await),
        refused(sales.system(slug("payroll")).await),
    ];
    assert_eq!(gone, [ProblemKind::NotFound; 14]);
    house.end().await;
}

fn chart() -> ChartQuery {
    ChartQuery { kind: ChartKind::Latency, measure: None, series: SeriesQuery::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_what_is_beyond_their_scope_or_moves_something_there() {
    let house = House::with(LANDSCAPE).await;
    let sales = house.service.acting_as(person(Role::Engineer, department("Sales")));

    // A catalogue retires what it leaves out, also what its writer does not see.
    assert_eq!(refused(sales.apply_catalogue(LANDSCAPE, true).await), ProblemKind::Forbidden);
    let body = json!({"slug": "new", "name": "New", "from": "shop", "to": "erp", "department": "People"});
    assert_eq!(faulty(sales.create_integration(body).await), ["department"]);
    let own = json!({"slug": "new", "name": "New", "from": "shop", "to": "crm", "department": "Sales"});
    sales.create_integration(own).await.expect("made");
    assert_eq!(faulty(sales.change_integration(slug("new"), json!({"department": "People"})).await), ["department"]);
    sales.change_system(slug("crm"), json!({"name": "CRM"})).await.expect("used by what they see alone");
    assert_eq!(faulty(sales.create_system(json!({"slug": "dwh", "name": "Warehouse"})).await), ["owner"]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_what_it_should() {
    let house = House::with(LANDSCAPE).await;
    let acting = |role| house.service.acting_as(person(role, Scope::default()));
    let baseline = || json!({"per": "run", "low_minutes": 1, "likely_minutes": 2, "high_minutes": 3, "method": "guess", "source": "me", "valid_from": "2020-01-01"});
    let system = || json!({"slug": "dwh", "name": "Warehouse"});

    let nobody = house.service.acting_as(Caller::Nobody);
    assert_eq!(refused(nobody.systems().await), ProblemKind::SignIn);
    assert_eq!(refused(nobody.me().await), ProblemKind::SignIn);
    assert_eq!(refused(acting(Role::Viewer).add_baseline(slug("orders"), baseline()).await), ProblemKind::Forbidden);
    // It comes from a catalogue: a manager may say what it is worth, but there.
    assert_eq!(refused(acting(Role::Manager).add_baseline(slug("orders"), baseline()).await), ProblemKind::Conflict);
    assert_eq!(refused(acting(Role::Manager).create_system(system()).await), ProblemKind::Forbidden);
    acting(Role::Engineer).create_system(system()).await.expect("made");
    assert_eq!(refused(acting(Role::Engineer).people().await), ProblemKind::Forbidden);
    assert_eq!(acting(Role::Admin).people().await.expect("a list").items, []);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_crossed_the_wire_is_for_engineers() {
    let target = Target::start().await;
    let house = House::with(&format!(
        "
systems: [{{slug: shop, name: Shop}}, {{slug: net, name: Net}}]
integrations:
  - slug: orders
    name: Orders
    from: shop
    to: net
    probes:
      - slug: api
        kind: http
        every: 1h
        options: {{url: \"http://127.0.0.1:{}/orders?customer=7\"}}
        assert: [json.error == 0]
      - {{slug: job, kind: heartbeat, every: 1h}}
",
        target.port
    ))
    .await;
    target.answers(500);
    let engineer = house.service.acting_as(person(Role::Engineer, Scope::default()));
    let viewer = house.service.acting_as(person(Role::Viewer, Scope::default()));
    let run = engineer.run_probe(slug("orders"), slug("api")).await.expect("a run");

    let whole = engineer.run(run.id).await.expect("a run");
    let body = |detail: &RunDetail| {
        let response = detail.run.exchange.as_ref().and_then(|exchange| exchange.response.as_ref());
        response.and_then(|response| response.body.as_ref()).map(|body| body.excerpt.clone())
    };
    assert!(body(&whole).is_some_and(|body| body.contains("error")), "{whole:?}");
    assert!(whole.curl.is_some());

    let part = viewer.run(run.id).await.expect("a run");
    assert_eq!((body(&part).as_deref(), &part.curl), (Some(""), &None));
    let exchange = part.run.exchange.as_ref().expect("who was asked stays");
    assert!(!exchange.request.url.contains("customer") && exchange.request.headers.is_empty(), "{exchange:?}");
    assert!(part.run.assertions.iter().all(|one| (&one.left, &one.right) == (&None, &None)), "{part:?}");
    assert_eq!(part.run.outcome, whole.run.outcome);

    let key = async |api: &Acting| api.probe(slug("orders"), slug("job")).await.expect("a probe").probe.ping_key;
    assert!(key(&engineer).await.is_some());
    assert_eq!(key(&viewer).await, None, "whoever has it may ping");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_marked_red_not_even_words_are_shown_or_found() {
    let house = House::with(
        "
systems: [{slug: a, name: A}, {slug: b, name: B}]
integrations: [{slug: salaries, name: Salaries, from: a, to: b, classification: red}]
",
    )
    .await;
    let run = json!({"outcome": "failed", "message": "4200 for A. Lovelace", "business_key": "lovelace"});
    let sent = house.api.send_runs(slug("salaries"), run).await.expect("taken in");
    let viewer = house.service.acting_as(person(Role::Viewer, Scope::default()));

    let all = viewer.runs(RunsQuery::default()).await.expect("a list").items;
    assert_eq!((all.len(), &all[0].message), (1, &None));
    let searched = RunsQuery { q: Some("lovelace".to_owned()), ..RunsQuery::default() };
    assert_eq!(viewer.runs(searched.clone()).await.expect("a list").items, [], "finding it would tell what it says");
    let of_it = RunsQuery { integration: Some(slug("salaries")), ..searched.clone() };
    assert_eq!(viewer.runs(of_it).await.expect("a list").items, []);
    let detail = viewer.run(sent[0].id).await.expect("a run");
    assert_eq!((detail.run.message, detail.run.business_key), (None, None));
    house.until(|board| !board.rows[0].standing.why.is_empty()).await;
    let overview = serde_json::to_string(&viewer.overview(OverviewQuery::default()).await.expect("one")).expect("JSON");
    assert!(!overview.contains("Lovelace"), "{overview}");
    assert_eq!(house.api.runs(searched).await.expect("a list").items.len(), 1, "who may read it finds it");
    house.end().await;
}
