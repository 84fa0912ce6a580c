//! What is taken already, though the caller does not see it: slugs of what was retired, and systems beyond their scope.

use model::{Api, Caller, ProblemKind, Role, RunsQuery, TokenOf, api::PingKind};
use serde_json::{Value, json};

use crate::house::{House, clash, department, faulty, person, refused, slug};

const LANDSCAPE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}, {slug: payroll, name: Payroll}]
integrations:
  - {slug: orders, name: Orders, from: shop, to: erp, department: Sales}
  - {slug: taxes, name: Taxes, from: payroll, to: erp, department: People}
";

fn salaries(department: &str) -> Value {
    json!({"slug": "salaries", "name": "Salaries", "from": "hr", "to": "bank", "department": department})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_integration_is_revived_only_by_those_who_saw_it() {
    let house = House::with(LANDSCAPE).await;
    let engineer = |name| house.service.acting_as(person(Role::Engineer, department(name)));
    let (sales, people) = (engineer("Sales"), engineer("People"));

    // Given a bridge with runs and a token, whose team retires it.
    people.create_integration(salaries("People")).await.expect("made");
    let sent = people.send_runs(slug("salaries"), json!({"outcome": "ok"})).await.expect("taken in");
    let token = house.api.add_token(json!({"name": "nightly", "integration": "salaries"})).await.expect("made");
    let living = clash(sales.create_integration(salaries("Sales")).await);
    people.delete_integration(slug("salaries")).await.expect("retired");

    // When another team takes its slug, then it is taken, in the words as before.
    assert_eq!(clash(sales.create_integration(salaries("Sales")).await), living);
    let own = json!({"slug": "leads", "name": "Leads", "from": "shop", "to": "crm", "department": "Sales"});
    sales.create_integration(own).await.expect("made");
    let rename = || json!({"slug": "salaries"});
    assert_eq!(clash(sales.change_integration(slug("leads"), rename()).await), living);
    assert_eq!(
        clash(house.api.change_integration(slug("leads"), rename()).await),
        living,
        "two rows cannot become one"
    );
    assert_eq!(refused(sales.integration(slug("salaries")).await), ProblemKind::NotFound);
    assert_eq!(refused(sales.run(sent[0].id).await), ProblemKind::NotFound);
    assert!(sales.integration(slug("leads")).await.is_ok(), "what was not renamed is as it was");

    // When its own team makes it again, then its runs are back, and its token is not.
    people.create_integration(salaries("People")).await.expect("revived");
    let runs = people.runs(RunsQuery::default()).await.expect("a list").items;
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [sent[0].id]);
    assert_eq!(refused(house.service.caller_of_token(&token.token, None).await), ProblemKind::SignIn);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn naming_a_system_beyond_the_scope_does_not_show_it() {
    let house = House::with(LANDSCAPE).await;
    let sales = house.service.acting_as(person(Role::Engineer, department("Sales")));
    let leads = |from: &str, via: &[&str]| json!({"slug": "leads", "name": "Leads", "from": from, "to": "shop", "via": via, "department": "Sales"});

    assert_eq!(faulty(sales.create_integration(leads("payroll", &["erp", "payroll"])).await), ["from", "via[1]"]);
    let problem = sales.create_integration(leads("payroll", &[])).await.expect_err("refused");
    assert_eq!(problem.errors[0].message, "there is no system `payroll`");
    sales.create_integration(leads("crm", &["erp"])).await.expect("of what is seen, and what is new");
    assert_eq!(faulty(sales.change_integration(slug("leads"), json!({"via": ["payroll"]})).await), ["via[0]"]);
    assert_eq!(refused(sales.system(slug("payroll")).await), ProblemKind::NotFound);
    assert_eq!(refused(sales.change_system(slug("payroll"), json!({"name": "Mine"})).await), ProblemKind::NotFound);

    // What somebody else has put there stays when something else is changed.
    house.api.change_integration(slug("leads"), json!({"via": ["payroll"]})).await.expect("changed");
    let changed = sales.change_integration(slug("leads"), json!({"to": "payroll"})).await.expect("changed");
    assert_eq!(changed.via_names, ["Payroll"]);
    house.end().await;
}

const SHOP: &str = "systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]\n";

fn with_job(integration: &str) -> String {
    format!(
        "{SHOP}integrations:\n  - {{{integration}, name: N, from: shop, to: erp, probes: [{{slug: job, kind: heartbeat, every: 1day}}]}}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_slug_that_was_retired_comes_back_without_those_who_could_send() {
    // Given an integration with runs, a token and a job that pings, which a catalogue leaves out,
    let house = House::with(&with_job("slug: orders")).await;
    let sent = house.api.send_runs(slug("orders"), json!({"outcome": "ok"})).await.expect("taken in");
    let token = house.api.add_token(json!({"name": "nightly", "integration": "orders"})).await.expect("made");
    let key = async || house.store.load().await.expect("loaded").probes[0].ping_key.clone().expect("a key");
    let old = key().await;
    house.api.apply_catalogue(SHOP, false).await.expect("retired");

    // when another is said to be what that was,
    house.api.apply_catalogue(&with_job("slug: sales, formerly: orders"), false).await.expect("applied");

    // then it has its history, and who could send to it then can no more.
    let runs = house.api.runs(RunsQuery::default()).await.expect("a list").items;
    let told: Vec<_> = runs.iter().map(|run| (run.id, run.integration.clone())).collect();
    assert_eq!(told, [(sent[0].id, slug("sales"))]);
    assert_eq!(refused(house.service.caller_of_token(&token.token, None).await), ProblemKind::SignIn);
    assert_ne!(key().await, old);
    assert_eq!(refused(house.api.ping(&old, PingKind::Done.into()).await), ProblemKind::NotFound);
    assert!(house.api.ping(&key().await, PingKind::Done.into()).await.is_ok());
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_own_is_not_taken_by_naming_it_as_ones_past() {
    let house = House::with(&with_job("slug: orders")).await;
    let token = house.api.add_token(json!({"name": "nightly", "integration": "orders"})).await.expect("made");
    let stock = json!({"slug": "stock", "name": "Stock", "from": "hub", "to": "erp"});
    house.api.create_integration(stock).await.expect("made by hand");
    let other = |systems: &str, integrations: &str| {
        format!("{{catalogue: other, systems: [{systems}], integrations: [{integrations}]}}")
    };
    let ends = "{slug: a, name: A}, {slug: b, name: B}";
    for (document, field, said) in [
        (
            other(ends, "{slug: mine, formerly: orders, name: M, from: a, to: b}"),
            "integrations[0].formerly",
            "catalogue `landscape`",
        ),
        (
            other(ends, "{slug: mine, formerly: stock, name: M, from: a, to: b}"),
            "integrations[0].formerly",
            "made by hand",
        ),
        (other("{slug: mine, formerly: shop, name: M}", ""), "systems[0].formerly", "catalogue `landscape`"),
        (other("{slug: mine, formerly: hub, name: M}", ""), "systems[0].formerly", "made by hand"),
    ] {
        let problem = house.api.apply_catalogue(&document, false).await.expect_err(&document);
        let fault = &problem.errors[0];
        assert_eq!((problem.errors.len(), fault.field.as_str()), (1, field), "{problem:?}");
        assert!(fault.message.contains(said) && fault.allowed.is_some(), "{problem:?}");
    }
    let opened = house.service.caller_of_token(&token.token, None).await.expect("it opens what it did");
    let Caller::Token { of: TokenOf::Integration { slug: of }, .. } = opened else { panic!("{opened:?}") };
    assert_eq!(of, slug("orders"));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_does_not_become_one_with_what_was_retired() {
    let catalogue = |shop: &str, orders: &str| {
        format!(
            "{{systems: [{{{shop}, name: S}}, {{slug: erp, name: ERP}}], integrations: [{{{orders}, name: O, from: erp, to: erp}}]}}"
        )
    };
    let house = House::with(&catalogue("slug: old-shop", "slug: old-orders")).await;
    house.api.apply_catalogue(&catalogue("slug: shop", "slug: orders"), false).await.expect("applied");

    let merged = catalogue("slug: old-shop, formerly: shop", "slug: old-orders, formerly: orders");
    let problem = house.api.apply_catalogue(&merged, false).await.expect_err("two rows cannot become one");
    let fields: Vec<_> = problem.errors.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["systems[0].slug", "integrations[0].slug"], "{problem:?}");
    assert!(problem.errors[1].allowed.as_ref().is_some_and(|allowed| allowed.contains("without `formerly`")));

    house
        .api
        .apply_catalogue(&catalogue("slug: old-shop", "slug: old-orders"), false)
        .await
        .expect("back, each as it was");
    house.api.create_system(json!({"slug": "hub", "name": "Hub"})).await.expect("made");
    assert!(clash(house.api.change_system(slug("hub"), json!({"slug": "shop"})).await).contains("already"));
    house.end().await;
}
