//! The one writer. Runs are folded as they come, committed in groups, and only then told of.
//!
//! ```text
//! inbox -> fold (desk) -> wait a moment for more -> one transaction -> answers, board, events
//!                                  | it failed
//!                                  v
//!                          spool (fsynced) -> answers, board, events; replayed in order when the store is back
//! ```
//!
//! Where nobody waits, runs lie in the inbox until the batch is due that takes them: to be woken for each costs more than to fold it.
//!
//! A batch starts when the writer is free: at once if a sender waits, else when the oldest run has waited for half of
//! [`crate::MonitorConfig::batch_wait`]. While a commit is in the air the next runs are folded and gathered; when it takes
//! long, its own go to the spool as well. Runs that integrations send are never spooled: they are answered after the real
//! commit or told to come again, so that nothing is stored of which the sender was told that it was not (save for a commit
//! whose outcome was lost with the connection).

mod flight;
mod marks;
mod replay;

use std::{sync::Arc, sync::atomic::Ordering, time::Duration};

use model::Span;
use store::{RunRecord, Store};
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

use self::{
    flight::{Air, Flight, fly},
    marks::Marks,
};
use crate::{
    MonitorConfig, MonitorError,
    boarding::{Boarding, SETTLE},
    desk::Desk,
    execute::Done,
    figures::Gauges,
    landscape::Landscape,
    schedule::Command,
    spool::Spool,
    work::{Group, Work},
};

/// The pause after the first failure; doubled after each further one.
const FIRST_PAUSE: Span = Span::ms(250);

/// The one writer.
pub(crate) struct Recorder {
    pub(crate) inbox: mpsc::Receiver<Work>,
    pub(crate) schedule: mpsc::Sender<Command>,
    pub(crate) store: Store,
    pub(crate) config: MonitorConfig,
    pub(crate) gauges: Arc<Gauges>,
    pub(crate) desk: Desk,
    pub(crate) boarding: Boarding,
    pub(crate) spool: Spool,
    pub(crate) waiting: Waiting,
    /// Rung for what is not to lie in the inbox for a while.
    pub(crate) hurry: Arc<Notify>,
}

/// What waits for a commit, and how the last ones went.
#[derive(Default)]
pub(crate) struct Waiting {
    runs: Vec<RunRecord>,
    dones: Vec<(usize, Done)>,
    groups: Vec<Group>,
    /// Since when the oldest of them waits.
    since: Option<Instant>,
    /// Set while the store is away.
    away: Option<Away>,
    /// After a batch was refused for what it holds, groups go alone, so that the bad one is found.
    alone: bool,
    /// Rows of the next replay; halved when the store refuses a chunk for what it holds.
    chunk: Option<usize>,
    marks: Marks,
    closing: bool,
}

/// The store is away.
struct Away {
    /// When it is tried again.
    until: Instant,
    pause: Span,
}

impl Recorder {
    /// Runs until it is told to close and everything is safe.
    pub(crate) async fn run(mut self) {
        let mut ticks = interval(SETTLE.as_duration());
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut air: Option<Air> = None;
        let mut received = Vec::new();
        let mut open = true;
        // Until when the inbox is left alone.
        let mut rest: Option<Instant> = None;
        loop {
            self.pass_on().await;
            let now = Instant::now();
            // Only while a batch is under way: what comes first must tell when the next one is due.
            rest = rest.filter(|until| now < *until && self.waiting.since.is_some());
            if let Some(air) = &mut air {
                self.watch(air, now).await;
            }
            if self.is_due(now) && (air.is_none() || self.waiting.away.is_some()) {
                // What came meanwhile goes along, so that nothing waits for more than one batch.
                self.take_all();
            }
            if self.waiting.away.is_some() && self.is_due(now) {
                self.spool_waiting().await;
            }
            if air.is_none()
                && let Some(flight) = self.next_flight(now).await
            {
                air = Some(self.take_off(flight));
                rest = None;
                continue;
            }
            if !open && air.is_none() && self.is_idle() {
                return self.end();
            }
            self.gauges.waiting.store(u64::try_from(self.waits()).unwrap_or(0), Ordering::Relaxed);
            let room = self.room();
            let wake = self.wake(now, air.as_ref());
            let wake = rest.map_or(wake, |until| wake.min(until));
            tokio::select! {
                biased;
                landed = fly(&mut air) => {
                    let is_spooled = air.take().is_some_and(|air| air.is_spooled);
                    self.landed(landed, is_spooled).await;
                }
                _ = ticks.tick() => {
                    let touched = self.desk.look_around();
                    self.boarding.sweep(&self.desk, touched);
                }
                () = self.hurry.notified(), if rest.is_some() => rest = None,
                count = self.inbox.recv_many(&mut received, room), if open && room > 0 && rest.is_none() => {
                    open = count > 0;
                    self.waiting.closing |= !open;
                    for work in received.drain(..) {
                        self.take(work);
                    }
                    rest = Some(Instant::now() + self.gather());
                }
                () = sleep_until(wake) => {}
            }
        }
    }

    /// Runs and groups that wait.
    fn waits(&self) -> usize {
        self.waiting.runs.len() + self.waiting.groups.len()
    }

    /// For how many more there is room.
    fn room(&self) -> usize {
        self.config.queue_rows.saturating_sub(self.waits())
    }

    /// Takes all that lies in the inbox, as far as there is room.
    fn take_all(&mut self) {
        while self.room() > 0
            && let Ok(work) = self.inbox.try_recv()
        {
            self.take(work);
        }
    }

    fn take(&mut self, work: Work) {
        match work {
            Work::Attempt(mut attempt) => {
                self.desk.attempt(&attempt.watched, &mut attempt.run);
                if let Some(done) = attempt.done {
                    self.waiting.dones.push((self.waiting.runs.len(), done));
                }
                let probe = &attempt.watched.probe;
                self.waiting.runs.push(RunRecord {
                    run: attempt.run,
                    integration_id: probe.integration_id,
                    probe_id: Some(probe.id),
                });
            }
            Work::Group(mut group) => {
                for sent in &mut group.runs.runs {
                    self.desk.note(group.integration, &mut sent.record.run, group.past.as_ref());
                }
                self.waiting.groups.push(group);
            }
            Work::Deadline(subject) => self.desk.deadline(subject),
            Work::Landscape(landscape, done) => {
                self.follow(landscape);
                let _ = done.send(());
            }
            Work::Close => {
                self.waiting.closing = true;
                self.inbox.close();
            }
        }
    }

    /// Takes over a catalogue.
    pub(crate) fn follow(&mut self, landscape: Arc<Landscape>) {
        let before = Arc::clone(&self.desk.landscape);
        self.desk.follow(landscape);
        self.boarding.follow(&self.desk, &before);
    }

    /// Hands on what folding gave: commands to the schedule, `missed` runs to the next batch.
    async fn pass_on(&mut self) {
        for command in std::mem::take(&mut self.desk.commands) {
            // The schedule never waits for us, so this does not block; once it has stopped, nobody needs to know.
            let _ = self.schedule.send(command).await;
        }
        self.waiting.runs.append(&mut self.desk.missed);
        let waits = !self.waiting.runs.is_empty()
            || !self.waiting.groups.is_empty()
            || self.desk.has_unsaved(self.waiting.closing);
        if waits && self.waiting.since.is_none() {
            self.waiting.since = Some(Instant::now());
        }
    }

    fn gather(&self) -> Duration {
        self.config.batch_wait.as_duration() / 2
    }

    /// Whether what waits has waited for long enough.
    fn is_due(&self, now: Instant) -> bool {
        let Some(since) = self.waiting.since else { return false };
        self.waiting.closing
            || now >= since + self.gather()
            || self.waiting.runs.len() >= self.config.batch_rows
            || (self.waiting.away.is_none() && !self.waiting.groups.is_empty())
    }

    /// When there is something to do, if nothing comes.
    fn wake(&self, now: Instant, air: Option<&Air>) -> Instant {
        let waits = self.waiting.since.map(|since| since + self.gather());
        let waiting_runs = waits.filter(|_| !self.waiting.runs.is_empty());
        let due = match (&self.waiting.away, air) {
            (None, None) => waits,
            (None, Some(air)) => air.slow_at,
            (Some(_), Some(air)) => waiting_runs.into_iter().chain(air.slow_at).min(),
            (Some(away), None) => Some(waiting_runs.unwrap_or(away.until).min(away.until)),
        };
        due.unwrap_or(now + Duration::from_hours(1))
    }

    /// Whether nothing is left that could still be made safe.
    fn is_idle(&self) -> bool {
        self.waiting.runs.is_empty()
            && (self.waiting.away.is_some()
                || (self.waiting.groups.is_empty() && !self.desk.has_unsaved(self.waiting.closing)))
    }

    fn end(self) {
        for group in self.waiting.groups {
            let _ = group.reply.send(Err(MonitorError::Stopped));
        }
    }

    /// The next batch, if it is time for one.
    async fn next_flight(&mut self, now: Instant) -> Option<Flight> {
        self.waiting.groups.retain(|group| !group.reply.is_closed());
        match &self.waiting.away {
            None => self.is_due(now).then(|| self.gathered()),
            Some(_) if self.waiting.closing => None,
            Some(away) if now < away.until => None,
            Some(_) if self.spool.is_empty() => Some(self.gathered()),
            Some(_) => self.replay().await,
        }
    }
}
