//! What a store holds, counted in its file by a second reader after the house has ended.

use std::{collections::HashMap, path::Path};

use model::Timestamp;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{Tried, house::STORE};

/// A stored check: what it was planned for, and whether it was ours to blame.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The number of its probe in the landscape.
    pub probe: usize,
    /// When it was planned.
    pub scheduled_at: Timestamp,
    /// Whether it says nothing of the target (`unknown`).
    pub is_unknown: bool,
}

/// Runs of probes by outcome, begun in `from..to`.
pub async fn outcomes(folder: &Path, from: Timestamp, to: Timestamp) -> Tried<HashMap<String, i64>> {
    const TEXT: &str = "select outcome, count(*) from runs \
        where origin = 'probe' and started_at >= $1 and started_at < $2 group by outcome";
    let mut store = open(folder).await?;
    let rows: Vec<(String, i64)> = sqlx::query_as(TEXT).bind(from.0).bind(to.0).fetch_all(&mut store).await?;
    store.close().await?;
    Ok(rows.into_iter().collect())
}

/// Checks that were planned in `from..to`, by probe and time.
pub async fn planned(folder: &Path, from: Timestamp, to: Timestamp) -> Tried<Vec<Check>> {
    const TEXT: &str = "select p.slug, r.scheduled_at, r.outcome from runs r join probes p on p.id = r.probe_id \
        where r.origin = 'probe' and r.scheduled_at >= $1 and r.scheduled_at < $2 order by p.id, r.scheduled_at";
    let mut store = open(folder).await?;
    let rows: Vec<(String, i64, String)> = sqlx::query_as(TEXT).bind(from.0).bind(to.0).fetch_all(&mut store).await?;
    store.close().await?;
    let check = |(slug, scheduled_at, outcome): (String, i64, String)| -> Tried<Check> {
        let probe = slug.trim_start_matches('p').parse()?;
        Ok(Check { probe, scheduled_at: Timestamp(scheduled_at), is_unknown: outcome == "unknown" })
    };
    rows.into_iter().map(check).collect()
}

async fn open(folder: &Path) -> Tried<SqliteConnection> {
    Ok(SqliteConnectOptions::new().filename(folder.join(STORE)).read_only(true).connect().await?)
}
