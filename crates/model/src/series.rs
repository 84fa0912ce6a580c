//! Roll-ups as a chart and the API show them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Counts, Held, Step, Timestamp};

/// One bucket. Quantiles are of the bucket's merged sketch, in microseconds; absent where no run had a latency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct SeriesPoint {
    /// When the bucket begins.
    pub at: Timestamp,
    /// Runs per outcome.
    pub counts: Counts,
    /// Median latency.
    pub p50_us: Option<i64>,
    /// 95th percentile of latency.
    pub p95_us: Option<i64>,
    /// 99th percentile of latency.
    pub p99_us: Option<i64>,
    /// How long each verdict held.
    pub held: Held,
    /// The mean of each measure.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measures: BTreeMap<String, f64>,
    /// Distinct units that count for hours.
    pub units: f64,
}

/// A subject's buckets between two moments, gaps left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Series {
    /// The first moment asked for, at the start of its bucket.
    pub from: Timestamp,
    /// The end, exclusive.
    pub to: Timestamp,
    /// How long a bucket is.
    pub step: Step,
    /// The zone that hours and days are of.
    pub time_zone: String,
    /// The buckets that hold anything, oldest first.
    pub points: Vec<SeriesPoint>,
    /// All of them together.
    pub total: SeriesTotal,
}

/// A whole period in one row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct SeriesTotal {
    /// Runs per outcome.
    pub counts: Counts,
    /// `(failed + missed) / judged`; absent where nothing was judged.
    pub error_rate: Option<f64>,
    /// Median latency of the merged sketches.
    pub p50_us: Option<i64>,
    /// 95th percentile.
    pub p95_us: Option<i64>,
    /// 99th percentile.
    pub p99_us: Option<i64>,
    /// How long each verdict held.
    pub held: Held,
    /// Share of watched time that was up; absent below 95 % coverage.
    pub availability: Option<f64>,
    /// Share of the period that was watched.
    pub coverage: f64,
}
