//! Replacing roll-ups.

use std::collections::BTreeMap;

use model::{Rollup, Step, Subject, Timestamp, rollup::Summary};

use super::{
    dirty,
    measures::{self, Measures},
};
use crate::{
    Dirty, Family, Result, Store,
    both::Tx,
    bulk::{Bulk, execute_all},
    row::finite,
};

static PUT: Bulk = Bulk::insert(
    "insert into rollups",
    &[
        "subject",
        "family",
        "step",
        "bucket",
        "ok",
        "warn",
        "partial",
        "failed",
        "missed",
        "unknown",
        "cancelled",
        "up_ms",
        "warn_ms",
        "down_ms",
        "unknown_ms",
        "maintenance_ms",
        "units",
        "unit_runs",
        "latency_count",
        "latency_sum",
        "latency_min",
        "latency_max",
        "latency_sketch",
        "measures",
        "measure_sketches",
    ],
    "on conflict (subject, step, bucket) do update set ok = excluded.ok, warn = excluded.warn, \
     partial = excluded.partial, failed = excluded.failed, missed = excluded.missed, unknown = excluded.unknown, \
     cancelled = excluded.cancelled, up_ms = excluded.up_ms, warn_ms = excluded.warn_ms, down_ms = excluded.down_ms, \
     unknown_ms = excluded.unknown_ms, maintenance_ms = excluded.maintenance_ms, units = excluded.units, \
     unit_runs = excluded.unit_runs, latency_count = excluded.latency_count, latency_sum = excluded.latency_sum, \
     latency_min = excluded.latency_min, latency_max = excluded.latency_max, \
     latency_sketch = excluded.latency_sketch, measures = excluded.measures, \
     measure_sketches = excluded.measure_sketches",
);

impl Store {
    /// Replaces these buckets, clears the marks they were made for, and marks the coarser buckets that now have to follow: one
    /// transaction.
    pub async fn put_rollups(
        &self,
        rollups: &[Rollup],
        done: &[Dirty],
        next: &[(Subject, Step, Timestamp)],
    ) -> Result<()> {
        let mut tx = self.write().await?;
        put(&mut tx, rollups).await?;
        dirty::clear(&mut tx, done).await?;
        dirty::mark(&mut tx, next).await?;
        tx.commit().await
    }
}

/// A roll-up on its way into its row.
struct NewRow<'a> {
    rollup: &'a Rollup,
    subject: String,
    latency: Option<&'a Summary>,
    measures: Option<Measures>,
}

impl<'a> NewRow<'a> {
    fn of(rollup: &'a Rollup) -> Self {
        Self {
            rollup,
            subject: rollup.subject.to_string(),
            latency: rollup.latency.as_ref().filter(|summary| measures::is_finite(summary)),
            measures: measures::pack(&rollup.measures),
        }
    }
}

async fn put(tx: &mut Tx, rollups: &[Rollup]) -> Result<()> {
    // one statement may touch a row once: the last of one bucket wins
    let last: BTreeMap<_, &Rollup> =
        rollups.iter().map(|rollup| ((rollup.subject, rollup.step, rollup.bucket), rollup)).collect();
    let rows: Vec<NewRow<'_>> = last.into_values().map(NewRow::of).collect();
    execute_all!(tx, PUT, rows, "write roll-ups", |query, row| {
        let Rollup { subject, step, bucket, counts, held, units, unit_runs, .. } = row.rollup;
        query
            .bind(row.subject.as_str())
            .bind(Family::of(*subject).letter())
            .bind(step.as_str())
            .bind(bucket.0)
            .bind(counts.ok)
            .bind(counts.warn)
            .bind(counts.partial)
            .bind(counts.failed)
            .bind(counts.missed)
            .bind(counts.unknown)
            .bind(counts.cancelled)
            .bind(held.up_ms)
            .bind(held.warn_ms)
            .bind(held.down_ms)
            .bind(held.unknown_ms)
            .bind(held.maintenance_ms)
            .bind(finite(*units).unwrap_or(0.0))
            .bind(unit_runs)
            .bind(row.latency.map(|latency| latency.count))
            .bind(row.latency.map(|latency| latency.sum))
            .bind(row.latency.map(|latency| latency.min))
            .bind(row.latency.map(|latency| latency.max))
            .bind(row.latency.map(|latency| latency.sketch.as_slice()))
            .bind(row.measures.as_ref().map(|measures| measures.json.as_str()))
            .bind(row.measures.as_ref().map(|measures| measures.sketches.as_slice()))
    });
    Ok(())
}
