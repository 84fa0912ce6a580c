//! Lists of runs, newest first.

use model::{IntegrationId, Origin, Outcome, ProbeId, Reason, RunId, RunRow, Timestamp};

use crate::{
    Result, Store, StoreError,
    both::on,
    error::sql,
    row::{At, containing},
};

/// Which runs. Absent: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunsFilter {
    /// Of this integration.
    pub integration: Option<IntegrationId>,
    /// Of any of these integrations; of none if there are none.
    pub among: Option<Vec<IntegrationId>>,
    /// Of this probe.
    pub probe: Option<ProbeId>,
    /// Where the word comes from.
    pub origin: Option<Origin>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// For this reason; `ok` runs have none.
    pub reason: Option<Reason>,
    /// Begun at or after.
    pub from: Option<Timestamp>,
    /// Begun before.
    pub to: Option<Timestamp>,
    /// Part of message, external id or business key; A to Z match a to z.
    pub text: Option<String>,
    /// Where the page before ended: start and id of its last row.
    pub before: Option<(Timestamp, RunId)>,
    /// At most so many rows.
    pub limit: u32,
}

/// Sorts after every run id.
const AFTER_EVERY_ID: &str = "~";

/// A page of runs. The first condition chooses the index; the rest is the same for every way. Joins come after the page is cut, so
/// that they touch no row that is not shown.
macro_rules! page {
    ($way:literal) => {
        concat!(
            "select r.id, i.slug as integration, i.name as integration_name, p.slug as probe, r.origin, r.outcome, \
             r.reason, r.message, r.cause, r.in_maintenance, r.started_at, r.duration_ms, r.latency_us, r.units, \
             r.records_written, r.records_failed, r.demo_history \
             from (select id, integration_id, probe_id, origin, outcome, reason, message, cause, in_maintenance, \
             started_at, duration_ms, latency_us, units, records_written, records_failed, demo_history \
             from runs where ",
            $way,
            " ($1 is null or probe_id = $1) and ($2 is null or integration_id = $2) \
             and ($3 is null or origin = $3) and ($4 is null or outcome = $4) and ($5 is null or reason = $5) \
             and started_at >= $6 and started_at < $7 and (started_at, id) < ($8, $9) \
             and ($10 is null or lower(message) like $10 escape '\\' \
             or lower(external_id) like $10 escape '\\' or lower(business_key) like $10 escape '\\') \
             and ($12 is null or $12 like '%,' || cast(integration_id as text) || ',%') \
             order by started_at desc, id desc limit $11) r \
             join integrations i on i.id = r.integration_id left join probes p on p.id = r.probe_id \
             order by r.started_at desc, r.id desc"
        )
    };
}

impl RunsFilter {
    /// The statement whose index leaves the fewest rows to look at. A reason is only given to runs that are not ok.
    fn text(&self) -> &'static str {
        let not_ok = self.reason.is_some() || self.outcome.is_some_and(|outcome| outcome != Outcome::Ok);
        match (self.probe, self.integration, not_ok) {
            (Some(_), _, false) => page!("integration_id = (select integration_id from probes where id = $1) and"),
            (Some(_), _, true) => {
                page!("integration_id = (select integration_id from probes where id = $1) and outcome <> 'ok' and")
            }
            (None, Some(_), true) => page!("integration_id = $2 and outcome <> 'ok' and"),
            (None, Some(_), false) => page!("integration_id = $2 and"),
            (None, None, true) => page!("outcome <> 'ok' and"),
            (None, None, false) => page!(""),
        }
    }
}

impl Store {
    /// Runs by start, newest first; among equal starts by id, greatest first.
    pub async fn runs(&self, filter: &RunsFilter) -> Result<Vec<RunRow>> {
        // not `lower($10)`: PostgreSQL would lower more of a parameter than of the columns, which go byte by byte
        let pattern = filter.text.as_deref().map(|text| containing(text).to_ascii_lowercase());
        let among = filter.among.as_deref().map(listed);
        let (before, before_id) = filter
            .before
            .map_or((i64::MAX, AFTER_EVERY_ID.to_owned()), |(started_at, id)| (started_at.0, id.to_string()));
        let rows: Vec<ListRow> = on!(self.read(), db => {
            sqlx::query_as(filter.text())
                .bind(filter.probe.map(|id| id.0))
                .bind(filter.integration.map(|id| id.0))
                .bind(filter.origin.map(Origin::as_str))
                .bind(filter.outcome.map(Outcome::as_str))
                .bind(filter.reason.map(Reason::as_str))
                .bind(filter.from.map_or(i64::MIN, |from| from.0))
                .bind(filter.to.map_or(i64::MAX, |to| to.0))
                .bind(before)
                .bind(&before_id)
                .bind(pattern.as_deref())
                .bind(i64::from(filter.limit))
                .bind(among.as_deref())
                .fetch_all(db)
                .await
        })
        .map_err(sql("list runs"))?;
        rows.into_iter().map(RunRow::try_from).collect()
    }
}

/// Rows as one text, `,1,2,`: both engines take it as one parameter, however many there are.
fn listed(ids: &[IntegrationId]) -> String {
    ids.iter().fold(String::from(","), |all, id| all + &id.to_string() + ",")
}

#[derive(sqlx::FromRow)]
pub(super) struct ListRow {
    id: String,
    integration: String,
    integration_name: String,
    probe: Option<String>,
    origin: String,
    outcome: String,
    reason: Option<String>,
    message: Option<String>,
    cause: Option<String>,
    in_maintenance: bool,
    started_at: i64,
    duration_ms: Option<i64>,
    latency_us: Option<i64>,
    units: Option<f64>,
    records_written: Option<i64>,
    records_failed: Option<i64>,
    demo_history: bool,
}

impl TryFrom<ListRow> for RunRow {
    type Error = StoreError;

    fn try_from(row: ListRow) -> Result<Self> {
        let at = At { table: "runs", row: &row.id };
        Ok(Self {
            id: at.word("id", &row.id)?,
            integration: at.word("integration_id", &row.integration)?,
            integration_name: row.integration_name,
            probe: row.probe.map(|slug| at.word("probe_id", &slug)).transpose()?,
            origin: at.word("origin", &row.origin)?,
            outcome: at.word("outcome", &row.outcome)?,
            reason: row.reason.map(|reason| at.word("reason", &reason)).transpose()?,
            message: row.message,
            cause: row.cause.map(|slug| at.word("cause", &slug)).transpose()?,
            in_maintenance: row.in_maintenance,
            started_at: Timestamp(row.started_at),
            duration_ms: row.duration_ms,
            latency_us: row.latency_us,
            units: row.units,
            written: row.records_written,
            rejected: row.records_failed,
            demo_history: row.demo_history,
        })
    }
}
