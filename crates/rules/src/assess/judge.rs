//! The verdict over one observation.

use std::{borrow::Cow, collections::BTreeMap};

use model::{Assertion, Outcome, Reason};

use super::{
    Observation, Trouble,
    compile::{Compiled, Expression},
    evaluate::{Held, holds, number},
    scope::{Json, Scope, scope},
};

/// What to make of one observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// `ok`, `warn`, `failed`, or `unknown` where the trouble is ours.
    pub outcome: Outcome,
    /// Why it was not ok.
    pub reason: Option<Reason>,
    /// What happened, as a short sentence without a full stop.
    pub message: Option<String>,
    /// Each expression of `assert`, then of `warn`, with both sides as they were. Empty when no answer came.
    pub assertions: Vec<Assertion>,
    /// The measures that could be told, and those that the target told by itself. A length of time is in seconds.
    pub measures: BTreeMap<String, f64>,
    /// The names of those that could not.
    pub untold: Vec<String>,
}

/// Holds an observation against the expressions of its probe. Why a run failed is told in this order: what kept the probe from
/// an answer, what the status says by itself, a body that is no JSON, an assertion that does not hold.
pub fn assess(compiled: &Compiled, observation: &Observation) -> Judgement {
    if let Some(trouble) = &observation.trouble {
        let outcome = if trouble.reason.is_ours() { Outcome::Unknown } else { Outcome::Failed };
        return Judgement {
            outcome,
            reason: Some(trouble.reason),
            message: Some(trouble.message.clone()),
            assertions: Vec::new(),
            measures: BTreeMap::new(),
            untold: compiled.measures.keys().cloned().collect(),
        };
    }

    let body = match observation.facts.body() {
        Some(body) if compiled.wants("body") => String::from_utf8_lossy(body),
        _ => Cow::Borrowed(""),
    };
    let json = Json::read(compiled, observation);
    let scope = scope(compiled, observation, &body, &json);

    let asserts = ask(&compiled.asserts, &scope);
    let warns = ask(&compiled.warns, &scope);
    let (outcome, trouble) = verdict(observation, &asserts, &warns, &json);
    let (measures, untold) = measure(compiled, &scope, observation.facts.measures());
    let lines = asserts.into_iter().map(|line| line.told(false)).chain(warns.into_iter().map(|line| line.told(true)));
    Judgement {
        outcome,
        reason: trouble.as_ref().map(|trouble| trouble.reason),
        message: trouble.map(|trouble| trouble.message),
        assertions: lines.collect(),
        measures,
        untold,
    }
}

/// An expression and what came of it.
struct Line<'c> {
    expression: &'c Expression,
    held: Held,
}

impl Line<'_> {
    fn told(self, warns: bool) -> Assertion {
        let (left, right) = self.held.sides.map_or((None, None), |(left, _, right)| (Some(left), Some(right)));
        let expr = self.expression.text.clone();
        Assertion { expr, passed: self.held.passed, warns, left, right, error: self.held.error }
    }

    fn trouble(&self, json: &Json) -> Trouble {
        let text = &self.expression.text;
        match (json, &self.held) {
            (Json::Broken(why), Held { error: Some(error), .. }) if error == why => {
                Trouble::new(Reason::Parse, why.clone())
            }
            (_, Held { error: Some(error), .. }) => {
                Trouble::new(Reason::Assertion, format!("`{text}` cannot be told: {error}"))
            }
            // The question that most people ask, in the words in which they would answer it.
            (_, Held { sides: Some((left, "<" | "<=", right)), .. }) if text.starts_with("latency <") => {
                Trouble::new(Reason::Assertion, format!("slower than {right} ({left})"))
            }
            (_, Held { sides: Some((left, operator, right)), .. }) => {
                Trouble::new(Reason::Assertion, format!("`{text}` does not hold: {left} {operator} {right}"))
            }
            _ => Trouble::new(Reason::Assertion, format!("`{text}` does not hold")),
        }
    }
}

fn ask<'c>(expressions: &'c [Expression], scope: &Scope<'_, '_>) -> Vec<Line<'c>> {
    expressions.iter().map(|expression| Line { expression, held: holds(expression, scope) }).collect()
}

fn verdict(
    observation: &Observation,
    asserts: &[Line<'_>],
    warns: &[Line<'_>],
    json: &Json,
) -> (Outcome, Option<Trouble>) {
    let mut minding = asserts.iter().filter(|line| line.expression.asked.mentions("status")).peekable();
    let is_minded = minding.peek().is_some();
    let minded_failed = minding.any(|line| !line.held.passed);
    if let Some(status) = observation.status_trouble.as_ref().filter(|_| !is_minded || minded_failed) {
        let outcome = if status.reason.is_ours() { Outcome::Unknown } else { Outcome::Failed };
        return (outcome, Some(status.clone()));
    }
    let fails = asserts.iter().any(|line| !line.held.passed);
    if let Some(status) = observation.status_warning.as_ref().filter(|_| !is_minded && !fails) {
        return (Outcome::Warn, Some(status.clone()));
    }
    for (outcome, lines) in [(Outcome::Failed, asserts), (Outcome::Warn, warns)] {
        let mut troubles: Vec<_> =
            lines.iter().filter(|line| !line.held.passed).map(|line| line.trouble(json)).collect();
        let parse = troubles.iter().position(|trouble| trouble.reason == Reason::Parse).unwrap_or(0);
        if !troubles.is_empty() {
            return (outcome, Some(troubles.swap_remove(parse)));
        }
    }
    (Outcome::Ok, None)
}

fn measure(
    compiled: &Compiled,
    scope: &Scope<'_, '_>,
    told: &BTreeMap<String, f64>,
) -> (BTreeMap<String, f64>, Vec<String>) {
    let mut measures = told.clone();
    let mut untold = Vec::new();
    for (name, expression) in &compiled.measures {
        if let Some(value) = number(expression, scope) {
            measures.insert(name.clone(), value);
        } else {
            // What is written for a name holds, also where it cannot be told.
            measures.remove(name);
            untold.push(name.clone());
        }
    }
    (measures, untold)
}
