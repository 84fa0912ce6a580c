//! The word that an integration sends, as runs: what it says is taken over, what follows from it is added.

use model::{Origin, Run, RunId, SentRun, Timestamp};
use rules::{
    outcome::{run_counted, units_counted},
    sent::content_hash,
};
use store::{RunRecord, SentGroup, SentRecord};

use crate::{landscape::Bridge, work::blank_run};

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
