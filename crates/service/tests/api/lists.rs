//! Lists: filtered, ordered, a page at a time.

use model::{Api, IntegrationsQuery, Level, RunsQuery, views::IntegrationSort};
use serde_json::json;

use crate::house::{House, faulty, now, slug};

fn seven() -> String {
    let each = (1..=7).map(|n| {
        format!("{{slug: i{n}, name: Bridge {n}, from: shop, to: erp, tier: {}, owner: Team {}}}", n % 3 + 1, n % 2)
    });
    format!(
        "{{systems: [{{slug: shop, name: Wéb Shop}}, {{slug: erp, name: ERP}}], integrations: [{}]}}",
        each.collect::<Vec<_>>().join(", ")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_integrations_hold_each_of_them_once_in_every_order() {
    let house = House::with(&seven()).await;
    for sort in IntegrationSort::ALL {
        let mut query = IntegrationsQuery { sort: Some(*sort), limit: Some(3), ..IntegrationsQuery::default() };
        let mut seen = Vec::new();
        loop {
            let page = house.api.integrations(query.clone()).await.expect("a page");
            assert!(page.items.len() <= 3);
            seen.extend(page.items.into_iter().map(|row| row.slug));
            match page.next_cursor {
                Some(cursor) => query.cursor = Some(cursor),
                None => break,
            }
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (7, 7), "{sort}: {seen:?}");
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_the_list() {
    let house = House::with(&seven()).await;
    let found = async |query: IntegrationsQuery| house.api.integrations(query).await.expect("a page").items.len();
    let all = IntegrationsQuery::default;
    assert_eq!(found(all()).await, 7);
    assert_eq!(found(IntegrationsQuery { q: Some(" BRIDGE 4 ".to_owned()), ..all() }).await, 1);
    assert_eq!(found(IntegrationsQuery { q: Some("WÉB".to_owned()), ..all() }).await, 7, "systems are looked at too");
    assert_eq!(found(IntegrationsQuery { tier: Some(1), ..all() }).await, 2);
    assert_eq!(found(IntegrationsQuery { owner: Some("Team 0".to_owned()), ..all() }).await, 3);
    assert_eq!(found(IntegrationsQuery { level: Some(Level::Problem), ..all() }).await, 0);
    assert_eq!(faulty(house.api.integrations(IntegrationsQuery { tier: Some(4), ..all() }).await), ["tier"]);
    assert_eq!(faulty(house.api.integrations(IntegrationsQuery { limit: Some(0), ..all() }).await), ["limit"]);
    assert_eq!(
        faulty(house.api.integrations(IntegrationsQuery { cursor: Some("x".to_owned()), ..all() }).await),
        ["cursor"]
    );
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_runs_go_back_in_time_without_a_gap() {
    let house = House::with(&seven()).await;
    let start = now().0 - 3_600_000;
    let runs: Vec<_> = (0..9)
        .map(|n| json!({"external_id": format!("run-{n}"), "started_at": model::Timestamp(start + n / 2 * 1_000), "outcome": "ok"}))
        .collect();
    house.api.send_runs(slug("i1"), json!(runs)).await.expect("taken in");

    let mut query = RunsQuery { integration: Some(slug("i1")), limit: Some(4), ..RunsQuery::default() };
    let mut seen = Vec::new();
    loop {
        let page = house.api.runs(query.clone()).await.expect("a page");
        seen.extend(page.items.into_iter().map(|row| (row.started_at, row.id)));
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(seen.len(), 9);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "{seen:?}");

    let found =
        house.api.runs(RunsQuery { q: Some("RUN-3".to_owned()), ..RunsQuery::default() }).await.expect("a page");
    assert_eq!(found.items.len(), 1);
    assert_eq!(faulty(house.api.runs(RunsQuery { probe: Some(slug("p")), ..RunsQuery::default() }).await), ["probe"]);
    house.end().await;
}
