//! What an integration sent over a stretch of the past, and what it promised and did not send.

use model::{Origin, Outcome, Reason, Run, SentRun, Span};
use rules::{
    availability::Mark,
    expectation::{Came, Owed},
    level::words,
    outcome::{Verdict, run_counted, units_counted},
    schedule::Cadence,
    sent::content_hash,
    state::{ProbeState, SentState},
};

use super::{
    Stretch,
    checks::Checks,
    flow::{Flow, Watch},
    made::{blank, id},
};
use crate::demo::{
    dice::about,
    script::reports::{Every, ends_at},
    story::Story,
};

/// What became of it.
pub struct Sent {
    /// What was sent, oldest first, each with the hash of its content.
    pub runs: Vec<(Run, String)>,
    /// What did not come.
    pub missed: Vec<Run>,
    /// The state that all of it led to.
    pub state: SentState,
}

/// Plays the job of an integration, and holds what it sent against its promise. `None`: it has no job.
pub fn fold(flow: &Flow, story: &Story, stretch: Stretch) -> Option<Sent> {
    let job = flow.job?;
    // The run before the first that is looked for tells when that is due.
    let before = match job.every {
        Every::Minutes(minutes) => Span::minutes(minutes * 2),
        Every::Night => Span::hours(26),
    };
    let cadence = Cadence::compile(&job.every.schedule()).ok()?;
    let moments = cadence.between(stretch.from - before, stretch.until, Span::default());
    let told = moments.into_iter().filter_map(|t| job.report(story, t, false));
    let mut runs: Vec<(Run, String)> = told
        .filter(|run| ends_at(run).is_some_and(|end| end <= stretch.until))
        .filter_map(|sent| Some((content_hash(&sent), run(flow, sent)?)))
        .map(|(hash, run)| (run, hash))
        .collect();

    let came: Vec<Came> = runs.iter().map(|(run, _)| Came { at: run.started_at, units: run.units_counted }).collect();
    let (mut missed, mut next) = (Vec::new(), None);
    if let Some((_, promise)) = &flow.expect {
        let made = came.first().map_or(stretch.from - before, |first| first.at);
        let settled = promise.settle(promise.owed(promise.due_after(made)), &came, stretch.until);
        missed = settled.missed.into_iter().map(|owed| overdue(flow, owed)).collect();
        next = Some(settled.next);
    }
    let mut all: Vec<&Run> = runs.iter().map(|(run, _)| run).chain(&missed).collect();
    all.sort_by_key(|run| run.started_at);
    let state = all.into_iter().fold(SentState::default(), |state, run| state.step(run, true));
    let state = state.expecting(next.map(|owed| owed.due), next.map(|owed| owed.deadline));
    runs.retain(|(run, _)| run.started_at >= stretch.from);
    missed.retain(|run| run.started_at >= stretch.from);
    Some(Sent { runs, missed, state })
}

/// The pings of a heartbeat, which came all.
pub fn pings(flow: &Flow, watch: &Watch, story: &Story, stretch: Stretch) -> Checks {
    let mut checks = Checks { runs: Vec::new(), marks: Vec::new(), state: ProbeState::default() };
    let before = watch.pings(story.begins_at(), story.begins_at() + Span::hours(1)).into_iter().take(1);
    for moment in before.chain(watch.pings(stretch.from, stretch.until)) {
        let at = moment + Span::ms(about("ping", moment, 900.0, 0.8));
        if at >= stretch.until {
            break;
        }
        let run = Run {
            id: id(watch.spec.slug.as_str(), at),
            probe: Some(watch.spec.slug.clone()),
            run_counted: true,
            ..blank(&flow.slug, &flow.environment, Origin::Integration, at, Outcome::Ok)
        };
        checks.state = checks.state.step(&run, watch.spec.down_after, watch.spec.up_after);
        if at >= stretch.from {
            checks.marks.push(Mark::new(at, Verdict::Up, watch.period_at(story, at), watch.spec.timeout));
            checks.runs.push(run);
        }
    }
    checks
}

/// A sent run as it would have been taken in.
fn run(flow: &Flow, sent: SentRun) -> Option<Run> {
    let (started_at, ended_at) = (sent.started_at?, ends_at(&sent)?);
    Some(Run {
        id: id(flow.slug.as_str(), ended_at),
        duration_ms: sent.duration_ms,
        latency_us: sent.duration_ms.map(|ms| ms.saturating_mul(1_000)),
        reason: sent.reason,
        message: sent.message,
        units_counted: units_counted(sent.outcome, sent.units, &sent.records),
        run_counted: run_counted(sent.outcome),
        external_id: sent.external_id,
        units: sent.units,
        records: sent.records,
        measures: sent.measures,
        steps: sent.steps,
        ..blank(&flow.slug, &flow.environment, Origin::Integration, started_at, sent.outcome)
    })
}

/// The run that stands for one that did not come, dated at its deadline.
fn overdue(flow: &Flow, owed: Owed) -> Run {
    let zone = match flow.expect.as_ref().map(|(written, _)| &written.schedule) {
        Some(model::Schedule::Cron { time_zone, .. }) => time_zone.parse().unwrap_or(flow.zone),
        _ => flow.zone,
    };
    let expected = words::clock_zoned(owed.due, zone, owed.deadline);
    let by = words::clock(owed.deadline, zone, owed.deadline);
    Run {
        id: id(&format!("{} overdue", flow.slug), owed.deadline),
        scheduled_at: Some(owed.deadline),
        reason: Some(Reason::Overdue),
        message: Some(format!("expected {expected}, did not come by {by}")),
        ..blank(&flow.slug, &flow.environment, Origin::Expectation, owed.deadline, Outcome::Missed)
    }
}
