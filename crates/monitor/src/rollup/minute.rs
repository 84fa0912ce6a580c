//! One minute in the making: run by run it takes in what tells of its subjects.
//!
//! Each subject has a *home*, the subject whose runs have to be read for it: what an integration sent and what its probes did are
//! read with the runs of the integration. Few homes are read one by one, so that a late run does not cost the reading of a busy
//! minute; many, or all of production, are read in one pass over the runs of everybody.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{Held, Origin, Outcome, ProbeId, Rollup, Step, Subject, Timestamp};
use rules::{
    availability::{Mark, Timeline},
    outcome::counting,
    rollup::Accumulator,
};
use store::Figures;

use super::{MINUTE, figures_of};
use crate::{landscape::Landscape, watched::Watched};

/// Runs of at most so many homes are read home by home.
const FEW_HOMES: usize = 16;
/// The environment whose runs are in [`Subject::All`].
const PRODUCTION: &str = "production";

/// What its subjects add up to, and what their probes said.
pub(super) struct Minute<'a> {
    landscape: &'a Landscape,
    from: Timestamp,
    /// Its end; now while it is not over.
    until: Timestamp,
    /// The subjects by their homes.
    homes: BTreeMap<Subject, Vec<Subject>>,
    sums: HashMap<Subject, Accumulator>,
    said: HashMap<ProbeId, Vec<Mark>>,
}

impl<'a> Minute<'a> {
    /// Of these subjects, with nothing taken in.
    pub(super) fn new(landscape: &'a Landscape, from: Timestamp, now: Timestamp, subjects: BTreeSet<Subject>) -> Self {
        let sums = subjects.iter().map(|&subject| (subject, Accumulator::new(subject, Step::Minute, from))).collect();
        let mut homes: BTreeMap<Subject, Vec<Subject>> = BTreeMap::new();
        for subject in subjects {
            homes.entry(home(landscape, subject)).or_default().push(subject);
        }
        Self { landscape, from, until: (from + MINUTE).min(now), homes, sums, said: HashMap::new() }
    }

    /// The subjects whose runs have to be read, each handed to [`Self::add`].
    pub(super) fn sources(&self) -> Vec<Subject> {
        if self.homes.len() > FEW_HOMES || self.homes.contains_key(&Subject::All) {
            return vec![Subject::All];
        }
        self.homes.keys().copied().collect()
    }

    /// The active probes of every integration that is a home.
    pub(super) fn active_probes(&self) -> Vec<&'a Watched> {
        let landscape = self.landscape;
        let bridges = self.homes.keys().filter_map(|home| match home {
            Subject::Integration(id) => landscape.bridge(*id),
            Subject::Probe(_) | Subject::Sent(_) | Subject::All => None,
        });
        bridges.flat_map(|bridge| bridge.probes.iter().map(AsRef::as_ref)).filter(|watched| watched.active).collect()
    }

    /// Takes in a run that was read as one of `source`.
    pub(super) fn add(&mut self, source: Subject, run: Figures) {
        let integration = Subject::Integration(run.integration_id);
        let probe = run.probe_id.map(Subject::Probe);
        let subjects = [
            (run.environment == PRODUCTION).then_some(Subject::All),
            (run.origin != Origin::Probe).then_some(Subject::Sent(run.integration_id)),
            Some(integration),
            probe,
        ];
        let landscape = self.landscape;
        // A run may be read from more than one source; each subject counts it from its own home only.
        let counts = |subject: &Subject| {
            let home = home(landscape, *subject);
            let is_inside = home == Subject::All || home == integration || Some(home) == probe;
            is_inside && (source == Subject::All || source == home)
        };
        if run.last_attempt
            && let Some(id) = run.probe_id
            && home(landscape, Subject::Probe(id)) == integration
            && self.homes.contains_key(&integration)
        {
            self.hear(id, run.started_at, run.outcome);
        }
        let figures = figures_of(run);
        for subject in subjects.into_iter().flatten().filter(counts) {
            if let Some(sum) = self.sums.get_mut(&subject) {
                sum.add(&figures);
            }
        }
    }

    /// Takes in what a probe's run says, if it says something.
    pub(super) fn hear(&mut self, probe: ProbeId, at: Timestamp, outcome: Outcome) {
        if let (Some(watched), Some(verdict)) = (self.landscape.probes.get(&probe), counting(outcome).verdict) {
            let mark = Mark::new(at, verdict, watched.period_at(at), watched.spec().timeout);
            self.said.entry(probe).or_default().push(mark);
        }
    }

    /// The roll-ups, those of one home together.
    pub(super) fn finish(mut self) -> impl Iterator<Item = Vec<Rollup>> {
        std::mem::take(&mut self.homes).into_values().map(move |subjects| {
            let finished = subjects.into_iter().filter_map(|subject| {
                let sum = self.sums.remove(&subject)?;
                Some(sum.finish(self.held(subject)))
            });
            finished.collect()
        })
    }

    fn held(&self, subject: Subject) -> Held {
        let held = match subject {
            Subject::Probe(id) => self.landscape.probes.get(&id).map(|watched| self.timeline(watched).held()),
            Subject::Integration(id) => self.landscape.bridge(id).map(|bridge| {
                let counts = bridge.probes.iter().filter(|watched| watched.active && watched.spec().counts);
                let lines: Vec<Timeline> = counts.map(|watched| self.timeline(watched)).collect();
                Timeline::worst(&lines, self.from, self.until).held()
            }),
            // these have no verdict
            Subject::Sent(_) | Subject::All => Some(Held::default()),
        };
        held.unwrap_or_else(|| Held { unknown_ms: self.until.since(self.from).as_ms(), ..Held::default() })
    }

    fn timeline(&self, watched: &Watched) -> Timeline {
        let marks = self.said.get(&watched.id()).map_or(&[][..], Vec::as_slice);
        Timeline::new(marks, self.from, self.until)
    }
}

/// The subject whose runs tell of this one; a probe that is gone has only its own.
fn home(landscape: &Landscape, subject: Subject) -> Subject {
    match subject {
        Subject::Probe(id) => {
            let known = landscape.probes.get(&id);
            known.map_or(subject, |watched| Subject::Integration(watched.probe.integration_id))
        }
        Subject::Sent(id) => Subject::Integration(id),
        Subject::Integration(_) | Subject::All => subject,
    }
}
