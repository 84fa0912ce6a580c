//! Buckets of an integration over a period, and the same drawn.

use chrono_tz::Tz;
use model::{
    Counts, Fault, Held, Problem, Rollup, Series, SeriesPoint, SeriesQuery, Slug, Span, Step, Subject, Timestamp,
    rollup::Summary,
    series::SeriesTotal,
    views::{ChartKind, ChartQuery},
};
use monitor::BoardRow;
use rules::{
    availability::availability,
    bucket::start_of,
    rollup::{mean, merge, quantile},
};

use crate::{core::Core, payload, problem, sight::Sight};

/// Up to this long a period is shown by minutes.
const BY_MINUTE: Span = Span::hours(6);
/// Up to this long by hours, beyond by days.
const BY_HOUR: Span = Span::hours(14 * 24);
/// More buckets than a screen has columns help nobody.
const MOST_POINTS: i64 = 1_500;

/// The buckets of an integration, of one of its probes, or of what it sent.
pub(crate) async fn series(sight: &Sight<'_>, integration: &Slug, query: &SeriesQuery) -> Result<Series, Problem> {
    let row = sight.row(integration)?;
    let series = read(sight, &row, query).await?;
    Ok(payload::series(sight, &row.integration.spec, series))
}

/// The same as SVG.
pub(crate) async fn chart(sight: &Sight<'_>, integration: &Slug, query: &ChartQuery) -> Result<String, Problem> {
    let row = sight.row(integration)?;
    let measure = || {
        query.measure.as_deref().ok_or_else(|| {
            let names = row.integration.spec.probes.iter().flat_map(|probe| probe.measures.keys());
            let known: Vec<&str> = names.map(String::as_str).collect();
            Problem::invalid(vec![Fault::at("measure", "is needed: which one?").allowed(match known.as_slice() {
                [] => "the name of a measure".to_owned(),
                known => known.join(", "),
            })])
        })
    };
    if query.kind == ChartKind::Measure {
        measure()?;
    }
    let series = payload::series(sight, &row.integration.spec, read(sight, &row, &query.series).await?);
    let drawn = match query.kind {
        ChartKind::Latency => chart::latency(&series, sight.zone),
        ChartKind::ErrorRate => chart::error_rate(&series, sight.zone),
        ChartKind::Measure => {
            let name = measure()?;
            chart::measure(&series, name, unit_of(&row, name), sight.zone)
        }
    };
    drawn.map_err(|error| problem::internal(&error))
}

fn unit_of<'r>(row: &'r BoardRow, measure: &str) -> &'r str {
    let specs = row.integration.spec.probes.iter().filter_map(|probe| probe.measures.get(measure));
    specs.filter_map(|spec| spec.unit.as_deref()).find(|unit| *unit != "count").unwrap_or_default()
}

async fn read(core: &Core, row: &BoardRow, query: &SeriesQuery) -> Result<Series, Problem> {
    let now = core.now();
    let id = row.integration.id;
    let subject = match (&query.probe, query.sent) {
        (Some(_), Some(true)) => {
            let fault = Fault::at("sent", "goes not together with `probe`").allowed("one of the two");
            return Err(Problem::invalid(vec![fault]));
        }
        (Some(slug), _) => {
            let found = row.probes.iter().find(|at| at.probe.spec.slug == *slug);
            let unknown = || Problem::not_found("probe", format!("{}/{slug}", row.integration.spec.slug));
            Subject::Probe(found.ok_or_else(unknown)?.probe.id)
        }
        (None, Some(true)) => Subject::Sent(id),
        (None, _) => Subject::Integration(id),
    };
    let to = query.to.unwrap_or(now);
    let from = query.from.unwrap_or(to - Span::hours(24));
    let step = query.step.unwrap_or_else(|| usual_step(core, from, to, now));
    check(from, to, step)?;
    let from = start_of(step, core.zone, from);
    let rollups = core.store.rollups(subject, step, from, to).await.map_err(problem::of_store)?;
    Ok(of_rollups(&rollups, step, core.zone, (from, to), now))
}

/// By the length of the period, and no finer than what is kept of it.
fn usual_step(core: &Core, from: Timestamp, to: Timestamp, now: Timestamp) -> Step {
    let length = to.since(from);
    let kept = |days: u32| from >= now - Span::hours(24 * i64::from(days));
    if length <= BY_MINUTE && kept(core.settings.keep.minutes_days) {
        Step::Minute
    } else if length <= BY_HOUR && kept(core.settings.keep.hours_days) {
        Step::Hour
    } else {
        Step::Day
    }
}

fn check(from: Timestamp, to: Timestamp, step: Step) -> Result<(), Problem> {
    if from >= to {
        let fault = Fault::at("from", format!("{from} is not before the end {to}")).allowed("a moment before `to`");
        return Err(Problem::invalid(vec![fault]));
    }
    let points = to.since(from).as_ms() / usual_length(step).as_ms();
    if points > MOST_POINTS {
        let fault = Fault::at("step", format!("{points} buckets of a {step} are too many to show"));
        return Err(Problem::invalid(vec![
            fault.allowed(format!("at most {MOST_POINTS}: a shorter period, or a longer step")),
        ]));
    }
    Ok(())
}

fn usual_length(step: Step) -> Span {
    match step {
        Step::Minute => Span::minutes(1),
        Step::Hour => Span::hours(1),
        Step::Day => Span::hours(24),
    }
}

/// Roll-ups as a series: quantiles instead of sketches, and the total of them all, merged. What no bucket tells of the period
/// until now was not watched.
pub(crate) fn of_rollups(
    rollups: &[Rollup],
    step: Step,
    zone: Tz,
    (from, to): (Timestamp, Timestamp),
    now: Timestamp,
) -> Series {
    let points = rollups.iter().map(point).collect();
    let latencies: Vec<&Summary> = rollups.iter().filter_map(|rollup| rollup.latency.as_ref()).collect();
    let latency = merge(&latencies);
    let counts = rollups.iter().fold(Counts::default(), |sum, rollup| sum.plus(rollup.counts));
    let held = rollups.iter().fold(Held::default(), |sum, rollup| sum.plus(rollup.held));
    let told = held.total_ms() - held.unknown_ms;
    let held = Held { unknown_ms: (to.min(now).since(from).as_ms() - told).max(0), ..held };
    let (availability, coverage) = availability(held);
    let total = SeriesTotal {
        counts,
        error_rate: counts.error_rate(),
        p50_us: whole(quantile(&latency, 0.50)),
        p95_us: whole(quantile(&latency, 0.95)),
        p99_us: whole(quantile(&latency, 0.99)),
        held,
        availability,
        coverage,
    };
    Series { from, to, step, time_zone: zone.name().to_owned(), points, total }
}

fn point(rollup: &Rollup) -> SeriesPoint {
    let latency = |q| rollup.latency.as_ref().and_then(|latency| whole(quantile(latency, q)));
    SeriesPoint {
        at: rollup.bucket,
        counts: rollup.counts,
        p50_us: latency(0.50),
        p95_us: latency(0.95),
        p99_us: latency(0.99),
        held: rollup.held,
        measures: rollup.measures.iter().filter_map(|(name, of)| Some((name.clone(), mean(of)?))).collect(),
        units: rollup.units,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "microseconds of a run stay far below 2^63")]
fn whole(us: Option<f64>) -> Option<i64> {
    us.map(|us| us.round() as i64)
}
