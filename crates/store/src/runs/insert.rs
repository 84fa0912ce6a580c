//! A run as a row: what is bound, in which order.

use std::{borrow::Cow, collections::BTreeMap};

use model::{Phases, Records, Run, Slug};

use crate::{
    Result, RunRecord,
    both::Tx,
    bulk::{Bulk, execute_all},
    row::{clean, clean_some, finite, to_json},
};

/// A run on its way into its row.
pub(super) struct NewRow<'a> {
    pub(super) record: &'a RunRecord,
    /// Its own, or that of the `running` run which it replaces.
    pub(super) id: String,
    pub(super) units_counted: f64,
    pub(super) run_counted: bool,
}

impl<'a> NewRow<'a> {
    /// As the run says it.
    pub(super) fn of(record: &'a RunRecord) -> Self {
        let Run { id, units_counted, run_counted, .. } = record.run;
        Self { record, id: id.to_string(), units_counted: finite(units_counted).unwrap_or(0.0), run_counted }
    }

    /// Whether the columns that few runs of probes fill are all empty: those of sent runs, and those of what failed while it was
    /// let alone or for a cause elsewhere.
    fn is_short(&self) -> bool {
        let run = &self.record.run;
        !run.in_maintenance
            && run.cause.is_none()
            && !self.run_counted
            && self.units_counted == 0.0
            && run.external_id.is_none()
            && run.records == Records::default()
            && run.units.is_none()
            && run.business_key.is_none()
            && run.event_at.is_none()
            && run.delivered_at.is_none()
            && run.touches.is_none()
            && run.touch_s.is_none()
    }
}

macro_rules! columns {
    ($($more:literal),*) => {
        &[
            "id", "integration_id", "probe_id", "origin", "environment", "scheduled_at", "started_at", "duration_ms",
            "latency_us", "outcome", "reason", "message", "attempt", "last_attempt", "skipped", "phases", "measures",
            "demo_history", $($more),*
        ]
    };
}

/// Twice the statements, half the parameters: most runs are probes' runs.
static INSERT_SHORT: Bulk = Bulk::insert("insert into runs", columns!(), "on conflict do nothing");

static INSERT_LONG: Bulk = Bulk::insert(
    "insert into runs",
    columns!(
        "external_id",
        "records_read",
        "records_written",
        "records_failed",
        "records_skipped",
        "units",
        "units_counted",
        "run_counted",
        "business_key",
        "event_at",
        "delivered_at",
        "touches",
        "touch_s",
        "in_maintenance",
        "cause"
    ),
    "on conflict do nothing",
);

static INSERT_DETAILS: Bulk = Bulk::insert(
    "insert into run_details",
    &["run_id", "assertions", "exchange", "steps"],
    "on conflict (run_id) do nothing",
);

/// Binds the columns that every run has, in the order of `columns!`.
macro_rules! bind_short {
    ($query:expr, $row:expr) => {{
        let (row, run) = (&$row, &$row.record.run);
        $query
            .bind(row.id.as_str())
            .bind(row.record.integration_id.0)
            .bind(row.record.probe_id.map(|id| id.0))
            .bind(run.origin.as_str())
            .bind(clean(&run.environment))
            .bind(run.scheduled_at.map(|at| at.0))
            .bind(run.started_at.0)
            .bind(run.duration_ms)
            .bind(run.latency_us)
            .bind(run.outcome.as_str())
            .bind(run.reason.map(|reason| reason.as_str()))
            .bind(clean_some(run.message.as_deref()))
            .bind(i64::from(run.attempt))
            .bind(run.last_attempt)
            .bind(run.skipped.map(i64::from))
            .bind(phases(run.phases))
            .bind(measures(&run.measures))
            .bind(run.demo_history)
    }};
}

/// Writes rows that are not there yet; how many were not.
pub(super) async fn insert(tx: &mut Tx, rows: &[NewRow<'_>]) -> Result<u64> {
    let (short, long): (Vec<&NewRow<'_>>, Vec<&NewRow<'_>>) = rows.iter().partition(|row| row.is_short());
    let mut written = execute_all!(tx, INSERT_SHORT, short, "write runs", |query, row| bind_short!(query, row));
    written += execute_all!(tx, INSERT_LONG, long, "write whole runs", |query, row| {
        let (query, run) = (bind_short!(query, row), &row.record.run);
        query
            .bind(clean_some(run.external_id.as_deref()))
            .bind(run.records.read)
            .bind(run.records.written)
            .bind(run.records.failed)
            .bind(run.records.skipped)
            .bind(run.units.and_then(finite))
            .bind(row.units_counted)
            .bind(row.run_counted)
            .bind(clean_some(run.business_key.as_deref()))
            .bind(run.event_at.map(|at| at.0))
            .bind(run.delivered_at.map(|at| at.0))
            .bind(run.touches)
            .bind(run.touch_s)
            .bind(run.in_maintenance)
            .bind(run.cause.as_ref().map(Slug::as_str))
    });
    let details: Vec<Details<'_>> = rows.iter().filter_map(Details::of).collect();
    execute_all!(tx, INSERT_DETAILS, details, "write the details of runs", |query, row| {
        query.bind(row.run_id).bind(row.assertions.as_deref()).bind(row.exchange.as_deref()).bind(row.steps.as_deref())
    });
    Ok(written)
}

/// What only the page of one run reads.
struct Details<'a> {
    run_id: &'a str,
    assertions: Option<String>,
    exchange: Option<String>,
    steps: Option<String>,
}

impl<'a> Details<'a> {
    /// `None` where there is nothing to keep.
    fn of(row: &'a NewRow<'_>) -> Option<Self> {
        let run = &row.record.run;
        let details = Self {
            run_id: &row.id,
            assertions: (!run.assertions.is_empty()).then(|| to_json(&run.assertions)),
            exchange: run.exchange.as_ref().map(to_json),
            steps: (!run.steps.is_empty()).then(|| to_json(&run.steps)),
        };
        (details.assertions.is_some() || details.exchange.is_some() || details.steps.is_some()).then_some(details)
    }
}

fn phases(phases: Option<Phases>) -> Option<String> {
    phases.as_ref().map(to_json)
}

/// `None` for none; numbers that are not finite are left out, since JSON has no word for them.
fn measures(measures: &BTreeMap<String, f64>) -> Option<String> {
    if measures.is_empty() {
        return None;
    }
    let kept: Cow<'_, BTreeMap<String, f64>> = if measures.values().all(|value| value.is_finite()) {
        Cow::Borrowed(measures)
    } else {
        Cow::Owned(
            measures
                .iter()
                .filter(|(_, value)| value.is_finite())
                .map(|(name, &value)| (name.clone(), value))
                .collect(),
        )
    };
    (!kept.is_empty()).then(|| to_json(&*kept))
}
