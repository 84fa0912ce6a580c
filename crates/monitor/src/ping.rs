//! Pings, as runs: what a heartbeat's job says, told from the ping's address and its words.

use model::{
    Body, Exchange, Origin, Outcome, Reason, Request, Run, RunId, RunStep, Span, Timestamp,
    api::{Ping, PingKind},
};
use rules::{
    keyword::{Keywords, Signal},
    outcome::run_counted,
};
use serde_json::Value;
use store::{RunRecord, SentGroup, SentRecord};
use uuid::Uuid;

use crate::{watched::Watched, work::blank_run};

/// Words of a run under way that are kept; of more the oldest go.
const MOST_WORDS: usize = 20;

/// A run that a heartbeat said has begun and not yet said has ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Open {
    /// Under which external id its end has to be sent, so that it takes the place of the beginning.
    external_id: String,
    /// When it began.
    started_at: Timestamp,
    /// What was said in it until now.
    words: Vec<RunStep>,
}

impl Open {
    /// Of what is stored of it; `None` if that has ended, or nothing could take its place.
    pub(crate) fn of(record: RunRecord) -> Option<Self> {
        let Run { external_id, started_at, steps, outcome, .. } = record.run;
        let external_id = external_id.filter(|_| outcome == Outcome::Running)?;
        Some(Self { external_id, started_at, words: steps })
    }
}

/// The external id of the run that pings with this `rid` are of.
pub(crate) fn external_id(watched: &Watched, rid: Uuid) -> String {
    format!("ping:{}:{rid}", watched.spec().slug)
}

/// What a ping means: what its address says, unless the heartbeat looks for keywords in what it carries.
pub(crate) fn meaning(watched: &Watched, ping: &Ping) -> PingKind {
    let said = match ping.kind {
        PingKind::Start => Signal::Start,
        PingKind::Done | PingKind::ExitStatus(0) => Signal::Success,
        PingKind::Fail | PingKind::ExitStatus(_) => Signal::Fail,
        PingKind::Log => Signal::Ignored,
    };
    match keywords(watched).meaning(said, &ping.body) {
        meant if meant == said => ping.kind,
        Signal::Start => PingKind::Start,
        Signal::Success => PingKind::Done,
        Signal::Fail => PingKind::Fail,
        Signal::Ignored => PingKind::Log,
    }
}

fn keywords(watched: &Watched) -> Keywords {
    let option = |name: &str| watched.spec().options.get(name).and_then(Value::as_str).unwrap_or_default();
    let lists = ["start_keywords", "success_keywords", "fail_keywords"].map(option);
    Keywords::new(lists[0], lists[1], lists[2], option("no_keyword") == "fail")
}

/// The run that a ping stands for. The end of one that was said to have begun takes its place and has its length; what is only
/// logged meanwhile is added to it.
pub(crate) fn group(
    watched: &Watched,
    ping: &Ping,
    kind: PingKind,
    open: Option<Open>,
    now: Timestamp,
    id: RunId,
) -> SentGroup {
    let failed = |message: String| (Outcome::Failed, Some(Reason::Crashed), Some(message));
    let (outcome, reason, message) = match (kind, &open) {
        (PingKind::Start, _) | (PingKind::Log, Some(_)) => (Outcome::Running, None, None),
        (PingKind::Done | PingKind::ExitStatus(0), _) => (Outcome::Ok, None, None),
        (PingKind::Fail, _) => failed("said that it failed".to_owned()),
        (PingKind::ExitStatus(status), _) => failed(format!("ended with exit status {status}")),
        (PingKind::Log, None) => (Outcome::Unknown, None, Some("only told something".to_owned())),
    };
    let ends = !matches!(kind, PingKind::Start | PingKind::Log);
    let started_at = open.as_ref().map_or(now, |open| open.started_at);
    let duration = open.as_ref().filter(|_| ends).map(|open| now.since(open.started_at)).map(Span::as_ms);
    let (external_id, mut words) = match (open, kind, ping.rid) {
        (Some(open), ..) => (Some(open.external_id), open.words),
        (None, PingKind::Start, Some(rid)) => (Some(external_id(watched, rid)), Vec::new()),
        (None, PingKind::Start, None) => (Some(format!("ping:{id}")), Vec::new()),
        (None, ..) => (None, Vec::new()),
    };
    let content_hash = format!("{kind:?}:{now}:{id}");
    let carried = body(ping);
    if let Some(body) = carried.as_ref().filter(|_| outcome == Outcome::Running) {
        let name = if kind == PingKind::Start { "start" } else { "log" };
        words.push(RunStep {
            name: name.to_owned(),
            outcome: Outcome::Ok,
            started_at: Some(now),
            duration_ms: None,
            message: Some(body.excerpt.clone()),
        });
        words.drain(..words.len().saturating_sub(MOST_WORDS));
    }
    let integration = watched.integration().clone();
    let blank = blank_run(id, integration, Origin::Integration, watched.environment.clone(), started_at, outcome);
    let run = Run {
        probe: Some(watched.spec().slug.clone()),
        external_id,
        duration_ms: duration,
        latency_us: duration.map(|ms| ms.saturating_mul(1_000)),
        reason,
        message,
        run_counted: run_counted(outcome),
        steps: words,
        exchange: carried.map(|body| exchange(watched, ping, body)),
        ..blank
    };
    let record = RunRecord { run, integration_id: watched.probe.integration_id, probe_id: Some(watched.id()) };
    SentGroup { runs: vec![SentRecord { record, content_hash }] }
}

/// Whether a run is what a heartbeat's job only logged: kept, and held against nothing.
pub(crate) fn only_logs(record: &RunRecord) -> bool {
    record.probe_id.is_some() && record.run.origin == Origin::Integration && record.run.outcome == Outcome::Unknown
}

/// What a ping carried, as text; `None` if that is nothing.
fn body(ping: &Ping) -> Option<Body> {
    let excerpt = String::from_utf8_lossy(&ping.body).replace('\0', "\u{FFFD}");
    let cut = usize::try_from(ping.bytes).is_ok_and(|bytes| bytes > Ping::KEPT);
    (!excerpt.is_empty()).then_some(Body { excerpt, bytes: ping.bytes, cut })
}

/// The ping as it came, without the key in its address.
fn exchange(watched: &Watched, ping: &Ping, body: Body) -> Exchange {
    let request = Request {
        method: ping.method.clone(),
        url: format!("ping:{}/{}", watched.integration(), watched.spec().slug),
        headers: Vec::new(),
        body: Some(body),
    };
    Exchange { request, response: None, redirects: Vec::new() }
}
