//! What holds beside what was seen: windows that are open, promises that nobody is held to, systems that are down.
//!
//! Time alone moves all of it, so it is looked at again with every sweep. A failed run is noted on as it comes, from the windows
//! themselves where the last look does not tell: levels are made, and runs fail, far more often than a window opens.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use model::{IntegrationId, Lifecycle, Outcome, Run, Slug, Span, Subject, Timestamp};
use rules::{
    cause::{self, Cause, causes, system_states},
    expectation::Promise,
    level::Maintenance,
    outcome::Verdict,
};

use super::{Desk, known::Known};
use crate::{
    expect::Book,
    landscape::{Bridge, Landscape},
    past::{Past, ends},
    pauses::Pauses,
    watched::Watched,
};

/// Causes are looked for this often though no verdict moved, as pauses end by themselves.
const SEEK: Span = Span::minutes(1);
/// At a commit they are looked for at most this often, since each look costs all integrations; else the next sweep does.
const AT_ONCE: Span = Span::ms(100);

/// What is known of it.
#[derive(Default)]
pub(crate) struct Around {
    /// What the last look told of each window, at its place in [`Landscape::windows`].
    windows: Vec<Known>,
    /// Why integrations are down that are not at fault, by their slugs.
    causes: BTreeMap<Slug, Cause>,
    /// A hard verdict moved since causes were looked for.
    pub(super) moved: bool,
    /// When causes were looked for last.
    sought: Option<Timestamp>,
    /// Promises without a book, since they are paused.
    paused: HashSet<Subject>,
}

impl Desk {
    /// Looks at everything that time may have changed; answers whose rows have to be made anew.
    pub(crate) fn look_around(&mut self) -> HashSet<IntegrationId> {
        let now = self.now();
        let landscape = Arc::clone(&self.landscape);
        self.resume_promises(&landscape, now);
        let mut touched = self.look_at_windows(&landscape, now);
        let long_ago = self.around.sought.is_none_or(|sought| now.since(sought) >= SEEK);
        if std::mem::take(&mut self.around.moved) || long_ago || !touched.is_empty() {
            self.around.sought = Some(now);
            touched.extend(self.look_for_causes(&landscape, now));
        }
        touched
    }

    /// Looks for causes if a verdict moved, so that whoever is told of it hears the cause with it; answers of which integrations it is
    /// another one.
    pub(crate) fn look_for_causes_at_once(&mut self) -> Vec<IntegrationId> {
        let now = self.now();
        let just_now = self.around.sought.is_some_and(|sought| now.since(sought) < AT_ONCE);
        if !self.around.moved || just_now {
            return Vec::new();
        }
        self.around.moved = false;
        self.around.sought = Some(now);
        let landscape = Arc::clone(&self.landscape);
        self.look_for_causes(&landscape, now)
    }

    /// Whether a verdict moved of which nobody knows the cause yet.
    pub(crate) fn lacks_causes(&self) -> bool {
        self.around.moved
    }

    /// Forgets what belonged to another landscape, so that the next look finds all of it anew.
    pub(super) fn forget_around(&mut self) {
        self.around.windows.clear();
        self.around.moved = true;
    }

    /// The maintenance that an integration is in: of several windows the one that closes last, of equal ones the first.
    pub(crate) fn maintenance(&self, bridge: &Bridge) -> Option<Maintenance> {
        let open = bridge.windows.iter().filter_map(|place| {
            let opening = self.around.windows.get(*place)?.open?;
            Some(Maintenance { kind: self.landscape.windows.get(*place)?.spec.kind, opening })
        });
        open.reduce(|last, next| if last.opening.to < next.opening.to { next } else { last })
    }

    /// The down system that explains why an integration is down.
    pub(crate) fn cause(&self, integration: &Slug) -> Option<&Cause> {
        self.around.causes.get(integration)
    }

    /// Notes on a failed run that it does not count, and what explains it, where that is so. `past`: the windows that there were when a
    /// run began that was sent late.
    pub(crate) fn note(&self, integration: IntegrationId, run: &mut Run, past: Option<&Past>) {
        if run.outcome == Outcome::Failed {
            run.in_maintenance = self.is_in_maintenance(integration, ends(run), past);
            run.cause = self.cause(&run.integration).map(|cause| cause.system.clone());
        }
    }

    /// Whether failures of an integration do not count at the beginning or the end of something.
    fn is_in_maintenance(&self, integration: IntegrationId, ends: [Timestamp; 2], past: Option<&Past>) -> bool {
        let Some(bridge) = self.landscape.bridge(integration) else { return false };
        ends.into_iter().any(|at| match past {
            Some(past) => past.is_in_maintenance(&bridge.integration.spec, at),
            None => bridge.windows.iter().any(|place| self.is_open(*place, at)),
        })
    }

    /// Whether nobody is held to what was due then and did not come by its deadline: a window was open somewhere in between.
    pub(super) fn is_excused(&self, integration: IntegrationId, due: Timestamp, deadline: Timestamp) -> bool {
        let Some(bridge) = self.landscape.bridge(integration) else { return false };
        let mut windows = bridge.windows.iter().filter_map(|place| self.landscape.windows.get(*place));
        windows.any(|quiet| quiet.window.is_open_between(due, deadline))
    }

    /// Whether the window at this place is open then. What fails is mostly of just now, of which the last look tells.
    fn is_open(&self, place: usize, at: Timestamp) -> bool {
        let known = self.around.windows.get(place).and_then(|known| known.is_open(at));
        known.unwrap_or_else(|| self.landscape.windows.get(place).is_some_and(|quiet| quiet.window.is_open(at)))
    }

    /// Whether nobody is held to this promise, as far as the books say.
    pub(super) fn was_set_aside(&self, subject: Subject) -> bool {
        self.around.paused.contains(&subject)
    }

    /// A promise that is made now. While it is paused nothing is owed, and when that is over it is made again.
    pub(crate) fn make_promise(&mut self, subject: Subject, promise: Option<Promise>, pauses: &Pauses) {
        let now = self.now();
        if is_set_aside(promise.as_ref(), pauses, now) {
            self.around.paused.insert(subject);
            self.promise(subject, None);
        } else {
            self.around.paused.remove(&subject);
            self.promise(subject, promise.map(|promise| Book::new(promise, now)));
        }
    }

    /// Makes the promises again whose pause is over.
    fn resume_promises(&mut self, landscape: &Landscape, now: Timestamp) {
        let waiting: Vec<Subject> = self.around.paused.iter().copied().collect();
        for subject in waiting {
            match promised(landscape, subject) {
                Some((_, pauses)) if pauses.hold_at(now) => {}
                Some((promise, pauses)) => self.make_promise(subject, promise.cloned(), pauses),
                None => {
                    self.around.paused.remove(&subject);
                }
            }
        }
    }

    /// Notes which windows are open; answers the integrations under those that opened, closed, or stay open for longer.
    fn look_at_windows(&mut self, landscape: &Landscape, now: Timestamp) -> HashSet<IntegrationId> {
        let windows = &mut self.around.windows;
        windows.resize(landscape.windows.len(), Known::default());
        let mut changed = HashSet::new();
        for (place, (quiet, known)) in landscape.windows.iter().zip(windows).enumerate() {
            if known.is_open(now).is_none() {
                let before = std::mem::replace(known, Known::look(&quiet.window, now));
                if before.open != known.open {
                    changed.insert(place);
                }
            }
        }
        if changed.is_empty() {
            return HashSet::new();
        }
        let is_under = |bridge: &&Arc<Bridge>| bridge.windows.iter().any(|place| changed.contains(place));
        landscape.bridges.iter().filter(is_under).map(|bridge| bridge.id()).collect()
    }

    /// Finds the causes anew; answers the integrations of which it is another one.
    fn look_for_causes(&mut self, landscape: &Landscape, now: Timestamp) -> Vec<IntegrationId> {
        let bridges: Vec<cause::Bridge<'_>> = landscape
            .bridges
            .iter()
            .map(|bridge| {
                let (hard, since) = self.hard(bridge, now);
                cause::Bridge { integration: &bridge.integration.spec, hard, since }
            })
            .collect();
        let found = if bridges.iter().any(|bridge| bridge.hard == Some(Verdict::Down)) {
            causes(&landscape.systems, &system_states(&landscape.systems, &bridges), &bridges)
        } else {
            BTreeMap::new()
        };
        let before = std::mem::replace(&mut self.around.causes, found);
        let after = &self.around.causes;
        let other = |slug: &&Slug| before.get(*slug) != after.get(*slug);
        let changed: HashSet<&Slug> = before.keys().chain(after.keys()).filter(other).collect();
        changed.into_iter().filter_map(|slug| landscape.by_slug(slug)).map(|bridge| bridge.id()).collect()
    }

    /// The worst hard verdict of the probes that ask and count, and since when; nothing where failures do not count now.
    fn hard(&self, bridge: &Bridge, now: Timestamp) -> (Option<Verdict>, Option<Timestamp>) {
        if bridge.integration.spec.lifecycle != Lifecycle::Live || self.maintenance(bridge).is_some() {
            return (None, None);
        }
        let is_telling = |watched: &&Arc<Watched>| {
            let spec = watched.spec();
            let asks = watched.active && watched.promise().is_none() && !watched.pauses.hold_at(now);
            // What must not answer and does tells nothing bad of the system.
            asks && spec.counts && !spec.upside_down
        };
        let telling = bridge.probes.iter().filter(is_telling);
        let states: Vec<_> = telling.filter_map(|watched| self.probes.get(&watched.id())).collect();
        let worst = states.iter().filter_map(|state| state.verdict).max();
        let since = states.iter().filter(|state| state.verdict == worst).filter_map(|state| state.since).min();
        (worst, worst.and(since))
    }
}

/// Whether there is a promise to which nobody is held now.
pub(super) fn is_set_aside(promise: Option<&Promise>, pauses: &Pauses, now: Timestamp) -> bool {
    promise.is_some() && pauses.hold_at(now)
}

/// What was promised, and when nobody is held to it; `None`: whoever promised it is gone.
fn promised(landscape: &Landscape, subject: Subject) -> Option<(Option<&Promise>, &Pauses)> {
    match subject {
        Subject::Sent(id) => landscape.bridge(id).map(|bridge| (bridge.promise.as_ref(), &bridge.pauses)),
        Subject::Probe(id) => {
            let watched = landscape.probes.get(&id)?;
            Some((watched.promise().filter(|_| watched.active), &watched.pauses))
        }
        Subject::Integration(_) | Subject::All => None,
    }
}
