//! Figures over time.

use model::{
    Api, SeriesQuery, Span, Step,
    views::{ChartKind, ChartQuery},
};
use serde_json::json;

use crate::house::{House, faulty, now, slug};

const CATALOGUE: &str = "{systems: [{slug: shop, name: Shop}, {slug: net, name: Net}], integrations: [{slug: orders, name: Orders, from: shop, to: net}]}";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_summed_and_drawn() {
    let house = House::with(CATALOGUE).await;
    let runs: Vec<_> = (1..=20)
        .map(|n| {
            let outcome = if n % 4 == 0 { "failed" } else { "ok" };
            json!({"started_at": now() - Span::minutes(10 * n), "outcome": outcome, "duration_ms": 100 * n, "measures": {"depth": n}})
        })
        .collect();
    house.api.send_runs(slug("orders"), json!(runs)).await.expect("taken in");
    house.roll_up().await;

    let series = house.api.series(slug("orders"), SeriesQuery::default()).await.expect("a series");
    assert_eq!(series.step, Step::Hour, "a day is shown by hours");
    assert_eq!((series.total.counts.ok, series.total.counts.failed), (15, 5));
    assert_eq!(series.total.error_rate, Some(0.25));
    let p50 = series.total.p50_us.expect("a median");
    assert!((950_000..=1_150_000).contains(&p50), "the median of 100 ms to 2 s: {p50}");
    assert_eq!(series.total.availability, None, "no probe watched");

    let by_minute = SeriesQuery { from: Some(now() - Span::hours(4)), ..SeriesQuery::default() };
    assert_eq!(house.api.series(slug("orders"), by_minute).await.expect("a series").step, Step::Minute);

    for kind in ChartKind::ALL {
        let query = ChartQuery { kind: *kind, measure: Some("depth".to_owned()), series: SeriesQuery::default() };
        let svg = house.api.chart(slug("orders"), query).await.expect("a chart");
        assert!(svg.starts_with("<svg") && !svg.contains("no data in this period"), "{kind}: {svg}");
    }
    let detail = house.api.integration(slug("orders")).await.expect("there");
    assert_eq!(detail.measures, ["depth"]);
    assert_eq!(detail.days.len(), 90);
    assert_eq!(detail.hours.hours, None, "no baseline");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_makes_no_sense_is_refused() {
    let house = House::with(CATALOGUE).await;
    let asked = async |query: SeriesQuery| faulty(house.api.series(slug("orders"), query).await);
    let backwards = SeriesQuery { from: Some(now()), to: Some(now() - Span::hours(1)), ..SeriesQuery::default() };
    assert_eq!(asked(backwards).await, ["from"]);
    let too_fine =
        SeriesQuery { from: Some(now() - Span::hours(48)), step: Some(Step::Minute), ..SeriesQuery::default() };
    assert_eq!(asked(too_fine).await, ["step"]);
    let nameless = ChartQuery { kind: ChartKind::Measure, measure: None, series: SeriesQuery::default() };
    assert_eq!(faulty(house.api.chart(slug("orders"), nameless).await), ["measure"]);
    house.end().await;
}
