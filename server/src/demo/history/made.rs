//! Runs of the past: marked as made up, with ids that are the same each time.

use std::collections::BTreeMap;

use model::{Origin, Outcome, Records, Run, RunId, Slug, Timestamp};

use crate::demo::dice::bits;

/// A run about which nothing but this is known; whoever knows when it was recorded gives it its own [`id`].
pub fn blank(integration: &Slug, environment: &str, origin: Origin, started_at: Timestamp, outcome: Outcome) -> Run {
    Run {
        id: id(integration.as_str(), started_at),
        integration: integration.clone(),
        probe: None,
        origin,
        external_id: None,
        environment: environment.to_owned(),
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
        demo_history: true,
    }
}

/// The id of a run that was recorded at this moment: in the order of time, and always the same, so that folding twice stores
/// once. `name` tells it from others of the same moment.
pub fn id(name: &str, recorded_at: Timestamp) -> RunId {
    let ms = u64::try_from(recorded_at.0).unwrap_or(0);
    let (one, other) = (bits(name, recorded_at), bits(name, Timestamp(!recorded_at.0)));
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&one.to_be_bytes());
    bytes[8..].copy_from_slice(&other.to_be_bytes()[..2]);
    RunId(uuid::Builder::from_unix_timestamp_millis(ms, &bytes).into_uuid())
}
