//! What expressions and people get to see of the steps.

use std::collections::BTreeMap;

use model::{Assertion, Exchange, Phases, Request};
use rules::assess::{Fact, Facts, Observation, Trouble};

use super::{ask::sum, refer::Values};
use crate::redact::Masks;

/// What came of the steps so far.
#[derive(Default)]
pub(super) struct Told {
    steps: BTreeMap<String, Fact>,
    /// A line of each, for people.
    lines: Vec<(String, String)>,
    phases: Vec<Phases>,
    /// The one to show: the first that failed, or else the last of the steps.
    last: Option<Observation>,
    /// What was shown is settled: clean-up shows only trouble of its own.
    settled: Option<bool>,
}

/// What came of one.
pub(super) struct Line<'s> {
    pub(super) name: &'s str,
    pub(super) observation: Observation,
    pub(super) assertions: Vec<Assertion>,
    pub(super) trouble: Option<&'s Trouble>,
}

impl Told {
    /// Adds one.
    pub(super) fn step(&mut self, line: Line<'_>) {
        let Line { name, observation, assertions, trouble } = line;
        self.lines.push((format!("step {name}"), sentence(&observation, &assertions, trouble)));
        self.phases.push(observation.phases);
        self.steps.insert(name.to_owned(), Fact::Map(fields(&observation)));
        match self.settled {
            None => self.last = Some(observation),
            Some(false) if trouble.is_some() => {
                self.last = Some(observation);
                self.settled = Some(true);
            }
            Some(_) => {}
        }
    }

    /// Says that one was not sent.
    pub(super) fn left_out(&mut self, name: &str) {
        self.lines.push((format!("step {name}"), "left out: what it refers to was never found".to_owned()));
    }

    /// The steps are over, and whether one of them failed.
    pub(super) fn turn_to_cleanup(&mut self, failed: bool) {
        self.settled = Some(failed);
    }

    /// Where the time of the steps so far went.
    pub(super) fn phases(&self) -> Phases {
        sum(self.phases.iter().copied())
    }

    /// The facts, and what was said on the wire. What may be shown is so without the secrets that it holds.
    pub(super) fn finish(self, values: &Values, masks: &Masks, whole: bool) -> (Facts, Option<Exchange>) {
        let mut facts = Facts::default().with("steps", self.steps);
        let mut shown: BTreeMap<String, BTreeMap<String, Fact>> = BTreeMap::new();
        for (step, name, text) in values.shown() {
            shown.entry(step.to_owned()).or_default().insert(name.to_owned(), masks.text(text.to_owned()).into());
        }
        let shown: BTreeMap<String, Fact> = shown.into_iter().map(|(step, found)| (step, Fact::Map(found))).collect();
        facts.put("values", shown);
        let Some(last) = self.last else { return (facts, None) };
        for name in ["status", "headers"] {
            if let Some(fact) = last.facts.get(name) {
                facts.put(name, fact.clone());
            }
        }
        if let Some(body) = last.facts.body() {
            facts.put_body(body);
        }
        let exchange = last.exchange.map(|exchange| {
            let own = exchange.request.headers.into_iter().filter(|_| whole);
            let headers = self.lines.into_iter().chain(own).collect();
            Exchange { request: Request { headers, ..exchange.request }, ..exchange }
        });
        (facts, exchange)
    }
}

/// What expressions see of a step.
fn fields(observation: &Observation) -> BTreeMap<String, Fact> {
    let Phases { dns_us, connect_us, tls_us, first_byte_us, transfer_us } = observation.phases;
    let phases = [
        ("latency", Some(observation.latency_us)),
        ("dns", dns_us),
        ("connect", connect_us),
        ("tls", tls_us),
        ("first_byte", first_byte_us),
        ("transfer", transfer_us),
    ];
    let mut fields: BTreeMap<String, Fact> =
        phases.into_iter().filter_map(|(name, us)| Some((name.to_owned(), Fact::DurationUs(us?)))).collect();
    for name in ["status", "size"] {
        fields.extend(observation.facts.get(name).map(|fact| (name.to_owned(), fact.clone())));
    }
    fields
}

/// `POST https://erp.example/login: 200 in 34.1 ms (connect 0.2, first_byte 33.7, transfer 0.1); held: status == 200`.
fn sentence(observation: &Observation, assertions: &[Assertion], trouble: Option<&Trouble>) -> String {
    let exchange = observation.exchange.as_ref();
    let asked = exchange.map(|exchange| format!("{} {}", exchange.request.method, exchange.request.url));
    let status = exchange.and_then(|exchange| exchange.response.as_ref()?.status);
    let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let Phases { dns_us, connect_us, tls_us, first_byte_us, transfer_us } = observation.phases;
    let phases = [
        ("dns", dns_us),
        ("connect", connect_us),
        ("tls", tls_us),
        ("first_byte", first_byte_us),
        ("transfer", transfer_us),
    ];
    let phases: Vec<String> =
        phases.into_iter().filter_map(|(name, us)| Some(format!("{name} {}", in_ms(us?)))).collect();
    let mut sentence = format!(
        "{}: {status} in {} ms ({})",
        asked.unwrap_or_default(),
        in_ms(observation.latency_us),
        phases.join(", ")
    );
    for (word, passed) in [("held", true), ("did not hold", false)] {
        let these: Vec<&str> =
            assertions.iter().filter(|one| one.passed == passed).map(|one| one.expr.as_str()).collect();
        if !these.is_empty() {
            sentence = format!("{sentence}; {word}: {}", these.join(", "));
        }
    }
    match trouble {
        Some(trouble) => format!("{sentence}; {}", trouble.message),
        None => sentence,
    }
}

/// Microseconds as `34.1`.
fn in_ms(us: i64) -> String {
    format!("{}.{}", us / 1_000, us % 1_000 / 100)
}
