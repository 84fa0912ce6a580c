//! The level of one probe.

use chrono_tz::Tz;
use model::{Level, Outcome, ProbeSpec, Schedule, Slug, Span, Timestamp, Why};

use super::{
    circumstances::{self, Circumstances},
    finding::Finding,
    sentence, words,
};
use crate::{outcome::Verdict, schedule::Cadence, state::ProbeState};

/// A probe of this kind asks nothing: it waits for pings, which are runs that the integration sends.
pub(super) const HEARTBEAT: &str = "heartbeat";

/// How one probe is, for its row on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeLevel {
    /// Its level.
    pub level: Level,
    /// "401 from NetSuite", "1 of 3, confirming", "okay for 3 h".
    pub says: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The reason, unless okay.
    pub why: Option<Why>,
}

/// The level of a probe, whether it counts or not. `to` is the name of the system that it asks.
pub fn of_probe(spec: &ProbeSpec, state: &ProbeState, to: &str, now: Timestamp) -> ProbeLevel {
    match finding(spec, state, to, now) {
        None => ProbeLevel {
            level: Level::Okay,
            says: state
                .since
                .map_or_else(|| "okay".to_owned(), |since| format!("okay for {}", words::minutes(now.since(since)))),
            since: state.since,
            why: None,
        },
        Some(finding) => ProbeLevel {
            level: finding.why.level,
            says: finding.says(None, now),
            since: finding.began,
            why: Some(finding.why),
        },
    }
}

/// The same where more holds than what was seen. In maintenance it is paused, and still says what it finds.
pub fn of_probe_in(
    spec: &ProbeSpec,
    state: &ProbeState,
    to: &str,
    circumstances: &Circumstances<'_>,
    zone: Tz,
    now: Timestamp,
) -> ProbeLevel {
    let set_aside = match circumstances.pause_of(&spec.slug, now) {
        Some(paused) => Some(circumstances::paused_finding(paused, zone, now)),
        None => circumstances.set_aside(zone, now),
    };
    let level = of_probe(spec, state, to, now);
    let Some(finding) = set_aside.filter(|_| spec.enabled) else { return level };
    let aside = finding.by(spec.slug.clone());
    let says = match &level.why {
        Some(why) if why.level >= Level::Attention && circumstances.is_maintenance(&spec.slug, now) => {
            format!("{}: {}", aside.says(Some(zone), now), why.sentence)
        }
        _ => aside.says(Some(zone), now),
    };
    ProbeLevel { level: aside.why.level, says, since: aside.began, why: Some(aside.why) }
}

/// Why a probe is not okay; `None` if it is.
pub(super) fn finding(spec: &ProbeSpec, state: &ProbeState, to: &str, now: Timestamp) -> Option<Finding> {
    if !spec.enabled {
        return Some(of(spec, Level::Paused, "switched off", None));
    }
    let Some(judged) = state.judged.as_ref().filter(|_| state.verdict.is_some() || state.is_soft_down()) else {
        return Some(unheard(spec, state, None));
    };
    if now > holds_until(spec, judged.at) {
        return Some(unheard(spec, state, Some(judged.at)));
    }
    let trouble = state.trouble.as_ref();
    let heartbeat_missed = judged.outcome == Outcome::Missed;
    let failing = state.is_soft_down() || state.verdict == Some(Verdict::Down);
    let level = match state.verdict {
        Some(Verdict::Down) => Level::Problem,
        _ if heartbeat_missed && state.failures >= 2 => Level::Problem,
        Some(Verdict::Up) if !failing && state.flapping.flaps() => return Some(unsteady(spec, state)),
        Some(Verdict::Up) if !failing => return None,
        _ => Level::Attention,
    };
    let since = match trouble.map(|trouble| trouble.since) {
        // "No ping" since the last ping, not since its deadline.
        failed if heartbeat_missed => state.good.as_ref().map(|ping| ping.at).or(failed),
        failed if failing => failed,
        _ => state.since,
    };
    let said = if heartbeat_missed {
        "no ping".to_owned()
    } else {
        trouble
            .map_or_else(|| "not as it should be".to_owned(), |trouble| sentence::of_probe(trouble, to, spec.timeout))
    };
    let said = if state.flapping.flaps() { format!("{said}, unsteady") } else { said };
    let mut finding = of(spec, level, said, since);
    finding.why.reason = trouble.and_then(|trouble| trouble.reason);
    finding.why.run = trouble.map(|trouble| trouble.newest);
    if level == Level::Attention || state.verdict == Some(Verdict::Down) {
        finding.why.confirming = state.confirming(spec.down_after, spec.up_after);
    }
    Some(finding)
}

/// Up at the moment, and not to be trusted.
fn unsteady(spec: &ProbeSpec, state: &ProbeState) -> Finding {
    let said = format!("unsteady: changed {} times lately", state.flapping.changes());
    let mut finding = of(spec, Level::Attention, said, None);
    finding.began = state.since;
    finding.why.run = state.judged.as_ref().map(|judged| judged.id);
    finding
}

/// When a run's evidence ends: after two further due moments and the timeout (of a heartbeat, its grace too).
fn holds_until(spec: &ProbeSpec, at: Timestamp) -> Timestamp {
    let grace = spec.options.get("grace").and_then(|grace| grace.as_str()).and_then(|grace| Span::parse(grace).ok());
    let slack = Span::ms(spec.timeout.as_ms() + grace.unwrap_or_default().as_ms());
    let two = match &spec.schedule {
        Schedule::Every { every } => at + *every + *every,
        Schedule::Cron { .. } => Cadence::compile(&spec.schedule).map_or(Timestamp::MAX, |cadence| {
            cadence.next_after(cadence.next_after(at, Span::default()), Span::default())
        }),
    };
    two + slack
}

/// No evidence, never or no longer.
fn unheard(spec: &ProbeSpec, state: &ProbeState, since: Option<Timestamp>) -> Finding {
    let what = if spec.kind == HEARTBEAT { "ping" } else { "run" };
    let last = state.last.as_ref().filter(|last| last.outcome == Outcome::Unknown);
    let said = match (last, since) {
        (Some(last), _) => format!("nothing known: {}", sentence::of_ours(last.reason)),
        (None, Some(_)) => format!("no {what}"),
        (None, None) => format!("no {what} yet"),
    };
    let mut finding = of(spec, Level::Unknown, said, since);
    finding.why.reason = last.and_then(|last| last.reason);
    finding.why.run = state.last.as_ref().map(|last| last.id);
    finding
}

fn of(spec: &ProbeSpec, level: Level, said: impl Into<String>, since: Option<Timestamp>) -> Finding {
    Finding::new(level, said, since).by(Slug::clone(&spec.slug))
}
