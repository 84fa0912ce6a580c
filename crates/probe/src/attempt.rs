//! One attempt under way: whom it asks, what is said in it, and what it leaves. What is around it is `frame`.

mod frame;

use std::{borrow::Cow, collections::BTreeMap, net::SocketAddr, time::Instant};

use async_trait::async_trait;
use rules::assess::{Fact, Trouble};

use crate::{
    Asking, HostKey,
    dial::Target,
    marks::{Moments, Stage, micros},
    said,
    secure::Handshake,
};
pub(crate) use frame::probe;

/// Bytes of what was sent or heard that are kept at most; a run shows less.
const KEPT: usize = 16_384;

/// What a kind says and hears in one attempt.
#[async_trait]
pub(crate) trait Conversation: Send + Sync {
    /// What has to be worked out before anybody can be asked, such as unlocking a key: it is of no phase, and no part of the latency.
    async fn prepare(&self, _deadline: tokio::time::Instant) -> Result<(), Trouble> {
        Ok(())
    }

    /// Asks once. What it puts into `attempt` is kept even if it ends in trouble or is dropped at the deadline, so it puts what it
    /// knows as soon as it knows it. It says what it waits for ([`Attempt::waiting_for`]), leaves no task behind when it is
    /// dropped, and bounds whatever it reads.
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble>;
}

/// Whom an attempt asks, as sentences, people and limits know it.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    /// The protocol's word for the question: `PING`, `TCP`.
    pub(crate) method: &'static str,
    /// Whom, in sentences: `erp.example:6379`.
    pub(crate) peer: String,
    /// Whom, as an address without secrets: `redis://erp.example:6379`.
    pub(crate) url: String,
    /// Whom, for limits; `None`: nobody in particular.
    pub(crate) key: Option<HostKey>,
}

impl Party {
    /// A target that is asked over the network.
    pub(crate) fn of(target: &Target, method: &'static str) -> Self {
        Self { method, peer: target.peer.clone(), url: target.key.to_string(), key: Some(target.key.clone()) }
    }
}

/// One attempt under way: what the conversation leaves for those who read of it.
pub(crate) struct Attempt {
    /// When and within which time.
    pub(crate) asking: Asking,
    /// When it is given up. The frame sees to that; a kind needs it only where it has an end of its own.
    pub(crate) deadline: tokio::time::Instant,
    /// What the conversation waits for, for the sentence of a timeout: `the greeting`. Dialling sets it back.
    pub(crate) waiting_for: Option<Cow<'static, str>>,
    /// Who accepted the connection; dialling sets it.
    pub(crate) peer: Option<SocketAddr>,
    /// How the TLS handshake went; dialling sets it. It becomes the fact `cert` where an expression asks for that.
    pub(crate) handshake: Option<Handshake>,
    /// How long the answer took, in microseconds, where the attempt holds pauses of our own.
    pub(crate) answered_in: Option<i64>,
    /// The status of the answer, where the protocol has one.
    pub(crate) status: Option<u16>,
    /// What that says by itself; see [`rules::assess::Observation::status_trouble`].
    pub(crate) status_trouble: Option<Trouble>,
    /// What it warns of by itself.
    pub(crate) status_warning: Option<Trouble>,
    /// Numbers that the other side told under names of its own. They become measures of the run.
    pub(crate) measures: BTreeMap<String, f64>,
    /// The version of the protocol.
    pub(crate) version: Option<String>,
    /// Lines worth keeping of what was sent and of the answer, with their names.
    pub(crate) headers: Vec<(String, String)>,
    /// The same of the question.
    pub(crate) request_headers: Vec<(String, String)>,
    /// What was sent, as far as it is kept. See [`Attempt::sent`].
    sent: Vec<u8>,
    /// What came back, as far as it is kept. See [`Attempt::heard`].
    heard: Vec<u8>,
    facts: BTreeMap<String, Fact>,
    body: Option<Vec<u8>>,
}

impl Attempt {
    pub(crate) fn begin(asking: &Asking, began: Instant) -> Self {
        Self {
            asking: *asking,
            deadline: tokio::time::Instant::from_std(began + asking.timeout.as_duration()),
            waiting_for: None,
            peer: None,
            handshake: None,
            answered_in: None,
            status: None,
            status_trouble: None,
            status_warning: None,
            measures: BTreeMap::new(),
            version: None,
            headers: Vec::new(),
            request_headers: Vec::new(),
            sent: Vec::new(),
            heard: Vec::new(),
            facts: BTreeMap::new(),
            body: None,
        }
    }

    /// Says what is waited for from now on.
    pub(crate) fn waiting_for(&mut self, what: impl Into<Cow<'static, str>>) {
        self.waiting_for = Some(what.into());
    }

    /// A fact, under a name of the kind's table. Secrets in it are masked.
    pub(crate) fn put(&mut self, name: impl Into<String>, fact: impl Into<Fact>) {
        self.facts.insert(name.into(), fact.into());
    }

    /// How long something took, as a fact.
    pub(crate) fn put_time(&mut self, name: impl Into<String>, since: Instant) {
        self.put(name, Fact::DurationUs(micros(since.elapsed())));
    }

    /// What expressions know as `body` and `json`.
    pub(crate) fn put_body(&mut self, body: impl Into<Vec<u8>>) {
        self.body = Some(body.into());
    }

    /// Keeps what was sent, for the exchange.
    pub(crate) fn sent(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.sent.len());
        self.sent.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Keeps what was heard, for the exchange.
    pub(crate) fn heard(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.heard.len());
        self.heard.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Why it was given up.
    fn too_slow(&self, peer: &str, moments: &Moments) -> Trouble {
        match &self.waiting_for {
            Some(what) if moments.stage() != Stage::Queue => {
                said::in_time(peer, self.asking.timeout, &format!("waiting for {what}"))
            }
            _ => said::too_slow(peer, self.asking.timeout, moments.stage()),
        }
    }
}
