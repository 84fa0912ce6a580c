//! Runs for tests.

use model::{Exchange, Origin, Outcome, Reason, Records, Request, Response, Run, RunId, Timestamp};

/// A run that began `second` seconds after 2026-11-23T00:00:00Z; its id tells the second too.
pub(crate) fn run(second: i64, outcome: Outcome) -> Run {
    Run {
        id: id(second),
        integration: "orders".parse().expect("a slug"),
        probe: None,
        origin: Origin::Probe,
        external_id: None,
        environment: "production".to_owned(),
        scheduled_at: None,
        started_at: at(second),
        duration_ms: None,
        latency_us: Some(842_000),
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
        measures: std::collections::BTreeMap::new(),
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

/// A failed one, answered with a status where there is one.
pub(crate) fn failed(second: i64, reason: Reason, message: &str, status: Option<u16>) -> Run {
    let answered = |status| Exchange {
        request: Request::default(),
        response: Some(Response { status: Some(status), ..Response::default() }),
        redirects: Vec::new(),
    };
    Run {
        reason: Some(reason),
        message: Some(message.to_owned()),
        exchange: status.map(answered),
        ..run(second, Outcome::Failed)
    }
}

/// The id of the run of that second.
pub(crate) fn id(second: i64) -> RunId {
    format!("00000000-0000-7000-8000-{second:012}").parse().expect("an id")
}

/// That second of 2026-11-23 (UTC), a Monday.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp(Timestamp::parse("2026-11-23T00:00:00Z").expect("a time").0 + second * 1_000)
}
