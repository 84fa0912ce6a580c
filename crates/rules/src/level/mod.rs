//! What a person should make of it: the level of an integration with its reasons, and the four answers.
//!
//! The level is the worst of its reasons: hard down, two promised runs missed or two sent runs failed in a row are a problem;
//! soft down, a warning, a part delivered, one missed or one failed are attention; no evidence for two cadences is unknown. What
//! is left is okay on the evidence named. What is paused or in maintenance is paused, and what is not live is not judged. A warning is
//! attention whatever else is up: a verdict of its own, with its own time in availability and its own changes.
//!
//! A reason's sentence does not tell since when, which is a field of its own, unless the time is part of what happened
//! ("expected 02:00 Berlin, 32 min late"); then that field is empty, and only the standing tells when it began.

mod answers;
mod circumstances;
mod finding;
mod probe;
mod sent;
mod sentence;
pub mod words;

use chrono_tz::Tz;
use model::{IntegrationSpec, Level, Lifecycle, ProbeSpec, Standing, Timestamp, hours::HoursRange};

use crate::state::{ProbeState, SentState};
use finding::Finding;

pub use circumstances::{Circumstances, Maintenance};
pub use probe::{ProbeLevel, of_probe, of_probe_in};

/// All that is known of an integration when it is judged.
#[derive(Debug, Clone, Copy)]
pub struct StandingFacts<'a> {
    /// What is written of it, with the baseline of now; its probes are taken from `probes`.
    pub integration: &'a IntegrationSpec,
    /// The name of the system that it goes to.
    pub to_name: &'a str,
    /// Each of its probes with its state.
    pub probes: &'a [(&'a ProbeSpec, &'a ProbeState)],
    /// The state of what it sends.
    pub sent: &'a SentState,
    /// Hours saved in the period, if anything is known of them.
    pub worth: Option<HoursRange>,
    /// What the period is called: "November".
    pub period: &'a str,
    /// The zone that times are told in.
    pub zone: Tz,
    /// What holds beside what was seen: paused, muted, acknowledged, in maintenance, explained by a down system.
    pub circumstances: Circumstances<'a>,
}

impl<'a> StandingFacts<'a> {
    /// The probes that the integration stands or falls with; heartbeats, which ask nothing, or those that ask.
    fn counting(&self, heartbeats: bool, now: Timestamp) -> impl Iterator<Item = (&'a ProbeSpec, &'a ProbeState)> {
        let circumstances = self.circumstances;
        let probes = self.probes.iter().copied().filter(|(spec, _)| spec.counts && spec.enabled);
        probes.filter(move |(spec, _)| {
            (spec.kind == probe::HEARTBEAT) == heartbeats && circumstances.pause_of(&spec.slug, now).is_none()
        })
    }
}

impl StandingFacts<'_> {
    /// How many probes that would ask and count somebody paused.
    fn paused(&self, now: Timestamp) -> usize {
        let probes =
            self.probes.iter().filter(|(spec, _)| spec.counts && spec.enabled && spec.kind != probe::HEARTBEAT);
        probes.filter(|(spec, _)| self.circumstances.pause_of(&spec.slug, now).is_some()).count()
    }
}

/// What was found of an integration, by what found it.
struct Found {
    /// By probes that ask, and how many there are.
    stands: Vec<Finding>,
    asking: usize,
    /// By sent and promised runs and heartbeats, and how many of the latter there are.
    runs: Vec<Finding>,
    heartbeats: usize,
}

/// How an integration stands at `now`.
pub fn standing(facts: &StandingFacts<'_>, now: Timestamp) -> Standing {
    let set_aside = || facts.circumstances.set_aside(facts.zone, now);
    if let Some(finding) = out_of_service(facts.integration.lifecycle).or_else(set_aside) {
        let answers = answers::out_of_service(facts, &finding, now);
        return Standing {
            level: finding.why.level,
            since: finding.began,
            why: vec![finding.why],
            evidence: Vec::new(),
            answers,
        };
    }
    let found = find(facts, now);
    let answers = answers::of(facts, &found, now);
    let evidence = evidence(facts, &found);

    let mut findings: Vec<Finding> = found.stands.into_iter().chain(found.runs).collect();
    if findings.is_empty() && evidence.is_empty() {
        findings.push(Finding::new(Level::Unknown, unevidenced(facts, now), None));
    }
    finding::sort(&mut findings);
    let level = findings.first().map_or(Level::Okay, |worst| worst.why.level);
    let since = match level {
        Level::Okay => {
            facts.counting(false, now).chain(facts.counting(true, now)).filter_map(|(_, state)| state.since).max()
        }
        _ => findings.iter().filter(|finding| finding.why.level == level).filter_map(|finding| finding.began).min(),
    };
    Standing { level, since, why: findings.into_iter().map(|finding| finding.why).collect(), evidence, answers }
}

/// The one reason of what is not judged.
fn out_of_service(lifecycle: Lifecycle) -> Option<Finding> {
    let (level, sentence) = match lifecycle {
        Lifecycle::Live => return None,
        Lifecycle::Paused => (Level::Paused, "paused"),
        Lifecycle::Proposed | Lifecycle::Building => (Level::Unknown, "not live yet"),
        Lifecycle::Retired => (Level::Unknown, "retired"),
    };
    Some(Finding::new(level, sentence, None))
}

fn find(facts: &StandingFacts<'_>, now: Timestamp) -> Found {
    let of_probes = |heartbeats| -> Vec<Finding> {
        facts
            .counting(heartbeats, now)
            .filter_map(|(spec, state)| probe::finding(spec, state, facts.to_name, now))
            .collect()
    };
    let mut runs = sent::findings(facts.integration, facts.sent, facts.to_name, now);
    runs.extend(of_probes(true));
    finding::sort(&mut runs);
    let mut stands = of_probes(false);
    finding::sort(&mut stands);
    for worst in [stands.first_mut(), runs.first_mut()].into_iter().flatten() {
        facts.circumstances.remark(worst, facts.zone, now);
    }
    Found { stands, asking: facts.counting(false, now).count(), runs, heartbeats: facts.counting(true, now).count() }
}

/// What an okay rests on.
fn evidence(facts: &StandingFacts<'_>, found: &Found) -> Vec<String> {
    let counted = |number, one| (number > 0).then(|| words::count(number, one));
    let sends = facts.sent.last.as_ref().map(|_| "runs it sends".to_owned());
    [counted(found.asking, "probe"), sends, counted(found.heartbeats, "heartbeat")].into_iter().flatten().collect()
}

/// Why there is nothing to judge by.
fn unevidenced(facts: &StandingFacts<'_>, now: Timestamp) -> String {
    match (&facts.integration.expect, facts.sent.next_deadline) {
        (None, _) => "never evidenced: no probe, and no run was ever sent".to_owned(),
        (Some(_), None) => "no run yet".to_owned(),
        (Some(_), Some(deadline)) => {
            format!("no run yet, the first is expected by {}", words::clock_zoned(deadline, facts.zone, now))
        }
    }
}

#[cfg(test)]
mod tests;
