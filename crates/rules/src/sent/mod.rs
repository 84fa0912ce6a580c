//! The word that an integration sends of its runs, checked field by field so that every wrong one is named at once.

mod fields;
mod hash;
mod read;

use std::collections::BTreeMap;

use model::{Fault, SentRun, Span, Timestamp};
use serde_json::Value;

pub use hash::content_hash;

use fields::Faults;

/// Runs in one array.
pub const MOST_RUNS: usize = 1_000;
/// How far the sender's clock may be ahead.
pub const AHEAD: Span = Span::minutes(5);
/// How long ago a run may have begun: as long as sent runs are kept.
pub const BEHIND: Span = Span::hours(400 * 24);

/// One run, or an array of 1 to 1,000, as it was sent; `now` is what `started_at` is held against. All faults at once, each
/// with the path of its field: `units` of one run, `[3].units` in an array.
pub fn check(body: &Value, now: Timestamp) -> Result<Vec<SentRun>, Vec<Fault>> {
    let mut faults = Faults::default();
    let runs = match body {
        Value::Object(_) => read::run(body, "", now, &mut faults).into_iter().collect(),
        Value::Array(items) if items.is_empty() || items.len() > MOST_RUNS => {
            faults.add("", format!("an array of {} runs", items.len()), "1 to 1000 runs");
            Vec::new()
        }
        Value::Array(items) => array(items, now, &mut faults),
        _ => {
            faults.add("", "neither a run nor an array of runs", "an object, or an array of 1 to 1000 objects");
            Vec::new()
        }
    };
    faults.or(runs)
}

fn array(items: &[Value], now: Timestamp, faults: &mut Faults) -> Vec<SentRun> {
    let mut first_with: BTreeMap<&str, usize> = BTreeMap::new();
    let mut runs = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        runs.extend(read::run(item, &format!("[{index}]"), now, faults));
        let Some(id) = item.get("external_id").and_then(Value::as_str) else { continue };
        if let Some(first) = first_with.get(id) {
            faults.add(&format!("[{index}].external_id"), format!("the same as that of [{first}]"), "an id of its own");
        } else {
            first_with.insert(id, index);
        }
    }
    runs
}

#[cfg(test)]
mod tests;
