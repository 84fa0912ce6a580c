//! What owners were told last, and telling them more: a word goes into the outbox in the transaction that keeps that it was said.
//!
//! Told anew after a doubt (the commit was lost, or its answer was), the same is written once: the row is replaced by what it was, and
//! a notice whose key is there already is left out, also when it was sent long ago.

use std::collections::{BTreeMap, HashSet};

use model::{ChangeId, IntegrationId, Level, Reason, Timestamp};

use crate::{
    NewNotice, Result, Store, StoreError,
    both::{Tx, on},
    bulk::{Bulk, execute_all},
    error::sql,
    outbox,
    row::{At, clean},
};

/// A change of level that an owner was told of and that is not over, as it was told last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRow {
    /// Which change. What began, got worse and is over in one stretch shares it.
    pub change: ChangeId,
    /// The worst that was told of it.
    pub level: Level,
    /// Since when.
    pub since: Timestamp,
    /// "401 from NetSuite".
    pub sentence: String,
    /// The class of it.
    pub reason: Option<Reason>,
    /// When it was told last.
    pub at: Timestamp,
}

/// What an owner is to be told, and what they were told then.
#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    /// Of which integration.
    pub integration_id: IntegrationId,
    /// What was told then; `None`: that it is over.
    pub told: Option<ToldRow>,
    /// One for each channel. There may be none: nobody is to be told, and that is remembered too.
    pub notices: Vec<NewNotice>,
}

static PUT: Bulk = Bulk::insert(
    "insert into told",
    &["integration_id", "change_id", "level", "since", "sentence", "reason", "at"],
    "on conflict (integration_id) do update set change_id = excluded.change_id, level = excluded.level, \
     since = excluded.since, sentence = excluded.sentence, reason = excluded.reason, at = excluded.at",
);

static FORGET: Bulk = Bulk::lookup("delete from told where integration_id in", &["integration_id"], "");

impl Store {
    /// The changes that owners were told of and that are not over, by row of the integration.
    pub async fn told(&self) -> Result<Vec<(IntegrationId, ToldRow)>> {
        const TEXT: &str = "select integration_id, change_id, level, since, sentence, reason, at from told \
            order by integration_id";
        let rows: Vec<Row> = on!(self.read(), db => sqlx::query_as(TEXT).fetch_all(db).await)
            .map_err(sql("read what owners were told"))?;
        let one = |row: Row| -> Result<(IntegrationId, ToldRow)> {
            Ok((IntegrationId(row.integration_id), ToldRow::try_from(row)?))
        };
        rows.into_iter().map(one).collect()
    }

    /// Puts notices into the outbox, due at once, and keeps what was told by them: all of it in one transaction, or nothing. Safe to
    /// call again with the same. Of what was retired meanwhile nothing is told; of several tellings of one integration the last says
    /// what was told.
    pub async fn tell(&self, tellings: &[Telling]) -> Result<()> {
        let mut tx = self.write().await?;
        let retired = retired(&mut tx).await?;
        let living: Vec<&Telling> =
            tellings.iter().filter(|telling| !retired.contains(&telling.integration_id.0)).collect();
        let notices: Vec<&NewNotice> = living.iter().flat_map(|telling| &telling.notices).collect();
        outbox::put_notices(&mut tx, &notices).await?;
        // one statement may touch a row once
        let last: BTreeMap<i64, Option<&ToldRow>> =
            living.iter().map(|telling| (telling.integration_id.0, telling.told.as_ref())).collect();
        keep(&mut tx, &last).await?;
        tx.commit().await
    }
}

async fn keep(tx: &mut Tx, last: &BTreeMap<i64, Option<&ToldRow>>) -> Result<()> {
    let open: Vec<(i64, &ToldRow)> = last.iter().filter_map(|(&id, told)| told.map(|told| (id, told))).collect();
    let over: Vec<i64> = last.iter().filter(|(_, told)| told.is_none()).map(|(&id, _)| id).collect();
    execute_all!(tx, PUT, open, "keep what owners were told", |query, row| {
        let (id, told) = row;
        query
            .bind(*id)
            .bind(told.change.to_string())
            .bind(told.level.as_str())
            .bind(told.since.0)
            .bind(clean(&told.sentence))
            .bind(told.reason.map(Reason::as_str))
            .bind(told.at.0)
    });
    execute_all!(tx, FORGET, over, "keep that it is over", |query, id| query.bind(*id));
    Ok(())
}

async fn retired(tx: &mut Tx) -> Result<HashSet<i64>> {
    const TEXT: &str = "select id from integrations where retired_at is not null";
    let ids: Vec<i64> = on!(tx.conn(), db => sqlx::query_scalar(TEXT).fetch_all(db).await)
        .map_err(sql("read which integrations are retired"))?;
    Ok(ids.into_iter().collect())
}

/// Forgets what was told of an integration that is retired: whoever revives it begins anew.
pub(crate) async fn forget(tx: &mut Tx, integration: i64) -> Result<()> {
    const TEXT: &str = "delete from told where integration_id = $1";
    on!(tx.conn(), db => sqlx::query(TEXT).bind(integration).execute(db).await.map(drop))
        .map_err(sql("forget what was told of an integration"))
}

#[derive(sqlx::FromRow)]
struct Row {
    integration_id: i64,
    change_id: String,
    level: String,
    since: i64,
    sentence: String,
    reason: Option<String>,
    at: i64,
}

impl TryFrom<Row> for ToldRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let at = At { table: "told", row: &row.integration_id };
        Ok(Self {
            change: at.word("change_id", &row.change_id)?,
            level: at.word("level", &row.level)?,
            since: Timestamp(row.since),
            reason: row.reason.as_deref().map(|reason| at.word("reason", reason)).transpose()?,
            sentence: row.sentence,
            at: Timestamp(row.at),
        })
    }
}
