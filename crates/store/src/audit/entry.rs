//! Entries of the audit: on their way in, sought, and as their row has them.

use std::fmt;

use model::{AuditEntry, EntryToHash, Timestamp};
use serde_json::Value;

use crate::{Result, StoreError, row::At};

/// The hash of an entry, given the hash of the one before it: pure, `rules::audit::hash`.
#[derive(Clone, Copy)]
pub struct Seal(pub fn(&str, &EntryToHash<'_>) -> String);

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

impl PartialEq for Seal {
    /// How an entry is sealed is no part of what it says.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// An entry on its way in: all but its number, the hash before it and its own, which are made where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// When.
    pub at: Timestamp,
    /// Who, as they are called.
    pub who: String,
    /// What kind of caller: `person`, `token`, `local`, `nobody`.
    pub by: String,
    /// The address it came from.
    pub from: Option<String>,
    /// What: `integration.change`.
    pub action: String,
    /// To what: `integration orders-to-erp`.
    pub subject: String,
    /// How it was; nothing secret in it.
    pub before: Option<Value>,
    /// How it is now; nothing secret in it.
    pub after: Option<Value>,
    /// How it is sealed.
    pub seal: Seal,
}

/// Which entries. Absent: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this one, as they were called.
    pub who: Option<String>,
    /// Whose action begins so: `integration.`, or one whole.
    pub action: Option<String>,
    /// Of this subject.
    pub subject: Option<String>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Part of who, action, subject, address, before or after; A to Z match a to z.
    pub text: Option<String>,
    /// Where the page before ended: the number of its last entry.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

#[derive(sqlx::FromRow)]
pub(super) struct AuditRow {
    seq: i64,
    at: i64,
    by: String,
    who: String,
    origin: Option<String>,
    action: String,
    subject: String,
    before: Option<String>,
    after: Option<String>,
    previous: String,
    hash: String,
}

impl TryFrom<AuditRow> for AuditEntry {
    type Error = StoreError;

    fn try_from(row: AuditRow) -> Result<Self> {
        let at = At { table: "audit", row: &row.seq };
        Ok(Self {
            seq: row.seq,
            at: Timestamp(row.at),
            who: row.who,
            by: row.by,
            from: row.origin,
            action: row.action,
            subject: row.subject,
            before: row.before.map(|text| at.json("before", &text)).transpose()?,
            after: row.after.map(|text| at.json("after", &text)).transpose()?,
            hash: row.hash,
            previous: row.previous,
        })
    }
}
