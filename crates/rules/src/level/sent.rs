//! What the runs that an integration sent, and those it owes, say of its level.

use model::{IntegrationSpec, Level, Reason, Timestamp};

use super::{finding::Finding, sentence};
use crate::state::SentState;

/// Why what it sends is not okay: overdue and failing are told apart, for both may be.
pub(super) fn findings(spec: &IntegrationSpec, sent: &SentState, to: &str, now: Timestamp) -> Vec<Finding> {
    overdue(spec, sent, now).into_iter().chain(troubled(sent, to)).collect()
}

/// One missed is attention, two in a row are a problem.
fn overdue(spec: &IntegrationSpec, sent: &SentState, now: Timestamp) -> Option<Finding> {
    let (expect, missed) = spec.expect.as_ref().zip(sent.missed.as_ref())?;
    let unit = spec.unit.clone().unwrap_or_else(runs);
    let (sentence, since) = sentence::of_missed(expect, missed, sent, &unit, now);
    let mut finding = Finding::new(at_most_one(missed.in_a_row), sentence, since);
    finding.began = since.or(Some(missed.since - expect.grace));
    finding.why.reason = Some(Reason::Overdue);
    finding.why.run = Some(missed.newest);
    Some(finding)
}

/// One failed run, a warning or a part delivered is attention, two failed in a row are a problem.
fn troubled(sent: &SentState, to: &str) -> Option<Finding> {
    let trouble = sent.trouble.as_ref()?;
    let mut finding =
        Finding::new(at_most_one(sent.failures), sentence::of_sent(sent, trouble, to), Some(trouble.since));
    finding.why.reason = trouble.reason;
    finding.why.run = Some(trouble.newest);
    Some(finding)
}

fn at_most_one(in_a_row: u32) -> Level {
    if in_a_row >= 2 { Level::Problem } else { Level::Attention }
}

/// What crosses where nobody has named it.
pub(super) fn runs() -> model::Unit {
    model::Unit { one: "run".to_owned(), many: "runs".to_owned() }
}
