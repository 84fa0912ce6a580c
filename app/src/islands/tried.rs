//! What a probe said that was tried, in lines. Pure, so that it is tested without a browser.

use std::collections::BTreeMap;

use model::{Assertion, Outcome, Phases};
use serde::Deserialize;

/// The part of a tried run that the form shows.
#[derive(Debug, Clone, Deserialize)]
pub struct Tried {
    outcome: Outcome,
    message: Option<String>,
    duration_ms: Option<i64>,
    #[serde(default)]
    phases: Option<Phases>,
    #[serde(default)]
    assertions: Vec<Assertion>,
    #[serde(default)]
    measures: BTreeMap<String, f64>,
}

impl Tried {
    /// Whether it is fit to be saved.
    pub fn well(&self) -> bool {
        matches!(self.outcome, Outcome::Ok | Outcome::Warn | Outcome::Partial)
    }

    /// Outcome, time and message: `The probe was failed after 842 ms: 401 from NetSuite`.
    pub fn said(&self) -> String {
        let took = self.duration_ms.map(|ms| format!(" after {ms} ms")).unwrap_or_default();
        let message = self.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        format!("The probe was {}{took}{message}", self.outcome)
    }

    /// Where the time went, what held and what did not, what was measured.
    pub fn details(&self) -> Vec<String> {
        let phases = self.phases.iter().filter_map(spent);
        let assertions = self.assertions.iter().map(judged);
        let measures = self.measures.iter().map(|(name, value)| format!("{name} = {value}"));
        phases.chain(assertions).chain(measures).collect()
    }
}

/// `dns 4.0 ms, connect 22.1 ms, first byte 770.0 ms`.
fn spent(phases: &Phases) -> Option<String> {
    let parts = [
        ("dns", phases.dns_us),
        ("connect", phases.connect_us),
        ("tls", phases.tls_us),
        ("first byte", phases.first_byte_us),
        ("transfer", phases.transfer_us),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, us)| us.map(|us| format!("{name} {}.{} ms", us / 1_000, us % 1_000 / 100)))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// `holds: status == 200`, `does not hold: status == 200 (401, 200)`, with why where it could not be told.
fn judged(assertion: &Assertion) -> String {
    let Assertion { expr, passed, left, right, error, .. } = assertion;
    if *passed {
        return format!("holds: {expr}");
    }
    let sides: Vec<&str> = [left, right].into_iter().flatten().map(String::as_str).collect();
    match error {
        Some(error) => format!("does not hold: {expr} ({error})"),
        None if sides.is_empty() => format!("does not hold: {expr}"),
        None => format!("does not hold: {expr} ({})", sides.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_try_tells_what_happened_where_the_time_went_and_what_did_not_hold() {
        let tried: Tried = serde_json::from_value(json!({
            "outcome": "failed", "message": "401 from NetSuite", "duration_ms": 842,
            "phases": {"dns_us": 4_000, "first_byte_us": 770_250},
            "assertions": [
                {"expr": "latency < duration('2s')", "passed": true},
                {"expr": "status == 200", "passed": false, "left": "401", "right": "200"},
                {"expr": "json.items.size() > 0", "passed": false, "error": "json.items: no such key"},
            ],
            "measures": {"depth": 3.0},
        }))
        .expect("a run");
        assert!(!tried.well());
        assert_eq!(tried.said(), "The probe was failed after 842 ms: 401 from NetSuite");
        assert_eq!(
            tried.details(),
            [
                "dns 4.0 ms, first byte 770.2 ms",
                "holds: latency < duration('2s')",
                "does not hold: status == 200 (401, 200)",
                "does not hold: json.items.size() > 0 (json.items: no such key)",
                "depth = 3",
            ]
        );
    }

    #[test]
    fn a_probe_that_says_little_is_shown_all_the_same() {
        let tried: Tried = serde_json::from_value(json!({"outcome": "ok"})).expect("a run");
        assert!(tried.well() && tried.details().is_empty());
        assert_eq!(tried.said(), "The probe was ok");
    }
}
