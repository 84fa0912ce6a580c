//! Sums of many subjects in one statement, for lists and the overview.

use model::{Counts, Held, IntegrationId, Step, Subject, Timestamp};

use super::read::{CountsRow, HeldRow};
use crate::{Result, Store, both::on, error::sql, row::At};

/// Which kind of [`Subject`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Probes.
    Probes,
    /// What integrations sent.
    Sent,
    /// Integrations.
    Integrations,
    /// All of production: one subject.
    All,
}

/// What a subject's buckets of a period add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sums {
    /// Whose.
    pub subject: Subject,
    /// Runs per outcome.
    pub counts: Counts,
    /// How long each verdict held.
    pub held: Held,
    /// Units that count for hours.
    pub units: f64,
    /// Runs that count for hours.
    pub unit_runs: i64,
}

/// Units of one bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitsAt {
    /// The integration that sent them.
    pub integration: IntegrationId,
    /// When the bucket begins.
    pub at: Timestamp,
    /// Units that count for hours.
    pub units: f64,
    /// Runs that count for hours.
    pub runs: i64,
}

impl Family {
    /// The family of a subject.
    pub fn of(subject: Subject) -> Self {
        match subject {
            Subject::Probe(_) => Self::Probes,
            Subject::Sent(_) => Self::Sent,
            Subject::Integration(_) => Self::Integrations,
            Subject::All => Self::All,
        }
    }

    /// As it is stored.
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::Probes => "p",
            Self::Sent => "s",
            Self::Integrations => "i",
            Self::All => "a",
        }
    }
}

/// Sums of bigint are numeric on PostgreSQL: they are cast back. All columns stand in the index `rollups_to_sum`.
const SUMS: &str = "select subject, cast(sum(ok) as bigint) as ok, cast(sum(warn) as bigint) as warn, \
    cast(sum(partial) as bigint) as partial, cast(sum(failed) as bigint) as failed, \
    cast(sum(missed) as bigint) as missed, cast(sum(unknown) as bigint) as unknown, \
    cast(sum(cancelled) as bigint) as cancelled, cast(sum(up_ms) as bigint) as up_ms, \
    cast(sum(warn_ms) as bigint) as warn_ms, cast(sum(down_ms) as bigint) as down_ms, \
    cast(sum(unknown_ms) as bigint) as unknown_ms, cast(sum(maintenance_ms) as bigint) as maintenance_ms, \
    sum(units) as units, cast(sum(unit_runs) as bigint) as unit_runs from rollups \
    where family = $1 and step = $2 and bucket >= $3 and bucket < $4 group by subject order by subject";

const UNITS_OF_ONE: &str = "select subject, bucket, units, unit_runs from rollups \
    where subject = $1 and step = $2 and bucket >= $3 and bucket < $4 and (units > 0 or unit_runs > 0) \
    order by bucket";

const UNITS_OF_ALL: &str = "select subject, bucket, units, unit_runs from rollups \
    where family = $1 and step = $2 and bucket >= $3 and bucket < $4 and (units > 0 or unit_runs > 0) \
    order by subject, bucket";

impl Store {
    /// The sums of every subject of a family over the buckets that begin in `from..to`, in one statement.
    pub async fn sums(&self, family: Family, step: Step, from: Timestamp, to: Timestamp) -> Result<Vec<Sums>> {
        let rows: Vec<SumsRow> = on!(self.read(), db => {
            let query = sqlx::query_as(SUMS).bind(family.letter()).bind(step.as_str());
            query.bind(from.0).bind(to.0).fetch_all(db).await
        })
        .map_err(sql("sum roll-ups"))?;
        rows.into_iter()
            .map(|row| {
                let at = At { table: "rollups", row: &row.subject };
                Ok(Sums {
                    subject: at.word("subject", &row.subject)?,
                    counts: row.counts.into(),
                    held: row.held.into(),
                    units: row.units,
                    unit_runs: row.unit_runs,
                })
            })
            .collect()
    }

    /// Units by hour of what one integration sent, oldest first, hours without any left out.
    pub async fn units_by_hour(
        &self,
        integration: IntegrationId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<UnitsAt>> {
        self.units_at(UNITS_OF_ONE, &Subject::Sent(integration).to_string(), Step::Hour, from, to).await
    }

    /// Units by bucket of what every integration sent, by integration and time, buckets without any left out.
    pub async fn units(&self, step: Step, from: Timestamp, to: Timestamp) -> Result<Vec<UnitsAt>> {
        self.units_at(UNITS_OF_ALL, Family::Sent.letter(), step, from, to).await
    }

    async fn units_at(
        &self,
        text: &'static str,
        whose: &str,
        step: Step,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<UnitsAt>> {
        let rows: Vec<(String, i64, f64, i64)> = on!(self.read(), db => {
            sqlx::query_as(text).bind(whose).bind(step.as_str()).bind(from.0).bind(to.0).fetch_all(db).await
        })
        .map_err(sql("read units"))?;
        rows.into_iter()
            .map(|(subject, bucket, units, runs)| {
                let at = At { table: "rollups", row: &subject };
                match at.word("subject", &subject)? {
                    Subject::Sent(integration) => Ok(UnitsAt { integration, at: Timestamp(bucket), units, runs }),
                    _ => Err(at.bad("family")("it is no subject of what an integration sent")),
                }
            })
            .collect()
    }
}

#[derive(sqlx::FromRow)]
struct SumsRow {
    subject: String,
    #[sqlx(flatten)]
    counts: CountsRow,
    #[sqlx(flatten)]
    held: HeldRow,
    units: f64,
    unit_runs: i64,
}
