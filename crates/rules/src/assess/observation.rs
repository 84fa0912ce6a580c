//! What a probe saw, before anyone judges it.

use std::collections::BTreeMap;

use model::{Exchange, Phases, Reason, Timestamp};

/// One attempt of a probe, as it went.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// When the first network call began.
    pub started_at: Timestamp,
    /// From there until the answer was read or given up, in microseconds. Expressions know it as `latency`.
    pub latency_us: i64,
    /// Where that time went.
    pub phases: Phases,
    /// What kept the probe from an answer: no connection, a broken handshake, no answer in time. Nothing else is looked at.
    pub trouble: Option<Trouble>,
    /// What the answer's status says by itself (401 is `auth`, 503 `server_error`). It fails the run (or makes it `unknown`, where
    /// the reason is ours) unless an assertion mentions `status`; then the assertion decides and this only lends its reason and
    /// message.
    pub status_trouble: Option<Trouble>,
    /// What the status warns of by itself, where a protocol has such a status. It makes a run that did not fail `warn`, unless an
    /// assertion mentions `status`.
    pub status_warning: Option<Trouble>,
    /// What expressions may look at.
    pub facts: Facts,
    /// What was said on the wire.
    pub exchange: Option<Exchange>,
}

impl Observation {
    /// An answer came; its facts are added after.
    pub fn answered(started_at: Timestamp, latency_us: i64) -> Self {
        Self {
            started_at,
            latency_us,
            phases: Phases::default(),
            trouble: None,
            status_trouble: None,
            status_warning: None,
            facts: Facts::default(),
            exchange: None,
        }
    }

    /// No answer came.
    pub fn troubled(started_at: Timestamp, latency_us: i64, reason: Reason, message: impl Into<String>) -> Self {
        Self { trouble: Some(Trouble::new(reason, message)), ..Self::answered(started_at, latency_us) }
    }
}

/// Something that makes a run fail (or `unknown`, where the reason is ours) before any assertion is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The class of it.
    pub reason: Reason,
    /// What happened, as a short sentence without a full stop: "connection refused by 127.0.0.1:9".
    pub message: String,
}

impl Trouble {
    /// Of this class, with these words.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    /// What an HTTP status says by itself; `None` below 400. `phrase` is the standard's word for it, "Unauthorized".
    pub fn of_status(status: u16, phrase: Option<&str>) -> Option<Self> {
        let reason = match status {
            ..400 => return None,
            401 | 403 => Reason::Auth,
            404 | 410 => Reason::NotFound,
            429 => Reason::RateLimit,
            400..500 => Reason::ClientError,
            500.. => Reason::ServerError,
        };
        let words = phrase.map(|phrase| format!(" {phrase}")).unwrap_or_default();
        Some(Self::new(reason, format!("answered {status}{words}")))
    }
}

/// What expressions may look at, by name. `latency`, `body` and `json` need not be put: they come from the observation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    values: BTreeMap<String, Fact>,
    body: Option<Vec<u8>>,
    measures: BTreeMap<String, f64>,
}

impl Facts {
    /// With this fact, under a name of the kind's table.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, fact: impl Into<Fact>) -> Self {
        self.put(name, fact);
        self
    }

    /// Adds a fact, under a name of the kind's table. A field of a map is put with its map, never as a dotted name.
    pub fn put(&mut self, name: impl Into<String>, fact: impl Into<Fact>) {
        self.values.insert(name.into(), fact.into());
    }

    /// Adds the body as it was received. It is read as text only when an expression asks for `body`, as JSON only for `json`.
    pub fn put_body(&mut self, body: impl Into<Vec<u8>>) {
        self.body = Some(body.into());
    }

    /// Adds numbers that the target told under names of its own: measures of the run, beside those that are written for the probe.
    pub fn put_measures(&mut self, measures: BTreeMap<String, f64>) {
        self.measures.extend(measures);
    }

    /// The numbers that the target told by itself.
    pub fn measures(&self) -> &BTreeMap<String, f64> {
        &self.measures
    }

    /// The fact of this name.
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.values.get(name)
    }

    /// The body as it was received.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }
}

/// A value that a probe saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// Seen to be nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Double(f64),
    /// A text.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// A length of time in microseconds.
    DurationUs(i64),
    /// Names with a value each: headers (names in lower case), a certificate, a row.
    Map(BTreeMap<String, Fact>),
    /// A list: rows.
    List(Vec<Fact>),
}

impl From<i64> for Fact {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Fact {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<String> for Fact {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Fact {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<BTreeMap<String, Fact>> for Fact {
    fn from(value: BTreeMap<String, Fact>) -> Self {
        Self::Map(value)
    }
}

impl From<Vec<Fact>> for Fact {
    fn from(value: Vec<Fact>) -> Self {
        Self::List(value)
    }
}
