//! Roll-ups as they were put.

use std::collections::BTreeMap;

use model::{Counts, Held, Rollup, Step, Subject, Timestamp, rollup::Summary};

use super::measures;
use crate::{Result, Store, StoreError, both::on, error::sql, row::At};

const TEXT: &str = "select subject, step, bucket, ok, warn, partial, failed, missed, unknown, cancelled, up_ms, warn_ms, \
    down_ms, unknown_ms, maintenance_ms, units, unit_runs, latency_count, latency_sum, latency_min, latency_max, \
    latency_sketch, measures, measure_sketches from rollups \
    where subject = $1 and step = $2 and bucket >= $3 and bucket < $4 order by bucket";

impl Store {
    /// A subject's buckets that begin in `from..to`, oldest first, gaps left out.
    pub async fn rollups(&self, subject: Subject, step: Step, from: Timestamp, to: Timestamp) -> Result<Vec<Rollup>> {
        let rows: Vec<Row> = on!(self.read(), db => {
            let query = sqlx::query_as(TEXT).bind(subject.to_string()).bind(step.as_str());
            query.bind(from.0).bind(to.0).fetch_all(db).await
        })
        .map_err(sql("read roll-ups"))?;
        rows.into_iter().map(Rollup::try_from).collect()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    subject: String,
    step: String,
    bucket: i64,
    #[sqlx(flatten)]
    counts: CountsRow,
    #[sqlx(flatten)]
    held: HeldRow,
    units: f64,
    unit_runs: i64,
    latency_count: Option<i64>,
    latency_sum: Option<f64>,
    latency_min: Option<f64>,
    latency_max: Option<f64>,
    latency_sketch: Option<Vec<u8>>,
    measures: Option<String>,
    measure_sketches: Option<Vec<u8>>,
}

/// The columns of [`Counts`].
#[derive(sqlx::FromRow)]
pub(super) struct CountsRow {
    ok: i64,
    warn: i64,
    partial: i64,
    failed: i64,
    missed: i64,
    unknown: i64,
    cancelled: i64,
}

impl From<CountsRow> for Counts {
    fn from(row: CountsRow) -> Self {
        let CountsRow { ok, warn, partial, failed, missed, unknown, cancelled } = row;
        Self { ok, warn, partial, failed, missed, unknown, cancelled }
    }
}

/// The columns of [`Held`].
#[derive(sqlx::FromRow)]
#[expect(clippy::struct_field_names, reason = "the columns are named so")]
pub(super) struct HeldRow {
    up_ms: i64,
    warn_ms: i64,
    down_ms: i64,
    unknown_ms: i64,
    maintenance_ms: i64,
}

impl From<HeldRow> for Held {
    fn from(row: HeldRow) -> Self {
        let HeldRow { up_ms, warn_ms, down_ms, unknown_ms, maintenance_ms } = row;
        Self { up_ms, warn_ms, down_ms, unknown_ms, maintenance_ms }
    }
}

impl TryFrom<Row> for Rollup {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let name = format!("{} {} {}", row.subject, row.step, Timestamp(row.bucket));
        let at = At { table: "rollups", row: &name };
        let latency = match row.latency_count {
            None => None,
            Some(count) => Some(Summary {
                count,
                sum: row.latency_sum.ok_or("empty").map_err(at.bad("latency_sum"))?,
                min: row.latency_min.ok_or("empty").map_err(at.bad("latency_min"))?,
                max: row.latency_max.ok_or("empty").map_err(at.bad("latency_max"))?,
                sketch: row.latency_sketch.unwrap_or_default(),
            }),
        };
        let measures = match &row.measures {
            None => BTreeMap::new(),
            Some(json) => {
                measures::unpack(json, &row.measure_sketches.unwrap_or_default()).map_err(at.bad("measures"))?
            }
        };
        Ok(Self {
            subject: at.word("subject", &row.subject)?,
            step: at.word("step", &row.step)?,
            bucket: Timestamp(row.bucket),
            counts: row.counts.into(),
            held: row.held.into(),
            latency,
            measures,
            units: row.units,
            unit_runs: row.unit_runs,
        })
    }
}
