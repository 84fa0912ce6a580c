//! One check: wait for a slot, ask, judge, perhaps ask again; every attempt becomes a run.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures::FutureExt;
use model::{Clock, Origin, Outcome, Reason, Run, Span, Timestamp};
use probe::Asking;
use rules::{
    assess::{Judgement, Observation, Trouble, assess},
    upside::upside_down,
};
use tokio::{
    sync::{Notify, Semaphore, mpsc, oneshot},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    MonitorError,
    figures::Gauges,
    ids::RunIds,
    landscape::Maker,
    late::NO_SLOT,
    tasks::{Tasks, said_by},
    watched::{Asks, Part, Watched},
    work::{Attempt, Work},
};

/// How much later than a probe's own timeout the engine ends an attempt by itself.
const MARGIN: Duration = Duration::from_millis(500);

/// Runs checks, each in a task of its own.
pub(crate) struct Executor {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<RunIds>,
    pub(crate) maker: Arc<Maker>,
    pub(crate) record: mpsc::Sender<Work>,
    pub(crate) checks: Tasks,
    pub(crate) stop: CancellationToken,
    pub(crate) gauges: Arc<Gauges>,
    /// Places for runs that say that a probe was late.
    pub(crate) late_places: Semaphore,
    /// Rung for runs that the recorder is to look at before it would by itself.
    pub(crate) hurry: Arc<Notify>,
}

/// What a check answers to whoever waits for it, after the commit.
pub(crate) type Done = oneshot::Sender<Result<Run, MonitorError>>;

impl Executor {
    /// Starts the check that was planned for this moment.
    pub(crate) fn start(self: &Arc<Self>, watched: Arc<Watched>, planned: Timestamp, done: Option<Done>) {
        // One that waits already has its place, and another behind it would ask no sooner.
        if done.is_none()
            && matches!(watched.part, Part::Asks(_))
            && let Some(passed) = watched.queues(planned)
        {
            return self.skip(watched, passed, 1, NO_SLOT.into());
        }
        let this = Arc::clone(self);
        self.gauges.asking.fetch_add(1, Ordering::Relaxed);
        self.checks.spawn("a check", async move {
            this.check(&watched, planned, done).await;
            this.gauges.asking.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// All attempts of one check, each recorded as it ends.
    async fn check(self: &Arc<Self>, watched: &Arc<Watched>, mut planned: Timestamp, done: Option<Done>) {
        let asks = match &watched.part {
            Part::Asks(asks) => asks,
            Part::Broken(why) => {
                let run = self.ours(watched, planned, Reason::Config, why);
                return self.record(attempt_of(watched, run, done)).await;
            }
            Part::Awaits(_) => return,
        };
        let place = async { (watched.turn.acquire().await, self.maker.limits.slot(asks).await) };
        let held = if done.is_some() {
            self.in_time(watched, planned, place).await
        } else {
            self.in_turn(watched, &mut planned, place).await
        };
        let Some((_turn, mut slot)) = held else { return self.give_up(watched, planned, done).await };
        let retries = watched.spec().retries;
        let mut backoff = retries.backoff;
        let mut attempt = 1;
        loop {
            let Some(seen) = self.ask(watched, asks, planned).await else { return };
            drop(slot);
            let mut run = self.judge(watched, asks, planned, seen);
            run.attempt = attempt;
            run.last_attempt =
                run.outcome != Outcome::Failed || attempt > i32::from(retries.count) || self.stop.is_cancelled();
            if run.last_attempt {
                return self.record(attempt_of(watched, run, done)).await;
            }
            self.record(attempt_of(watched, run, None)).await;
            tokio::select! {
                () = tokio::time::sleep(backoff.as_duration()) => {}
                () = self.stop.cancelled() => return,
            }
            backoff = Span::ms(backoff.as_ms().saturating_mul(2));
            planned = self.clock.now();
            attempt += 1;
            let Some(next) = self.in_time(watched, planned, self.maker.limits.slot(asks)).await else {
                return self.give_up(watched, planned, done).await;
            };
            slot = next;
        }
    }

    /// What `wait` gives, however long that takes. By then the check may stand for a newer period, whose moment `planned` becomes.
    /// `None`: the engine stops, or the schedule does not know this probe any more.
    async fn in_turn<T>(&self, watched: &Watched, planned: &mut Timestamp, wait: impl Future<Output = T>) -> Option<T> {
        let got = tokio::select! {
            biased;
            got = wait => Some(got),
            () = self.stop.cancelled() => None,
        };
        *planned = watched.leaves_queue().unwrap_or(*planned);
        got.filter(|_| !watched.is_left(self.clock.now()))
    }

    /// What `wait` gives, if it gives it within the period that began at `planned` and before the engine stops.
    async fn in_time<T>(&self, watched: &Watched, planned: Timestamp, wait: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(wait);
        // The usual case needs neither a timer nor the period, which costs a search in the calendar for cron.
        if let Some(at_once) = wait.as_mut().now_or_never() {
            return Some(at_once);
        }
        let now = self.clock.now();
        let left = (planned + watched.period_at(planned)).since(now);
        tokio::select! {
            got = timeout(left.as_duration(), wait) => got.ok(),
            () = self.stop.cancelled() => None,
        }
    }

    /// One attempt on the network, under a deadline that is ours. `None`: the watchdog has ended and recorded it meanwhile.
    async fn ask(&self, watched: &Watched, asks: &Asks, planned: Timestamp) -> Option<Observation> {
        let at = self.clock.now();
        let limit = watched.spec().timeout;
        self.gauges.asked.fetch_add(1, Ordering::Relaxed);
        self.gauges.lateness_ms.fetch_add(u64::try_from(at.since(planned).as_ms()).unwrap_or(0), Ordering::Relaxed);
        watched.begins(at + limit);
        let asking = Asking { at, timeout: limit };
        let guarded = timeout(limit.as_duration() + MARGIN, AssertUnwindSafe(asks.ask.ask(&asking)).catch_unwind());
        let seen = match guarded.await {
            Ok(Ok(seen)) => seen,
            Ok(Err(panic)) => {
                let said = said_by(panic.as_ref());
                tracing::error!(integration = %watched.integration(), probe = %watched.spec().slug, said, "a probe panicked");
                Observation::troubled(at, 0, Reason::Internal, format!("the probe panicked: {said}"))
            }
            Err(_elapsed) => {
                let waited = self.clock.now().since(at).as_ms().saturating_mul(1_000);
                Observation::troubled(at, waited, Reason::Timeout, format!("no answer within {limit}"))
            }
        };
        watched.ends().then_some(seen)
    }

    fn judge(&self, watched: &Watched, asks: &Asks, planned: Timestamp, seen: Observation) -> Run {
        let judged = std::panic::catch_unwind(AssertUnwindSafe(|| assess(&asks.compiled, &seen)));
        let judgement = judged.unwrap_or_else(|panic| {
            let said = said_by(panic.as_ref());
            tracing::error!(integration = %watched.integration(), probe = %watched.spec().slug, said, "an assessment panicked");
            troubled(Trouble::new(Reason::Internal, format!("the assessment panicked: {said}")))
        });
        self.run(watched, planned, seen, judgement)
    }

    /// A run of what was seen and judged.
    fn run(&self, watched: &Watched, planned: Timestamp, seen: Observation, judgement: Judgement) -> Run {
        let mut run = self.blank(watched, planned, seen.started_at, judgement.outcome);
        run.duration_ms = Some(seen.latency_us / 1_000);
        run.latency_us = Some(seen.latency_us);
        run.reason = judgement.reason;
        run.message = judgement.message;
        run.measures = judgement.measures;
        run.phases = Some(seen.phases);
        run.assertions = judgement.assertions;
        run.exchange = seen.exchange;
        // Before anything looks at how it ended: what is tried again, and what is kept of the exchange.
        if watched.spec().upside_down {
            run = upside_down(run);
        }
        if run.outcome == Outcome::Ok
            && let Some(exchange) = &mut run.exchange
        {
            exchange.request.body = None;
            if let Some(response) = &mut exchange.response {
                response.body = None;
            }
        }
        run
    }

    /// A run that is nobody's failure but ours.
    pub(crate) fn ours(&self, watched: &Watched, planned: Timestamp, reason: Reason, message: &str) -> Run {
        let mut run = self.blank(watched, planned, self.clock.now(), Outcome::Unknown);
        run.reason = Some(reason);
        run.message = Some(message.to_owned());
        run
    }

    async fn record(&self, attempt: Box<Attempt>) {
        // Somebody waits for it, or the next check depends on it.
        let hurries = attempt.done.is_some() || attempt.run.outcome == Outcome::Failed;
        if self.record.capacity() < self.record.max_capacity() / 2 {
            // More comes than the recorder lets lie: without this, what finds no room would wait for it.
            self.hurry.notify_one();
        }
        // Without a recorder there is nobody left to tell: the engine is gone.
        let _ = self.record.send(Work::Attempt(attempt)).await;
        if hurries {
            self.hurry.notify_one();
        }
    }

    fn blank(&self, watched: &Watched, planned: Timestamp, started_at: Timestamp, outcome: Outcome) -> Run {
        Run {
            probe: Some(watched.spec().slug.clone()),
            scheduled_at: Some(planned),
            ..crate::work::blank_run(
                self.ids.next(self.clock.now()),
                watched.integration().clone(),
                Origin::Probe,
                watched.environment.clone(),
                started_at,
                outcome,
            )
        }
    }

    /// Asks once and answers what the run would be: no schedule, no retries, no record. `None`: the engine stops.
    pub(crate) async fn try_once(&self, watched: &Watched) -> Option<Run> {
        let Part::Asks(asks) = &watched.part else { return None };
        let now = self.clock.now();
        let slot = self.in_time(watched, now, self.maker.limits.slot(asks)).await?;
        let seen = self.ask(watched, asks, now).await?;
        drop(slot);
        Some(self.judge(watched, asks, now, seen))
    }
}

/// Boxed before anything waits, so that no check carries the room of a whole run while it asks.
pub(crate) fn attempt_of(watched: &Arc<Watched>, run: Run, done: Option<Done>) -> Box<Attempt> {
    Box::new(Attempt { watched: Arc::clone(watched), run, done })
}

fn troubled(trouble: Trouble) -> Judgement {
    Judgement {
        outcome: Outcome::Unknown,
        reason: Some(trouble.reason),
        message: Some(trouble.message),
        assertions: Vec::new(),
        measures: std::collections::BTreeMap::new(),
        untold: Vec::new(),
    }
}
