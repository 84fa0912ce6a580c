//! A check from the first network call to the observation.

use std::{path::PathBuf, sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{ProbeSpec, Reason, Timestamp};
use rules::assess::{Facts, Observation, Trouble};
use tokio::time::timeout_at;

use super::{
    answer::Answer,
    body,
    cookies::Jar,
    facts::Needs,
    granted::{Asked, Underway},
    graphql,
    keep::Keeper,
    manner::Manner,
    request::Ask,
    token::{Grant, Tokens},
    trouble::peer,
    walk::{Seen, Until},
    way::Way,
};
use crate::{Asking, Clients, HostKey, Probe, excerpt::sentence, marks::micros, redact::Masks};

/// What an answer has to say besides its status.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reading {
    /// Nothing.
    Plain,
    /// A GraphQL result.
    GraphQl,
    /// Something of another kind; what it read goes beside the other facts.
    Of(fn(&Answer, &mut Facts, &str) -> Read),
}

impl Reading {
    /// Of what was asked.
    pub(crate) const fn of(graphql: bool) -> Self {
        if graphql { Self::GraphQl } else { Self::Plain }
    }
}

/// What came of reading an answer.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// What keeps all else from being looked at.
    pub(crate) trouble: Option<Trouble>,
    /// More than the status says by itself.
    pub(crate) of_status: Option<Trouble>,
}

/// What a probe over HTTP is made of.
pub(crate) struct Parts {
    pub(crate) ask: Ask,
    pub(crate) grant: Option<Grant>,
    pub(crate) way: Way,
    pub(crate) manner: Manner,
    pub(crate) masks: Masks,
    pub(crate) reading: Reading,
    pub(crate) peer: HostKey,
}

/// A probe over HTTP.
pub(crate) struct Http {
    parts: Parts,
    /// Whom it asks, in sentences.
    peer: String,
    tokens: Tokens,
    body_folders: Arc<[PathBuf]>,
    needs: Needs,
    /// Rendered once; where a file is sent, at each check.
    keeper: Keeper,
    /// Without expressions nothing can turn an answer below 400 into a run that is not ok.
    may_fail: bool,
}

impl Http {
    /// Of its parts.
    pub(crate) fn new(parts: Parts, spec: &ProbeSpec, clients: &Clients) -> Self {
        Self {
            peer: peer(&parts.ask.url),
            tokens: clients.tokens().clone(),
            body_folders: Arc::clone(clients.body_folders()),
            needs: Needs::of(spec),
            keeper: Keeper::of(&parts.ask, &parts.masks),
            may_fail: !(spec.assert.is_empty() && spec.warn.is_empty()),
            parts,
        }
    }

    /// What is sent, with the file that it carries.
    async fn ready(&self, until: Until) -> Result<Option<Ask>, Trouble> {
        let Some(path) = &self.parts.ask.file else { return Ok(None) };
        let read = timeout_at(until.deadline, Box::pin(body::file(path, &self.body_folders))).await;
        let too_late = |_| Trouble::new(Reason::Config, "the body's file could not be read in time");
        Ok(Some(Ask { body: read.map_err(too_late)??, ..self.parts.ask.clone() }))
    }
}

/// How an answer is looked at.
pub(crate) struct Look<'p> {
    pub(crate) at: Timestamp,
    pub(crate) latency_us: i64,
    /// Whom was asked, in sentences.
    pub(crate) peer: &'p str,
    pub(crate) reading: Reading,
    pub(crate) needs: &'p Needs,
    pub(crate) keeper: &'p Keeper,
    /// Whether an expression may still turn an answer into a run that is not ok.
    pub(crate) may_fail: bool,
    pub(crate) masks: &'p Masks,
}

/// What was seen, as others read it.
pub(crate) fn observe(seen: Seen, trouble: Option<Trouble>, look: &Look<'_>) -> Observation {
    let masks = look.masks;
    let addresses = seen.redirects(masks);
    let masked = |Trouble { reason, message }: Trouble| Trouble { reason, message: sentence(message, masks) };
    let Seen { phases, mut answer, .. } = seen;
    let mut status_trouble =
        answer.as_ref().and_then(|answer| Trouble::of_status(answer.status.as_u16(), answer.status.canonical_reason()));
    let (mut trouble, mut facts) = (trouble, Facts::default());
    if let Some(answer) = answer.as_mut().filter(|_| trouble.is_none()) {
        let read = read(answer, &mut facts, look);
        trouble = read.trouble;
        status_trouble = read.of_status.or(status_trouble);
    }
    let (trouble, status_trouble) = (trouble.map(masked), status_trouble.map(masked));

    let maybe_not_ok = look.may_fail || trouble.is_some() || status_trouble.is_some();
    let exchange = if maybe_not_ok {
        look.keeper.whole(answer.as_ref(), addresses.clone(), masks)
    } else {
        look.keeper.slim(answer.as_ref(), addresses.clone())
    };
    let facts = match answer {
        Some(answer) if trouble.is_none() => look.needs.facts(answer, &addresses, masks, look.at, facts),
        _ => Facts::default(),
    };
    let (started_at, latency_us) = (look.at, look.latency_us);
    Observation {
        started_at,
        latency_us,
        phases,
        trouble,
        status_trouble,
        status_warning: None,
        facts,
        exchange: Some(exchange),
    }
}

fn read(answer: &mut Answer, facts: &mut Facts, look: &Look<'_>) -> Read {
    if matches!(look.reading, Reading::Plain) {
        return Read::default();
    }
    // What is read out of it becomes facts and sentences, so it must hold no secret any more.
    answer.mask(look.masks);
    match look.reading {
        Reading::Plain => Read::default(),
        Reading::GraphQl => graphql::read(answer, look.peer),
        Reading::Of(reading) => reading(answer, facts, look.peer),
    }
}

#[async_trait]
impl Probe for Http {
    async fn ask(&self, asking: &Asking) -> Observation {
        let began = Instant::now();
        let deadline = tokio::time::Instant::from_std(began + asking.timeout.as_duration());
        let until = Until { at: asking.at, deadline, timeout: asking.timeout };
        let Parts { ask, grant, way, manner, masks, .. } = &self.parts;
        let (seen, jar) = (Seen::default(), Jar::default());
        let mut underway = Underway { began, seen, masks: masks.clone(), jar };
        let (ready, trouble) = match self.ready(until).await {
            Ok(ready) => {
                let ask = ready.as_ref().unwrap_or(ask);
                let asked = Asked { way, manner, ask, grant: grant.as_ref(), tokens: &self.tokens };
                let trouble = asked.walk(until, &mut underway).await.err();
                (ready, trouble)
            }
            Err(trouble) => (None, Some(trouble)),
        };
        let Underway { began, mut seen, masks, .. } = underway;
        let latency_us = micros(began.elapsed());
        let masks = seen.masks(masks);
        let trouble = match trouble {
            None if seen.is_large(self.parts.reading, &self.needs, &masks) => {
                Box::pin(seen.mask_large(&masks, deadline)).await.err()
            }
            trouble => trouble,
        };
        let with_file = ready.as_ref().map(|ask| Keeper::of(ask, &masks));
        let look = Look {
            at: asking.at,
            latency_us,
            peer: &self.peer,
            reading: self.parts.reading,
            needs: &self.needs,
            keeper: with_file.as_ref().unwrap_or(&self.keeper),
            may_fail: self.may_fail,
            masks: &masks,
        };
        observe(seen, trouble, &look)
    }

    fn peer(&self) -> Option<HostKey> {
        Some(self.parts.peer.clone())
    }
}
