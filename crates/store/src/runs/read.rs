//! One run, and its neighbours.

use model::{IntegrationId, Origin, Outcome, ProbeId, Reason, Records, Run, RunId, RunRow, Timestamp};

use super::list::ListRow;
use crate::{Result, RunRecord, Store, StoreError, both::on, error::sql, row::At};

/// Runs in a row that were not good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stretch {
    /// When the first of them began.
    pub since: Option<Timestamp>,
    /// How many.
    pub runs: i64,
}

const ONE: &str = "select r.*, d.assertions, d.exchange, d.steps, i.slug as integration, p.slug as probe \
    from runs r join integrations i on i.id = r.integration_id left join probes p on p.id = r.probe_id \
    left join run_details d on d.run_id = r.id where r.id = $1";

macro_rules! last_good {
    ($whose:literal) => {
        concat!(
            "select r.id, i.slug as integration, i.name as integration_name, p.slug as probe, r.origin, r.outcome, \
             r.reason, r.message, r.cause, r.in_maintenance, r.started_at, r.duration_ms, r.latency_us, r.units, \
             r.records_written, r.records_failed, r.demo_history \
             from runs r join integrations i on i.id = r.integration_id left join probes p on p.id = r.probe_id \
             where r.id = (select id from runs where integration_id = $1 and ",
            $whose,
            " and started_at < $2 and outcome in ('ok', 'warn') order by started_at desc, id desc limit 1)"
        )
    };
}

macro_rules! stretch {
    ($whose:literal) => {
        concat!(
            "select min(started_at), count(*) from runs where integration_id = $1 and ",
            $whose,
            " and started_at > $2 and started_at <= $3 and outcome <> 'ok' and outcome in ('failed', 'missed', 'partial') \
             and ($5 is null or reason = $5)"
        )
    };
}

impl Store {
    /// One run with everything kept of it.
    pub async fn run(&self, id: RunId) -> Result<Option<RunRecord>> {
        let row: Option<RunRowWhole> =
            on!(self.read(), db => sqlx::query_as(ONE).bind(id.to_string()).fetch_optional(db).await)
                .map_err(sql("read a run"))?;
        row.map(RunRecord::try_from).transpose()
    }

    /// The newest `ok` or `warn` run begun before a moment: of the probe, or (without one) of those the integration sent.
    pub async fn last_good_before(
        &self,
        integration: IntegrationId,
        probe: Option<ProbeId>,
        before: Timestamp,
    ) -> Result<Option<RunRow>> {
        let text = match probe {
            Some(_) => last_good!("probe_id = $3"),
            None => last_good!("origin <> 'probe' and $3 is null"),
        };
        let row: Option<ListRow> = on!(self.read(), db => {
            sqlx::query_as(text).bind(integration.0).bind(before.0).bind(probe.map(|id| id.0)).fetch_optional(db).await
        })
        .map_err(sql("find the last good run"))?;
        row.map(RunRow::try_from).transpose()
    }

    /// The `failed`, `missed` and `partial` runs begun after `after` (the last good run; `None`: ever) and not after `until`, of
    /// the probe or of what the integration sent; with a reason, only those for it.
    pub async fn stretch(
        &self,
        integration: IntegrationId,
        probe: Option<ProbeId>,
        reason: Option<Reason>,
        after: Option<Timestamp>,
        until: Timestamp,
    ) -> Result<Stretch> {
        let text = match probe {
            Some(_) => stretch!("probe_id = $4"),
            None => stretch!("origin <> 'probe' and $4 is null"),
        };
        let after = after.map_or(i64::MIN, |after| after.0);
        let (since, runs): (Option<i64>, i64) = on!(self.read(), db => {
            let query = sqlx::query_as(text).bind(integration.0).bind(after).bind(until.0).bind(probe.map(|id| id.0));
            query.bind(reason.map(Reason::as_str)).fetch_one(db).await
        })
        .map_err(sql("count like runs"))?;
        Ok(Stretch { since: since.map(Timestamp), runs })
    }
}

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "the columns are as they are")]
struct RunRowWhole {
    id: String,
    integration_id: i64,
    integration: String,
    probe_id: Option<i64>,
    probe: Option<String>,
    origin: String,
    external_id: Option<String>,
    environment: String,
    scheduled_at: Option<i64>,
    started_at: i64,
    duration_ms: Option<i64>,
    latency_us: Option<i64>,
    outcome: String,
    reason: Option<String>,
    message: Option<String>,
    cause: Option<String>,
    in_maintenance: bool,
    attempt: i64,
    last_attempt: bool,
    skipped: Option<i64>,
    phases: Option<String>,
    records_read: Option<i64>,
    records_written: Option<i64>,
    records_failed: Option<i64>,
    records_skipped: Option<i64>,
    units: Option<f64>,
    units_counted: f64,
    run_counted: bool,
    measures: Option<String>,
    business_key: Option<String>,
    event_at: Option<i64>,
    delivered_at: Option<i64>,
    touches: Option<i64>,
    touch_s: Option<i64>,
    demo_history: bool,
    assertions: Option<String>,
    exchange: Option<String>,
    steps: Option<String>,
}

impl TryFrom<RunRowWhole> for RunRecord {
    type Error = StoreError;

    fn try_from(row: RunRowWhole) -> Result<Self> {
        let at = At { table: "runs", row: &row.id };
        let details = At { table: "run_details", row: &row.id };
        let run = Run {
            id: at.word("id", &row.id)?,
            integration: at.word("integration_id", &row.integration)?,
            probe: row.probe.as_deref().map(|slug| at.word("probe_id", slug)).transpose()?,
            origin: at.word::<Origin>("origin", &row.origin)?,
            external_id: row.external_id,
            environment: row.environment,
            scheduled_at: row.scheduled_at.map(Timestamp),
            started_at: Timestamp(row.started_at),
            duration_ms: row.duration_ms,
            latency_us: row.latency_us,
            outcome: at.word::<Outcome>("outcome", &row.outcome)?,
            reason: row.reason.as_deref().map(|reason| at.word("reason", reason)).transpose()?,
            message: row.message,
            cause: row.cause.as_deref().map(|slug| at.word("cause", slug)).transpose()?,
            in_maintenance: row.in_maintenance,
            attempt: at.number("attempt", row.attempt)?,
            last_attempt: row.last_attempt,
            skipped: row.skipped.map(|skipped| at.number("skipped", skipped)).transpose()?,
            records: Records {
                read: row.records_read,
                written: row.records_written,
                failed: row.records_failed,
                skipped: row.records_skipped,
            },
            units: row.units,
            units_counted: row.units_counted,
            run_counted: row.run_counted,
            measures: at.json_or_none("measures", row.measures.as_deref())?,
            business_key: row.business_key,
            event_at: row.event_at.map(Timestamp),
            delivered_at: row.delivered_at.map(Timestamp),
            touches: row.touches,
            touch_s: row.touch_s,
            phases: at.json_or_none("phases", row.phases.as_deref())?,
            assertions: details.json_or_none("assertions", row.assertions.as_deref())?,
            exchange: details.json_or_none("exchange", row.exchange.as_deref())?,
            steps: details.json_or_none("steps", row.steps.as_deref())?,
            demo_history: row.demo_history,
        };
        Ok(Self { run, integration_id: IntegrationId(row.integration_id), probe_id: row.probe_id.map(ProbeId) })
    }
}
