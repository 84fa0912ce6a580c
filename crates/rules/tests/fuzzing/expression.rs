//! Expressions in CEL, one in the first line, over the body that follows: what is too long or too deep is refused before it is read,
//! and what is told of the rest is bounded.

use std::collections::BTreeMap;

use model::{MeasureSpec, Outcome, ProbeSpec, Timestamp};
use rules::assess::{Compiled, Fact, Observation, assess};

use crate::kinds::KINDS;

/// Characters of an expression, and brackets that may be open at once.
const LONGEST: (usize, usize) = (500, 16);

/// Characters that a value and an error are shown with, the sign for more included.
const SHOWN: (usize, usize) = (121, 320);

/// Whether it is one.
pub fn check(input: &[u8]) -> bool {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let text = String::from_utf8_lossy(&input[..end]).into_owned();
    let body = input.get(end + 1..).unwrap_or_default();
    let spec = serde_json::json!({"slug": "api", "kind": "http", "every": "30s"});
    let mut spec: ProbeSpec = serde_json::from_value(spec).expect("a probe");
    spec.assert = vec![text.clone()];
    let held = Compiled::compile(&spec, &KINDS[0]).ok().map(|compiled| held(&compiled, body));
    assert!(held.is_none() || text.chars().count() <= LONGEST.0 && deepest(&text) <= LONGEST.1, "{text} is too much");

    spec.assert.clear();
    spec.measures = [("depth".to_owned(), MeasureSpec { value: text, unit: None })].into();
    let told = Compiled::compile(&spec, &KINDS[0]).ok().map(|compiled| told(&compiled, body));
    held.is_some() || told.is_some()
}

/// An assertion is told, passed or not.
fn held(compiled: &Compiled, body: &[u8]) {
    let judgement = assess(compiled, &seen(body));
    let [assertion] = judgement.assertions.as_slice() else { panic!("one assertion: {judgement:?}") };
    assert_eq!(judgement.outcome == Outcome::Ok, assertion.passed);
    assert!(!(assertion.passed && assertion.error.is_some()), "what cannot be told does not hold: {assertion:?}");
    for side in [&assertion.left, &assertion.right].into_iter().flatten() {
        assert!(side.chars().count() <= SHOWN.0, "{side}");
    }
    if let Some(error) = &assertion.error {
        assert!(error.chars().count() <= SHOWN.1, "{error}");
    }
}

/// A measure is a number or is not told.
fn told(compiled: &Compiled, body: &[u8]) {
    let judgement = assess(compiled, &seen(body));
    assert_eq!(judgement.measures.len() + judgement.untold.len(), 1, "{judgement:?}");
    assert!(judgement.measures.values().all(|number| number.is_finite()));
}

/// An answer of every sort of value.
fn seen(body: &[u8]) -> Observation {
    let map = |entries: &[(&str, Fact)]| {
        Fact::Map(entries.iter().map(|(name, fact)| ((*name).to_owned(), fact.clone())).collect::<BTreeMap<_, _>>())
    };
    let mut observation = Observation::answered(Timestamp(1_795_392_000_000), 123_400);
    let rows = vec![map(&[("age_s", Fact::Int(12)), ("name", "orders".into())]), map(&[("age_s", Fact::Null)])];
    for (name, fact) in [
        ("status", Fact::Int(200)),
        ("headers", map(&[("content-type", "application/json".into())])),
        ("cert", map(&[("expires_in", Fact::DurationUs(i64::MAX)), ("issuer", "An Authority".into())])),
        ("rows", Fact::List(rows)),
        ("share", Fact::Double(f64::NAN)),
        ("authoritative", Fact::Bool(true)),
    ] {
        observation.facts.put(name, fact);
    }
    observation.facts.put_body(body);
    observation
}

/// Brackets that are open at once at most.
fn deepest(text: &str) -> usize {
    let steps = text.chars().scan(0_usize, |open, sign| {
        *open = match sign {
            '(' | '[' | '{' => *open + 1,
            ')' | ']' | '}' => open.saturating_sub(1),
            _ => *open,
        };
        Some(*open)
    });
    steps.max().unwrap_or_default()
}
