//! A store as it looks after a year: roll-ups of every day, of the last hours, and the newest runs.

use model::{Held, Outcome, Rollup, RunId, Span, Step, Subject, Timestamp, rollup::Summary};
use rules::rollup::{Accumulator, RunFigures};
use serde_json::json;
use store::{Batch, RunRecord, Snapshot, Store};

use crate::{Tried, plan::Plan};

const HOUR: Span = Span::hours(1);
const DAY: Span = Span::hours(24);
/// Runs of one transaction, as the recorder writes them.
const RUNS_AT_ONCE: usize = 1_000;
/// The runs lie within this time before now.
const RUNS_OF: Span = Span::hours(48);
/// Kinds of days and hours there are: most of them good.
const KINDS: usize = 16;

/// How much was put in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filled {
    /// Roll-ups.
    pub rollups: usize,
    /// Runs.
    pub runs: usize,
}

/// Fills a store whose catalogue is applied.
pub async fn fill(store: &Store, plan: &Plan, now: Timestamp) -> Tried<Filled> {
    let snapshot = store.load().await?;
    let subjects = subjects(&snapshot);
    let mut filled = Filled::default();
    for (step, length, buckets) in [(Step::Day, DAY, plan.days), (Step::Hour, HOUR, plan.hour_days * 24)] {
        let kinds: Vec<Rollup> = (0..KINDS).map(|kind| kind_of_bucket(step, length, kind)).collect();
        for back in 1..=buckets {
            let bucket = now.floor(length) - Span::ms(length.as_ms() * back);
            let rows: Vec<Rollup> = subjects
                .iter()
                .zip(kinds.iter().cycle().skip(usize::try_from(back)? % KINDS))
                .map(|(subject, kind)| Rollup { subject: *subject, bucket, ..kind.clone() })
                .collect();
            store.put_rollups(&rows, &[], &[]).await?;
            filled.rollups += rows.len();
        }
    }
    let numbers: Vec<usize> = (0..plan.stored_runs).collect();
    for numbers in numbers.chunks(RUNS_AT_ONCE) {
        let runs = numbers.iter().map(|number| run(&snapshot, *number, plan.stored_runs, now)).collect::<Tried<_>>()?;
        store.record(&Batch { runs, ..Batch::default() }).await?;
        filled.runs += numbers.len();
    }
    Ok(filled)
}

/// All, and of each integration itself, its probes, and of every second its own runs.
fn subjects(snapshot: &Snapshot) -> Vec<Subject> {
    let integrations = snapshot.integrations.iter().map(|integration| Subject::Integration(integration.id));
    let sent = snapshot.integrations.iter().step_by(2).map(|integration| Subject::Sent(integration.id));
    let probes = snapshot.probes.iter().map(|probe| Subject::Probe(probe.id));
    std::iter::once(Subject::All).chain(integrations).chain(sent).chain(probes).collect()
}

/// A bucket with 64 runs whose latencies spread over two decades; in the first kind some failed.
fn kind_of_bucket(step: Step, length: Span, kind: usize) -> Rollup {
    let mut bucket = Accumulator::new(Subject::All, step, Timestamp(0));
    for number in 0..64_i64 {
        let outcome = if kind == 0 && number < 4 { Outcome::Failed } else { Outcome::Ok };
        bucket.add(&RunFigures {
            outcome,
            latency_us: Some(1_500 + number * number * 40),
            measures: std::collections::BTreeMap::new(),
            units_counted: 3.0,
            run_counted: true,
        });
    }
    let down_ms = if kind == 0 { length.as_ms() / 16 } else { 0 };
    let rollup = bucket.finish(Held { up_ms: length.as_ms() - down_ms, down_ms, ..Held::default() });
    debug_assert!(rollup.latency.as_ref().is_some_and(|Summary { sketch, .. }| !sketch.is_empty()));
    rollup
}

/// Run number so and so of all, the oldest first: one in fifty failed, one in five was sent by the integration itself.
fn run(snapshot: &Snapshot, number: usize, of: usize, now: Timestamp) -> Tried<RunRecord> {
    let probe = &snapshot.probes[number * 7 % snapshot.probes.len()];
    let (number, of) = (i64::try_from(number)?, i64::try_from(of)?);
    let started_at = now - Span::ms(RUNS_OF.as_ms() - RUNS_OF.as_ms() * number / of.max(1));
    let id = RunId(uuid::Builder::from_unix_timestamp_millis(u64::try_from(started_at.0)?, &tail(number)).into_uuid());
    let is_sent = number % 5 == 0;
    let failed = number % 50 == 1;
    let mut run = json!({
        "id": id, "integration": probe.integration, "origin": if is_sent { "integration" } else { "probe" },
        "environment": "production", "started_at": started_at, "scheduled_at": started_at, "duration_ms": 12,
        "latency_us": 12_345, "outcome": if failed { "failed" } else { "ok" },
        "phases": { "dns_us": 10, "connect_us": 200, "first_byte_us": 11_000, "transfer_us": 90 }
    });
    if failed {
        run["reason"] = json!("server_error");
        run["message"] = json!(format!("500 Internal Server Error from the target, request {number}"));
    }
    if is_sent {
        run["units"] = json!(3);
    }
    let probe_id = (!is_sent).then_some(probe.id);
    Ok(RunRecord { run: serde_json::from_value(run)?, integration_id: probe.integration_id, probe_id })
}

/// What makes an id distinct from others of its millisecond.
fn tail(number: i64) -> [u8; 10] {
    let mut tail = [0; 10];
    tail[2..].copy_from_slice(&number.to_be_bytes());
    tail
}
