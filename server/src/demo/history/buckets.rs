//! Roll-ups of the past, made of its runs by the same rules as those of the engine.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use model::{Held, ProbeId, Rollup, Run, Step, Subject, Timestamp};
use rules::{
    availability::Timeline,
    bucket,
    rollup::{Accumulator, RunFigures},
};

use super::{Told, flow::Flow};

/// A period of time, `to` left out, whose ends are ends of buckets.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Its first moment.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// The roll-ups of one integration, its probes and what it sent, made of runs.
pub fn of_runs(flow: &Flow, told: &Told, step: Step, zone: Tz, period: Period) -> Vec<Rollup> {
    let Period { from, to } = period;
    let starts = bucket::starts(step, zone, from, to);
    let mut sums: BTreeMap<(Subject, Timestamp), Accumulator> = BTreeMap::new();
    for subject in flow.subjects().into_iter().filter(|subject| !matches!(subject, Subject::Sent(_))) {
        for &start in &starts {
            sums.insert((subject, start), Accumulator::new(subject, step, start));
        }
    }
    for (run, probe) in told.runs().filter(|(run, _)| from <= run.started_at && run.started_at < to) {
        let (start, figures) = (bucket::start_of(step, zone, run.started_at), figures(run));
        for subject in subjects_of(flow, run, probe) {
            sums.entry((subject, start)).or_insert_with(|| Accumulator::new(subject, step, start)).add(&figures);
        }
    }
    let lines: BTreeMap<ProbeId, Timeline> =
        told.checks.iter().map(|(id, checks)| (*id, Timeline::new(&checks.marks, from, to))).collect();
    let counting: Vec<Timeline> = flow
        .probes
        .iter()
        .filter(|watch| watch.spec.counts)
        .filter_map(|watch| lines.get(&watch.id).cloned())
        .collect();
    let worst = Timeline::worst(&counting, from, to);
    let held = |subject: Subject, start: Timestamp| {
        let line = match subject {
            Subject::Probe(id) => lines.get(&id),
            Subject::Integration(_) => Some(&worst),
            Subject::Sent(_) | Subject::All => None,
        };
        line.map(|line| line.held_between(start, bucket::end_of(step, zone, start))).unwrap_or_default()
    };
    sums.into_iter().map(|((subject, start), sum)| sum.finish(held(subject, start))).collect()
}

/// The same of a coarser step, made of finer ones.
pub fn coarser(finer: &[Rollup], step: Step, zone: Tz) -> Vec<Rollup> {
    added(finer, |part| (part.subject, bucket::start_of(step, zone, part.bucket)), step)
}

/// Those of all of production, made of those of its integrations.
pub fn of_all(integrations: &[Rollup], step: Step) -> Vec<Rollup> {
    let parts: Vec<Rollup> = integrations
        .iter()
        .filter(|part| part.step == step && matches!(part.subject, Subject::Integration(_)))
        .map(|part| Rollup { held: Held::default(), ..part.clone() })
        .collect();
    added(&parts, |part| (Subject::All, part.bucket), step)
}

fn added(parts: &[Rollup], belongs: impl Fn(&Rollup) -> (Subject, Timestamp), step: Step) -> Vec<Rollup> {
    let mut sums: BTreeMap<(Subject, Timestamp), (Accumulator, Held)> = BTreeMap::new();
    for part in parts {
        let (subject, start) = belongs(part);
        let (sum, held) =
            sums.entry((subject, start)).or_insert_with(|| (Accumulator::new(subject, step, start), Held::default()));
        sum.absorb(part);
        *held = held.plus(part.held);
    }
    sums.into_values().map(|(sum, held)| sum.finish(held)).collect()
}

/// What a run counts for: its probe, or what was sent (a ping is both), and its integration.
fn subjects_of(flow: &Flow, run: &Run, probe: Option<ProbeId>) -> impl Iterator<Item = Subject> {
    let sent = (run.origin != model::Origin::Probe).then_some(Subject::Sent(flow.id));
    probe.map(Subject::Probe).into_iter().chain(sent).chain([Subject::Integration(flow.id)])
}

fn figures(run: &Run) -> RunFigures {
    RunFigures {
        outcome: run.outcome,
        latency_us: run.latency_us,
        measures: run.measures.clone(),
        units_counted: run.units_counted,
        run_counted: run.run_counted,
    }
}
