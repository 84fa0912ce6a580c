//! Promises: which run is owed next, and what did not come.
//!
//! **Our own outage is never the target's fault.** A run that was due while the engine was down may have been sent in vain. So at
//! start whatever was due until now is not held against the integration at once: where the next one is due within an hour, that
//! one is judged and nothing else; otherwise (a nightly job) the newest is given its grace again, counted from the start, so that
//! a sender that tries again is heard and a job that died is still noticed. At most one `missed` run follows from an outage.

use chrono_tz::Tz;
use model::{Schedule, Span, Timestamp};
use rules::{
    expectation::{Came, Owed, Promise},
    level::words,
    state::ProbeState,
};

/// A promise that is kept again this soon need not be judged for what was due during our outage.
const SOON: Span = Span::hours(1);
/// So many runs are remembered while they do not yet add up to what was promised.
const MOST: usize = 1_000;

/// One promise: what is owed next, and what has come for it.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    promise: Promise,
    owed: Owed,
    came: Vec<Came>,
    /// The start of a run that began and has not ended.
    running: Option<Timestamp>,
}

/// What a look into the book gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// What did not come in time, oldest first.
    pub(crate) missed: Vec<Owed>,
    /// Whether the promise was kept.
    pub(crate) kept: bool,
}

impl Book {
    /// A promise that is made now.
    pub(crate) fn new(promise: Promise, now: Timestamp) -> Self {
        Self { owed: promise.first(now), promise, came: Vec::new(), running: None }
    }

    /// A promise that was made before the engine started: `due` is what was owed when it ended, `came` what was sent since the one before.
    pub(crate) fn resumed(promise: Promise, due: Option<Timestamp>, came: Vec<Came>, now: Timestamp) -> Self {
        let Some(due) = due.filter(|due| *due <= promise.due_after(now)) else { return Self::new(promise, now) };
        let mut settled = promise.settle(promise.owed(due), &came, now);
        let mut passed = settled.missed.last().copied();
        while settled.next.deadline < now {
            settled = promise.settle(settled.next, &came, now);
            passed = settled.missed.last().copied().or(passed);
        }
        if settled.next.due <= now {
            passed = Some(settled.next);
            settled.next = promise.owed(promise.due_after(settled.next.due));
        }
        let owed = match passed {
            Some(passed) if settled.next.due.since(now) > SOON => {
                Owed { deadline: passed.deadline.max(promise.deadline(now)), ..passed }
            }
            _ => settled.next,
        };
        Self { promise, owed, came, running: None }
    }

    /// What is owed next.
    pub(crate) fn owed(&self) -> Owed {
        self.owed
    }

    /// Whether a run of these began and did not end.
    pub(crate) fn running(&self) -> Option<Timestamp> {
        self.running
    }

    /// A run began and has not ended: that keeps no promise.
    pub(crate) fn began(&mut self, at: Timestamp) {
        self.running = Some(at);
    }

    /// A run has come.
    pub(crate) fn came(&mut self, run: Came, now: Timestamp) -> News {
        self.running = None;
        let place = self.came.partition_point(|before| before.at <= run.at);
        self.came.insert(place, run);
        if self.came.len() > MOST {
            let oldest = self.came.remove(0);
            self.came[0].units += oldest.units;
        }
        self.look(now)
    }

    /// What has become of it until now.
    pub(crate) fn look(&mut self, now: Timestamp) -> News {
        let settled = self.promise.settle(self.owed, &self.came, now);
        self.owed = settled.next;
        let from = self.owed.from;
        self.came.retain(|run| run.at > from);
        // Dated at the deadline that was promised, also where it was given its grace again.
        let dated = |owed: Owed| Owed { deadline: self.promise.deadline(owed.due), ..owed };
        News { missed: settled.missed.into_iter().map(dated).collect(), kept: settled.kept > 0 }
    }
}

/// What a heartbeat owed when the engine ended, from the newest thing known of it.
pub(crate) fn heartbeat_due(promise: &Promise, state: &ProbeState) -> Option<Timestamp> {
    let judged = state.judged.as_ref()?;
    if judged.outcome == model::Outcome::Missed {
        let grace = promise.deadline(Timestamp(0)).since(Timestamp(0));
        return Some(promise.due_after(judged.at - grace));
    }
    let next = promise.due_after(judged.at);
    let settled_early = judged.at > promise.owed(next).near;
    Some(if settled_early { promise.due_after(next) } else { next })
}

/// What the `missed` run says: "expected 02:00 Berlin, did not come by 02:30".
pub(crate) fn message(schedule: &Schedule, owed: Owed, running: Option<Timestamp>, zone: Tz) -> String {
    let zone = match schedule {
        Schedule::Cron { time_zone, .. } => time_zone.parse().unwrap_or(zone),
        Schedule::Every { .. } => zone,
    };
    let expected = words::clock_zoned(owed.due, zone, owed.deadline);
    let by = words::clock(owed.deadline, zone, owed.deadline);
    match running {
        Some(began) => {
            format!("expected {expected}, began {} and had not ended by {by}", words::clock(began, zone, owed.deadline))
        }
        None => format!("expected {expected}, did not come by {by}"),
    }
}

#[cfg(test)]
#[path = "expect_tests.rs"]
mod tests;
