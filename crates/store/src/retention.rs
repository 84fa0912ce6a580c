//! What is kept for a while only.

use model::Timestamp;

use crate::{
    Result, Store,
    both::{Both, on},
    error::sql,
    sqlite,
};

/// What may go once it is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expired {
    /// `ok` runs of probes.
    OkProbeRuns,
    /// Every run.
    Runs,
    /// Roll-ups of minutes.
    MinuteRollups,
    /// Roll-ups of hours.
    HourRollups,
    /// Sessions, by their end. Those that idled before it go with it: they open nothing in between.
    Sessions,
    /// Links, used or not, by their end.
    Links,
}

/// Which runs go: the oldest thousand. Said in every statement anew, since within one transaction it names the same rows.
macro_rules! old_runs {
    ($text:literal, $which:literal) => {
        concat!($text, " (select id from runs where ", $which, " started_at < $1 order by started_at limit 1000)")
    };
}

/// Runs last: the statements before look them up.
const OK_PROBE_RUNS: &[&str] = &[
    old_runs!("delete from run_details where run_id in", "origin = 'probe' and outcome = 'ok' and"),
    old_runs!("delete from runs where id in", "origin = 'probe' and outcome = 'ok' and"),
];

const RUNS: &[&str] = &[
    old_runs!("delete from run_details where run_id in", ""),
    old_runs!("delete from run_keys where run_id in", ""),
    old_runs!("delete from runs where id in", ""),
];

const MINUTE_ROLLUPS: &[&str] = &["delete from rollups where (subject, step, bucket) in \
    (select subject, step, bucket from rollups \
    where family in ('p', 's', 'i', 'a') and step = 'minute' and bucket < $1 limit 1000)"];

const HOUR_ROLLUPS: &[&str] = &["delete from rollups where (subject, step, bucket) in \
    (select subject, step, bucket from rollups \
    where family in ('p', 's', 'i', 'a') and step = 'hour' and bucket < $1 limit 1000)"];

const SESSIONS: &[&str] = &["delete from sessions where id in \
    (select id from sessions where expires_at < $1 order by expires_at limit 1000)"];

const LINKS: &[&str] = &["delete from links where token_hash in \
    (select token_hash from links where expires_at < $1 order by expires_at limit 1000)"];

impl Store {
    /// Deletes at most 1,000 rows from before a moment in one short transaction, and says how many. Call again while it says
    /// 1,000. What goes with a run (details, its external id) is not counted; a business key stays, so that nothing counts twice.
    pub async fn delete_expired(&self, what: Expired, before: Timestamp) -> Result<u64> {
        let texts = match what {
            Expired::OkProbeRuns => OK_PROBE_RUNS,
            Expired::Runs => RUNS,
            Expired::MinuteRollups => MINUTE_ROLLUPS,
            Expired::HourRollups => HOUR_ROLLUPS,
            Expired::Sessions => SESSIONS,
            Expired::Links => LINKS,
        };
        let mut tx = self.write().await?;
        let mut deleted = 0;
        for &text in texts {
            deleted = on!(tx.conn(), db => {
                sqlx::query(text).bind(before.0).execute(db).await.map(|done| done.rows_affected())
            })
            .map_err(sql("delete what is expired"))?;
        }
        tx.commit().await?;
        Ok(deleted)
    }

    /// Gives freed pages back to the disk, a few at a time (SQLite; PostgreSQL does so by itself).
    pub async fn give_back_space(&self) -> Result<()> {
        match self.pools() {
            Both::Sqlite(pools) => sqlite::give_back_space(&pools.write).await.map_err(sql("give space back")),
            Both::Postgres(_) => Ok(()),
        }
    }
}
