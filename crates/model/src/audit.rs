//! Who did what, when, from where, before and after.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;

/// One line of the audit: who did what. Each hashes the one before, so that none can be changed or taken away unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct AuditEntry {
    /// Its number, one more than that of the entry before.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who, as they were called then.
    pub who: String,
    /// `person`, `token`, `local` or `nobody`.
    pub by: String,
    /// The address that it came from.
    pub from: Option<String>,
    /// What: `integration.change`.
    pub action: String,
    /// To what: `integration orders-to-erp`.
    pub subject: String,
    /// How it was; nothing secret in it.
    pub before: Option<Value>,
    /// How it is now.
    pub after: Option<Value>,
    /// SHA-256 in hex over all of this and `previous`; `rules::audit` says how.
    pub hash: String,
    /// The hash of the entry before; [`AuditEntry::BEGINNING`] for the first.
    pub previous: String,
}

impl AuditEntry {
    /// Stands where the hash of an entry before the first would.
    pub const BEGINNING: &'static str = "0000000000000000000000000000000000000000000000000000000000000000";

    /// What its hash is of, `previous` left out.
    pub fn to_hash(&self) -> EntryToHash<'_> {
        EntryToHash {
            seq: self.seq,
            at: self.at,
            who: &self.who,
            by: &self.by,
            from: self.from.as_deref(),
            action: &self.action,
            subject: &self.subject,
            before: self.before.as_ref(),
            after: self.after.as_ref(),
        }
    }
}

/// An entry of the audit before it has its hash. It stands here and not beside `rules::audit::hash`, so that the store, which
/// knows `seq` and the hash before only within the transaction, can be handed that function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryToHash<'e> {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: &'e str,
    /// `person`, `token`, `local` or `nobody`.
    pub by: &'e str,
    /// The address that it came from.
    pub from: Option<&'e str>,
    /// What.
    pub action: &'e str,
    /// To what.
    pub subject: &'e str,
    /// How it was.
    pub before: Option<&'e Value>,
    /// How it is now.
    pub after: Option<&'e Value>,
}
