//! The word that an integration sends, as runs: what it says is taken over, what follows from it is added.

use model::{IntegrationId, Origin, Outcome, Reason, Run, RunId, SentRun, Span, Timestamp, api::PingKind};
use rules::{
    outcome::{run_counted, units_counted},
    sent::content_hash,
};
use store::{RunRecord, SentGroup, SentRecord};

use crate::{landscape::Bridge, watched::Watched, work::blank_run};

/// Runs of an integration, as they are handed to the recorder; `id` makes an id for each.
pub(crate) fn group(bridge: &Bridge, sent: Vec<SentRun>, now: Timestamp, id: impl Fn() -> RunId) -> SentGroup {
    let record = |sent: SentRun| {
        let content_hash = content_hash(&sent);
        let run = run(bridge, sent, now, id());
        SentRecord { record: RunRecord { run, integration_id: bridge.id(), probe_id: None }, content_hash }
    };
    SentGroup { runs: sent.into_iter().map(record).collect() }
}

fn run(bridge: &Bridge, sent: SentRun, now: Timestamp, id: RunId) -> Run {
    let spec = &bridge.integration.spec;
    let environment = sent.environment.unwrap_or_else(|| spec.environment.clone());
    let started_at = sent.started_at.unwrap_or(now);
    Run {
        external_id: sent.external_id,
        duration_ms: sent.duration_ms,
        latency_us: sent.duration_ms.map(|ms| ms.saturating_mul(1_000)),
        reason: sent.reason,
        message: sent.message,
        units_counted: units_counted(sent.outcome, sent.units, &sent.records),
        run_counted: run_counted(sent.outcome),
        units: sent.units,
        records: sent.records,
        measures: sent.measures,
        business_key: sent.business_key,
        event_at: sent.event_at,
        delivered_at: sent.delivered_at,
        touches: sent.touches,
        touch_s: sent.touch_s,
        steps: sent.steps,
        ..blank_run(id, spec.slug.clone(), Origin::Integration, environment, started_at, sent.outcome)
    }
}

/// A run that a heartbeat said has begun and not yet said has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Open {
    /// Under which external id its end has to be sent, so that it takes the place of the beginning.
    pub(crate) external_id: String,
    /// When it began.
    pub(crate) started_at: Timestamp,
}

/// The run that a ping stands for. The end of one that was said to have begun takes its place and has its length.
pub(crate) fn ping(watched: &Watched, kind: PingKind, open: Option<Open>, now: Timestamp, id: RunId) -> SentGroup {
    let (outcome, reason, message) = match kind {
        PingKind::Start => (Outcome::Running, None, None),
        PingKind::Done | PingKind::ExitStatus(0) => (Outcome::Ok, None, None),
        PingKind::Fail => (Outcome::Failed, Some(Reason::Crashed), Some("said that it failed".to_owned())),
        PingKind::ExitStatus(status) => {
            (Outcome::Failed, Some(Reason::Crashed), Some(format!("ended with exit status {status}")))
        }
    };
    let open = open.filter(|_| outcome != Outcome::Running);
    let started_at = open.as_ref().map_or(now, |open| open.started_at);
    let duration = open.as_ref().map(|open| now.since(open.started_at)).map(Span::as_ms);
    let external_id = match (open, outcome) {
        (Some(open), _) => Some(open.external_id),
        (None, Outcome::Running) => Some(format!("ping:{id}")),
        (None, _) => None,
    };
    let blank = blank_run(
        id,
        watched.integration().clone(),
        Origin::Integration,
        watched.environment.clone(),
        started_at,
        outcome,
    );
    let content_hash = format!("{outcome}:{now}");
    let run = Run {
        probe: Some(watched.spec().slug.clone()),
        external_id,
        duration_ms: duration,
        latency_us: duration.map(|ms| ms.saturating_mul(1_000)),
        reason,
        message,
        run_counted: run_counted(outcome),
        ..blank
    };
    let integration_id: IntegrationId = watched.probe.integration_id;
    let record = RunRecord { run, integration_id, probe_id: Some(watched.id()) };
    SentGroup { runs: vec![SentRecord { record, content_hash }] }
}
