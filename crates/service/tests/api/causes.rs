//! Whoever reads is told what explains a failure, and no name of a system that is beyond their scope.

use model::{Api, Caller, Role, Run, RunDetail, RunRow, RunsQuery, Scope, overview::OverviewQuery};
use service::Acting;

use crate::house::{House, Target, department, person, slug};

/// What one department asks depends on what another one asks twice.
fn landscape(port: u16) -> String {
    let probes = format!(
        "probes: [{{slug: api, kind: http, every: 1h, down_after: 1, assert: [status == 200], \
         options: {{url: 'http://127.0.0.1:{port}/'}}}}]"
    );
    format!(
        "
systems:
  - {{slug: shop, name: Shop}}
  - {{slug: erp, name: ERP, depends_on: directory}}
  - {{slug: hr, name: HR}}
  - {{slug: directory, name: 'Staff: Directory', owner: Platform}}
integrations:
  - {{slug: orders, name: Orders, from: shop, to: erp, department: Sales, owner: Finance, {probes}}}
  - {{slug: badges, name: Badges, from: hr, to: directory, department: People, {probes}}}
  - {{slug: leavers, name: Leavers, from: hr, to: directory, department: People, {probes}}}
"
    )
}

/// All that somebody is told of the failing one: runs as the list and the detail have them, and what is said in words.
async fn told(api: &Acting, failed: &Run) -> (RunRow, RunDetail, String, String) {
    let listed = api.runs(RunsQuery { integration: Some(slug("orders")), ..RunsQuery::default() }).await;
    let row = listed.expect("a list").items.into_iter().find(|row| row.id == failed.id).expect("the run");
    let detail = serde_json::to_string(&api.integration(slug("orders")).await.expect("a detail")).expect("JSON");
    let overview = api.overview(OverviewQuery::default()).await.expect("an overview");
    let attention = serde_json::to_string(&overview.attention).expect("JSON");
    (row, api.run(failed.id).await.expect("a run"), detail, attention)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cause_beyond_the_scope_is_told_without_its_name() {
    // Given a system of another department that is down, and explains why ours fails.
    let target = Target::start().await;
    let house = House::with(&landscape(target.port)).await;
    target.answers(500);
    for integration in ["orders", "badges", "leavers"] {
        house.api.run_probe(slug(integration), slug("api")).await.expect("a run");
    }
    house.until(|board| board.row(&slug("orders")).is_some_and(|row| row.cause.is_some())).await;
    let of_owners = |names: &[&str]| {
        let owners = names.iter().map(|name| (*name).to_owned()).collect();
        Scope { owners, ..Scope::default() }
    };
    let outside = |scope: Scope| house.service.acting_as(person(Role::Engineer, scope));

    // Who may not see it hears that there is a cause, and since when.
    for api in [outside(department("Sales")), outside(of_owners(&["Finance"]))] {
        let failed = api.run_probe(slug("orders"), slug("api")).await.expect("a run");
        assert_eq!(failed.cause, None);
        let (row, run, detail, attention) = told(&api, &failed).await;
        assert_eq!((row.cause, run.run.cause), (None, None));
        for text in [detail, attention] {
            assert!(text.contains("explained by a system you may not see, down since"), "{text}");
            assert!(!text.contains("Directory") && !text.contains("Staff"), "{text}");
        }
    }

    // Who sees all, or is of the team that has it, hears its name.
    for api in [house.service.acting_as(Caller::Local), outside(of_owners(&["Finance", "Platform"]))] {
        let failed = api.run_probe(slug("orders"), slug("api")).await.expect("a run");
        assert_eq!(failed.cause, Some(slug("directory")));
        let (row, run, detail, attention) = told(&api, &failed).await;
        assert_eq!((row.cause, run.run.cause), (Some(slug("directory")), Some(slug("directory"))));
        for text in [detail, attention] {
            assert!(text.contains("explained by Staff: Directory, down since"), "{text}");
        }
    }
    house.end().await;
}
