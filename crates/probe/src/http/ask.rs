//! A check from the first network call to the observation.

use std::{net::IpAddr, time::Instant};

use async_trait::async_trait;
use model::{Phases, ProbeSpec};
use reqwest::Url;
use rules::assess::{Facts, Observation, Trouble};
use tokio::time::timeout_at;

use super::{
    answer::Answer,
    facts::Needs,
    hop::{Hop, Trail},
    keep::Keeper,
    spec::{Wanted, peer},
    trouble::Words,
};
use crate::{
    Asking, Clients, Egress, HostKey, Probe,
    egress::Refused,
    marks::{self, marked, micros},
};

/// A probe over HTTP.
pub(super) struct Http {
    client: reqwest::Client,
    egress: Egress,
    wanted: Wanted,
    needs: Needs,
    keeper: Keeper,
    peer: HostKey,
    /// Without expressions nothing can turn an answer below 400 into a run that is not ok.
    may_fail: bool,
}

/// How far a check came.
#[derive(Default)]
struct Seen {
    phases: Phases,
    trail: Trail,
    answer: Option<Answer>,
}

impl Http {
    /// Of what is wanted.
    pub(super) fn new(wanted: Wanted, spec: &ProbeSpec, clients: &Clients) -> Self {
        Self {
            client: clients.http().clone(),
            egress: clients.egress().clone(),
            needs: Needs::of(spec),
            keeper: Keeper::of(&wanted),
            peer: peer(wanted.request.url()),
            may_fail: !(spec.assert.is_empty() && spec.warn.is_empty()),
            wanted,
        }
    }

    /// Hop by hop until an answer is read.
    async fn walk(&self, asking: &Asking, began: Instant, seen: &mut Seen) -> Result<(), Trouble> {
        let deadline = tokio::time::Instant::from_std(began + asking.timeout.as_duration());
        let mut hop = Hop::first(&self.wanted.request);
        loop {
            let words = Words::of(&hop.url, asking.timeout, !seen.trail.addresses.is_empty());
            check_literal(&self.egress, &hop.url).map_err(|refused| words.refused(refused))?;
            let request = hop.request(&self.wanted.request, &self.wanted.masks)?;

            let (sent, moments) = marked(timeout_at(deadline, self.client.execute(request))).await;
            marks::add(&mut seen.phases, moments.phases());
            let mut response = match sent {
                Err(_too_late) => return Err(words.too_slow(moments.stage())),
                Ok(Err(error)) => return Err(words.unanswered(&error, &moments)),
                Ok(Ok(response)) => response,
            };

            let answer = seen.answer.insert(Answer::head(&mut response));
            let next = if self.wanted.follow { hop.next(answer.status, &answer.headers)? } else { None };
            let Some(next) = next else {
                let read = answer.read(&mut response, self.wanted.max_body, deadline, &words).await;
                let transfer = Phases { transfer_us: Some(micros(moments.over().elapsed())), ..Phases::default() };
                marks::add(&mut seen.phases, transfer);
                return read;
            };
            seen.trail.go(std::mem::replace(&mut hop, next.clone()), &next)?;
        }
    }

    /// What was seen, as others read it.
    fn observe(&self, asking: &Asking, latency_us: i64, seen: Seen, trouble: Option<Trouble>) -> Observation {
        let Seen { phases, trail: Trail { addresses, .. }, answer } = seen;
        let masks = &self.wanted.masks;
        let addresses: Vec<String> = addresses.into_iter().map(|address| masks.text(address)).collect();
        let trouble = trouble.map(|Trouble { reason, message }| Trouble { reason, message: masks.text(message) });
        let status_trouble = answer
            .as_ref()
            .and_then(|answer| Trouble::of_status(answer.status.as_u16(), answer.status.canonical_reason()));

        let maybe_not_ok = self.may_fail || trouble.is_some() || status_trouble.is_some();
        let exchange = if maybe_not_ok {
            self.keeper.whole(answer.as_ref(), addresses.clone(), masks)
        } else {
            self.keeper.slim(answer.as_ref(), addresses.clone())
        };
        let facts = match answer {
            Some(answer) if trouble.is_none() => self.needs.facts(answer, &addresses, masks, asking.at),
            _ => Facts::default(),
        };
        Observation {
            started_at: asking.at,
            latency_us,
            phases,
            trouble,
            status_trouble,
            facts,
            exchange: Some(exchange),
        }
    }
}

#[async_trait]
impl Probe for Http {
    async fn ask(&self, asking: &Asking) -> Observation {
        let began = Instant::now();
        let mut seen = Seen::default();
        let trouble = self.walk(asking, began, &mut seen).await.err();
        self.observe(asking, micros(began.elapsed()), seen, trouble)
    }

    fn peer(&self) -> Option<HostKey> {
        Some(self.peer.clone())
    }
}

/// An address written into a URL never reaches the resolver, so it is checked here.
fn check_literal(egress: &Egress, url: &Url) -> Result<(), Refused> {
    let host = url.host_str().unwrap_or_default();
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(address) => egress.check(address),
        Err(_is_a_name) => Ok(()),
    }
}
