//! One text for one value, so that what says the same hashes alike.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// JSON with sorted keys and no blanks.
pub fn text(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let fields: Vec<String> = fields
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), text(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}

/// The SHA-256 of that text, in hex.
pub fn hash(value: &Value) -> String {
    hex(&Sha256::digest(text(value)))
}

/// Bytes as text: two digits each, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{hash, hex, text};

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_else_is() {
        let value: Value =
            serde_json::from_str(r#"{ "b": [2, {"z": null, "a": "\u00fc\"" }], "a": 1.50 }"#).expect("JSON");
        assert_eq!(text(&value), r#"{"a":1.5,"b":[2,{"a":"ü\"","z":null}]}"#);
    }

    #[test]
    fn a_hash_is_of_that_text() {
        // As `printf '{}' | sha256sum` has it.
        assert_eq!(hash(&json!({})), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
