//! Judged as a probe would be judged: expressions are compiled, an observation is made, and the judgement is looked at.

mod limits;
mod traps;
mod verdicts;

use model::{Fault, MeasureSpec, Outcome, ProbeSpec, Timestamp};

use super::{Compiled, Fact, Judgement, Observation, Trouble, assess};
use crate::kind::{CelKind, Kind, NameSpec};

const fn name(name: &'static str, cel: CelKind) -> NameSpec {
    NameSpec { name, cel, help: "" }
}

/// A kind with a name of every type.
const KIND: Kind = Kind {
    name: "http",
    summary: "asks a web address",
    options: &[],
    names: &[
        name("status", CelKind::Int),
        name("latency", CelKind::Duration),
        name("headers", CelKind::Map),
        name("body", CelKind::Text),
        name("json", CelKind::Dyn),
        name("cert.expires_in", CelKind::Duration),
        name("cert.issuer", CelKind::Text),
        name("rows", CelKind::List),
    ],
    counts_as_ask: true,
};

fn spec(asserts: &[&str]) -> ProbeSpec {
    let mut spec: ProbeSpec =
        serde_json::from_value(serde_json::json!({"slug": "api", "kind": "http", "every": "30s"})).expect("a spec");
    spec.assert = asserts.iter().map(|&text| text.to_owned()).collect();
    spec
}

fn measuring(measures: &[(&str, &str)]) -> ProbeSpec {
    let mut spec = spec(&[]);
    spec.measures = measures
        .iter()
        .map(|(name, value)| ((*name).to_owned(), MeasureSpec { value: (*value).to_owned(), unit: None }))
        .collect();
    spec
}

fn compiled(spec: &ProbeSpec) -> Compiled {
    Compiled::compile(spec, &KIND).unwrap_or_else(|faults| panic!("{:?}: {faults:?}", spec.assert))
}

fn objection(text: &str) -> Fault {
    let mut faults = Compiled::compile(&spec(&[text]), &KIND).expect_err(text);
    assert_eq!(faults.len(), 1, "{text}");
    faults.remove(0)
}

/// Answered in 123 ms with a status and a body.
fn answered(status: u16, body: &str) -> Observation {
    let mut observation = Observation::answered(Timestamp(0), 123_400);
    observation.facts.put("status", i64::from(status));
    observation.facts.put("headers", Fact::Map([("content-type".to_owned(), "application/json".into())].into()));
    observation.facts.put_body(body);
    let phrase = if status == 401 { Some("Unauthorized") } else { None };
    observation.status_trouble = Trouble::of_status(status, phrase);
    observation
}

fn judged(asserts: &[&str], observation: &Observation) -> Judgement {
    assess(&compiled(&spec(asserts)), observation)
}

/// How one assertion over a body comes out.
fn outcome(expression: &str, body: &str) -> Outcome {
    judged(&[expression], &answered(200, body)).outcome
}
