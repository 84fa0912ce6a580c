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
    sync::{Semaphore, mpsc, oneshot},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    MonitorError,
    figures::Gauges,
    ids::RunIds,
    landscape::Maker,
    tasks::{Tasks, said_by},
    watched::{Asks, Part, Watched},
    work::{Attempt, Work},
};

/// How much later than a probe's own timeout the engine ends an attempt by itself.
const MARGIN: Duration = Duration::from_millis(500);

/// Runs that say that a probe was late may wait for the recorder, so many at once. When there is more to record than can be stored,
/// checks that did happen come first, and what did not is told in fewer runs, each for more periods.
pub(crate) const TELLERS: usize = 16;

/// What the run of a check says that got no slot.
const NO_SLOT: &str = "could not start within its period: no free slot";

/// Runs checks, each in a task of its own.
pub(crate) struct Executor {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<RunIds>,
    pub(crate) maker: Arc<Maker>,
    pub(crate) record: mpsc::Sender<Work>,
    pub(crate) checks: Tasks,
    pub(crate) stop: CancellationToken,
    pub(crate) gauges: Arc<Gauges>,
    pub(crate) tellers: Semaphore,
}

/// What a check answers to whoever waits for it, after the commit.
pub(crate) type Done = oneshot::Sender<Result<Run, MonitorError>>;

impl Executor {
    /// Starts the check that was planned for this moment.
    pub(crate) fn start(self: &Arc<Self>, watched: Arc<Watched>, planned: Timestamp, done: Option<Done>) {
        let this = Arc::clone(self);
        self.gauges.asking.fetch_add(1, Ordering::Relaxed);
        self.checks.spawn("a check", async move {
            this.check(&watched, planned, done).await;
            this.gauges.asking.fetch_sub(1, Ordering::Relaxed);
        });
    }

    /// All attempts of one check, each recorded as it ends.
    async fn check(&self, watched: &Arc<Watched>, mut planned: Timestamp, done: Option<Done>) {
        let asks = match &watched.part {
            Part::Asks(asks) => asks,
            Part::Broken(why) => {
                return self.record(watched, self.ours(watched, planned, Reason::Config, why), done).await;
            }
            Part::Awaits(_) => return,
        };
        let Some(_turn) = self.in_time(watched, planned, watched.turn.acquire()).await else {
            return self.tell_late(watched, planned, 1, NO_SLOT, done).await;
        };
        let retries = watched.spec().retries;
        let mut backoff = retries.backoff;
        for attempt in 1..=i32::from(retries.count) + 1 {
            let Some(slot) = self.in_time(watched, planned, self.maker.limits.slot(asks)).await else {
                return self.tell_late(watched, planned, 1, NO_SLOT, done).await;
            };
            let Some(seen) = self.ask(watched, asks, planned).await else { return };
            drop(slot);
            let mut run = self.judge(watched, asks, planned, seen);
            run.attempt = attempt;
            run.last_attempt =
                run.outcome != Outcome::Failed || attempt > i32::from(retries.count) || self.stop.is_cancelled();
            if run.last_attempt {
                return self.record(watched, run, done).await;
            }
            self.record(watched, run, None).await;
            tokio::select! {
                () = tokio::time::sleep(backoff.as_duration()) => {}
                () = self.stop.cancelled() => return,
            }
            backoff = Span::ms(backoff.as_ms().saturating_mul(2));
            planned = self.clock.now();
        }
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

    /// Notes in a task of its own that a probe could not start for so many periods.
    pub(crate) fn skip(self: &Arc<Self>, watched: Arc<Watched>, planned: Timestamp, periods: i64, why: String) {
        let this = Arc::clone(self);
        self.checks.spawn("a late check", async move {
            this.tell_late(&watched, planned, periods, &why, None).await;
        });
    }

    /// The one run that stands for `skipped` periods in which nothing could start.
    fn late(&self, watched: &Watched, planned: Timestamp, skipped: i64, why: &str) -> Run {
        self.gauges.late.fetch_add(1, Ordering::Relaxed);
        let mut run = self.ours(watched, planned, Reason::SchedulerLate, why);
        run.skipped = Some(i32::try_from(skipped).unwrap_or(i32::MAX));
        run
    }

    /// Records that a probe could not start for so many periods. What more is skipped before that run is recorded goes into it.
    async fn tell_late(&self, watched: &Arc<Watched>, planned: Timestamp, periods: i64, why: &str, done: Option<Done>) {
        if self.stop.is_cancelled() || (!watched.skips(periods) && done.is_none()) {
            return;
        }
        let Ok(_turn) = self.tellers.acquire().await else { return };
        // Without a recorder there is nobody left to tell: the engine is gone.
        let Ok(place) = self.record.reserve().await else { return };
        let run = self.late(watched, planned, watched.take_skipped(), why);
        place.send(Work::Attempt(Box::new(Attempt { watched: Arc::clone(watched), run, done })));
    }

    async fn record(&self, watched: &Arc<Watched>, run: Run, done: Option<Done>) {
        let attempt = Attempt { watched: Arc::clone(watched), run, done };
        // Without a recorder there is nobody left to tell: the engine is gone.
        let _ = self.record.send(Work::Attempt(Box::new(attempt))).await;
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
