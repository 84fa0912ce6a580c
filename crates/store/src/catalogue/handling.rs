//! What people did with integrations and probes: paused, muted, acknowledged. One JSON each; no row where nobody did anything.

use model::{Handling, IntegrationId, ProbeId, Slug};

use super::apply::living;
use crate::{
    Result, Store, StoreError,
    both::{Tx, on},
    error::sql,
    row::{At, to_json},
};

/// What was done with what is not retired; those with which nothing was done are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandlingRows {
    /// With integrations, by row.
    pub integrations: Vec<(IntegrationId, Handling)>,
    /// With single probes, by row.
    pub probes: Vec<(ProbeId, Handling)>,
}

impl Store {
    /// What people did with integrations and probes, read in one transaction.
    pub async fn handling(&self) -> Result<HandlingRows> {
        const INTEGRATIONS: &str = "select integration_id, handling from integration_handling order by integration_id";
        const PROBES: &str = "select probe_id, handling from probe_handling order by probe_id";
        let mut tx = self.snapshot().await?;
        let integrations: Vec<(i64, String)> = on!(tx.conn(), db => sqlx::query_as(INTEGRATIONS).fetch_all(db).await)
            .map_err(sql("read what was done with integrations"))?;
        let probes: Vec<(i64, String)> = on!(tx.conn(), db => sqlx::query_as(PROBES).fetch_all(db).await)
            .map_err(sql("read what was done with probes"))?;
        tx.commit().await?;
        Ok(HandlingRows {
            integrations: read("integration_handling", integrations, IntegrationId)?,
            probes: read("probe_handling", probes, ProbeId)?,
        })
    }
}

fn read<I>(table: &'static str, rows: Vec<(i64, String)>, id: fn(i64) -> I) -> Result<Vec<(I, Handling)>> {
    let one = |(row, handling): (i64, String)| -> Result<(I, Handling)> {
        Ok((id(row), At { table, row: &row }.json("handling", &handling)?))
    };
    rows.into_iter().map(one).collect()
}

/// Replaces what was done with an integration.
pub(super) async fn of_integration(tx: &mut Tx, integration: &Slug, handling: &Handling) -> Result<()> {
    const PUT: &str = "insert into integration_handling (integration_id, handling) values ($1, $2) \
        on conflict (integration_id) do update set handling = excluded.handling";
    const FORGET: &str = "delete from integration_handling where integration_id = $1";
    let id = living(tx, integration).await?;
    replace(tx, PUT, FORGET, id, handling).await
}

/// Replaces what was done with a probe.
pub(super) async fn of_probe(tx: &mut Tx, integration: &Slug, probe: &Slug, handling: &Handling) -> Result<()> {
    const FIND: &str = "select id from probes where integration_id = $1 and slug = $2 and removed_at is null";
    const PUT: &str = "insert into probe_handling (probe_id, handling) values ($1, $2) \
        on conflict (probe_id) do update set handling = excluded.handling";
    const FORGET: &str = "delete from probe_handling where probe_id = $1";
    let of = living(tx, integration).await?;
    let found: Option<i64> =
        on!(tx.conn(), db => sqlx::query_scalar(FIND).bind(of).bind(probe.as_str()).fetch_optional(db).await)
            .map_err(sql("find a probe"))?;
    let missing = || StoreError::Missing { noun: "probe", name: format!("{integration}/{probe}") };
    replace(tx, PUT, FORGET, found.ok_or_else(missing)?, handling).await
}

async fn replace(tx: &mut Tx, put: &'static str, forget: &'static str, id: i64, handling: &Handling) -> Result<()> {
    if handling.is_empty() {
        on!(tx.conn(), db => sqlx::query(forget).bind(id).execute(db).await.map(drop))
    } else {
        on!(tx.conn(), db => sqlx::query(put).bind(id).bind(to_json(handling)).execute(db).await.map(drop))
    }
    .map_err(sql("write what was done with an integration or a probe"))
}

/// Forgets what was done with an integration that is retired, and with its probes: whoever revives it begins anew.
pub(super) async fn forget_integration(tx: &mut Tx, id: i64) -> Result<()> {
    const INTEGRATION: &str = "delete from integration_handling where integration_id = $1";
    const PROBES: &str = "delete from probe_handling where probe_id in \
        (select id from probes where integration_id = $1)";
    for text in [INTEGRATION, PROBES] {
        on!(tx.conn(), db => sqlx::query(text).bind(id).execute(db).await.map(drop))
            .map_err(sql("forget what was done with an integration"))?;
    }
    Ok(())
}

/// The same of a probe that is removed.
pub(super) async fn forget_probe(tx: &mut Tx, integration: &Slug, probe: &Slug) -> Result<()> {
    const TEXT: &str = "delete from probe_handling where probe_id in (select p.id from probes p \
        join integrations i on i.id = p.integration_id where i.slug = $1 and p.slug = $2)";
    on!(tx.conn(), db => {
        sqlx::query(TEXT).bind(integration.as_str()).bind(probe.as_str()).execute(db).await.map(drop)
    })
    .map_err(sql("forget what was done with a probe"))
}
