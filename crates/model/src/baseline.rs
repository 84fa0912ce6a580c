//! The human effort that one unit of work took before the integration.

use serde::{Deserialize, Serialize};

use crate::{BaselineId, IntegrationId, Timestamp, integration::chrono_date::Day};

crate::outcome::words! {
    /// What a baseline's minutes are counted on.
    Per, "what a baseline counts" {
        /// Each distinct run that counts.
        Run = "run",
        /// Each distinct unit of work that such runs did.
        Unit = "unit",
    }
}

crate::outcome::words! {
    /// How the minutes are known, best first.
    BaselineMethod, "a method" {
        /// Records of the same task done by hand.
        HistoricalRecords = "historical_records",
        /// A sample was timed.
        TimedSample = "timed_sample",
        /// Those who did it were asked.
        Interview = "interview",
        /// Somebody guessed.
        Guess = "guess",
    }
}

/// What one writes of a baseline. Minutes of one person's work: least, likely, most, `0 <= low <= likely <= high`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BaselineSpec {
    /// Counted per run or per unit.
    pub per: Per,
    /// Minutes at least.
    pub low_minutes: f64,
    /// Minutes as a rule.
    pub likely_minutes: f64,
    /// Minutes at most.
    pub high_minutes: f64,
    /// How the minutes are known.
    pub method: BaselineMethod,
    /// Who or what said so: a name, a document, a link.
    pub source: String,
    /// The first day it holds for, in the reporting zone.
    pub valid_from: Day,
}

/// A baseline as it is stored: immutable. A change is a new version, which ends the one before on its `valid_from`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Baseline {
    /// Its row.
    #[serde(skip, default = "unstored")]
    pub id: BaselineId,
    /// Whose it is.
    #[serde(skip, default = "nobody")]
    pub integration: IntegrationId,
    /// 1, 2, 3 ... within the integration.
    pub version: i32,
    /// What was written.
    #[serde(flatten)]
    pub spec: BaselineSpec,
    /// When it was written.
    pub created_at: Timestamp,
}

fn unstored() -> BaselineId {
    BaselineId(0)
}

fn nobody() -> IntegrationId {
    IntegrationId(0)
}
