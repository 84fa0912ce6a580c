//! What roll-ups are made of: the figures of runs, and the verdicts that held before.

use std::collections::{BTreeMap, HashSet};

use futures::TryStreamExt as _;
use model::{IntegrationId, Origin, Outcome, ProbeId, RunId, Subject, Timestamp};
use sqlx::FromRow as _;

use crate::{Result, Store, StoreError, both::on, error::sql, row::At};

/// What a roll-up needs of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Whose.
    pub integration_id: IntegrationId,
    /// The probe, if it was one.
    pub probe_id: Option<ProbeId>,
    /// Where the word comes from.
    pub origin: Origin,
    /// Its environment.
    pub environment: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether its integration was in maintenance or a freeze: then it does not count if it failed.
    pub in_maintenance: bool,
    /// Whether it moves the state.
    pub last_attempt: bool,
    /// How long it took, in microseconds.
    pub latency_us: Option<i64>,
    /// Named numbers.
    pub measures: BTreeMap<String, f64>,
    /// Units that count for hours.
    pub units_counted: f64,
    /// Whether the run itself counts for hours.
    pub run_counted: bool,
}

/// The last verdict of a probe before a moment. What failed in maintenance is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRun {
    /// Whose.
    pub probe_id: ProbeId,
    /// Which run.
    pub run: RunId,
    /// When it began.
    pub started_at: Timestamp,
    /// Its outcome: one that says up or down.
    pub outcome: Outcome,
}

/// Sought one by one up to so many probes; all at once and sifted beyond.
const FEW: usize = 16;

macro_rules! figures {
    ($whose:literal) => {
        concat!(
            "select id, integration_id, probe_id, origin, environment, started_at, outcome, in_maintenance, \
             last_attempt, latency_us, measures, units_counted, run_counted from runs where ",
            $whose,
            " and started_at >= $2 and started_at < $3 and outcome <> 'running' order by started_at, id"
        )
    };
}

// Whether it was in maintenance stands in no index, so it is looked up of those alone that failed.
const VERDICTS: &str = "select p.id as probe_id, r.id as run, r.started_at, r.outcome \
    from probes p join runs r on r.id = (select id from runs \
    where integration_id = p.integration_id and probe_id = p.id \
    and started_at >= $2 and started_at < $3 and last_attempt = $4 \
    and outcome in ('ok', 'warn', 'partial', 'failed', 'missed') and (outcome not in ('failed', 'missed') \
    or not (select kept.in_maintenance from runs kept where kept.id = runs.id)) \
    order by started_at desc, id desc limit 1) \
    where ($1 is null or p.id = $1) order by p.id";

impl Store {
    /// The figures of a subject's runs begun in `from..to`, oldest first; `running` ones are left out. Of [`Subject::Sent`]: every
    /// run that is no probe's attempt. Of [`Subject::All`]: every run, whatever its environment.
    pub async fn run_figures(&self, subject: Subject, from: Timestamp, to: Timestamp) -> Result<Vec<Figures>> {
        let mut all = Vec::new();
        self.each_run_figures(subject, from, to, |run| all.push(run)).await?;
        Ok(all)
    }

    /// The same, handed out one by one as they are read, so that memory does not grow with the runs.
    pub async fn each_run_figures(
        &self,
        subject: Subject,
        from: Timestamp,
        to: Timestamp,
        mut each: impl FnMut(Figures) + Send,
    ) -> Result<()> {
        const DOING: &str = "read the figures of runs";
        let (text, whose) = match subject {
            Subject::Probe(id) => (
                figures!("integration_id = (select integration_id from probes where id = $1) and probe_id = $1"),
                Some(id.0),
            ),
            Subject::Sent(id) => (figures!("integration_id = $1 and origin <> 'probe'"), Some(id.0)),
            Subject::Integration(id) => (figures!("integration_id = $1"), Some(id.0)),
            Subject::All => (figures!("$1 is null"), None::<i64>),
        };
        on!(self.read(), db => {
            let mut rows = sqlx::query(text).bind(whose).bind(from.0).bind(to.0).fetch(db);
            while let Some(row) = rows.try_next().await.map_err(sql(DOING))? {
                each(FiguresRow::from_row(&row).map_err(sql(DOING))?.try_into()?);
            }
        });
        Ok(())
    }

    /// For each of the probes the newest run that ended a check with a verdict (`ok`, `warn`, `partial`, and out of maintenance
    /// `failed` and `missed`) and began in `since..before`; probes without one are left out. `since` bounds the search: a verdict
    /// holds for a while only.
    pub async fn verdict_runs_before(
        &self,
        probes: &[ProbeId],
        since: Timestamp,
        before: Timestamp,
    ) -> Result<Vec<VerdictRun>> {
        if probes.len() > FEW {
            let wanted: HashSet<ProbeId> = probes.iter().copied().collect();
            let mut all = self.verdicts(None, since, before).await?;
            all.retain(|verdict| wanted.contains(&verdict.probe_id));
            return Ok(all);
        }
        let mut found = Vec::with_capacity(probes.len());
        for &probe in probes {
            found.extend(self.verdicts(Some(probe), since, before).await?);
        }
        Ok(found)
    }

    async fn verdicts(&self, probe: Option<ProbeId>, since: Timestamp, before: Timestamp) -> Result<Vec<VerdictRun>> {
        let probe = probe.map(|id| id.0);
        let rows: Vec<VerdictRow> = on!(self.read(), db => {
            sqlx::query_as(VERDICTS).bind(probe).bind(since.0).bind(before.0).bind(true).fetch_all(db).await
        })
        .map_err(sql("find the last verdicts"))?;
        rows.into_iter().map(VerdictRun::try_from).collect()
    }
}

#[derive(sqlx::FromRow)]
struct FiguresRow<'r> {
    id: &'r str,
    integration_id: i64,
    probe_id: Option<i64>,
    origin: &'r str,
    environment: String,
    started_at: i64,
    outcome: &'r str,
    in_maintenance: bool,
    last_attempt: bool,
    latency_us: Option<i64>,
    measures: Option<&'r str>,
    units_counted: f64,
    run_counted: bool,
}

impl TryFrom<FiguresRow<'_>> for Figures {
    type Error = StoreError;

    fn try_from(row: FiguresRow<'_>) -> Result<Self> {
        let at = At { table: "runs", row: &row.id };
        Ok(Self {
            integration_id: IntegrationId(row.integration_id),
            probe_id: row.probe_id.map(ProbeId),
            origin: at.word("origin", row.origin)?,
            environment: row.environment,
            started_at: Timestamp(row.started_at),
            outcome: at.word("outcome", row.outcome)?,
            in_maintenance: row.in_maintenance,
            last_attempt: row.last_attempt,
            latency_us: row.latency_us,
            measures: at.json_or_none("measures", row.measures)?,
            units_counted: row.units_counted,
            run_counted: row.run_counted,
        })
    }
}

#[derive(sqlx::FromRow)]
struct VerdictRow {
    probe_id: i64,
    run: String,
    started_at: i64,
    outcome: String,
}

impl TryFrom<VerdictRow> for VerdictRun {
    type Error = StoreError;

    fn try_from(row: VerdictRow) -> Result<Self> {
        let at = At { table: "runs", row: &row.run };
        Ok(Self {
            probe_id: ProbeId(row.probe_id),
            run: at.word("id", &row.run)?,
            started_at: Timestamp(row.started_at),
            outcome: at.word("outcome", &row.outcome)?,
        })
    }
}
