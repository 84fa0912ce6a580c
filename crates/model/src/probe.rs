//! A scheduled active question to an integration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{IntegrationId, ProbeId, Schedule, Slug, Span, Timestamp};

/// Further attempts within one check, before the state is moved. Each is a run; only the last moves the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Retries {
    /// How many; 0 to 5.
    pub count: u8,
    /// Waited before the first; doubled before each next.
    pub backoff: Span,
}

impl Default for Retries {
    fn default() -> Self {
        Self { count: 0, backoff: Span::seconds(1) }
    }
}

/// A named number that runs carry: a CEL expression over what the probe saw, and its unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureSpec {
    /// CEL, such as `json.queue.depth`.
    pub value: String,
    /// `count`, `s`, `ms`, `bytes`, `percent` or any short word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// What one writes of a probe. `options` belong to the kind; `probe::kinds()` tells which there are.
// No `deny_unknown_fields` here: serde then refuses the flattened schedule's own fields. The schedule refuses what is left over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct ProbeSpec {
    /// Its name in URLs, within the integration.
    pub slug: Slug,
    /// Its name for people; the slug if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `http`, `tcp`, `heartbeat` ...
    pub kind: String,
    /// What the kind needs to know: `url`, `method` ...
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub options: Map<String, Value>,
    /// When it asks; for a heartbeat, when a ping is due.
    #[serde(flatten)]
    pub schedule: Schedule,
    /// A hard end for one attempt; at most the period.
    #[serde(default = "timeout")]
    pub timeout: Span,
    /// Further attempts within one check.
    #[serde(default)]
    pub retries: Retries,
    /// So many failed checks in a row make it hard down.
    #[serde(default = "down_after")]
    pub down_after: u32,
    /// So many good checks in a row bring it back.
    #[serde(default = "up_after")]
    pub up_after: u32,
    /// Between checks while a change is being confirmed; a third of the period if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_interval: Option<Span>,
    /// CEL; one that does not hold makes the run `failed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assert: Vec<String>,
    /// CEL; one that does not hold makes the run `warn`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warn: Vec<String>,
    /// Numbers to keep and chart.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measures: BTreeMap<String, MeasureSpec>,
    /// Whether the integration stands or falls with it.
    #[serde(default = "yes")]
    pub counts: bool,
    /// Whether it asks at all.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether its failing is good: what must not answer, such as a port that is to be closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub upside_down: bool,
    /// The environment it asks, if not the integration's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

fn timeout() -> Span {
    Span::seconds(10)
}

fn down_after() -> u32 {
    3
}

fn up_after() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// A probe as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Probe {
    /// Its row.
    #[serde(skip, default = "unstored")]
    pub id: ProbeId,
    /// Whose it is.
    #[serde(skip, default = "nobody")]
    pub integration_id: IntegrationId,
    /// Whose it is, by name.
    pub integration: Slug,
    /// What was written of it.
    #[serde(flatten)]
    pub spec: ProbeSpec,
    /// Where a heartbeat's pings go: `/ping/{ping_key}`. `None` for every other kind.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ping_key: Option<String>,
    /// Since when it is known.
    pub created_at: Timestamp,
}

fn unstored() -> ProbeId {
    ProbeId(0)
}

fn nobody() -> IntegrationId {
    IntegrationId(0)
}
