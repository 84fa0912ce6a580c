//! The word that an integration sends of a run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Outcome, Reason, Records, RunId, RunStep, Timestamp};

/// A run as it is sent to `POST /api/v1/integrations/{slug}/runs`. Checked by `rules::sent` before it is read into this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SentRun {
    /// The sender's id of the run, 1 to 200 characters: sending the same again changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// When it began; now if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// `ok`, `warn`, `partial`, `failed`, `cancelled` or `running`.
    pub outcome: Outcome,
    /// Why it was not ok.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// One sentence, at most 2,000 characters: what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Units of work done: orders, payslips ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<f64>,
    /// Records touched.
    #[serde(default, skip_serializing_if = "Records::is_empty")]
    pub records: Records,
    /// Named numbers, at most 32.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measures: BTreeMap<String, f64>,
    /// The business's own key of what crossed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_key: Option<String>,
    /// When it happened in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_at: Option<Timestamp>,
    /// When it was there in the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// How often a person had to lend a hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touches: Option<i64>,
    /// How long that took them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touch_s: Option<i64>,
    /// The integration's environment if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// At most 100 steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<RunStep>,
}

/// The answer to one sent run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Receipt {
    /// The run that is stored.
    pub id: RunId,
    /// The sender's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// False if the same was there already.
    pub created: bool,
}
