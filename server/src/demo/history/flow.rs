//! The landscape as the history folds it: compiled once, by the same rules as in the engine.

use chrono_tz::Tz;
use http::Uri;
use model::{
    Expectation, IntegrationId, Lifecycle, Probe, ProbeId, ProbeSpec, Request, Schedule, Slug, Span, Subject, Timestamp,
};
use rules::{assess::Compiled, expectation::Promise, kind::Kind, schedule::Cadence};
use store::Snapshot;

use super::seen::Peer;
use crate::{
    ServerError,
    demo::{script::reports::Job, story::Story},
};

/// A probe that asks more often than this is folded with this period, save for the last hour: 90 days of checks every two
/// seconds would be four million a probe, and tell nothing more.
const SPARSE: Span = Span::minutes(1);
/// The last part of the past, which is folded with each probe's own period.
const DENSE: Span = Span::hours(1);

/// What real probes call themselves.
const AGENT: &str = concat!("bridgewatch/", env!("CARGO_PKG_VERSION"));

/// One integration.
pub struct Flow {
    /// Its row.
    pub id: IntegrationId,
    /// Its name in URLs.
    pub slug: Slug,
    /// The environment of its runs.
    pub environment: String,
    /// The zone that times are told in.
    pub zone: Tz,
    /// The system that it goes to.
    pub target: Slug,
    /// Its probes.
    pub probes: Vec<Watch>,
    /// The job that sends word of its runs.
    pub job: Option<&'static Job>,
    /// What it promises, as written and compiled.
    pub expect: Option<(Expectation, Promise)>,
}

/// One probe of it.
pub struct Watch {
    /// Its row.
    pub id: ProbeId,
    /// What was written of it.
    pub spec: ProbeSpec,
    /// What it does.
    pub way: Way,
    cadence: Cadence,
    phase: Span,
    /// In place of `cadence` in the sparse part of the past.
    sparse: Option<(Cadence, Span)>,
}

/// What a probe does.
pub enum Way {
    /// It sends this request, and holds the answer against its expressions.
    Http(Box<Compiled>, Request, String),
    /// It opens a connection.
    Tcp(Box<Compiled>, String),
    /// It asks in a way of its own.
    Other(Box<Compiled>, Box<Peer>),
    /// It waits for pings.
    Pings,
}

impl Flow {
    /// Every integration that is live; those that are not have no past.
    pub fn all(snapshot: Snapshot, zone: Tz) -> Result<Vec<Self>, ServerError> {
        let mut flows = Vec::new();
        for integration in snapshot.integrations.into_iter().filter(|one| one.spec.lifecycle == Lifecycle::Live) {
            let of_it = snapshot.probes.iter().filter(|probe| probe.integration_id == integration.id);
            let spec = integration.spec;
            let promise = spec.expect.as_ref().map(Promise::compile).transpose().map_err(ServerError::Config)?;
            flows.push(Self {
                id: integration.id,
                environment: spec.environment,
                zone,
                target: spec.to,
                probes: of_it.map(Watch::of).collect::<Result<_, _>>()?,
                job: Job::of(spec.slug.as_str()),
                expect: spec.expect.zip(promise),
                slug: spec.slug,
            });
        }
        Ok(flows)
    }

    /// Whether there is anything to tell of it.
    pub fn is_evidenced(&self) -> bool {
        self.job.is_some() || !self.probes.is_empty()
    }

    /// What its roll-ups are about.
    pub fn subjects(&self) -> Vec<Subject> {
        let sends = self.job.is_some() || self.probes.iter().any(|watch| matches!(watch.way, Way::Pings));
        let probes = self.probes.iter().map(|watch| Subject::Probe(watch.id));
        probes.chain(sends.then_some(Subject::Sent(self.id))).chain([Subject::Integration(self.id)]).collect()
    }
}

impl Watch {
    fn of(probe: &Probe) -> Result<Self, ServerError> {
        let spec = probe.spec.clone();
        let cadence = Cadence::compile(&spec.schedule).map_err(ServerError::Config)?;
        // The engine's own phase, so that the real checks go on in step.
        let seed = format!("{}/{}", probe.integration, spec.slug);
        let sparse = match spec.schedule {
            Schedule::Every { every } if every < SPARSE => {
                let minutely = Cadence::compile(&Schedule::Every { every: SPARSE }).map_err(ServerError::Config)?;
                let phase = minutely.phase_of(&seed);
                Some((minutely, phase))
            }
            Schedule::Every { .. } | Schedule::Cron { .. } => None,
        };
        Ok(Self { id: probe.id, way: Way::of(&spec)?, phase: cadence.phase_of(&seed), cadence, sparse, spec })
    }

    /// When it asks next after `t`.
    pub fn next_after(&self, story: &Story, t: Timestamp) -> Timestamp {
        let dense_from = story.told_at - DENSE;
        match &self.sparse {
            Some((sparse, phase)) if t < dense_from => {
                let next = sparse.next_after(t, *phase);
                if next < dense_from { next } else { self.cadence.next_after(dense_from, self.phase) }
            }
            _ => self.cadence.next_after(t, self.phase),
        }
    }

    /// How long it lets go by between two checks at `t`.
    pub fn period_at(&self, story: &Story, t: Timestamp) -> Span {
        match &self.sparse {
            Some(_) if t < story.told_at - DENSE => SPARSE,
            _ => self.cadence.period_at(t),
        }
    }

    /// The moments at which a ping is sent.
    pub fn pings(&self, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        self.cadence.between(from, until, Span::default())
    }
}

impl Way {
    fn of(spec: &ProbeSpec) -> Result<Self, ServerError> {
        let wrong = |why: &str| ServerError::Config(format!("the demo's probe `{}`: {why}", spec.slug));
        let kind = Kind::find(probe::kinds(), &spec.kind).ok_or_else(|| wrong("there is no such kind"))?;
        if !kind.counts_as_ask {
            return Ok(Self::Pings);
        }
        let compiled = Compiled::compile(spec, kind).map_err(|faults| wrong(&format!("{faults:?}")))?;
        let option = |name: &str| spec.options.get(name).and_then(serde_json::Value::as_str);
        if spec.kind == "tcp" {
            let port = spec.options.get("port").and_then(serde_json::Value::as_u64).unwrap_or_default();
            return Ok(Self::Tcp(Box::new(compiled), format!("{}:{port}", option("host").unwrap_or_default())));
        }
        if let Some(peer) = Peer::of(spec) {
            return Ok(Self::Other(Box::new(compiled), Box::new(peer)));
        }
        if spec.kind != "http" {
            return Err(wrong("its past cannot be made up"));
        }
        let url = option("url").ok_or_else(|| wrong("it has no url"))?;
        let uri: Uri = url.parse().map_err(|_| wrong("its url is none"))?;
        let mut headers = vec![("user-agent".to_owned(), AGENT.to_owned()), ("accept".to_owned(), "*/*".to_owned())];
        if option("bearer").is_some() {
            headers.push(("authorization".to_owned(), "(redacted)".to_owned()));
        }
        let request = Request { method: "GET".to_owned(), url: url.to_owned(), headers, body: None };
        Ok(Self::Http(Box::new(compiled), request, uri.authority().map(ToString::to_string).unwrap_or_default()))
    }
}
