//! What an integration promises of its own runs.

use serde::{Deserialize, Serialize};

use crate::{Schedule, Span};

/// A promise: a run every so often or by cron, with grace and perhaps a least number of units. Any run that the integration
/// sends satisfies it; else a `missed` run is recorded, dated at the deadline (due moment + grace).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Expectation {
    /// When a run is due.
    #[serde(flatten)]
    pub schedule: Schedule,
    /// How much later it may come.
    pub grace: Span,
    /// Fewer units than this in one period count as missed, though runs came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_units: Option<f64>,
}
