//! One sent run, its records, measures and steps.

use std::collections::BTreeMap;

use model::{Outcome, Reason, Records, RunStep, SentRun, Timestamp};
use serde_json::Value;

use super::{
    AHEAD, BEHIND,
    fields::{Faults, Fields, join, wanted},
};

const MOST_MS: i64 = 366 * 24 * 60 * 60 * 1_000;
const MOST_RECORDS: i64 = 1_000_000_000_000;
const MOST_UNITS: f64 = 1e12;
const MOST_MEASURES: usize = 32;
const MOST_STEPS: usize = 100;

const RUN: [&str; 16] = [
    "external_id",
    "started_at",
    "duration_ms",
    "outcome",
    "reason",
    "message",
    "units",
    "records",
    "measures",
    "business_key",
    "event_at",
    "delivered_at",
    "touches",
    "touch_s",
    "environment",
    "steps",
];
const OUTCOMES: [(&str, Outcome); 6] = [
    ("ok", Outcome::Ok),
    ("warn", Outcome::Warn),
    ("partial", Outcome::Partial),
    ("failed", Outcome::Failed),
    ("cancelled", Outcome::Cancelled),
    ("running", Outcome::Running),
];

/// The run at `path`; `None` if it cannot be made for its faults.
pub(super) fn run(value: &Value, path: &str, now: Timestamp, faults: &mut Faults) -> Option<SentRun> {
    let mut fields = Fields::of(value, path, &RUN, faults)?;
    let outcome = outcome(&mut fields);
    let run = SentRun {
        external_id: fields.text("external_id", 1, 200),
        started_at: fields.time_near("started_at", now, BEHIND, AHEAD),
        duration_ms: fields.count("duration_ms", MOST_MS),
        outcome: outcome.unwrap_or(Outcome::Unknown),
        reason: reason(&mut fields),
        message: fields.text("message", 0, 2_000),
        units: fields.amount("units", MOST_UNITS),
        records: records(&mut fields),
        measures: measures(&mut fields),
        business_key: fields.text("business_key", 1, 200),
        event_at: fields.time("event_at"),
        delivered_at: fields.time("delivered_at"),
        touches: fields.count("touches", MOST_RECORDS),
        touch_s: fields.count("touch_s", MOST_MS / 1_000),
        environment: fields.text("environment", 1, 63),
        steps: steps(&mut fields),
    };
    outcome.map(|_| run)
}

fn outcome(fields: &mut Fields<'_>) -> Option<Outcome> {
    if fields.get("outcome").is_none() {
        fields.missing("outcome", &OUTCOMES.map(|(word, _)| word).join(", "));
    }
    fields.word("outcome", &OUTCOMES)
}

/// Reasons of our own side cannot be sent: they would keep a failure out of the error rate.
fn reason(fields: &mut Fields<'_>) -> Option<Reason> {
    let theirs: Vec<_> =
        Reason::ALL.iter().filter(|reason| !reason.is_ours()).map(|reason| (reason.as_str(), *reason)).collect();
    fields.word("reason", &theirs)
}

fn records(fields: &mut Fields<'_>) -> Records {
    let Some((value, path)) = fields.get("records") else { return Records::default() };
    let Some(mut fields) = Fields::of(value, &path, &["read", "written", "failed", "skipped"], fields.faults()) else {
        return Records::default();
    };
    Records {
        read: fields.count("read", MOST_RECORDS),
        written: fields.count("written", MOST_RECORDS),
        failed: fields.count("failed", MOST_RECORDS),
        skipped: fields.count("skipped", MOST_RECORDS),
    }
}

fn measures(fields: &mut Fields<'_>) -> BTreeMap<String, f64> {
    let mut measures = BTreeMap::new();
    let Some((value, path)) = fields.get("measures") else { return measures };
    let faults = fields.faults();
    let Value::Object(named) = value else {
        faults.add(&path, wanted(value, "an object"), "an object of numbers by name");
        return measures;
    };
    if named.len() > MOST_MEASURES {
        faults.add(&path, format!("{} measures", named.len()), format!("at most {MOST_MEASURES} measures"));
        return measures;
    }
    for (name, value) in named {
        let path = join(&path, name);
        if !is_measure_name(name) {
            faults.add(&path, "not a name of a measure", "1 to 64 of a-z, 0-9 and _, beginning with a letter");
        }
        match value.as_f64().filter(|number| number.is_finite()) {
            Some(number) => {
                measures.insert(name.clone(), number);
            }
            None => faults.add(&path, wanted(value, "a number"), "a finite number"),
        }
    }
    measures
}

fn is_measure_name(name: &str) -> bool {
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
    name.len() <= 64 && name.as_bytes().first().is_some_and(u8::is_ascii_lowercase) && name.as_bytes().iter().all(inner)
}

fn steps(fields: &mut Fields<'_>) -> Vec<RunStep> {
    let Some((value, path)) = fields.get("steps") else { return Vec::new() };
    let faults = fields.faults();
    let allowed = format!("an array of at most {MOST_STEPS} steps");
    match value {
        Value::Array(items) if items.len() > MOST_STEPS => {
            faults.add(&path, format!("{} steps", items.len()), allowed);
            Vec::new()
        }
        Value::Array(items) => {
            let paths = (0..items.len()).map(|index| format!("{path}[{index}]"));
            items.iter().zip(paths).filter_map(|(item, path)| step(item, &path, faults)).collect()
        }
        _ => {
            faults.add(&path, wanted(value, "an array"), allowed);
            Vec::new()
        }
    }
}

fn step(value: &Value, path: &str, faults: &mut Faults) -> Option<RunStep> {
    let names = ["name", "outcome", "started_at", "duration_ms", "message"];
    let mut fields = Fields::of(value, path, &names, faults)?;
    if fields.get("name").is_none() {
        fields.missing("name", "a text of 1 to 200 characters");
    }
    let (name, outcome) = (fields.text("name", 1, 200), outcome(&mut fields));
    let (started_at, duration_ms) = (fields.time("started_at"), fields.count("duration_ms", MOST_MS));
    let message = fields.text("message", 0, 2_000);
    Some(RunStep { name: name?, outcome: outcome?, started_at, duration_ms, message })
}
