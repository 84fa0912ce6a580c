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
    let looked_at = &gathered.looks[gathered.look].word;
    let link = |range: &str, of: &str, says: &str, current: bool| {
        let current = current.then_some("true");
        view! {
            <a href=href::with(&page, &[("range", &range), ("of", &of)]) aria-current=current>
                {says.to_owned()}
            </a>
        }
    };
    let ranges =
        RANGES.into_iter().map(|range| link(range.word, looked_at, range.says, range == gathered.range)).collect_view();
    let looks = gathered
        .looks
        .iter()
        .map(|look| link(gathered.range.word, &look.word, &look.says, look.word == *looked_at))
        .collect_view();
    let sum = match (&gathered.series, &gathered.looked) {
        (Ok(all), Ok(looked)) => totals(all, looked),
        (Err(fault), _) | (_, Err(fault)) => problem::part("The sum of the period", fault),
    };
    view! {
        <section class="section" aria-labelledby="over-time">
            <div class="section-head">
                <h2 id="over-time">"Latency and errors"</h2>
                <div class="pickers">
                    <nav class="ranges" aria-label="Whose latency">
                        {looks}
                    </nav>
                    <nav class="ranges" aria-label="Period">
                        {ranges}
                    </nav>
                </div>
            </div>
            <div data-live="totals">{sum}</div>
            <div class="charts">{charts(gathered)}</div>
        </section>
    }
    .into_any()
}

fn charts(gathered: &Gathered) -> Vec<AnyView> {
    let slug = &gathered.detail.integration.spec.slug;
    let look = &gathered.looks[gathered.look];
    let from = look.asked.from.map(|from| from.floor(model::Span::minutes(1)).to_string()).unwrap_or_default();
    let address = format!("/api/v1/integrations/{slug}/series");
    let numbers = href::with(&address, &[("from", &from)]);
    let probe = look.asked.probe.as_ref().map(ToString::to_string).unwrap_or_default();
    let sent = look.asked.sent.map(|sent| sent.to_string()).unwrap_or_default();
    let seen = href::with(&address, &[("from", &from), ("probe", &probe), ("sent", &sent)]);
    let period = gathered.range.says;
    let mut charts = vec![
        Chart {
            live: format!("chart-{}", ChartKind::Latency),
            title: "Latency".to_owned(),
            note: format!("{}, {period}", look.says).into_any(),
            drawn: &gathered.latency,
            series: Some(seen),
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

/// Runs, errors and time of all; latency of those that are looked at.
fn totals(all: &Series, looked: &Series) -> AnyView {
    let total = &all.total;
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
        ("p50", latency(looked.total.p50_us)),
        ("p95", latency(looked.total.p95_us)),
        ("p99", latency(looked.total.p99_us)),
    ])
}
