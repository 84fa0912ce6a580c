//! Hours saved, first form.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Hours saved in a period, with their range. Unverified: counted, not yet reconciled. The mean is `(low + 4 likely + high) / 6`
/// per unit (PERT), summed over the units of each baseline's days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct HoursSaved {
    /// The period's start.
    pub from: Timestamp,
    /// Its end, exclusive.
    pub to: Timestamp,
    /// What the period is called: "November", "30 days".
    pub period: String,
    /// `None`: no integration with a baseline has sent a run, so nothing is known. Never 0 for "nothing known".
    pub hours: Option<HoursRange>,
    /// Integrations that gave to the sum.
    pub counted: i64,
    /// Integrations without a baseline or without any sent run.
    pub without: i64,
}

/// A number of hours with its band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct HoursRange {
    /// All units at their least.
    pub low: f64,
    /// All units at their mean.
    pub mean: f64,
    /// All units at their most.
    pub high: f64,
    /// The units that were counted.
    pub units: f64,
}

/// What does not cross while a bridge is down, in hand work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Cost {
    /// Nobody can tell: "cost unknown (no baseline)".
    Unknown {
        /// What is missing: "no baseline", "no runs of the last 7 days to compare with".
        why: String,
    },
    /// Units that usually cross in this time and did not, and the hand work they stand for.
    HandWork {
        /// Units that did not cross.
        units: f64,
        /// What they are called, singular or plural as the number asks: "orders".
        unit: String,
        /// Hours of hand work at the baseline's mean.
        hours: f64,
    },
    /// It hurts nobody yet: paused, or nothing usually crosses at this time.
    None,
}

impl Cost {
    /// Unknown, since there is no baseline.
    pub fn without_baseline() -> Self {
        Self::Unknown { why: "no baseline".to_owned() }
    }

    /// For ordering: hours of hand work, 0 where unknown.
    pub fn hours(&self) -> f64 {
        match self {
            Self::HandWork { hours, .. } => *hours,
            Self::Unknown { .. } | Self::None => 0.0,
        }
    }
}
