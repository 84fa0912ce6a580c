//! A conversation as a probe: what is around every attempt.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{Exchange, Fault, ProbeSpec, Request, Response};
use rules::assess::{Fact, Facts, Observation, Trouble};
use tokio::time::timeout_at;

use super::{Attempt, Conversation, KEPT, Party};
use crate::{
    Asking, Clients, HostKey, Probe,
    excerpt::{excerpt, sentence},
    filled::forms,
    marks::{marked, micros},
    options::{Options, mentions},
    redact::Masks,
};

/// A probe of a conversation, if nothing was wrong with the options it was made of. Options that the table marks as secret, and
/// secrets within addresses, are masked in all that is kept.
pub(crate) fn probe<C: Conversation + 'static>(
    spec: &ProbeSpec,
    clients: &Clients,
    options: Options<'_>,
    made: Option<(Party, C)>,
) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let secrets = options.secrets();
    let secrets = secrets.iter().flat_map(|secret| forms::of(secret)).chain(clients.masked().iter().cloned());
    let masks = Masks::of(secrets);
    let may_fail = !(spec.assert.is_empty() && spec.warn.is_empty());
    let with_cert = mentions(spec, "cert");
    options.finish(made.map(|(party, conversation)| {
        let url = masks.text(party.url.clone());
        Arc::new(Framed { party: Party { url, ..party }, conversation, masks, may_fail, with_cert }) as Arc<dyn Probe>
    }))
}

struct Framed<C> {
    party: Party,
    conversation: C,
    /// What must not be kept.
    masks: Masks,
    /// Without expressions nothing can turn an answer into a run that is not ok, so what was said need not be kept.
    may_fail: bool,
    with_cert: bool,
}

#[async_trait]
impl<C: Conversation> Probe for Framed<C> {
    async fn ask(&self, asking: &Asking) -> Observation {
        let began = Instant::now();
        let mut attempt = Attempt::begin(asking, began);
        let (talked, moments) = marked(timeout_at(attempt.deadline, self.conversation.talk(&mut attempt))).await;
        let latency_us = micros(began.elapsed());
        let trouble = match talked {
            Err(_too_late) => Some(attempt.too_slow(&self.party.peer, &moments)),
            Ok(talked) => talked.err(),
        };
        if self.with_cert
            && let Some(cert) = attempt.handshake.as_ref().and_then(|handshake| handshake.cert(asking.at))
        {
            attempt.facts.entry("cert".to_owned()).or_insert(cert);
        }

        let mut observation = Observation::answered(asking.at, attempt.answered_in.unwrap_or(latency_us));
        observation.phases = moments.phases();
        if attempt.answered_in.is_some() {
            observation.phases.first_byte_us = attempt.answered_in;
        }
        observation.trouble = trouble.map(|trouble| self.masked(trouble));
        observation.status_trouble = attempt.status_trouble.take().map(|trouble| self.masked(trouble));
        observation.status_warning = attempt.status_warning.take().map(|trouble| self.masked(trouble));
        let told = [&observation.trouble, &observation.status_trouble, &observation.status_warning];
        let whole = self.may_fail || told.iter().any(|trouble| trouble.is_some());
        observation.exchange = Some(self.exchange(&mut attempt, whole));
        observation.facts = self.facts(attempt);
        observation
    }

    fn peer(&self) -> Option<HostKey> {
        self.party.key.clone()
    }
}

impl<C> Framed<C> {
    fn masked(&self, Trouble { reason, message }: Trouble) -> Trouble {
        Trouble { reason, message: sentence(message, &self.masks) }
    }

    fn exchange(&self, attempt: &mut Attempt, whole: bool) -> Exchange {
        let lines = |lines: Vec<(String, String)>| {
            let lines = lines.into_iter().filter(|_| whole);
            lines.map(|(name, value)| (name, self.masks.text(value))).collect()
        };
        let body = |bytes: &[u8], more: bool| (whole && !bytes.is_empty()).then(|| excerpt(bytes, more, &self.masks));
        let request = Request {
            method: self.party.method.to_owned(),
            url: self.party.url.clone(),
            headers: lines(std::mem::take(&mut attempt.request_headers)),
            body: body(&attempt.sent, attempt.sent.len() == KEPT),
        };
        let answered = attempt.peer.is_some() || attempt.status.is_some() || !attempt.heard.is_empty();
        let response = answered.then(|| Response {
            status: attempt.status,
            version: attempt.version.take().map(|version| sentence(version, &self.masks)),
            headers: lines(std::mem::take(&mut attempt.headers)),
            // Whoever is connected might have said more, and what was heard may end within an echo of a secret.
            body: body(&attempt.heard, true),
            peer: attempt.peer.map(|peer| peer.to_string()),
        });
        Exchange { request, response, redirects: Vec::new() }
    }

    fn facts(&self, attempt: Attempt) -> Facts {
        let mut facts = Facts::default();
        for (name, fact) in attempt.facts {
            facts.put(name, mask(fact, &self.masks));
        }
        if let Some(body) = attempt.body {
            facts.put_body(self.masks.bytes(body));
        }
        facts.put_measures(attempt.measures);
        facts
    }
}

fn mask(fact: Fact, masks: &Masks) -> Fact {
    match fact {
        Fact::Text(text) => Fact::Text(masks.text(text)),
        Fact::List(items) => Fact::List(items.into_iter().map(|fact| mask(fact, masks)).collect()),
        Fact::Map(entries) => {
            Fact::Map(entries.into_iter().map(|(name, fact)| (masks.text(name), mask(fact, masks))).collect())
        }
        other => other,
    }
}
