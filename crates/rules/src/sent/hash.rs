//! Whether two sent runs say the same.

use model::SentRun;

use crate::canonical;

/// The SHA-256, in hex, of the run's canonical JSON: what is absent left out, keys sorted. The same content in another order
/// of fields, or with `null` for an absent field, hashes alike.
pub fn content_hash(run: &SentRun) -> String {
    // A SentRun is texts and finite numbers under text keys; there is no value that JSON could not hold.
    canonical::hash(&serde_json::to_value(run).unwrap_or_default())
}
