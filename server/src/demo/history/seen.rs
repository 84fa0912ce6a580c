//! What probes would have seen that ask otherwise than by one request or one connection: the facts that expressions look at.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use model::{Exchange, Phases, ProbeSpec, Request, Response, Timestamp};
use rules::assess::{Fact, Observation, Trouble};
use serde_json::Value;

use crate::demo::{
    dice::about,
    script::{
        answers::answer,
        figures::{self, delay_us},
        reports::as_f64,
    },
    story::Story,
};

/// Whom a probe asks, and what.
pub struct Peer {
    kind: String,
    request: Request,
    /// Host and port; none of a file.
    address: Option<String>,
    /// Of a probe in steps, each with its path.
    steps: Vec<(String, String)>,
}

impl Peer {
    /// As it is written; `None` for kinds that are not known here.
    pub fn of(spec: &ProbeSpec) -> Option<Self> {
        let text = |name: &str| spec.options.get(name).and_then(Value::as_str);
        let port = || spec.options.get("port").and_then(Value::as_u64);
        let at = |scheme: &str, host: &str| Some(format!("{scheme}://{}:{}", text(host)?, port()?));
        let mut steps = Vec::new();
        let (method, url, sent) = match spec.kind.as_str() {
            "redis" => ("PING", at("redis", "host")?, None),
            "smtp" => ("SMTP", at("smtp", "host")?, None),
            "grpc" => ("CHECK", at("grpc", "host")?, None),
            "dns" => ("QUERY", at("dns", "server")?, text("query")),
            "sql" => ("QUERY", format!("sqlite:{}", text("file")?), text("query")),
            "websocket" => ("GET", text("url")?.to_owned(), None),
            "prometheus" => {
                let mut query = form_urlencoded::Serializer::new(String::new());
                let query = query.append_pair("query", text("query")?).finish();
                ("GET", format!("{}/api/v1/query?{query}", text("url")?), None)
            }
            "s3" => {
                let (endpoint, bucket) = (text("endpoint")?, text("bucket")?);
                ("GET", format!("{endpoint}/{bucket}?prefix={}", text("prefix").unwrap_or_default()), None)
            }
            "http_steps" => {
                let written = spec.options.get("steps")?.as_array()?;
                let named = |step: &Value| Some((step.get("name")?.as_str()?.to_owned(), path_of(step)?.to_owned()));
                steps = written.iter().map(named).collect::<Option<_>>()?;
                ("GET", written.last()?.get("url")?.as_str()?.to_owned(), None)
            }
            _ => return None,
        };
        let address = url.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest).to_owned());
        let body = sent.map(|sent| model::Body {
            excerpt: sent.to_owned(),
            bytes: i64::try_from(sent.len()).unwrap_or(i64::MAX),
            cut: false,
        });
        let request = Request { method: method.to_owned(), url, headers: Vec::new(), body };
        Some(Self { kind: spec.kind.clone(), request, address, steps })
    }

    /// What it would have seen at `at` of a system; `detail`: with what was said on the wire.
    pub fn seen(&self, story: &Story, system: &str, at: Timestamp, detail: bool) -> Observation {
        let mut seen = if self.steps.is_empty() {
            let phases = phases(at, delay_us(&self.kind, at), self.is_connected());
            let mut seen = Observation::answered(at, total_us(phases));
            seen.phases = phases;
            self.tell(story, at, &mut seen);
            seen
        } else {
            self.in_steps(story, system, at)
        };
        if detail {
            let (status, version) = self.protocol();
            let response = Response {
                status,
                version: version.map(str::to_owned),
                headers: Vec::new(),
                body: None,
                peer: self.address.clone(),
            };
            seen.exchange =
                Some(Exchange { request: self.request.clone(), response: Some(response), redirects: Vec::new() });
        }
        seen
    }

    /// Whether there is a connection: not with a datagram, nor with a file.
    fn is_connected(&self) -> bool {
        !matches!(self.kind.as_str(), "dns" | "sql")
    }

    /// The status and version of its answer, where the protocol has them.
    fn protocol(&self) -> (Option<u16>, Option<&'static str>) {
        match self.kind.as_str() {
            "prometheus" | "http_steps" => (Some(200), Some("HTTP/1.1")),
            "s3" => (Some(200), None),
            "websocket" => (Some(101), Some("HTTP/1.1")),
            "grpc" => (Some(200), Some("HTTP/2.0")),
            _ => (None, None),
        }
    }

    /// The facts of one answer.
    fn tell(&self, story: &Story, at: Timestamp, seen: &mut Observation) {
        let facts = &mut seen.facts;
        match self.kind.as_str() {
            "prometheus" => {
                facts.put("value", as_f64(figures::waiting_invoices(at)));
                facts.put("count", 1_i64);
            }
            "redis" => {
                facts.put("key_length", figures::reservations(at));
                let info =
                    [("connected_clients", figures::queue_clients(at)), ("used_memory", figures::queue_memory(at))];
                facts.put("info", map(info.map(|(name, number)| (name, Fact::Int(number)))));
            }
            "sql" => {
                let row = figures::outbox(story, at).map(|left| {
                    let age_ms = at.since(left.delivered_at).as_ms();
                    map([("waiting", Fact::Int(left.waiting)), ("age_s", Fact::Int(age_ms / 1_000))])
                });
                facts.put("rows", row.into_iter().collect::<Vec<Fact>>());
            }
            "websocket" => facts.put_body(figures::feed(at)),
            "smtp" => facts.put("greeting", figures::greeting()),
            "grpc" => facts.put("health", "SERVING"),
            "s3" => {
                let staged = figures::stage(at);
                facts.put("count", i64::try_from(staged.len()).unwrap_or(i64::MAX));
                if let Some(newest) = staged.last() {
                    facts.put("newest_age", Fact::DurationUs(at.since(newest.changed).as_ms() * 1_000));
                    facts.put("newest_size", newest.size);
                }
            }
            _ => {}
        }
    }

    /// One request after the other, until one is refused.
    fn in_steps(&self, story: &Story, system: &str, at: Timestamp) -> Observation {
        let mut seen = Observation::answered(at, 0);
        let mut steps = BTreeMap::new();
        for (name, path) in &self.steps {
            let t = at + model::Span::ms(seen.latency_us / 1_000);
            let said = answer(story, system, path, t);
            let took = phases(t, said.delay_us, true);
            seen.latency_us += total_us(took);
            seen.phases = sum(seen.phases, took);
            let facts = [("status", Fact::Int(said.status.into())), ("latency", Fact::DurationUs(total_us(took)))];
            steps.insert(name.clone(), map(facts));
            let phrase = StatusCode::from_u16(said.status).ok().and_then(|status| status.canonical_reason());
            if let Some(Trouble { reason, message }) = Trouble::of_status(said.status, phrase) {
                seen.trouble = Some(Trouble::new(reason, format!("step `{name}`: {message}")));
                return seen;
            }
        }
        seen.facts.put("steps", steps);
        seen
    }
}

/// The path of a step's address.
fn path_of(step: &Value) -> Option<&str> {
    let (_, rest) = step.get("url")?.as_str()?.split_once("://")?;
    rest.find('/').map(|at| &rest[at..])
}

fn map<const N: usize>(entries: [(&str, Fact); N]) -> Fact {
    Fact::Map(entries.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect())
}

/// Where the time of an answer went that the other side took so long for.
fn phases(at: Timestamp, delay_us: i64, connected: bool) -> Phases {
    Phases {
        connect_us: connected.then(|| about("connect", at, 210.0, 0.4)),
        first_byte_us: Some(delay_us / 1_000 * 1_000 + about("first byte", at, 1_300.0, 0.3)),
        transfer_us: Some(about("transfer", at, 60.0, 0.5)),
        ..Phases::default()
    }
}

fn total_us(phases: Phases) -> i64 {
    [phases.connect_us, phases.first_byte_us, phases.transfer_us].into_iter().flatten().sum()
}

fn sum(one: Phases, other: Phases) -> Phases {
    let both = |one: Option<i64>, other: Option<i64>| one.map_or(other, |one| Some(one + other.unwrap_or(0)));
    Phases {
        connect_us: both(one.connect_us, other.connect_us),
        first_byte_us: both(one.first_byte_us, other.first_byte_us),
        transfer_us: both(one.transfer_us, other.transfer_us),
        ..Phases::default()
    }
}
