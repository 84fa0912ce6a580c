//! Nobody waits for ever: notices attempts that did not end and probes that the schedule lost.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use model::{Reason, Span, Timestamp};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    execute::Executor,
    landscape::Landscape,
    schedule::Command,
    work::{Attempt, Work},
};

/// How long after its timeout an attempt may still end by itself.
const GRACE: Span = Span::seconds(1);

/// Looks at every probe once a second.
pub(crate) struct Watchdog {
    pub(crate) executor: Arc<Executor>,
    pub(crate) landscape: watch::Receiver<Arc<Landscape>>,
    pub(crate) schedule: mpsc::Sender<Command>,
    pub(crate) record: mpsc::Sender<Work>,
}

impl Watchdog {
    /// Runs until it is stopped.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => self.look(self.executor.clock.now()),
            }
        }
    }

    /// One look. An attempt that outlives its timeout by a second can only be one that blocks its thread: it is recorded as ours
    /// and what it still says is not heard.
    pub(crate) fn look(&self, now: Timestamp) {
        let landscape = Arc::clone(&self.landscape.borrow());
        for watched in landscape.probes.values() {
            if watched.overdue(now - GRACE) {
                self.executor.gauges.rearmed.fetch_add(1, Ordering::Relaxed);
                let message = format!("did not end within {} and was given up", watched.spec().timeout);
                tracing::error!(integration = %watched.integration(), probe = %watched.spec().slug, message, "a probe hangs");
                let run = self.executor.ours(watched, now, Reason::Internal, &message);
                let attempt = Attempt { watched: Arc::clone(watched), run, done: None };
                if self.record.try_send(Work::Attempt(Box::new(attempt))).is_err() {
                    self.executor.gauges.lost.fetch_add(1, Ordering::Relaxed);
                }
            }
            let lost = watched.next_at().filter(|planned| watched.is_scheduled() && *planned + GRACE < now);
            if let Some(planned) = lost.filter(|planned| now.since(*planned) > twice(watched.period_at(*planned))) {
                self.executor.gauges.rearmed.fetch_add(1, Ordering::Relaxed);
                // A schedule that does not listen will be asked again in a second.
                let _ = self.schedule.try_send(Command::Rearm(watched.id(), planned));
            }
        }
    }
}

fn twice(period: Span) -> Span {
    Span::ms(period.as_ms().saturating_mul(2))
}
