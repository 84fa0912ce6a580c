//! One minute in the making: run by run it takes in what tells of its subjects.
//!
//! Each subject has a *home*, the subject whose runs have to be read for it: what an integration sent and what its probes did are
//! read with the runs of the integration. Few homes are read one by one, so that a late run does not cost the reading of a busy
//! minute; many, or all of production, are read in one pass over the runs of everybody.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use model::{Held, Origin, Outcome, ProbeId, Rollup, Step, Subject, Timestamp, Window, WindowSpec};
use rules::{
    availability::{Mark, Timeline},
    outcome::{counting, is_excused},
    rollup::Accumulator,
    window::{Opening, is_over, union},
};
use store::Figures;

use super::{MINUTE, figures_of};
use crate::{
    landscape::{Bridge, Landscape},
    watched::Watched,
};

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
    /// When the windows that there were then are open in it.
    open: Vec<(WindowSpec, Vec<Opening>)>,
    /// The subjects by their homes.
    homes: BTreeMap<Subject, Vec<Subject>>,
    sums: HashMap<Subject, Accumulator>,
    said: HashMap<ProbeId, Vec<Mark>>,
}

impl<'a> Minute<'a> {
    /// Of these subjects, with nothing taken in.
    pub(super) fn new(
        landscape: &'a Landscape,
        from: Timestamp,
        now: Timestamp,
        subjects: BTreeSet<Subject>,
        windows: Vec<Window>,
    ) -> Self {
        let sums = subjects.iter().map(|&subject| (subject, Accumulator::new(subject, Step::Minute, from))).collect();
        let mut homes: BTreeMap<Subject, Vec<Subject>> = BTreeMap::new();
        for subject in subjects {
            homes.entry(home(landscape, subject)).or_default().push(subject);
        }
        let until = (from + MINUTE).min(now);
        let open = windows.into_iter().filter_map(|window| openings(window, from, until)).collect();
        Self { landscape, from, until, open, homes, sums, said: HashMap::new() }
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

    /// Takes in a run that was read as one of `source`. What failed in maintenance counts for nothing and says nothing.
    pub(super) fn add(&mut self, source: Subject, run: Figures) {
        if is_excused(run.outcome, run.in_maintenance) {
            return;
        }
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
            Subject::Probe(id) => self.landscape.probes.get(&id).map(|watched| {
                let bridge = self.landscape.bridge(watched.probe.integration_id);
                self.timeline(watched).with_maintenance(&self.maintenance(bridge)).held()
            }),
            Subject::Integration(id) => self.landscape.bridge(id).map(|bridge| {
                // A probe that somebody paused tells nothing, and hides nothing of what the others tell.
                let counts = bridge.probes.iter().filter(|watched| {
                    let paused = watched.pauses.hold_throughout(self.from, self.until);
                    watched.active && watched.spec().counts && !paused
                });
                let lines: Vec<Timeline> = counts.map(|watched| self.timeline(watched)).collect();
                let worst = Timeline::worst(&lines, self.from, self.until);
                worst.with_maintenance(&self.maintenance(Some(bridge))).held()
            }),
            // these have no verdict
            Subject::Sent(_) | Subject::All => Some(Held::default()),
        };
        held.unwrap_or_else(|| Held { unknown_ms: self.until.since(self.from).as_ms(), ..Held::default() })
    }

    /// When failures of an integration do not count, in order and without overlaps.
    fn maintenance(&self, bridge: Option<&Arc<Bridge>>) -> Vec<Opening> {
        let Some(bridge) = bridge else { return Vec::new() };
        let over = self.open.iter().filter(|(spec, _)| is_over(spec, &bridge.integration.spec));
        union(over.flat_map(|(_, openings)| openings).copied().collect())
    }

    fn timeline(&self, watched: &Watched) -> Timeline {
        let marks = self.said.get(&watched.id()).map_or(&[][..], Vec::as_slice);
        Timeline::new(marks, self.from, self.until)
    }
}

/// When a window was open in this time and failures did not count: from when it was written until it was retired; `None`: never. One
/// that cannot be read was never open.
fn openings(window: Window, from: Timestamp, to: Timestamp) -> Option<(WindowSpec, Vec<Opening>)> {
    let (from, to) = (from.max(window.created_at), window.retired_at.map_or(to, |retired| retired.min(to)));
    if window.spec.counts || to <= from {
        return None;
    }
    let compiled = rules::window::Window::compile(&window.spec.opens).ok()?;
    // Every subject is held against what is kept here, and most windows are closed most of the time.
    let openings = compiled.covering(from, to).openings;
    (!openings.is_empty()).then_some((window.spec, openings))
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
