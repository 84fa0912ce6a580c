//! What the recorder is told: its only way in.

use std::{collections::BTreeMap, sync::Arc};

use model::{IntegrationId, Origin, Outcome, Receipt, Records, Run, RunId, Slug, Subject, Timestamp};
use store::SentGroup;
use tokio::sync::oneshot;

use crate::{MonitorError, execute::Done, landscape::Landscape, past::Past, watched::Watched};

/// Something for the recorder.
pub(crate) enum Work {
    /// A probe's attempt.
    Attempt(Box<Attempt>),
    /// Runs that an integration sent.
    Group(Group),
    /// The deadline of a promise has come; [`Subject::Sent`] or, for a heartbeat, [`Subject::Probe`].
    Deadline(Subject),
    /// The catalogue as it is now; answered when the board shows it.
    Landscape(Arc<Landscape>, oneshot::Sender<()>),
    /// No more is to come: commit or spool what there is, then end.
    Close,
}

/// One attempt of a probe, to be recorded.
pub(crate) struct Attempt {
    /// The probe.
    pub(crate) watched: Arc<Watched>,
    /// The run.
    pub(crate) run: Run,
    /// Who waits for its commit.
    pub(crate) done: Option<Done>,
}

/// Runs that were sent together: all or nothing.
pub(crate) struct Group {
    /// Whose they are.
    pub(crate) integration: IntegrationId,
    /// The runs with their hashes.
    pub(crate) runs: SentGroup,
    /// The windows of back then, where one of them failed and is late.
    pub(crate) past: Option<Past>,
    /// Who waits for their commit. Closed once the sender was told that it took too long.
    pub(crate) reply: oneshot::Sender<Result<Vec<Receipt>, MonitorError>>,
}

/// A run about which nothing but this is known.
pub(crate) fn blank_run(
    id: RunId,
    integration: Slug,
    origin: Origin,
    environment: String,
    started_at: Timestamp,
    outcome: Outcome,
) -> Run {
    Run {
        id,
        integration,
        probe: None,
        origin,
        external_id: None,
        environment,
        scheduled_at: None,
        started_at,
        duration_ms: None,
        latency_us: None,
        outcome,
        reason: None,
        message: None,
        cause: None,
        in_maintenance: false,
        attempt: 1,
        last_attempt: true,
        skipped: None,
        records: Records::default(),
        units: None,
        units_counted: 0.0,
        run_counted: false,
        measures: BTreeMap::new(),
        business_key: None,
        event_at: None,
        delivered_at: None,
        touches: None,
        touch_s: None,
        phases: None,
        assertions: Vec::new(),
        exchange: None,
        steps: Vec::new(),
        demo_history: false,
    }
}
