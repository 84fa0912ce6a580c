//! The four answers, grey until earned: Stands, Runs, Whole, Worth.

use model::{Answer, Answers, Level, Timestamp};

use super::{Found, StandingFacts, finding::Finding, words};

/// The answers of an integration that is judged.
pub(super) fn of(facts: &StandingFacts<'_>, found: &Found, now: Timestamp) -> Answers {
    Answers { stands: stands(facts, found, now), runs: runs(facts, found, now), whole: whole(), worth: worth(facts) }
}

/// The answers of one that is paused or not live: nothing is asked of it, though it may have earned something before.
pub(super) fn out_of_service(facts: &StandingFacts<'_>, finding: &Finding, now: Timestamp) -> Answers {
    let answer = finding.answer(facts.zone, now);
    Answers { stands: answer.clone(), runs: answer, whole: whole(), worth: worth(facts) }
}

/// By its probes.
fn stands(facts: &StandingFacts<'_>, found: &Found, now: Timestamp) -> Answer {
    match found.stands.first() {
        Some(worst) => worst.answer(facts.zone, now),
        None if found.asking == 0 => match facts.paused(now) {
            0 => Answer::unearned("no probe"),
            paused => Answer { level: Level::Paused, says: format!("{} paused", words::count(paused, "probe")) },
        },
        None => Answer { level: Level::Okay, says: format!("{} okay", words::count(found.asking, "probe")) },
    }
}

/// By the runs that it promised and sent.
fn runs(facts: &StandingFacts<'_>, found: &Found, now: Timestamp) -> Answer {
    if let Some(worst) = found.runs.first() {
        return worst.answer(facts.zone, now);
    }
    let pings = facts.counting(true, now).filter_map(|(_, state)| state.judged.as_ref().map(|ping| ping.at)).max();
    let newest = facts.sent.last.as_ref().map(|last| last.at).max(pings);
    let promised = facts.integration.expect.is_some() || found.heartbeats > 0;
    match (newest, promised) {
        (None, true) => Answer::unearned("no run yet"),
        (None, false) => Answer::unearned("nothing promised"),
        (Some(at), promised) => {
            let clock = words::clock_zoned(at, facts.zone, now);
            let promise = if promised { "" } else { ", none promised" };
            Answer { level: Level::Okay, says: format!("newest {clock}{promise}") }
        }
    }
}

/// By what was reconciled: nothing, until there are reconciliations.
fn whole() -> Answer {
    Answer::unearned("not evidenced")
}

/// By the hours that it saved.
fn worth(facts: &StandingFacts<'_>) -> Answer {
    match (&facts.worth, &facts.integration.baseline) {
        (Some(range), _) => {
            Answer { level: Level::Okay, says: format!("{} in {}, unverified", words::hours(range.mean), facts.period) }
        }
        (None, None) => Answer::unearned("no baseline"),
        (None, Some(_)) => Answer::unearned("no data"),
    }
}
