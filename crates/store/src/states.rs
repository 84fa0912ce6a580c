//! States, as the engine wrote them: JSON texts by id. Written by [`Store::record`].

use std::collections::BTreeMap;

use model::{IntegrationId, ProbeId};

use crate::{
    Result, Store,
    both::{Tx, on},
    bulk::{Bulk, execute_all},
    error::sql,
};

static PUT_PROBE_STATES: Bulk = Bulk::insert(
    "insert into probe_states",
    &["probe_id", "state"],
    "on conflict (probe_id) do update set state = excluded.state",
);

static PUT_SENT_STATES: Bulk = Bulk::insert(
    "insert into sent_states",
    &["integration_id", "state"],
    "on conflict (integration_id) do update set state = excluded.state",
);

impl Store {
    /// The state of every probe that has one.
    pub async fn probe_states(&self) -> Result<Vec<(ProbeId, String)>> {
        const TEXT: &str = "select probe_id, state from probe_states order by probe_id";
        let rows: Vec<(i64, String)> = on!(self.read(), db => sqlx::query_as(TEXT).fetch_all(db).await)
            .map_err(sql("read the states of probes"))?;
        Ok(rows.into_iter().map(|(id, state)| (ProbeId(id), state)).collect())
    }

    /// The state of every integration that sent or owed a run.
    pub async fn sent_states(&self) -> Result<Vec<(IntegrationId, String)>> {
        const TEXT: &str = "select integration_id, state from sent_states order by integration_id";
        let rows: Vec<(i64, String)> = on!(self.read(), db => sqlx::query_as(TEXT).fetch_all(db).await)
            .map_err(sql("read the states of integrations"))?;
        Ok(rows.into_iter().map(|(id, state)| (IntegrationId(id), state)).collect())
    }
}

/// Replaces states; the last of one id wins, since one statement may touch a row once.
pub(crate) async fn put_probe_states(tx: &mut Tx, states: &[(ProbeId, String)]) -> Result<()> {
    let last: BTreeMap<i64, &str> = states.iter().map(|(id, state)| (id.0, state.as_str())).collect();
    let rows: Vec<_> = last.into_iter().collect();
    execute_all!(tx, PUT_PROBE_STATES, rows, "write the states of probes", |query, row| query.bind(row.0).bind(row.1));
    Ok(())
}

/// The same of what integrations send.
pub(crate) async fn put_sent_states(tx: &mut Tx, states: &[(IntegrationId, String)]) -> Result<()> {
    let last: BTreeMap<i64, &str> = states.iter().map(|(id, state)| (id.0, state.as_str())).collect();
    let rows: Vec<_> = last.into_iter().collect();
    execute_all!(tx, PUT_SENT_STATES, rows, "write the states of integrations", |query, row| {
        query.bind(row.0).bind(row.1)
    });
    Ok(())
}
