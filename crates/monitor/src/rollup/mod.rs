//! Roll-ups: minutes from raw rows, hours from minutes, days from hours. A bucket is made anew and replaced, never added to.
//!
//! ```text
//! minutes (which, and from what they are read) -> minute (one in the making) -> coarser (hours, days)
//! ```
//!
//! The recorder marks the minutes of what it commits; a minute that is made marks its hour, an hour its day. Minutes are made once
//! they are over, each for every active probe whether it ran in it or not, so that the time a verdict held has no gaps. Hours
//! add up the time of their minutes; what no minute tells of (the engine was down) is unknown. Buckets that are not over yet
//! are made each time only while they are few; of many subjects the open hour and day follow every ten minutes.

mod coarser;
mod minute;
mod minutes;

use chrono_tz::Tz;
use model::{Rollup, Span, Step, Timestamp, settings::Keep};
use rules::{bucket, rollup::RunFigures};
use store::{Dirty, Figures, Store};

use crate::{MonitorError, figures::Gauges, landscape::Landscape};

/// Open buckets of at most so many subjects are made every time.
const FEW: usize = 64;
/// Marks taken at once: those of a minute of ten thousand probes, since each page of a minute's marks means another pass over its
/// runs.
const PAGE: u32 = 50_000;
/// Roll-ups written at once.
const AT_ONCE: usize = 250;
const MINUTE: Span = Span::minutes(1);

/// Maker of roll-ups; one at a time.
pub(crate) struct RollUp {
    zone: Tz,
    keep: Keep,
    /// Every active probe has its minutes up to here.
    filled_to: Option<Timestamp>,
    /// When the open hours and days of many subjects were made last.
    open_made: [Timestamp; 2],
}

impl RollUp {
    /// Of this reporting zone.
    pub(crate) fn new(zone: Tz, keep: Keep) -> Self {
        Self { zone, keep, filled_to: None, open_made: [Timestamp::MIN; 2] }
    }

    /// Makes what has to be made. Answers how many roll-ups were written.
    pub(crate) async fn run(
        &mut self,
        store: &Store,
        landscape: &Landscape,
        now: Timestamp,
        gauges: &Gauges,
    ) -> Result<u64, MonitorError> {
        let mut made = Made { store, landscape, zone: self.zone, now, horizon: self.horizon(now), written: 0 };
        self.minutes(&mut made).await?;
        self.coarser(&mut made, Step::Hour).await?;
        self.coarser(&mut made, Step::Day).await?;
        gauges.rollups.fetch_add(made.written, std::sync::atomic::Ordering::Relaxed);
        Ok(made.written)
    }

    /// Before this moment raw rows or minutes may be gone, and nothing can be made anew of them.
    fn horizon(&self, now: Timestamp) -> Timestamp {
        let days = self.keep.ok_probe_runs_days.min(self.keep.minutes_days);
        now - Span::hours(i64::from(days) * 24) + Span::hours(1)
    }
}

/// One call's work.
struct Made<'a> {
    store: &'a Store,
    landscape: &'a Landscape,
    zone: Tz,
    now: Timestamp,
    horizon: Timestamp,
    written: u64,
}

impl Made<'_> {
    async fn put(&mut self, rollups: &[Rollup], done: &[Dirty], step: Option<Step>) -> Result<(), MonitorError> {
        let next: Vec<_> = step.map_or_else(Vec::new, |step| {
            let next = |rollup: &Rollup| (rollup.subject, step, bucket::start_of(step, self.zone, rollup.bucket));
            rollups.iter().map(next).collect()
        });
        self.store.put_rollups(rollups, done, &next).await?;
        self.written += u64::try_from(rollups.len()).unwrap_or(0);
        Ok(())
    }
}

/// A run as roll-ups see it.
fn figures_of(run: Figures) -> RunFigures {
    RunFigures {
        outcome: run.outcome,
        latency_us: run.latency_us,
        measures: run.measures,
        units_counted: run.units_counted,
        run_counted: run.run_counted,
    }
}

#[cfg(test)]
mod tests;
