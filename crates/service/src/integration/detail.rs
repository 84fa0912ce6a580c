//! Everything about one integration.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use model::{
    Counts, Held, Integration, IntegrationDetail, Level, Problem, Rollup, Slug, Standing, Step, Subject, Timestamp,
    views::{DayMark, ExpectationState},
};
use monitor::BoardRow;
use rules::{
    availability::availability,
    bucket::{day_of, day_start},
    handling::trouble,
};

use crate::{cost, payload, probes, problem, secrets, sight::Sight, worth};

/// Days of the strip.
const DAYS: u64 = 90;
/// Notices that are told beside all else.
const NOTICES: u32 = 10;

/// Everything about one integration, as it is now.
pub(crate) async fn detail(sight: &Sight<'_>, slug: &Slug) -> Result<IntegrationDetail, Problem> {
    let now = sight.now();
    let row = sight.row(slug)?;
    let id = row.integration.id;
    let today = day_of(sight.zone, now);
    let first_day = today.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(today);
    let from = day_start(sight.zone, first_day);
    let rollups =
        async { sight.store.rollups(Subject::Integration(id), Step::Day, from, now).await.map_err(problem::of_store) };
    let notices = async { sight.store.notices(id, NOTICES).await.map_err(problem::of_store) };
    let (rollups, month, cost, notices) =
        futures::try_join!(rollups, sight.summary.month(now), cost::of(sight, &row, now), notices)?;
    let hours = worth::hours(&row, &month);
    let (availability, coverage) = watched(&rollups, &row, from, now);
    Ok(IntegrationDetail {
        integration: Integration {
            spec: payload::spec(sight, secrets::hidden(row.integration.spec.clone(), sight.kinds)),
            ..Integration::clone(&row.integration)
        },
        from_name: row.from_name.clone(),
        to_name: row.to_name.clone(),
        via_names: row.via_names.clone(),
        standing: Standing { answers: worth::answers(&row, hours, &month), ..row.standing.clone() },
        cost,
        probe_states: probes::standings(sight, &row),
        days: days(&rollups, first_day, today, sight.zone),
        availability,
        coverage,
        hours: worth::total(&[hours], &month, now),
        baselines: row.baselines.clone(),
        expects: expects(&row),
        measures: if payload::is_unmeasured(sight, &row.integration.spec) {
            Vec::new()
        } else {
            measures(&rollups, &row)
        },
        demo_history: sight.demo.is_some() && row.integration.catalogue.is_some(),
        handling: row.handling.holding(now, trouble(row.standing.level, row.standing.since)),
        notices,
        channels: sight.channels.of(row.integration.spec.owner.as_deref()),
    })
}

/// One mark a day, those without any run included.
fn days(rollups: &[Rollup], first: NaiveDate, today: NaiveDate, zone: Tz) -> Vec<DayMark> {
    let by_day: BTreeMap<NaiveDate, &Rollup> =
        rollups.iter().map(|rollup| (day_of(zone, rollup.bucket), rollup)).collect();
    first
        .iter_days()
        .take_while(|day| *day <= today)
        .map(|day| {
            let rollup = by_day.get(&day);
            let counts = rollup.map(|rollup| rollup.counts).unwrap_or_default();
            let held = rollup.map(|rollup| rollup.held).unwrap_or_default();
            DayMark {
                day: day.to_string(),
                level: worst(counts, held),
                counts,
                down_minutes: (held.down_ms + 59_999) / 60_000,
            }
        })
        .collect()
}

/// What a day was at its worst.
fn worst(counts: Counts, held: Held) -> Level {
    let doubtful = held.warn_ms > 0 || counts.warn + counts.partial + counts.failures() > 0;
    if held.down_ms > 0 {
        Level::Problem
    } else if doubtful {
        Level::Attention
    } else if held.up_ms > 0 || counts.judged() > 0 {
        Level::Okay
    } else {
        Level::Unknown
    }
}

/// Availability and coverage of the strip, or of the integration's life if that is shorter. Buckets that are left out, and the
/// part of the first day before it was known, are not held against it twice: only what was watched is taken from them.
fn watched(rollups: &[Rollup], row: &BoardRow, from: Timestamp, now: Timestamp) -> (Option<f64>, f64) {
    let held = rollups.iter().fold(Held::default(), |sum, rollup| sum.plus(rollup.held));
    let evidenced = |rollup: &&Rollup| rollup.held.total_ms() > rollup.held.unknown_ms;
    let first = rollups.iter().find(evidenced).map_or(now, |rollup| rollup.bucket);
    let began = row.integration.created_at.min(first).max(from);
    let known = held.total_ms() - held.unknown_ms;
    availability(Held { unknown_ms: (now.since(began).as_ms() - known).max(0), ..held })
}

fn expects(row: &Arc<BoardRow>) -> Option<ExpectationState> {
    row.integration.spec.expect.as_ref().map(|_| ExpectationState {
        last_at: row.sent.last.as_ref().map(|last| last.at),
        due_at: row.sent.next_due,
        deadline: row.sent.next_deadline,
        missed_in_a_row: i64::from(row.sent.missed_in_a_row()),
    })
}

/// Those that were rolled up and those that its probes promise.
fn measures(rollups: &[Rollup], row: &BoardRow) -> Vec<String> {
    let carried = rollups.iter().flat_map(|rollup| rollup.measures.keys());
    let promised = row.integration.spec.probes.iter().flat_map(|probe| probe.measures.keys());
    carried.chain(promised).collect::<BTreeSet<_>>().into_iter().cloned().collect()
}
