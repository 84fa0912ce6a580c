//! One execution, with a start, a duration and an outcome.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Outcome, Reason, RunId, Slug, Timestamp};

crate::outcome::words! {
    /// Where the word of a run comes from.
    Origin, "an origin" {
        /// One probe's attempt.
        Probe = "probe",
        /// Real work that the integration sent word of.
        Integration = "integration",
        /// Recorded by the engine itself: what was expected and did not come.
        Expectation = "expectation",
    }
}

/// How many records a run touched. Absent: not said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// Read from the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<i64>,
    /// Written to the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<i64>,
    /// Refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<i64>,
    /// Left out on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<i64>,
}

impl Records {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where the time of one attempt went, in microseconds, in this order. Absent: did not happen (no TLS, no answer).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Phases {
    /// Resolving the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_us: Option<i64>,
    /// Connecting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_us: Option<i64>,
    /// The TLS handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_us: Option<i64>,
    /// From the request sent to the first byte of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte_us: Option<i64>,
    /// From the first byte to the last that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_us: Option<i64>,
}

/// One assertion, with both sides as they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Assertion {
    /// The expression as written.
    pub expr: String,
    /// Whether it held.
    pub passed: bool,
    /// Whether failing it only warns.
    #[serde(default)]
    pub warns: bool,
    /// The left side's value, when there are two sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// The right side's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
    /// Why it could not be told, as `json.items: no such key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The beginning of a body, as text, redacted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Body {
    /// At most 4,096 characters, of what a ping carried 10,000 bytes; bytes that are no UTF-8 are replaced.
    pub excerpt: String,
    /// Bytes in all, as far as they were read.
    pub bytes: i64,
    /// Whether there was more than the excerpt shows.
    pub cut: bool,
}

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Request {
    /// `GET`, or the protocol's word.
    pub method: String,
    /// The address, without user info.
    pub url: String,
    /// Sent headers; secrets are `(redacted)`.
    pub headers: Vec<(String, String)>,
    /// The sent body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// What was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Response {
    /// The status, where the protocol has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `HTTP/1.1`, `HTTP/2.0` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Received headers; secrets are `(redacted)`.
    pub headers: Vec<(String, String)>,
    /// The received body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The address that answered, `127.0.0.1:8080`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
}

/// What was said on the wire: kept whole for runs that are not ok, without bodies for those that are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Exchange {
    /// What was asked.
    pub request: Request,
    /// What was answered, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// The addresses that were followed from hop to hop, the first left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redirects: Vec<String>,
}

/// One step of a run that an integration sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RunStep {
    /// What it did: "load invoices".
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// What it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One execution. Of a probe's attempt it holds phases, assertions and exchange; of a sent run units, records and steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by its name, and none follows from another")]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Whose it is.
    pub integration: Slug,
    /// The probe that asked, or whose ping was expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<Slug>,
    /// Where the word of it comes from.
    pub origin: Origin,
    /// The integration's own id of it; sending the same again changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// `production` ...
    pub environment: String,
    /// When it was planned or due (for a `missed` run: its deadline).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Timestamp>,
    /// When it began (of a probe: the first network call).
    pub started_at: Timestamp,
    /// How long it took, waits left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// The same in microseconds, as it is rolled up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_us: Option<i64>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was not ok.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// One sentence: what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The system, as it was called then, that was down and explains it; absent also where it is beyond the scope of who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Slug>,
    /// Whether its integration was in maintenance or a freeze: then it does not count if it failed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_maintenance: bool,
    /// 1 for the first attempt of a check, 2 for its first retry ...
    #[serde(default = "first")]
    pub attempt: i32,
    /// Whether it moves the state: false for an attempt that is retried.
    #[serde(default = "yes")]
    pub last_attempt: bool,
    /// Periods that were skipped since the last run, when the scheduler was late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<i32>,
    /// Records touched.
    #[serde(default, skip_serializing_if = "Records::is_empty")]
    pub records: Records,
    /// Units of work done, as the integration says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<f64>,
    /// Units that count for hours: 0 when the outcome does not count or the business key was delivered before.
    #[serde(default)]
    pub units_counted: f64,
    /// Whether the run itself counts for hours (for baselines per run).
    #[serde(default)]
    pub run_counted: bool,
    /// Named numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measures: BTreeMap<String, f64>,
    /// The business's own key of what crossed: an order number.
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
    /// How long that took them, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touch_s: Option<i64>,
    /// Where the time went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<Phases>,
    /// What was asserted, and what held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
    /// What was said on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchange>,
    /// The steps that the integration told of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<RunStep>,
    /// Folded by the demo over scripted answers, never measured.
    #[serde(default, skip_serializing_if = "is_false")]
    pub demo_history: bool,
}

fn first() -> i32 {
    1
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}
