//! One probe over a stretch of the past: its schedule, what it was answered, what follows from it.

use axum::http::StatusCode;
use model::{Body, Exchange, Origin, Outcome, Phases, Reason, Request, Response, Run, Span, Timestamp};
use rules::{
    assess::{Compiled, Observation, Trouble, assess},
    availability::Mark,
    outcome::counting,
    state::ProbeState,
    upside::upside_down,
};

use super::{
    Stretch,
    flow::{Flow, Watch, Way},
    made::{blank, id},
};
use crate::demo::{
    dice::about,
    script::answers::{Answer, answer},
    story::Story,
};

/// What became of a probe.
pub struct Checks {
    /// Every attempt, oldest first.
    pub runs: Vec<Run>,
    /// What each said, and for how long it stands for it.
    pub marks: Vec<Mark>,
    /// The state that they led to.
    pub state: ProbeState,
}

/// Asks as the engine would: on schedule, again with backoff, sooner while a change is being confirmed.
pub fn fold(flow: &Flow, watch: &Watch, story: &Story, stretch: Stretch) -> Checks {
    let mut checks = Checks { runs: Vec::new(), marks: Vec::new(), state: ProbeState::default() };
    let mut planned = watch.next_after(story, stretch.from - Span::ms(1));
    // Between the end of the last outage and this stretch nothing changed, so that its first check stands for all.
    let well_since = watch.next_after(story, story.well_since(flow.target.as_str(), stretch.from));
    if well_since < planned {
        let first = attempt(flow, watch, story, well_since, false);
        checks.state = checks.state.step(&first, watch.spec.down_after, watch.spec.up_after);
    }
    while planned < stretch.until {
        let over = check(flow, watch, story, planned, stretch, &mut checks);
        let next = watch.next_after(story, planned);
        planned = match checks.state.confirming(watch.spec.down_after, watch.spec.up_after) {
            Some(_) => next.min(over + retry_interval(watch, story, planned)),
            None => next,
        };
    }
    checks
}

/// All attempts of one check; answers when it was over.
fn check(
    flow: &Flow,
    watch: &Watch,
    story: &Story,
    planned: Timestamp,
    stretch: Stretch,
    checks: &mut Checks,
) -> Timestamp {
    let retries = watch.spec.retries;
    let (mut at, mut backoff) = (planned, retries.backoff);
    let mut number = 1;
    loop {
        let mut run = attempt(flow, watch, story, at, at >= stretch.detail_from);
        let over = at + Span::ms(run.duration_ms.unwrap_or(0) + 1);
        run.attempt = number;
        run.last_attempt = run.outcome != Outcome::Failed || number > i32::from(retries.count);
        let again = (!run.last_attempt).then_some(over + backoff);
        checks.state = checks.state.step(&run, watch.spec.down_after, watch.spec.up_after);
        if let Some(verdict) = counting(run.outcome).verdict.filter(|_| run.last_attempt) {
            checks.marks.push(Mark::new(at, verdict, watch.period_at(story, at), watch.spec.timeout));
        }
        checks.runs.push(run);
        match again.filter(|again| *again < stretch.until) {
            Some(again) => (at, number) = (again, number + 1),
            None => return over,
        }
        backoff = backoff_after(backoff);
    }
}

fn backoff_after(backoff: Span) -> Span {
    Span::ms(backoff.as_ms().saturating_mul(2))
}

fn retry_interval(watch: &Watch, story: &Story, t: Timestamp) -> Span {
    watch.spec.retry_interval.unwrap_or_else(|| Span::ms(watch.period_at(story, t).as_ms() / 3))
}

/// One attempt, answered by the script and judged. `detail`: with what was said on the wire.
fn attempt(flow: &Flow, watch: &Watch, story: &Story, at: Timestamp, detail: bool) -> Run {
    let (compiled, seen): (&Compiled, Observation) = match &watch.way {
        Way::Http(compiled, request, peer) => {
            let path = request.url.split_once(peer.as_str()).map_or("", |(_, path)| path);
            let said = answer(story, flow.target.as_str(), path, at);
            (compiled, observe(compiled, &said, at, detail.then_some((request, peer))))
        }
        // What is to be shut has been shut.
        Way::Tcp(compiled, peer) if watch.spec.upside_down => (compiled, refused(peer, at, detail)),
        Way::Tcp(compiled, peer) => (compiled, connect(peer, at, detail)),
        Way::Other(compiled, peer) => (compiled, peer.seen(story, flow.target.as_str(), at, detail)),
        Way::Pings => return blank(&flow.slug, &flow.environment, Origin::Integration, at, Outcome::Ok),
    };
    let judged = assess(compiled, &seen);
    let mut run = Run {
        id: id(&format!("{}/{}", flow.slug, watch.spec.slug), at + Span::ms(seen.latency_us / 1_000)),
        probe: Some(watch.spec.slug.clone()),
        scheduled_at: Some(at),
        duration_ms: Some(seen.latency_us / 1_000),
        latency_us: Some(seen.latency_us),
        reason: judged.reason,
        message: judged.message,
        measures: judged.measures,
        ..blank(&flow.slug, &flow.environment, Origin::Probe, at, judged.outcome)
    };
    if watch.spec.upside_down {
        run = upside_down(run);
    }
    if detail {
        run.phases = Some(seen.phases);
        run.assertions = judged.assertions;
        run.exchange = seen.exchange;
        // As the engine does: what was right is not kept word for word.
        let response = run.exchange.as_mut().and_then(|exchange| exchange.response.as_mut());
        if let Some(response) = response.filter(|_| run.outcome == Outcome::Ok) {
            response.body = None;
        }
    }
    run
}

/// What a probe over HTTP would have seen of an answer.
fn observe(compiled: &Compiled, said: &Answer, at: Timestamp, wire: Option<(&Request, &String)>) -> Observation {
    let connect_us = about("connect", at, 210.0, 0.4);
    let transfer_us = about("transfer", at, 60.0, 0.5);
    let first_byte_us = said.delay_us / 1_000 * 1_000 + about("first byte", at, 1_300.0, 0.3);
    let mut seen = Observation::answered(at, connect_us + first_byte_us + transfer_us);
    seen.phases = Phases {
        connect_us: Some(connect_us),
        first_byte_us: Some(first_byte_us),
        transfer_us: Some(transfer_us),
        ..Phases::default()
    };
    let phrase = StatusCode::from_u16(said.status).ok().and_then(|status| status.canonical_reason());
    seen.status_trouble = Trouble::of_status(said.status, phrase);
    seen.facts.put("status", i64::from(said.status));
    if compiled.wants("json") {
        seen.facts.put_body(said.body.as_bytes());
    }
    seen.exchange = wire.map(|(request, peer)| Exchange {
        request: request.clone(),
        response: Some(response(said, at, peer)),
        redirects: Vec::new(),
    });
    seen
}

fn response(said: &Answer, at: Timestamp, peer: &str) -> Response {
    let own = said.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let date = at.utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let every = [
        ("content-type", "application/json".to_owned()),
        ("content-length", said.body.len().to_string()),
        ("date", date),
    ];
    Response {
        status: Some(said.status),
        version: Some("HTTP/1.1".to_owned()),
        headers: every.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(own).collect(),
        body: Some(Body {
            excerpt: said.body.clone(),
            bytes: i64::try_from(said.body.len()).unwrap_or(i64::MAX),
            cut: false,
        }),
        peer: Some(peer.to_owned()),
    }
}

/// What a probe over TCP would have seen of a port that takes connections.
fn connect(peer: &str, at: Timestamp, detail: bool) -> Observation {
    let connect_us = about("port", at, 240.0, 0.4);
    let mut seen = Observation::answered(at, connect_us + 20);
    seen.phases.connect_us = Some(connect_us);
    let response = Response { peer: Some(peer.to_owned()), ..Response::default() };
    seen.exchange = detail.then(|| knock(peer, Some(response)));
    seen
}

/// The same of a port that nobody listens on.
fn refused(peer: &str, at: Timestamp, detail: bool) -> Observation {
    let mut seen = Observation::answered(at, about("shut port", at, 180.0, 0.4));
    seen.trouble = Some(Trouble::new(Reason::Connect, format!("no connection to {peer}: connection refused")));
    seen.exchange = detail.then(|| knock(peer, None));
    seen
}

fn knock(peer: &str, response: Option<Response>) -> Exchange {
    let request = Request { method: "TCP".to_owned(), url: format!("tcp://{peer}"), headers: Vec::new(), body: None };
    Exchange { request, response, redirects: Vec::new() }
}
