//! The chain of the audit: each entry's hash is over its content and the hash of the entry before, so that a change to one,
//! or one taken away, shows. What it cannot show is that the newest were cut off, or that all were written anew: for that,
//! keep the head that [`verify`] tells somewhere else.

use model::{AuditEntry, EntryToHash};
use serde_json::json;

use crate::canonical;

/// The SHA-256, in hex, of the entry's canonical JSON: all fields of an `AuditEntry` but `hash`, as the export has them, keys
/// sorted, no blanks, `null` for what is absent.
pub fn hash(previous: &str, entry: &EntryToHash<'_>) -> String {
    let content = json!({
        "action": entry.action,
        "after": entry.after,
        "at": entry.at,
        "before": entry.before,
        "by": entry.by,
        "from": entry.from,
        "previous": previous,
        "seq": entry.seq,
        "subject": entry.subject,
        "who": entry.who,
    });
    canonical::hash(&content)
}

/// A stretch of the audit that is as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries it holds.
    pub entries: u64,
    /// The hash of its last entry: what the next stretch goes on from.
    pub head: String,
}

/// Where the chain breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq}: {why}")]
pub struct Broken {
    /// The first entry that does not fit.
    pub seq: i64,
    /// What does not fit of it.
    pub why: String,
}

impl Broken {
    /// None of the entries up to `last` has a hash that was one's earlier.
    pub fn without(head: &str, last: i64) -> Self {
        Self { seq: last, why: format!("none has the hash {head}: some were cut off, or all were written anew") }
    }
}

/// Follows the chain over entries in the order of `seq`, from the hash of the entry before them
/// ([`AuditEntry::BEGINNING`] for all of them). Long audits go through in stretches, each from the head of the one before.
pub fn verify(entries: impl IntoIterator<Item = AuditEntry>, from: &str) -> Result<Verified, Broken> {
    let mut verified = Verified { entries: 0, head: from.to_owned() };
    let mut last: Option<i64> = None;
    for entry in entries {
        let broken = |why: String| Err(Broken { seq: entry.seq, why });
        if let Some(last) = last
            && last.checked_add(1) != Some(entry.seq)
        {
            return broken(format!("it follows entry {last}: what was between is gone, or the order was changed"));
        }
        if entry.previous != verified.head {
            return broken("it does not follow the entry before it: one was changed, added or taken away".to_owned());
        }
        if hash(&entry.previous, &entry.to_hash()) != entry.hash {
            return broken("its content is not what was written".to_owned());
        }
        last = Some(entry.seq);
        verified.entries += 1;
        verified.head = entry.hash;
    }
    Ok(verified)
}

#[cfg(test)]
mod tests;
