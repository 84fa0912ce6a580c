//! Whether two sent runs say the same.

use std::fmt::Write as _;

use model::SentRun;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The SHA-256, in hex, of the run's canonical JSON: what is absent left out, keys sorted. The same content in another order
/// of fields, or with `null` for an absent field, hashes alike.
pub fn content_hash(run: &SentRun) -> String {
    // A SentRun is texts and finite numbers under text keys; there is no value that JSON could not hold.
    let value = serde_json::to_value(run).unwrap_or_default();
    Sha256::digest(canonical(&value)).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}

fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}
