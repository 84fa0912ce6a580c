//! What a row says of whether its owner is to be told.

use model::{Handling, NoticeKind, Outcome, RunId, Timestamp};
use rules::{
    notice::{Notice, Said, Situation, decide},
    outcome::Verdict,
};
use store::ToldRow;

use crate::{BoardProbe, BoardRow};

/// Sent runs that failed in a row and are worth a word: one alone is attention, and may be nothing.
const FAILED: u32 = 2;

/// What is to be told of a row after `told`; `None`: nothing. What begins while a change is open takes its place.
pub(super) fn decision(told: Option<&ToldRow>, row: &BoardRow, now: Timestamp) -> Option<NoticeKind> {
    let said = told.map(|told| Said { level: told.level, at: told.at });
    match decide(said, situation(told, row, now), now) {
        Notice::None => None,
        Notice::Began | Notice::Another => Some(NoticeKind::Began),
        Notice::Worse => Some(NoticeKind::Worse),
        Notice::Over => Some(NoticeKind::Over),
    }
}

/// How it stands. What people did with single probes speaks for the whole while every probe in hard trouble was muted or its trouble
/// acknowledged, and what the integration itself sends and owes is in order.
pub(super) fn situation(told: Option<&ToldRow>, row: &BoardRow, now: Timestamp) -> Situation {
    let telling: Vec<&BoardProbe> = row.probes.iter().filter(|probe| tells(row, probe, now)).collect();
    let owed = row.integration.spec.expect.as_ref().map_or(0, |_| row.sent.missed_in_a_row());
    let pings = telling.iter().map(|probe| missed_pings(probe)).max().unwrap_or(0);

    let troubled: Vec<&BoardProbe> = telling.iter().copied().filter(|probe| is_in_trouble(probe)).collect();
    let muted = |probe: &BoardProbe| handling(row, probe).and_then(|handling| handling.muted_at(now));
    let seen = |probe: &BoardProbe| {
        let began = probe.state.trouble.as_ref().map_or(Timestamp::MIN, |trouble| trouble.since);
        handling(row, probe).is_some_and(|handling| handling.acknowledged_of(began).is_some())
    };
    let of_probes_alone = owed == 0 && row.sent.failures < FAILED && !troubled.is_empty();
    let is_handled = |probe: &BoardProbe| muted(probe).is_some() || seen(probe);
    let handled = of_probes_alone && troubled.iter().all(|probe| is_handled(probe));
    let muted_until = troubled.iter().filter(|_| handled).filter_map(|probe| muted(probe)).min();
    // A probe that flaps must not hide what is wrong besides.
    let flaps = |probe: &BoardProbe| probe.state.flapping.flaps();
    let of_others =
        owed > 0 || row.sent.failures >= FAILED || troubled.iter().any(|probe| !flaps(probe) && !is_handled(probe));
    let began = row.standing.since.unwrap_or(Timestamp::MIN);

    Situation {
        level: row.standing.level,
        hard: telling.iter().filter_map(|probe| probe.state.verdict).max(),
        missed: owed.max(pings),
        began: oldest(row, &troubled),
        acknowledged: handled || row.handling.acknowledged_of(began).is_some(),
        muted_until: row.handling.muted_at(now).max(muted_until),
        in_maintenance: row.maintenance.is_some_and(|kept| now < kept.opening.to),
        flapping: !of_others && telling.iter().any(|probe| flaps(probe)),
        unproven: told.is_some_and(|told| row.probes.iter().any(|probe| is_unproven(told, row, probe, now))),
    }
}

/// When the oldest of what is worth a word began: of these probes, of what was sent and failed, of what was owed.
fn oldest(row: &BoardRow, troubled: &[&BoardProbe]) -> Option<Timestamp> {
    let of_probes = troubled.iter().map(|probe| probe.state.trouble.as_ref().map_or(Timestamp::MIN, |it| it.since));
    let failed = row.sent.trouble.as_ref().filter(|_| row.sent.failures >= FAILED).map(|it| it.since);
    let owed = row.integration.spec.expect.as_ref().and(row.sent.missed.as_ref()).map(|missed| missed.since);
    of_probes.chain(failed).chain(owed).min()
}

/// Whether it was in trouble in the change that was told, and is not asked any more. What was set aside before that has no part in it.
fn is_unproven(told: &ToldRow, row: &BoardRow, probe: &BoardProbe, now: Timestamp) -> bool {
    let counts = probe.probe.spec.counts;
    let took_part = probe.state.judged.as_ref().is_some_and(|judged| told.since <= judged.at);
    counts && !tells(row, probe, now) && took_part && is_in_trouble(probe)
}

/// The run that began the trouble that weighs most.
pub(super) fn began_with(row: &BoardRow) -> Option<RunId> {
    let worst = row.standing.why.first()?;
    let owed = row.sent.missed.as_ref().filter(|missed| worst.run == Some(missed.newest));
    match &worst.probe {
        Some(slug) => row.probe(slug)?.state.trouble.as_ref().map(|trouble| trouble.first),
        None => owed.map(|missed| missed.first).or(row.sent.trouble.as_ref().map(|trouble| trouble.first)),
    }
}

/// Whether the integration stands or falls with it, and it is asked.
fn tells(row: &BoardRow, probe: &BoardProbe, now: Timestamp) -> bool {
    let spec = &probe.probe.spec;
    let paused = handling(row, probe).is_some_and(|handling| handling.paused_at(now).is_some());
    spec.counts && spec.enabled && !paused
}

fn handling<'r>(row: &'r BoardRow, probe: &BoardProbe) -> Option<&'r Handling> {
    row.probe_handling.get(&probe.probe.spec.slug)
}

/// Pings of a heartbeat that did not come, in a row.
fn missed_pings(probe: &BoardProbe) -> u32 {
    let state = &probe.state;
    let missed = state.judged.as_ref().is_some_and(|judged| judged.outcome == Outcome::Missed);
    if missed { state.failures } else { 0 }
}

/// Hard, or a promise that was not kept.
fn is_in_trouble(probe: &BoardProbe) -> bool {
    matches!(probe.state.verdict, Some(Verdict::Warn | Verdict::Down)) || missed_pings(probe) > 0
}
