//! One step after the other, then those that clean up.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use model::{Outcome, Phases, ProbeSpec, Reason, Span};
use rules::assess::{Observation, Trouble, assess};
use tokio::time::timeout_at;

use super::{
    extract::Heard,
    refer::Values,
    step::{Ready, Step},
    told::{Line, Told},
};
use crate::{
    Asking, Clients, HostKey, Probe,
    filled::Known,
    http::{
        ask::{Look, Reading, observe},
        body,
        cookies::Jar,
        granted::{Asked, Underway},
        keep::Keeper,
        manner::Manner,
        shared::Tokens,
        trouble::peer,
        walk::{Seen, Until},
        way::Way,
    },
    marks::{self, micros},
    redact::Masks,
};

/// What a probe in steps is made of.
pub(super) struct Parts {
    pub(super) steps: Vec<Step>,
    pub(super) cleanup: Vec<Step>,
    pub(super) way: Way,
    pub(super) manner: Manner,
    pub(super) masks: Masks,
    pub(super) peer: Option<HostKey>,
}

/// A probe in steps.
pub(super) struct Steps {
    parts: Parts,
    tokens: Tokens,
    /// What its references stand for.
    known: Known,
    body_folders: Arc<[PathBuf]>,
    /// Without expressions of the probe itself, steps that are well leave a run that is ok.
    may_fail: bool,
    /// Whether any value that is found may be shown.
    shows: bool,
}

/// A check under way.
struct Check {
    values: Values,
    jar: Jar,
    told: Told,
    /// How long tokens were fetched.
    fetching: Duration,
    /// What must not be kept of the steps to come: with the tokens of those before.
    of_all: Masks,
    /// What must not be kept of any step so far, where some value may be shown.
    masks: Masks,
}

impl Steps {
    pub(super) fn new(parts: Parts, spec: &ProbeSpec, clients: &Clients) -> Self {
        let may_fail = !(spec.assert.is_empty() && spec.warn.is_empty());
        let mut steps = parts.steps.iter().chain(&parts.cleanup);
        let shows = steps.any(|step| step.extracts.iter().any(|extract| extract.shown));
        let (tokens, known) = (clients.tokens().clone(), Known::clone(clients.known()));
        Self { parts, tokens, known, body_folders: Arc::clone(clients.body_folders()), may_fail, shows }
    }

    /// One step, with what came of it in `check`.
    async fn go(&self, step: &Step, until: Until, check: &mut Check) -> Result<(), Trouble> {
        let of_step = |Trouble { reason, message }: Trouble| Trouble {
            reason,
            message: format!("step `{}`: {message}", step.name),
        };
        let Ready { mut ask, grant, masks } = step.ready(&check.values, &check.of_all).map_err(of_step)?;
        if let Some(path) = &ask.file {
            let read = timeout_at(until.deadline, body::file(path, &self.body_folders)).await;
            let too_late = |_| Trouble::new(Reason::Config, "the body's file could not be read in time");
            ask.body = read.map_err(too_late).and_then(|read| read).map_err(of_step)?;
        }
        let started = Instant::now();
        let jar = std::mem::take(&mut check.jar);
        let mut underway = Underway { began: started, seen: Seen::default(), masks, jar };
        let Parts { way, manner, .. } = &self.parts;
        let asked = Asked { way, manner, ask: &ask, grant: grant.as_ref(), tokens: &self.tokens };
        let trouble = asked.walk(until, &mut underway).await.err();
        let Underway { began, mut seen, masks, jar } = underway;
        let latency_us = micros(began.elapsed());
        check.jar = jar;
        check.fetching += began.duration_since(started);
        if grant.is_some() {
            check.of_all = masks.clone();
        }

        let mut missing = None;
        if trouble.is_none()
            && let Some(answer) = &seen.answer
        {
            let heard = Heard::of(answer, &check.jar, &ask.url);
            for extract in &step.extracts {
                match extract.take(&heard) {
                    Ok(value) => check.values.put(&step.name, &extract.name, value, extract.shown),
                    Err(trouble) => missing = missing.or(Some(trouble)),
                }
            }
        }
        // What was found a moment ago is kept as little as what was sent.
        let hidden = check.values.hidden();
        let masks = seen.masks(masks.and(hidden.iter().flat_map(|value| crate::filled::forms::of(value))));
        let reading = Reading::of(step.graphql);
        let trouble = match trouble {
            None if seen.is_large(reading, &step.needs, &masks) => {
                Box::pin(seen.mask_large(&masks, until.deadline)).await.err()
            }
            trouble => trouble,
        };
        let look = Look {
            at: until.at,
            latency_us,
            peer: &peer(&ask.url),
            reading,
            needs: &step.needs,
            keeper: &Keeper::of(&ask, &masks),
            may_fail: self.may_fail || step.may_fail || missing.is_some(),
            masks: &masks,
        };
        if self.shows {
            // It is as secret in what another step found.
            check.masks = check.masks.with(&masks);
        }
        let observation = observe(seen, trouble, &look);
        let judged = assess(&step.asserts, &observation);
        let trouble = match judged.outcome {
            Outcome::Failed | Outcome::Unknown => {
                let message = judged.message.clone().unwrap_or_else(|| "it failed".to_owned());
                Some(Trouble::new(judged.reason.unwrap_or(Reason::Assertion), masks.text(message)))
            }
            _ => missing.map(|Trouble { reason, message }| Trouble { reason, message: masks.text(message) }),
        };
        check.told.step(Line {
            name: &step.name,
            observation,
            assertions: judged.assertions,
            trouble: trouble.as_ref(),
        });
        match trouble {
            Some(trouble) => Err(of_step(trouble)),
            None => Ok(()),
        }
    }

    async fn steps(&self, until: Until, check: &mut Check) -> Result<(), Trouble> {
        for step in &self.parts.steps {
            self.go(step, until, check).await?;
        }
        Ok(())
    }

    /// All that can be sent is, whatever becomes of each.
    async fn clean_up(&self, until: Until, check: &mut Check) -> Result<(), Trouble> {
        let mut first = Ok(());
        for step in &self.parts.cleanup {
            if !step.is_ready(&check.values) {
                // What it would take away was never there.
                check.told.left_out(&step.name);
                continue;
            }
            first = first.and(self.go(step, until, check).await);
        }
        first
    }
}

#[async_trait]
impl Probe for Steps {
    async fn ask(&self, asking: &Asking) -> Observation {
        let began = Instant::now();
        // Where something has to be cleaned up, a fifth of the time is kept for it.
        let for_steps = if self.parts.cleanup.is_empty() {
            asking.timeout
        } else {
            Span::ms((asking.timeout.as_ms() / 5 * 4).max(1))
        };
        let until = |timeout: Span| Until {
            at: asking.at,
            deadline: tokio::time::Instant::from_std(began + timeout.as_duration()),
            timeout,
        };
        let masks = self.parts.masks.clone();
        let mut check = Check {
            values: Values::of(&self.known),
            jar: Jar::default(),
            told: Told::default(),
            fetching: Duration::ZERO,
            of_all: masks.clone(),
            masks,
        };
        let stepped = self.steps(until(for_steps), &mut check).await;
        let latency_us = micros(began.elapsed().saturating_sub(check.fetching));
        let phases = check.told.phases();
        check.told.turn_to_cleanup(stepped.is_err());
        let cleaned = self.clean_up(until(asking.timeout), &mut check).await;
        let trouble = stepped.and(cleaned).err();

        let (facts, exchange) = check.told.finish(&check.values, &check.masks, trouble.is_some() || self.may_fail);
        let facts = if trouble.is_some() { rules::assess::Facts::default() } else { facts };
        Observation {
            started_at: asking.at,
            latency_us,
            phases,
            trouble,
            status_trouble: None,
            status_warning: None,
            facts,
            exchange,
        }
    }

    fn peer(&self) -> Option<HostKey> {
        self.parts.peer.clone()
    }
}

/// The sum of what steps took.
pub(super) fn sum(phases: impl IntoIterator<Item = Phases>) -> Phases {
    phases.into_iter().fold(Phases::default(), |mut sum, more| {
        marks::add(&mut sum, more);
        sum
    })
}
