//! What runs add up to, per subject and bucket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Outcome, Subject, Timestamp};

crate::outcome::words! {
    /// The length of a bucket. Hours and days are those of the reporting zone.
    Step, "a step" {
        /// A minute.
        Minute = "minute",
        /// An hour.
        Hour = "hour",
        /// A day of the reporting zone; 23 or 25 hours long when clocks change.
        Day = "day",
    }
}

/// Runs per outcome. `running` is no end and is not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Counts {
    /// As they should be.
    pub ok: i64,
    /// Worked, with a warning.
    pub warn: i64,
    /// Worked, some records rejected.
    pub partial: i64,
    /// Did not work.
    pub failed: i64,
    /// Did not come.
    pub missed: i64,
    /// Our side could not tell.
    pub unknown: i64,
    /// Stopped by someone.
    pub cancelled: i64,
}

impl Counts {
    /// One more of these.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ok => self.ok += 1,
            Outcome::Warn => self.warn += 1,
            Outcome::Partial => self.partial += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Missed => self.missed += 1,
            Outcome::Unknown => self.unknown += 1,
            Outcome::Cancelled => self.cancelled += 1,
            Outcome::Running => {}
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            ok: self.ok + other.ok,
            warn: self.warn + other.warn,
            partial: self.partial + other.partial,
            failed: self.failed + other.failed,
            missed: self.missed + other.missed,
            unknown: self.unknown + other.unknown,
            cancelled: self.cancelled + other.cancelled,
        }
    }

    /// Those that count for the error rate: ok, warn, partial, failed, missed.
    pub fn judged(self) -> i64 {
        self.ok + self.warn + self.partial + self.failed + self.missed
    }

    /// Those that count as failures: failed, missed.
    pub fn failures(self) -> i64 {
        self.failed + self.missed
    }

    /// `(failed + missed) / (ok + warn + partial + failed + missed)`; `None` where nothing was judged.
    #[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^52")]
    pub fn error_rate(self) -> Option<f64> {
        (self.judged() > 0).then(|| self.failures() as f64 / self.judged() as f64)
    }
}

/// How long each verdict held within a bucket; they add up to the bucket's length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Held {
    /// Up.
    pub up_ms: i64,
    /// Up with a warning.
    pub warn_ms: i64,
    /// Down.
    pub down_ms: i64,
    /// No evidence.
    pub unknown_ms: i64,
    /// In maintenance.
    pub maintenance_ms: i64,
}

impl Held {
    /// All of it.
    pub fn total_ms(self) -> i64 {
        self.up_ms + self.warn_ms + self.down_ms + self.unknown_ms + self.maintenance_ms
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            up_ms: self.up_ms + other.up_ms,
            warn_ms: self.warn_ms + other.warn_ms,
            down_ms: self.down_ms + other.down_ms,
            unknown_ms: self.unknown_ms + other.unknown_ms,
            maintenance_ms: self.maintenance_ms + other.maintenance_ms,
        }
    }
}

/// Sum, least, most and a mergeable quantile sketch of one number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many values.
    pub count: i64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
    /// A version byte and the sketch's bytes; read and merged by `rules::rollup` alone.
    pub sketch: Vec<u8>,
}

/// What a subject's runs of one bucket add up to. Replaced as a whole, never added to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollup {
    /// Whose.
    pub subject: Subject,
    /// How long a bucket.
    pub step: Step,
    /// When it begins.
    pub bucket: Timestamp,
    /// Runs per outcome.
    pub counts: Counts,
    /// How long each verdict held.
    pub held: Held,
    /// Latency in microseconds; `None` where no run had one.
    pub latency: Option<Summary>,
    /// Measures by name.
    pub measures: BTreeMap<String, Summary>,
    /// Distinct units that count for hours.
    pub units: f64,
    /// Distinct runs that count for hours.
    pub unit_runs: i64,
}
