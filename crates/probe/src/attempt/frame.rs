//! A conversation as a probe: what is around every attempt.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{Exchange, Fault, ProbeSpec, Request, Response};
use rules::assess::{Fact, Facts, Observation, Trouble};
use tokio::time::timeout_at;

use super::{Attempt, Conversation, KEPT, Party};
use crate::{
    Asking, Clients, HostKey, Probe,
    aside::{LARGE, aside},
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
        let deadline = attempt.deadline;
        let prepared = self.conversation.prepare(deadline).await;
        let began = Instant::now();
        let conversation = async {
            prepared?;
            self.conversation.talk(&mut attempt).await
        };
        let (talked, moments) = marked(timeout_at(deadline, conversation)).await;
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
        let Attempt { facts, body, measures, .. } = attempt;
        let gathering = Gathering { facts, body, measures, masks: self.masks.clone() };
        let gathered = if gathering.is_large() {
            Box::pin(aside(deadline, "looking for secrets in the answer", move || gathering.gather())).await
        } else {
            Ok(gathering.gather())
        };
        match gathered {
            Ok(facts) => observation.facts = facts,
            Err(trouble) => observation.trouble = observation.trouble.take().or(Some(trouble)),
        }
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
}

/// What expressions get to see, before its secrets are masked.
struct Gathering {
    facts: BTreeMap<String, Fact>,
    body: Option<Vec<u8>>,
    measures: BTreeMap<String, f64>,
    masks: Masks,
}

impl Gathering {
    /// Whether there is so much to be looked through that it is done aside.
    fn is_large(&self) -> bool {
        let size = || self.facts.values().map(weight).sum::<usize>() + self.body.as_ref().map_or(0, Vec::len);
        !self.masks.is_empty() && size() > LARGE
    }

    fn gather(self) -> Facts {
        let Self { facts, body, measures, masks } = self;
        let mut gathered = Facts::default();
        for (name, fact) in facts {
            gathered.put(name, mask(fact, &masks));
        }
        if let Some(body) = body {
            gathered.put_body(masks.bytes(body));
        }
        gathered.put_measures(measures);
        gathered
    }
}

/// About as many bytes as there are to be looked through.
fn weight(fact: &Fact) -> usize {
    match fact {
        Fact::Text(text) => text.len(),
        Fact::List(items) => items.iter().map(weight).sum(),
        Fact::Map(entries) => entries.iter().map(|(name, fact)| name.len() + weight(fact)).sum(),
        Fact::Null | Fact::Int(_) | Fact::Double(_) | Fact::Bool(_) | Fact::DurationUs(_) => 0,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Fact, Gathering, LARGE, Masks};

    fn gathering(rows: &[&str], body: Option<Vec<u8>>, masks: &Masks) -> Gathering {
        let rows = rows.iter().map(|row| Fact::Map([("name".to_owned(), Fact::from(*row))].into())).collect::<Vec<_>>();
        let facts = BTreeMap::from([("rows".to_owned(), Fact::List(rows))]);
        Gathering { facts, body, measures: BTreeMap::new(), masks: masks.clone() }
    }

    #[test]
    fn what_is_large_is_told_from_what_is_not_however_deep_it_lies() {
        let (masks, half) = (Masks::of(["hunter2".to_owned()]), "x".repeat(LARGE / 2));
        assert!(!gathering(&[&half], None, &masks).is_large());
        assert!(gathering(&[&half, &half], None, &masks).is_large());
        assert!(gathering(&[&half], Some(half.clone().into_bytes()), &masks).is_large());
        assert!(!gathering(&[&half, &half], None, &Masks::default()).is_large(), "there is nothing to look for");
    }

    #[test]
    fn no_secret_is_left_in_what_is_gathered() {
        let masks = Masks::of(["hunter2".to_owned()]);
        let facts = gathering(&["said hunter2"], Some(b"hunter2 again".to_vec()), &masks).gather();
        assert_eq!(facts.body(), Some(b"(redacted) again".as_slice()));
        let row = Fact::Map([("name".to_owned(), Fact::from("said (redacted)"))].into());
        assert_eq!(facts.get("rows"), Some(&Fact::List(vec![row])));
    }
}
