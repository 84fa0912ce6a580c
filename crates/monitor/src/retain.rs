//! Forgetting: what is older than the settings keep goes, a little at a time.

use model::{Span, Timestamp, settings::Keep};
use store::{Expired, Store};
use tokio::task::yield_now;

use crate::MonitorError;

/// The store deletes so many rows at once at most; fewer mean that nothing is left.
const SLICE: u64 = 1_000;

/// What goes when.
pub(crate) struct Retention {
    /// How long things are kept.
    pub(crate) keep: Keep,
}

impl Retention {
    /// Deletes what is too old, in slices that hold up no commit for long. Answers how many rows went.
    pub(crate) async fn run(&self, store: &Store, now: Timestamp) -> Result<u64, MonitorError> {
        let kinds = [
            (Expired::OkProbeRuns, self.keep.ok_probe_runs_days),
            (Expired::Runs, self.keep.runs_days),
            (Expired::MinuteRollups, self.keep.minutes_days),
            (Expired::HourRollups, self.keep.hours_days),
            // They end by themselves and open nothing from then on, so nothing is kept of them.
            (Expired::Sessions, 0),
            (Expired::Links, 0),
        ];
        let mut gone = 0;
        for (kind, days) in kinds {
            let before = now - Span::hours(i64::from(days) * 24);
            loop {
                let slice = store.delete_expired(kind, before).await?;
                gone += slice;
                if slice < SLICE {
                    break;
                }
                yield_now().await;
            }
        }
        store.give_back_space().await?;
        Ok(gone)
    }
}
