//! What the recorder knows by heart: the state of every probe, sent run and promise. Folds are `rules::state`'s; nothing here waits.

mod around;
mod known;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono_tz::Tz;
use model::{Clock, IntegrationId, Origin, Outcome, ProbeId, Reason, Run, Schedule, Slug, Span, Subject, Timestamp};
use rules::{
    expectation::{Came, Owed},
    state::{ProbeState, SentState},
};
use store::RunRecord;

pub(crate) use self::around::Around;

use self::around::is_set_aside;
use crate::{
    expect::{Book, News, message},
    ids::RunIds,
    landscape::Landscape,
    ping::only_logs,
    schedule::Command,
    watched::Watched,
    work::blank_run,
};

/// States of probes that only went on being good are saved this often; whoever starts after a crash finds the rest in their runs.
const SAVE_GOOD: Span = Span::minutes(1);

/// States as JSON.
type Texts<K> = Vec<(K, String)>;

/// Who made a promise.
struct Whose {
    integration_id: IntegrationId,
    integration: Slug,
    probe: Option<Arc<Watched>>,
    environment: String,
    schedule: Schedule,
}

/// States and promises. What follows from a change is collected in the public lists, which the recorder empties.
pub(crate) struct Desk {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<RunIds>,
    pub(crate) zone: Tz,
    pub(crate) landscape: Arc<Landscape>,
    /// How each probe is.
    pub(crate) probes: HashMap<ProbeId, ProbeState>,
    /// How what each integration sends is.
    pub(crate) sent: HashMap<IntegrationId, SentState>,
    /// Promises, of integrations ([`Subject::Sent`]) and heartbeats ([`Subject::Probe`]).
    pub(crate) books: HashMap<Subject, Book>,
    /// What holds beside what was seen.
    pub(crate) around: Around,
    /// States that the store does not have yet.
    pub(crate) unsaved_probes: HashSet<ProbeId>,
    /// The same of what integrations send.
    pub(crate) unsaved_sent: HashSet<IntegrationId>,
    /// Probes that only went on being good since their state was saved, and since when the first of them waits.
    pub(crate) went_on: HashSet<ProbeId>,
    pub(crate) went_on_since: Option<Timestamp>,
    /// What the schedule has to be told.
    pub(crate) commands: Vec<Command>,
    /// `missed` runs that have to be recorded.
    pub(crate) missed: Vec<RunRecord>,
}

impl Desk {
    /// Notes on an attempt of a probe what else holds, folds it, and asks for the next one sooner while a change is being confirmed.
    pub(crate) fn attempt(&mut self, watched: &Watched, run: &mut Run) {
        self.note(watched.probe.integration_id, run, None);
        if watched.spec().upside_down {
            // That something answers which should not is explained by nothing that is down.
            run.cause = None;
        }
        if self.fold_probe(watched, run)
            && self
                .probes
                .get(&watched.id())
                .is_some_and(|state| state.confirming(watched.spec().down_after, watched.spec().up_after).is_some())
        {
            let now = self.clock.now();
            self.commands.push(Command::Confirm(watched.id(), now + watched.retry_interval(now)));
        }
    }

    /// Folds a run into the state of its probe, unless it is in there already (ids only grow). False if it moved nothing.
    fn fold_probe(&mut self, watched: &Watched, run: &Run) -> bool {
        let state = self.probes.entry(watched.id()).or_default();
        let known = state.last.as_ref().is_some_and(|last| run.id <= last.id);
        if known || !run.last_attempt {
            return false;
        }
        let before = std::mem::take(state);
        *state = if run.in_maintenance {
            before.step_in_maintenance(run, watched.spec().up_after)
        } else {
            before.step(run, watched.spec().down_after, watched.spec().up_after)
        };
        // Heartbeats tell nothing of a system.
        self.around.moved |=
            watched.promise().is_none() && (state.verdict, state.since) != (before.verdict, before.since);
        if watched.promise().is_none() && state.only_went_on_since(&before) {
            self.went_on.insert(watched.id());
            self.went_on_since.get_or_insert_with(|| self.clock.now());
        } else {
            self.unsaved_probes.insert(watched.id());
        }
        true
    }

    /// Folds a run that an integration sent, once it is stored.
    pub(crate) fn came(&mut self, record: &RunRecord) {
        if only_logs(record) {
            return;
        }
        let (subject, run) = (subject_of(record), &record.run);
        let ended = run.outcome != Outcome::Running;
        let news = match self.books.get_mut(&subject) {
            Some(book) if ended => book.came(Came { at: run.started_at, units: run.units_counted }, self.clock.now()),
            Some(book) => {
                book.began(run.started_at);
                News::default()
            }
            None => News::default(),
        };
        self.miss(subject, news.missed);
        self.fold_sent(record, ended && (news.kept || !self.least_units(record.integration_id)));
        if ended {
            self.expect(subject);
        }
    }

    /// Folds a sent run into the state that it moves; `satisfies`: it keeps the promise.
    pub(crate) fn fold_sent(&mut self, record: &RunRecord, satisfies: bool) {
        match record.probe_id {
            Some(probe) => self.fold_known(probe, &record.run),
            None => self.fold_own(record.integration_id, &record.run, satisfies),
        }
    }

    /// The deadline of a promise has passed: what did not come is missed.
    pub(crate) fn deadline(&mut self, subject: Subject) {
        let now = self.clock.now();
        let news = self.books.get_mut(&subject).map(|book| book.look(now)).unwrap_or_default();
        self.miss(subject, news.missed);
        self.expect(subject);
    }

    /// Takes over a catalogue: promises that changed are made anew, others go on.
    pub(crate) fn follow(&mut self, landscape: Arc<Landscape>) {
        let now = self.clock.now();
        let before = std::mem::replace(&mut self.landscape, landscape);
        let landscape = Arc::clone(&self.landscape);
        for bridge in &landscape.bridges {
            let subject = Subject::Sent(bridge.id());
            let old = before.bridge(bridge.id());
            let same = old.is_some_and(|old| {
                old.integration.spec.expect == bridge.integration.spec.expect
                    && old.promise.is_some() == bridge.promise.is_some()
            });
            let set_aside = is_set_aside(bridge.promise.as_ref(), &bridge.pauses, now);
            if !same || set_aside != self.was_set_aside(subject) {
                self.make_promise(subject, bridge.promise.clone(), &bridge.pauses);
            }
        }
        for watched in landscape.probes.values() {
            let old = before.probes.get(&watched.id());
            if old.is_some_and(|old| Arc::ptr_eq(old, watched)) {
                continue;
            }
            let subject = Subject::Probe(watched.id());
            let promise = watched.promise().filter(|_| watched.active);
            let set_aside = is_set_aside(promise, &watched.pauses, now);
            let same = old.is_some_and(|old| {
                old.spec().schedule == watched.spec().schedule
                    && old.spec().options == watched.spec().options
                    && old.active == watched.active
                    && set_aside == self.was_set_aside(subject)
            });
            if same && watched.promise().is_some() {
                watched.plan(old.and_then(|old| old.next_at()));
            } else if !same && (watched.promise().is_some() || self.books.contains_key(&subject)) {
                self.make_promise(subject, promise.cloned(), &watched.pauses);
            }
        }
        let gone = |subject: &Subject| match subject {
            Subject::Sent(id) => landscape.bridge(*id).is_none(),
            Subject::Probe(id) => !landscape.probes.contains_key(id),
            Subject::Integration(_) | Subject::All => true,
        };
        for subject in self.books.keys().copied().filter(gone).collect::<Vec<_>>() {
            self.promise(subject, None);
        }
        self.probes.retain(|id, _| landscape.probes.contains_key(id));
        self.sent.retain(|id, _| landscape.bridge(*id).is_some());
        self.unsaved_probes.retain(|id| landscape.probes.contains_key(id));
        self.went_on.retain(|id| landscape.probes.contains_key(id));
        self.unsaved_sent.retain(|id| landscape.bridge(*id).is_some());
        self.forget_around();
        drop(self.look_around());
    }

    /// Opens or closes the book of a promise.
    pub(crate) fn promise(&mut self, subject: Subject, book: Option<Book>) {
        match book {
            Some(book) => drop(self.books.insert(subject, book)),
            None => drop(self.books.remove(&subject)),
        }
        self.expect(subject);
    }

    /// Notes what is owed next where board, store and schedule look for it.
    fn expect(&mut self, subject: Subject) {
        let owed = self.books.get(&subject).map(Book::owed);
        match subject {
            Subject::Sent(id) => {
                let (due, deadline) = (owed.map(|owed| owed.due), owed.map(|owed| owed.deadline));
                let state = self.sent.entry(id).or_default();
                if (state.next_due, state.next_deadline) != (due, deadline) {
                    *state = std::mem::take(state).expecting(due, deadline);
                    self.unsaved_sent.insert(id);
                }
            }
            Subject::Probe(id) => {
                if let Some(watched) = self.landscape.probes.get(&id).filter(|watched| watched.promise().is_some()) {
                    watched.plan(owed.map(|owed| owed.due));
                }
            }
            Subject::Integration(_) | Subject::All => {}
        }
        self.commands.push(Command::Deadline(subject, owed.map(|owed| owed.deadline)));
    }

    /// Makes and folds a `missed` run for each of these.
    fn miss(&mut self, subject: Subject, missed: Vec<Owed>) {
        for owed in missed {
            let Some(whose) = self.whose(subject) else { return };
            let running = self.books.get(&subject).and_then(Book::running);
            let id = self.ids.next(self.clock.now());
            let (integration, environment) = (whose.integration, whose.environment);
            let mut run = blank_run(id, integration, Origin::Expectation, environment, owed.deadline, Outcome::Missed);
            run.scheduled_at = Some(owed.deadline);
            run.reason = Some(Reason::Overdue);
            run.message = Some(message(&whose.schedule, owed, running, self.zone));
            run.in_maintenance = self.is_excused(whose.integration_id, owed.due, owed.deadline);
            run.probe = whose.probe.as_ref().map(|watched| watched.spec().slug.clone());
            let probe_id = whose.probe.as_ref().map(|watched| watched.id());
            match probe_id {
                Some(probe) => self.fold_known(probe, &run),
                None => self.fold_own(whose.integration_id, &run, false),
            }
            self.missed.push(RunRecord { run, integration_id: whose.integration_id, probe_id });
        }
    }

    /// Folds a run that comes back from the spool, if the state that was stored does not hold it yet.
    pub(crate) fn recovered(&mut self, record: &RunRecord) {
        match record.probe_id {
            Some(probe) => self.fold_known(probe, &record.run),
            // A deadline that was counted is not counted again.
            None if record.run.outcome == Outcome::Missed => self.fold_own(record.integration_id, &record.run, false),
            None => {}
        }
    }

    /// Folds a run of a probe, if that is still there.
    fn fold_known(&mut self, probe: ProbeId, run: &Run) {
        if let Some(watched) = self.landscape.probes.get(&probe).cloned() {
            self.fold_probe(&watched, run);
        }
    }

    /// Folds a run into the state of what an integration sends.
    fn fold_own(&mut self, integration: IntegrationId, run: &Run, satisfies: bool) {
        let state = self.sent.entry(integration).or_default();
        *state =
            if run.in_maintenance { state.step_in_maintenance(run, satisfies) } else { state.step(run, satisfies) };
        self.unsaved_sent.insert(integration);
    }

    fn whose(&self, subject: Subject) -> Option<Whose> {
        match subject {
            Subject::Sent(id) => {
                let bridge = self.landscape.bridge(id)?;
                let spec = &bridge.integration.spec;
                Some(Whose {
                    integration_id: id,
                    integration: spec.slug.clone(),
                    probe: None,
                    environment: spec.environment.clone(),
                    schedule: spec.expect.as_ref()?.schedule.clone(),
                })
            }
            Subject::Probe(id) => {
                let watched = Arc::clone(self.landscape.probes.get(&id)?);
                Some(Whose {
                    integration_id: watched.probe.integration_id,
                    integration: watched.integration().clone(),
                    environment: watched.environment.clone(),
                    schedule: watched.spec().schedule.clone(),
                    probe: Some(watched),
                })
            }
            Subject::Integration(_) | Subject::All => None,
        }
    }

    /// Whether an integration promises least units, so that not every run keeps the promise.
    fn least_units(&self, id: IntegrationId) -> bool {
        let expect = self.landscape.bridge(id).and_then(|bridge| bridge.integration.spec.expect.as_ref());
        expect.is_some_and(|expect| expect.min_units.is_some())
    }

    /// The states that the store does not have yet, as JSON. They count as saved from now on. Those that only went on being good
    /// are left for later, unless they waited for long or it is the `last` time.
    pub(crate) fn take_unsaved(&mut self, last: bool) -> (Texts<ProbeId>, Texts<IntegrationId>) {
        let mut probes = std::mem::take(&mut self.unsaved_probes);
        if last || self.went_on_since.is_some_and(|since| self.clock.now().since(since) >= SAVE_GOOD) {
            probes.extend(self.went_on.drain());
            self.went_on_since = None;
        }
        let sent = std::mem::take(&mut self.unsaved_sent);
        (texts(probes, &self.probes), texts(sent, &self.sent))
    }

    /// The store did not take these after all.
    pub(crate) fn not_saved(&mut self, probes: &[(ProbeId, String)], sent: &[(IntegrationId, String)]) {
        self.unsaved_probes.extend(probes.iter().map(|(id, _)| *id));
        self.unsaved_sent.extend(sent.iter().map(|(id, _)| *id));
    }

    /// Whether the store lacks a state that has to be saved now, or at all if it is the `last` time.
    pub(crate) fn has_unsaved(&self, last: bool) -> bool {
        !self.unsaved_probes.is_empty() || !self.unsaved_sent.is_empty() || (last && !self.went_on.is_empty())
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What a sent run counts towards: a heartbeat's promise, or the integration's own.
fn subject_of(record: &RunRecord) -> Subject {
    record.probe_id.map_or(Subject::Sent(record.integration_id), Subject::Probe)
}

fn texts<K: Copy + Eq + std::hash::Hash, S: serde::Serialize>(ids: HashSet<K>, states: &HashMap<K, S>) -> Texts<K> {
    let text = |id: K| {
        let text = serde_json::to_string(states.get(&id)?);
        text.inspect_err(|error| tracing::error!(%error, "a state cannot be written")).ok().map(|text| (id, text))
    };
    ids.into_iter().filter_map(text).collect()
}
