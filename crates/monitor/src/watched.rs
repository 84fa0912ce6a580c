//! One probe as the engine holds it: what was written, ready to be asked.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use model::{Expectation, Probe, ProbeId, ProbeSpec, Slug, Span, Timestamp};
use probe::Probe as Ask;
use rules::{assess::Compiled, expectation::Promise, kind::Kind, schedule::Cadence};
use tokio::sync::Semaphore;

use crate::pauses::Pauses;

/// The schedule plans anew so long after a planned moment at the latest; else it is about another probe, or stands still.
const LEFT: Span = Span::seconds(1);

/// One probe, compiled and built once. Shared by schedule, executor, recorder and watchdog; a changed probe is a new one.
pub(crate) struct Watched {
    /// What is stored of it.
    pub(crate) probe: Arc<Probe>,
    /// The environment that its runs are of.
    pub(crate) environment: String,
    /// Whether it is on at all: enabled, and its integration is live.
    pub(crate) active: bool,
    /// When somebody wants it not to ask, or its pings not to be owed.
    pub(crate) pauses: Pauses,
    /// What it does.
    pub(crate) part: Part,
    /// When; `None` only where the schedule itself is broken.
    pub(crate) cadence: Option<Cadence>,
    /// Where in its period.
    pub(crate) phase: Span,
    /// One check at a time, also across a change of the probe.
    pub(crate) turn: Arc<Semaphore>,
    /// When it asks next, or its next ping is due; 0: not at all.
    next_at: AtomicI64,
    /// When the attempt on the network has to be over; 0: there is none. Whoever sets it back to 0 ends the attempt.
    until: AtomicI64,
    /// Periods in which it could not start, not told of yet.
    skipped: AtomicI64,
    /// The planned moment of the check that waits for its turn or a place; 0: none does.
    waits: AtomicI64,
}

/// What a probe does.
pub(crate) enum Part {
    /// It goes out and asks.
    Asks(Box<Asks>),
    /// It waits for pings.
    Awaits(Promise),
    /// It cannot be used, and why: its runs are `unknown`, as that is our fault.
    Broken(String),
}

/// What asking needs.
pub(crate) struct Asks {
    /// Who asks.
    pub(crate) ask: Arc<dyn Ask>,
    /// What it is held against.
    pub(crate) compiled: Compiled,
    /// Slots of its integration.
    pub(crate) integration: Arc<Semaphore>,
    /// Slots of whom it asks.
    pub(crate) host: Option<Arc<Semaphore>>,
    /// Slots of its kind, where that has a limit.
    pub(crate) kind: Option<Arc<Semaphore>>,
}

impl Watched {
    /// With nothing planned.
    pub(crate) fn new(probe: Arc<Probe>, environment: String, active: bool, part: Part) -> Self {
        let cadence = Cadence::compile(&probe.spec.schedule);
        let part = match &cadence {
            Ok(_) => part,
            Err(fault) => Part::Broken(fault.clone()),
        };
        let cadence = cadence.ok();
        let seed = format!("{}/{}", probe.integration, probe.spec.slug);
        let phase = cadence.as_ref().map_or(Span::default(), |cadence| cadence.phase_of(&seed));
        Self {
            probe,
            environment,
            active,
            pauses: Pauses::default(),
            part,
            cadence,
            phase,
            turn: Arc::new(Semaphore::new(1)),
            next_at: AtomicI64::new(0),
            until: AtomicI64::new(0),
            skipped: AtomicI64::new(0),
            waits: AtomicI64::new(0),
        }
    }

    /// Its row.
    pub(crate) fn id(&self) -> ProbeId {
        self.probe.id
    }

    /// What was written of it.
    pub(crate) fn spec(&self) -> &ProbeSpec {
        &self.probe.spec
    }

    /// Whose it is.
    pub(crate) fn integration(&self) -> &Slug {
        &self.probe.integration
    }

    /// Its promise, if it waits for pings.
    pub(crate) fn promise(&self) -> Option<&Promise> {
        match &self.part {
            Part::Awaits(promise) => Some(promise),
            Part::Asks(_) | Part::Broken(_) => None,
        }
    }

    /// Whether it belongs on the schedule: heartbeats have deadlines instead, and what is paused without an end is never due.
    pub(crate) fn is_scheduled(&self) -> bool {
        self.active && self.cadence.is_some() && !matches!(self.part, Part::Awaits(_)) && !self.pauses.are_endless()
    }

    /// Its period at this moment.
    pub(crate) fn period_at(&self, t: Timestamp) -> Span {
        self.cadence.as_ref().map_or(Span::hours(1), |cadence| cadence.period_at(t))
    }

    /// The next planned moment strictly after `t` at which it is not paused. A pause moves no phase.
    pub(crate) fn next_after(&self, t: Timestamp) -> Timestamp {
        let Some(cadence) = &self.cadence else { return Timestamp::MAX };
        let mut next = cadence.next_after(t, self.phase);
        while self.pauses.hold_at(next) {
            next = cadence.next_after(self.pauses.end(next) - Span::ms(1), self.phase);
        }
        next
    }

    /// How long after a check ended the next begins while a change is being confirmed: a third of the period unless said.
    pub(crate) fn retry_interval(&self, t: Timestamp) -> Span {
        self.spec().retry_interval.unwrap_or_else(|| Span::ms(self.period_at(t).as_ms() / 3))
    }

    /// When it asks next, or its next ping is due.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        Some(self.next_at.load(Ordering::Relaxed)).filter(|ms| *ms != 0).map(Timestamp)
    }

    /// Notes what is planned, for the board and the watchdog.
    pub(crate) fn plan(&self, next: Option<Timestamp>) {
        self.next_at.store(next.map_or(0, |next| next.0), Ordering::Relaxed);
    }

    /// A check of this planned moment has to wait. `Some`: one waits already, keeps its place and stands for this moment from now on;
    /// the one that it stood for is skipped.
    pub(crate) fn queues(&self, planned: Timestamp) -> Option<Timestamp> {
        Some(self.waits.swap(planned.0, Ordering::SeqCst)).filter(|ms| *ms != 0).map(Timestamp)
    }

    /// The check that waited begins, or waits no longer: the planned moment that it stands for.
    pub(crate) fn leaves_queue(&self) -> Option<Timestamp> {
        Some(self.waits.swap(0, Ordering::SeqCst)).filter(|ms| *ms != 0).map(Timestamp)
    }

    /// Whether the schedule should have planned another moment long before `t`, and so does not know this probe any more.
    pub(crate) fn is_left(&self, t: Timestamp) -> bool {
        self.next_at().is_none_or(|next| next + LEFT < t)
    }

    /// It could not start for so many periods. True if nobody is about to tell of such periods: then the caller has to.
    pub(crate) fn skips(&self, periods: i64) -> bool {
        self.skipped.fetch_add(periods, Ordering::SeqCst) == 0
    }

    /// The periods to tell of; they count as told.
    pub(crate) fn take_skipped(&self) -> i64 {
        self.skipped.swap(0, Ordering::SeqCst)
    }

    /// An attempt goes to the network and has to be over at `until`.
    pub(crate) fn begins(&self, until: Timestamp) {
        self.until.store(until.0, Ordering::SeqCst);
    }

    /// The attempt is over. False if the watchdog ended it before: then its run is recorded already.
    pub(crate) fn ends(&self) -> bool {
        self.until.swap(0, Ordering::SeqCst) != 0
    }

    /// Ends an attempt that should have been over before `limit`. True if there was one; whoever gets `true` records it.
    pub(crate) fn overdue(&self, limit: Timestamp) -> bool {
        let until = self.until.load(Ordering::SeqCst);
        until != 0
            && until < limit.0
            && self.until.compare_exchange(until, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// What a probe of this spec does; faults become the words of [`Part::Broken`].
pub(crate) fn part_of(
    spec: &ProbeSpec,
    kinds: &[Kind],
    build: impl FnOnce(&ProbeSpec) -> Result<Asks, Vec<model::Fault>>,
) -> Part {
    let made = match Kind::find(kinds, &spec.kind) {
        Some(kind) if !kind.counts_as_ask => promise_of(spec, kind).map(Part::Awaits),
        _ => build(spec).map(|asks| Part::Asks(Box::new(asks))),
    };
    made.unwrap_or_else(|faults| Part::Broken(words_of(&faults)))
}

/// A heartbeat is the ping form of an expectation: its schedule, and `options.grace`.
fn promise_of(spec: &ProbeSpec, kind: &Kind) -> Result<Promise, Vec<model::Fault>> {
    let default = kind.option("grace").and_then(|option| option.default).unwrap_or("1m");
    let written = spec.options.get("grace").and_then(serde_json::Value::as_str).unwrap_or(default);
    let grace = Span::parse(written).map_err(|wrong| vec![model::Fault::at("options.grace", wrong.to_string())])?;
    let expectation = Expectation { schedule: spec.schedule.clone(), grace, min_units: None };
    Promise::compile(&expectation).map_err(|wrong| vec![model::Fault::at("schedule", wrong)])
}

/// Faults as one sentence.
pub(crate) fn words_of(faults: &[model::Fault]) -> String {
    faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect::<Vec<_>>().join("; ")
}
