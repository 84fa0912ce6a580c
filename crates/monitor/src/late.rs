//! Periods in which a probe could not start: counted at once, told in few runs.

use std::{
    borrow::Cow,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use model::{Reason, Run, Timestamp};

use crate::{
    execute::{Done, Executor, attempt_of},
    watched::Watched,
    work::Work,
};

/// So many runs that say that a probe was late are recorded in [`TELLING`]. When there is more to record than can be stored, checks
/// that did happen come first, and what did not is told in fewer runs, each for more periods.
pub(crate) const LATE_AT_ONCE: usize = 64;
const TELLING: Duration = Duration::from_secs(1);

/// What the run of a check says that got no slot.
pub(crate) const NO_SLOT: &str = "could not start within its period: no free slot";

impl Executor {
    /// Notes that a probe could not start for so many periods. A task tells of them, and of those that are skipped until it does.
    pub(crate) fn skip(
        self: &Arc<Self>,
        watched: Arc<Watched>,
        planned: Timestamp,
        periods: i64,
        why: Cow<'static, str>,
    ) {
        if self.stop.is_cancelled() || !watched.skips(periods) {
            return;
        }
        let this = Arc::clone(self);
        self.checks.spawn("a late check", async move {
            // Held for a while after, which bounds how many such runs there are in a second.
            let Ok(_turn) = this.late_places.acquire().await else { return };
            this.tell_late(&watched, planned, &why, None).await;
            tokio::select! {
                () = tokio::time::sleep(TELLING) => {}
                () = this.stop.cancelled() => {}
            }
        });
    }

    /// A check that got no slot. Whoever waits for it is told at once; one of a probe that is gone is nobody's.
    pub(crate) async fn give_up(self: &Arc<Self>, watched: &Arc<Watched>, planned: Timestamp, done: Option<Done>) {
        if self.stop.is_cancelled() {
            return;
        }
        if done.is_some() {
            watched.skips(1);
            self.tell_late(watched, planned, NO_SLOT, done).await;
        } else if watched.next_at().is_some() {
            self.skip(Arc::clone(watched), planned, 1, NO_SLOT.into());
        }
    }

    /// Records that a probe could not start, for all periods that were skipped until that run has its place.
    async fn tell_late(&self, watched: &Arc<Watched>, planned: Timestamp, why: &str, done: Option<Done>) {
        // Without a recorder there is nobody left to tell: the engine is gone.
        let Ok(place) = self.record.reserve().await else { return };
        let skipped = watched.take_skipped();
        if skipped == 0 && done.is_none() {
            // They are told of already, in a run that somebody waited for.
            return;
        }
        let hurries = done.is_some();
        let run = self.late(watched, planned, skipped, why);
        place.send(Work::Attempt(attempt_of(watched, run, done)));
        if hurries {
            self.hurry.notify_one();
        }
    }

    /// The one run that stands for `skipped` periods in which nothing could start.
    fn late(&self, watched: &Watched, planned: Timestamp, skipped: i64, why: &str) -> Run {
        self.gauges.late.fetch_add(1, Ordering::Relaxed);
        let mut run = self.ours(watched, planned, Reason::SchedulerLate, why);
        run.skipped = Some(i32::try_from(skipped).unwrap_or(i32::MAX));
        run
    }
}
