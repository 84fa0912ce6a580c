//! When: one task owns every probe's next moment and every promise's deadline.
//!
//! Planned moments come from the calendar (`rules::schedule`: phase + n periods, or cron) and are turned into timers through the
//! [`Clock`], again each time, so that neither drift nor a clock that is set moves them for long. A probe goes back into the queue
//! before it is asked, so nothing that happens while asking can lose it. The task never waits for anybody: checks run in
//! tasks of their own, and the recorder is only ever tried.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{Arc, atomic::Ordering},
};

use futures::FutureExt;
use model::{ProbeId, Reason, Run, Span, Subject, Timestamp};
use tokio::sync::mpsc;
use tokio_util::{
    sync::CancellationToken,
    time::{DelayQueue, delay_queue::Key},
};

use crate::{
    execute::Executor,
    landscape::Landscape,
    watched::Watched,
    work::{Attempt, Work},
};

/// A timer may fire this much early, as it counts whole milliseconds.
const EARLY: Span = Span::ms(5);
/// No timer is longer, so that a clock that was set, or a machine that slept, is noticed within this time.
const LONGEST: Span = Span::hours(1);
/// How long until the recorder, whose queue was full, is tried again.
const AGAIN: Span = Span::ms(500);

/// What the schedule is told.
pub(crate) enum Command {
    /// The catalogue as it is now.
    Landscape(Arc<Landscape>),
    /// A change is being confirmed: ask again at this moment, if not sooner anyway.
    Confirm(ProbeId, Timestamp),
    /// The next deadline of a promise; `None`: there is none.
    Deadline(Subject, Option<Timestamp>),
    /// This probe should have been asked at this moment long ago (says the watchdog).
    Rearm(ProbeId, Timestamp),
}

#[derive(Debug, Clone, Copy)]
enum Due {
    /// With the moment it was planned for, by which a timer that was overtaken is known.
    Probe(ProbeId, Timestamp),
    Deadline(Subject),
}

struct Entry {
    watched: Arc<Watched>,
    planned: Timestamp,
    key: Key,
}

/// Owner of the queue.
pub(crate) struct Schedule {
    queue: DelayQueue<Due>,
    probes: HashMap<ProbeId, Entry>,
    deadlines: HashMap<Subject, (Timestamp, Key)>,
    executor: Arc<Executor>,
    record: mpsc::Sender<Work>,
}

impl Schedule {
    /// With nothing planned.
    pub(crate) fn new(executor: Arc<Executor>, record: mpsc::Sender<Work>) -> Self {
        Self { queue: DelayQueue::new(), probes: HashMap::new(), deadlines: HashMap::new(), executor, record }
    }

    /// Runs until it is stopped.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>, stop: CancellationToken) {
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(command) = commands.recv() => self.obey(command),
                Some(expired) = poll_fn(|cx| self.queue.poll_expired(cx)), if !self.queue.is_empty() => {
                    self.come(expired.into_inner());
                    // What else is due by now needs no look at the rest before each; all of it goes back to a later moment.
                    while let Some(Some(expired)) = poll_fn(|cx| self.queue.poll_expired(cx)).now_or_never() {
                        self.come(expired.into_inner());
                    }
                }
                else => return,
            }
        }
    }

    fn come(&mut self, due: Due) {
        match due {
            Due::Probe(probe, planned) => self.fire(probe, planned),
            Due::Deadline(subject) => self.remind(subject),
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Landscape(landscape) => self.follow(&landscape),
            Command::Confirm(probe, at) => self.confirm(probe, at),
            Command::Deadline(subject, deadline) => self.expect(subject, deadline),
            Command::Rearm(probe, seen) => self.rearm(probe, seen),
        }
    }

    fn now(&self) -> Timestamp {
        self.executor.clock.now()
    }

    fn insert(&mut self, due: Due, at: Timestamp) -> Key {
        let wait = at.since(self.now()).min(LONGEST);
        self.queue.insert(due, wait.as_duration())
    }

    /// Takes over a catalogue. What is the same keeps its timer, and what kept its schedule keeps its planned moment.
    fn follow(&mut self, landscape: &Landscape) {
        let gone: Vec<ProbeId> = self
            .probes
            .keys()
            .filter(|id| !landscape.probes.get(id).is_some_and(|watched| watched.is_scheduled()))
            .copied()
            .collect();
        for id in gone {
            if let Some(entry) = self.probes.remove(&id) {
                self.queue.try_remove(&entry.key);
                entry.watched.plan(None);
            }
        }
        let now = self.now();
        for watched in landscape.probes.values().filter(|watched| watched.is_scheduled()) {
            match self.probes.get_mut(&watched.id()) {
                Some(entry) if Arc::ptr_eq(&entry.watched, watched) => {}
                Some(entry)
                    if entry.watched.spec().schedule == watched.spec().schedule
                        && entry.watched.pauses == watched.pauses =>
                {
                    watched.plan(Some(entry.planned));
                    entry.watched = Arc::clone(watched);
                }
                Some(entry) => {
                    // What waits for a place under the old plan is given up in silence: it must not ask within a pause.
                    entry.watched.plan(None);
                    self.plan(Arc::clone(watched), watched.next_after(now));
                }
                None => self.plan(Arc::clone(watched), watched.next_after(now)),
            }
        }
        self.executor.gauges.probes.store(u64::try_from(self.probes.len()).unwrap_or(0), Ordering::Relaxed);
    }

    /// Puts a probe into the queue for this moment, in place of where it was.
    fn plan(&mut self, watched: Arc<Watched>, planned: Timestamp) {
        watched.plan(Some(planned));
        let id = watched.id();
        let key = self.insert(Due::Probe(id, planned), planned);
        if let Some(before) = self.probes.insert(id, Entry { watched, planned, key }) {
            self.queue.try_remove(&before.key);
        }
    }

    /// A probe's timer went off.
    fn fire(&mut self, id: ProbeId, planned: Timestamp) {
        if self.probes.get(&id).is_none_or(|entry| entry.planned != planned) {
            return;
        }
        let Some(Entry { watched, .. }) = self.probes.remove(&id) else { return };
        let now = self.now();
        if planned > now + EARLY {
            // A long wait in pieces, or the clock was set back; then what is planned must not lie further away than the calendar says.
            return self.plan(Arc::clone(&watched), planned.min(watched.next_after(now)));
        }
        self.plan(Arc::clone(&watched), watched.next_after(now.max(planned)));
        let period = watched.period_at(planned);
        let late = now.since(planned);
        if late >= period {
            let skipped = late.as_ms() / period.as_ms().max(1);
            let why = format!("could not start for {late}: the scheduler was late");
            self.executor.skip(watched, planned, skipped, why.into());
        } else {
            self.executor.start(watched, planned, None);
        }
    }

    fn confirm(&mut self, id: ProbeId, at: Timestamp) {
        let sooner = |entry: &&Entry| at < entry.planned && !entry.watched.pauses.hold_at(at);
        if let Some(entry) = self.probes.get(&id).filter(sooner) {
            let watched = Arc::clone(&entry.watched);
            self.plan(watched, at);
        }
    }

    fn rearm(&mut self, id: ProbeId, seen: Timestamp) {
        if self.probes.get(&id).is_none_or(|entry| entry.planned != seen) {
            return;
        }
        // Its key is not removed from the queue: if its timer is lost, the key may be another's by now.
        let Some(Entry { watched, .. }) = self.probes.remove(&id) else { return };
        let now = self.now();
        tracing::error!(integration = %watched.integration(), probe = %watched.spec().slug, planned = %seen, "a probe was lost from the schedule");
        self.plan(Arc::clone(&watched), watched.next_after(now));
        let skipped = now.since(seen).as_ms() / watched.period_at(seen).as_ms().max(1);
        let mut run = self.executor.ours(&watched, seen, Reason::Internal, "was lost from the schedule and put back");
        run.skipped = i32::try_from(skipped).ok();
        self.tell(watched, run);
    }

    /// Records a run without waiting; one that finds the queue full is lost, which the log says.
    fn tell(&self, watched: Arc<Watched>, run: Run) {
        let attempt = Work::Attempt(Box::new(Attempt { watched, run, done: None }));
        if self.record.try_send(attempt).is_err() {
            self.executor.gauges.lost.fetch_add(1, Ordering::Relaxed);
            tracing::error!("the recorder's queue is full: a run that says that a probe was late is lost");
        }
    }

    fn expect(&mut self, subject: Subject, deadline: Option<Timestamp>) {
        if let Some((_, key)) = self.deadlines.remove(&subject) {
            self.queue.try_remove(&key);
        }
        if let Some(deadline) = deadline {
            let key = self.insert(Due::Deadline(subject), deadline);
            self.deadlines.insert(subject, (deadline, key));
        }
    }

    /// A deadline's timer went off: whether anything was missed is for the recorder to say, which knows what came.
    fn remind(&mut self, subject: Subject) {
        let Some((deadline, _)) = self.deadlines.remove(&subject) else { return };
        let now = self.now();
        // A run that begins at the deadline is in time: it is over one millisecond later.
        if now <= deadline {
            let key = self.insert(Due::Deadline(subject), deadline + Span::ms(1));
            self.deadlines.insert(subject, (deadline, key));
        } else if self.record.try_send(Work::Deadline(subject)).is_err() {
            let key = self.insert(Due::Deadline(subject), now + AGAIN);
            self.deadlines.insert(subject, (deadline, key));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        MonitorConfig,
        testing::{Bench, probe},
    };

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_was_lost_is_put_back_and_told_of_once() {
        let api = probe("api", "10s", &json!({}), &json!({}));
        let (bench, _commands, mut inbox) = Bench::idle(&[vec![api]], &MonitorConfig::new("unused"));
        let mut schedule = Schedule::new(Arc::clone(&bench.executor), bench.record.clone());
        schedule.obey(Command::Landscape(Arc::clone(&bench.landscape)));
        let watched = bench.landscape.probes.values().next().expect("a probe");
        let planned = watched.next_at().expect("planned");
        schedule.queue.clear();

        bench.pass(Span::seconds(35)).await;
        schedule.obey(Command::Rearm(watched.id(), planned));
        schedule.obey(Command::Rearm(watched.id(), planned));

        let Ok(Work::Attempt(told)) = inbox.try_recv() else { panic!("a run") };
        assert_eq!((told.run.reason, told.run.scheduled_at), (Some(Reason::Internal), Some(planned)));
        assert!(inbox.try_recv().is_err(), "what is on the schedule again is not lost");
        assert!(watched.next_at().is_some_and(|next| next > bench.clock.now()));
        assert_eq!(schedule.queue.len(), 1);
    }
}
