//! How the tests ask.

use std::{collections::HashMap, io, net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{ProbeSpec, Reason, Retries, Schedule, Slug, Span, Timestamp};
use probe::{Asking, Clients, Fill, Filled, Filling, Lookup, Outside, Probe};
use rules::assess::{Observation, Trouble};
use serde_json::Value;

/// When every test asks: 2026-11-23T00:00:00Z.
pub const NOW: Timestamp = Timestamp(1_795_392_000_000);

/// Long enough for any answer that comes at all.
pub const PATIENT: Span = Span::seconds(20);

/// A probe as one writes it.
pub fn spec(kind: &str, options: Value) -> ProbeSpec {
    let Value::Object(options) = options else { panic!("options are an object") };
    ProbeSpec {
        slug: Slug::parse("check").expect("a slug"),
        name: None,
        kind: kind.to_owned(),
        options,
        schedule: Schedule::Every { every: Span::seconds(30) },
        timeout: PATIENT,
        retries: Retries::default(),
        down_after: 3,
        up_after: 1,
        retry_interval: None,
        assert: Vec::new(),
        warn: Vec::new(),
        measures: std::collections::BTreeMap::new(),
        counts: true,
        enabled: true,
        upside_down: false,
        environment: None,
    }
}

/// The same with an expression that names everything, so that every fact is gathered.
pub fn curious(kind: &str, options: Value) -> ProbeSpec {
    let everything = "status body json headers cert redirects version size banner".to_owned();
    ProbeSpec { assert: vec![everything], ..spec(kind, options) }
}

/// The same with an expression that holds these words.
pub fn about(kind: &str, options: Value, words: &str) -> ProbeSpec {
    ProbeSpec { assert: vec![words.to_owned()], ..spec(kind, options) }
}

/// A probe that can be asked.
pub fn built(spec: &ProbeSpec, clients: &Clients) -> Arc<dyn Probe> {
    probe::build(spec, clients).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// Asks once with all the time in the world.
pub async fn ask(spec: &ProbeSpec) -> Observation {
    ask_through(spec, &Clients::new().expect("clients")).await
}

/// The same through other clients.
pub async fn ask_through(spec: &ProbeSpec, clients: &Clients) -> Observation {
    ask_within(spec, clients, PATIENT).await
}

/// The same within a timeout.
pub async fn ask_within(spec: &ProbeSpec, clients: &Clients, timeout: Span) -> Observation {
    built(spec, clients).ask(&Asking { at: NOW, timeout }).await
}

/// Clients that fill this value in for `${secret:ERP}`.
pub fn filling(value: &'static str) -> Clients {
    filling_through(Clients::new().expect("clients"), value)
}

/// The same of clients that are there.
pub fn filling_through(clients: Clients, value: &'static str) -> Clients {
    let fill: Fill = Arc::new(move |text: String, _host: Option<String>| -> Filling {
        let filled = Filled { text: text.replace("${secret:ERP}", value), values: vec![value.to_owned()] };
        Box::pin(async move { Ok(filled) })
    });
    clients.filling(fill)
}

/// What went wrong; fails when nothing did.
pub fn trouble(observation: &Observation) -> (Reason, &str) {
    let Trouble { reason, message } = observation.trouble.as_ref().expect("trouble");
    (*reason, message.as_str())
}

/// Asks for a second; it has to fail for this reason, in these words among others.
pub async fn fails_with(spec: &ProbeSpec, reason: Reason, words: &str) {
    let seen = ask_within(spec, &Clients::new().expect("clients"), Span::seconds(1)).await;
    let (found, message) = trouble(&seen);
    assert_eq!(found, reason, "{message}");
    assert!(message.contains(words), "{message}");
}

/// Names that mean what a test says, after as long as it says.
#[derive(Default)]
pub struct Names {
    known: HashMap<String, Vec<IpAddr>>,
    delay: Duration,
}

impl Names {
    pub fn of<const N: usize>(known: [(&str, &[&str]); N]) -> Self {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("an address")).collect();
        let known = known.into_iter().map(|(name, texts)| (name.to_owned(), addresses(texts))).collect();
        Self { known, delay: Duration::ZERO }
    }

    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Clients that resolve by them.
    pub fn clients(self) -> Clients {
        Clients::of(Outside { lookup: Arc::new(self), ..Outside::default() }).expect("clients")
    }
}

#[async_trait]
impl Lookup for Names {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        self.known.get(host).cloned().ok_or_else(|| io::Error::other("no such name"))
    }
}
