//! What needs attention, and what it costs.

use model::{Api, Level, Span, hours::Cost, overview::OverviewQuery};
use serde_json::json;

use crate::house::{House, Target, now, slug};

/// Two bridges that cannot connect, one of which usually carries ten orders an hour; and one that is not evidenced.
fn landscape(dead: u16) -> String {
    let probe =
        format!("{{slug: port, kind: tcp, every: 1s, down_after: 1, options: {{host: 127.0.0.1, port: {dead}}}}}");
    format!(
        "
systems: [{{slug: shop, name: Shop}}, {{slug: erp, name: ERP}}]
integrations:
  - slug: orders
    name: Orders
    from: shop
    to: erp
    tier: 1
    unit: order
    department: Sales
    baseline: {{per: unit, minutes: [3, 5, 9], method: interview, source: desk, valid_from: 2020-01-01}}
    probes: [{probe}]
  - {{slug: aaa, name: Aaa, from: shop, to: erp, tier: 1, probes: [{probe}]}}
  - {{slug: zzz, name: Never seen, from: shop, to: erp, tier: 2}}
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_most_comes_first_within_its_tier() {
    // A port that nobody listens on any more.
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound").port();
    let house = House::empty().await;
    let quiet = landscape(dead).replace("every: 1s", "every: 1h");
    house.api.apply_catalogue(&quiet, false).await.expect("applied");
    let week: Vec<_> =
        (2..170).map(|hour| json!({"started_at": now() - Span::hours(hour), "outcome": "ok", "units": 10})).collect();
    house.api.send_runs(slug("orders"), json!(week)).await.expect("taken in");
    house.roll_up().await;

    house.api.apply_catalogue(&landscape(dead), false).await.expect("applied");
    house.until(|board| board.rows.iter().filter(|row| row.standing.level == Level::Problem).count() == 2).await;
    let overview = house.api.overview(OverviewQuery::default()).await.expect("an overview");

    let order: Vec<&str> = overview.attention.iter().map(|item| item.integration.as_str()).collect();
    assert_eq!(order, ["orders", "aaa", "zzz"], "cost before name, tier before cost");
    let Cost::HandWork { units, ref unit, hours } = overview.attention[0].cost else {
        panic!("orders do not cross: {:?}", overview.attention[0].cost)
    };
    assert!(units >= 1.0 && unit.starts_with("order") && hours > 0.0, "{units} {unit} {hours}");
    assert_eq!(overview.attention[1].cost, model::hours::Cost::without_baseline(), "no baseline");
    assert_eq!((overview.tiers[0].problem, overview.tiers[1].unknown), (2, 1));
    assert_eq!(overview.worth.okay, 1);
    assert!(overview.hours.hours.is_some_and(|hours| hours.mean > 0.0), "{:?}", overview.hours);
    assert_eq!((overview.hours.counted, overview.hours.without), (1, 2));
    assert!(overview.chart.is_some_and(|svg| svg.starts_with("<svg")));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overview_of_a_department_holds_only_that() {
    let target = Target::start().await;
    let house = House::with(&landscape(target.port)).await;
    let query = OverviewQuery { department: Some("Sales".to_owned()), tier: None };
    let overview = house.api.overview(query).await.expect("an overview");
    assert_eq!(overview.tiles.iter().map(|tile| tile.slug.as_str()).collect::<Vec<_>>(), ["orders"]);
    assert_eq!(overview.departments, ["Sales"], "all there are, to choose from");
    assert_eq!(overview.chart, None, "of a part no sum is stored");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_house_has_an_overview_too() {
    let house = House::empty().await;
    let overview = house.api.overview(OverviewQuery::default()).await.expect("an overview");
    assert_eq!((overview.attention.len(), overview.tiles.len(), overview.tiers.len()), (0, 0, 3));
    assert_eq!(overview.hours.hours, None, "nothing known is not 0");
    assert!(overview.chart.is_some_and(|svg| svg.contains("no data in this period")));
    house.end().await;
}
