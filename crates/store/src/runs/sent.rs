//! Runs that integrations send: idempotent by external id, all or nothing, business keys counted once.

use model::{IntegrationId, RunId};

use crate::{
    Result, RunRecord, Store,
    both::on,
    error::sql,
    row::{At, clean},
};

/// Runs that were sent together: all are written or none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SentGroup {
    /// The runs, in the order given.
    pub runs: Vec<SentRecord>,
}

/// A sent run. Its external id and business key are those of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct SentRecord {
    /// The run; its `units_counted` and `run_counted` say what counts if its business key was not delivered before.
    pub record: RunRecord,
    /// Tells same content from other content under one external id (`rules::sent::content_hash`).
    pub content_hash: String,
}

/// What became of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupRecorded {
    /// All of it is stored; one answer per run, in the order given.
    Stored(Vec<SentRecorded>),
    /// Nothing of it was written: the external id of this run is taken by another run with other content.
    Clash {
        /// Which of the group, from 0.
        index: usize,
        /// The run that is stored under its external id.
        run: RunId,
    },
}

/// What became of a sent run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentRecorded {
    /// Written, under its own id.
    Created(RunId),
    /// The same was there already, under this id.
    Same(RunId),
    /// A `running` run was there and was replaced by this word of its end; it keeps the id it had.
    Completed(RunId),
}

impl SentRecorded {
    /// The id it is stored under.
    pub fn id(self) -> RunId {
        match self {
            Self::Created(id) | Self::Same(id) | Self::Completed(id) => id,
        }
    }

    /// Whether anything was written.
    pub fn is_new(self) -> bool {
        !matches!(self, Self::Same(_))
    }
}

/// What is stored under an external id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRun {
    /// The run.
    pub run: RunId,
    /// Its content's hash.
    pub content_hash: String,
    /// Whether its outcome is `running`, so that another word may still end it.
    pub open: bool,
}

impl Store {
    /// What is stored under an integration's external id.
    pub async fn known_run(&self, integration: IntegrationId, external_id: &str) -> Result<Option<KnownRun>> {
        const TEXT: &str = "select integration_id, external_id, run_id, content_hash, open from run_keys \
            where integration_id = $1 and external_id = $2";
        let row: Option<KeyRow> = on!(self.read(), db => {
            sqlx::query_as(TEXT).bind(integration.0).bind(clean(external_id)).fetch_optional(db).await
        })
        .map_err(sql("look an external id up"))?;
        row.map(|row| row.read().map(|(_, known)| known)).transpose()
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct KeyRow {
    integration_id: i64,
    external_id: String,
    run_id: String,
    content_hash: String,
    open: bool,
}

impl KeyRow {
    pub(super) fn read(self) -> Result<(Key, KnownRun)> {
        let run = At { table: "run_keys", row: &self.external_id }.word("run_id", &self.run_id)?;
        let known = KnownRun { run, content_hash: self.content_hash, open: self.open };
        Ok(((self.integration_id, self.external_id), known))
    }
}

/// A key that is unique within an integration: an external id or a business key, as both engines keep it.
pub(super) type Key = (i64, String);

impl SentRecord {
    pub(super) fn external_id(&self) -> Option<Key> {
        let id = self.record.run.external_id.as_deref()?;
        Some((self.record.integration_id.0, clean(id).into_owned()))
    }

    pub(super) fn business_key(&self) -> Option<Key> {
        let key = self.record.run.business_key.as_deref()?;
        Some((self.record.integration_id.0, clean(key).into_owned()))
    }
}
