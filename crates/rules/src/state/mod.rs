//! What a run moves: the state of a probe, and the state of what an integration sends and promises.
//!
//! Both are folds: the state before and one run give the state after, so that the engine, a replay and the demo's history
//! arrive at the same. They are stored as JSON text; fields that are absent are as in a new state.

#[cfg(test)]
pub(crate) mod fixture;
mod flapping;
#[cfg(test)]
mod maintenance_tests;
mod probe;
mod sent;

pub use flapping::Flapping;
pub use probe::ProbeState;
pub use sent::{Missed, SentState};

use model::{Outcome, Reason, Run, RunId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a state keeps of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// Which.
    pub id: RunId,
    /// When it began.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_us: Option<i64>,
    /// Why it was not ok.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl LastRun {
    fn of(run: &Run) -> Self {
        Self {
            id: run.id,
            at: run.started_at,
            outcome: run.outcome,
            latency_us: run.latency_us.or_else(|| run.duration_ms.map(|ms| ms.saturating_mul(1_000))),
            reason: run.reason,
        }
    }
}

/// A stretch of runs in a row that were not ok: from its first run to its newest, which tells why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// When its first run began.
    pub since: Timestamp,
    /// Its first run.
    pub first: RunId,
    /// Its newest run.
    pub newest: RunId,
    /// Why, as the newest run says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What happened, as the newest run says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The status that the newest run was answered with, where the protocol has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Records that the newest run says were refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<i64>,
}

impl Stretch {
    /// The stretch that `run` begins.
    fn begun_by(run: &Run) -> Self {
        Self {
            since: run.started_at,
            first: run.id,
            newest: run.id,
            reason: run.reason,
            message: run.message.clone(),
            status: run
                .exchange
                .as_ref()
                .and_then(|exchange| exchange.response.as_ref())
                .and_then(|response| response.status),
            refused: run.records.failed,
        }
    }

    /// The stretch after one more run.
    fn gone_on_by(&self, run: &Run) -> Self {
        Self { since: self.since, first: self.first, ..Self::begun_by(run) }
    }
}

/// `before` and one more run of the same kind, or a stretch that begins with it.
fn stretched(before: Option<&Stretch>, run: &Run) -> Stretch {
    before.map_or_else(|| Stretch::begun_by(run), |stretch| stretch.gone_on_by(run))
}
