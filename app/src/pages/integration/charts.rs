//! Latency, error rate and measures over a period.

use leptos::prelude::*;
use model::{Series, views::ChartKind};

use super::{Gathered, RANGES};
use crate::{
    href,
    parts::{chart::Chart, empty, fact, problem},
    words::{amount, length, share},
};

/// The section with its range picker; every chart says its numbers in words as well.
pub fn section(gathered: &Gathered) -> AnyView {
    let slug = &gathered.detail.integration.spec.slug;
    let page = format!("/integrations/{slug}");
    let ranges = RANGES
        .into_iter()
        .map(|range| {
            let current = (range == gathered.range).then_some("true");
            view! {
                <a href=href::with(&page, &[("range", &range.word)]) aria-current=current>
                    {range.says}
                </a>
            }
        })
        .collect_view();
    let sum = match &gathered.series {
        Ok(series) => totals(series),
        Err(fault) => problem::part("The sum of the period", fault),
    };
    view! {
        <section class="section" aria-labelledby="over-time">
            <div class="section-head">
                <h2 id="over-time">"Latency and errors"</h2>
                <nav class="ranges" aria-label="Period">
                    {ranges}
                </nav>
            </div>
            <div data-live="totals">{sum}</div>
            <div class="charts">{charts(gathered)}</div>
        </section>
    }
    .into_any()
}

fn charts(gathered: &Gathered) -> Vec<AnyView> {
    let slug = &gathered.detail.integration.spec.slug;
    let from = gathered.asked.from.map(|from| from.floor(model::Span::minutes(1)).to_string()).unwrap_or_default();
    let numbers = href::with(&format!("/api/v1/integrations/{slug}/series"), &[("from", &from)]);
    let period = gathered.range.says;
    let mut charts = vec![
        Chart {
            live: format!("chart-{}", ChartKind::Latency),
            title: "Latency".to_owned(),
            note: period.into_any(),
            drawn: &gathered.latency,
            series: Some(numbers.clone()),
            fields: "p50=p50_us,p95=p95_us,p99=p99_us",
        }
        .show(),
        Chart {
            live: "chart-errors".to_owned(),
            title: "Error rate".to_owned(),
            note: format!("failed and missed per judged run, {period}").into_any(),
            drawn: &gathered.error_rate,
            series: Some(numbers.clone()),
            fields: "ok=counts/ok,failed=counts/failed,missed=counts/missed",
        }
        .show(),
    ];
    charts.extend(gathered.measures.iter().enumerate().map(|(index, (name, drawn))| {
        Chart {
            live: format!("chart-measure-{index}"),
            title: name.clone(),
            note: format!("mean, {period}").into_any(),
            drawn,
            series: None,
            fields: "",
        }
        .show()
    }));
    charts
}

fn totals(series: &Series) -> AnyView {
    let total = &series.total;
    let counts = total.counts;
    let runs = if counts.judged() == 0 {
        empty::no_data()
    } else {
        amount::counted(counts.judged(), "run", "runs").into_any()
    };
    let latency = |us: Option<i64>| empty::or_no_data(us.map(length::latency));
    let watched = share::of_time(total.coverage);
    let availability = match total.availability {
        Some(up) => share::of_time(up).into_any(),
        None if total.coverage > 0.0 => format!("watched {watched} of the period").into_any(),
        None => empty::no_data(),
    };
    fact::line(vec![
        ("Runs", runs),
        ("Error rate", empty::or_no_data(share::percent(counts.failures(), counts.judged()))),
        ("Up", availability),
        ("p50", latency(total.p50_us)),
        ("p95", latency(total.p95_us)),
        ("p99", latency(total.p99_us)),
    ])
}
