//! Sees to it that what waits in the outbox arrives.
//!
//! One loop takes what is due under a lease, hands each notice to its channel in a task of its own, and has the outcome committed. It
//! looks when it is woken, when something becomes due, when a task ends, and at least every 30 s, since another node may have
//! written. A channel has few places, fewer than there are: one that is slow keeps only its own messages waiting.
//!
//! **Where we end.** Asked to end, it takes nothing new and waits a while for what is on its way. What is cut off then, or by the
//! end of the process, is taken again when its lease is over. If it had been sent and only the mark was missing, it is sent twice,
//! under the same key.

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt as _;
use model::{Clock, Notice, NoticeClaim, NoticeMark, Slug, Span, Timestamp};
use tokio::{
    sync::Notify,
    task::{Id, JoinError, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{Channels, NotifyError, Outbox, Receipt, Result, backoff::next_attempt};

/// The longest time without a look at the outbox.
const LOOK: Span = Span::seconds(30);
/// The pause after the outbox could not be read, or somebody else was faster.
const PAUSE: Span = Span::seconds(1);

/// Where chance comes from: a number in 0..=1 at each call.
pub type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// How much at once, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CourierLimits {
    /// Messages on their way at once.
    pub at_once: usize,
    /// Of those, of one channel.
    pub of_a_channel: usize,
    /// The longest that one attempt may take, whatever the channel says.
    pub attempt: Span,
    /// How long nobody else may take what is on its way. It must outlast an attempt and its mark, and how far the clocks of nodes
    /// are apart.
    pub lease: Span,
    /// How long the end waits for what is on its way.
    pub ending: Span,
}

impl Default for CourierLimits {
    fn default() -> Self {
        Self {
            at_once: 8,
            of_a_channel: 2,
            attempt: Span::seconds(30),
            lease: Span::minutes(2),
            ending: Span::seconds(8),
        }
    }
}

/// Who sends what waits.
pub struct Courier {
    /// Where it waits.
    pub outbox: Arc<dyn Outbox>,
    /// The ways to send it.
    pub channels: Channels,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// What wakes it: whoever has committed a notice calls `notify_one`.
    pub wake: Arc<Notify>,
    /// What keeps attempts apart.
    pub jitter: Jitter,
    /// How much at once.
    pub limits: CourierLimits,
}

/// What is on its way. Dropped, all of it is cut off.
#[derive(Default)]
struct Flights {
    tasks: JoinSet<()>,
    channels: HashMap<Id, Slug>,
}

impl Courier {
    /// Runs until `stop`, on the present runtime. Dropped, it cuts off what is on its way.
    pub async fn run(self, stop: CancellationToken) {
        let courier = Arc::new(self);
        let mut flights = Flights::default();
        while !stop.is_cancelled() {
            let pause = courier.look(&mut flights).await;
            tokio::select! {
                () = stop.cancelled() => break,
                Some(landed) = flights.tasks.join_next_with_id() => flights.landed(&landed),
                () = courier.wake.notified() => {}
                () = sleep(pause) => {}
            }
        }
        let landing = async {
            while let Some(landed) = flights.tasks.join_next_with_id().await {
                flights.landed(&landed);
            }
        };
        if timeout(courier.limits.ending.as_duration(), landing).await.is_err() {
            tracing::warn!("some messages did not end in time; they are sent again later, under the same keys");
        }
    }

    /// Takes what is due and may go; answers how long nothing else will be.
    async fn look(self: &Arc<Self>, flights: &mut Flights) -> Duration {
        let now = self.clock.now();
        match self.take(flights, now).await {
            Ok(next) => next.since(now).as_duration(),
            Err(error) => {
                tracing::warn!(%error, "messages wait");
                PAUSE.as_duration()
            }
        }
    }

    async fn take(self: &Arc<Self>, flights: &mut Flights, now: Timestamp) -> Result<Timestamp> {
        let mut next = now + LOOK;
        for (channel, due) in self.outbox.due_channels().await? {
            let places = flights.places(&channel, &self.limits);
            if places == 0 {
                // Whoever lands makes room, and wakes us.
                continue;
            }
            if due > now {
                next = next.min(due);
                continue;
            }
            let claims = self.outbox.claim(&channel, now, now + self.limits.lease, places).await?;
            if claims.is_empty() {
                next = next.min(now + PAUSE);
            }
            for claim in claims {
                let courier = Arc::clone(self);
                let until = now + courier.limits.lease;
                flights.take_off(channel.clone(), async move { courier.deliver(claim, until).await });
            }
        }
        Ok(next)
    }

    /// Sends a notice once and has it committed how that went.
    async fn deliver(&self, claim: NoticeClaim, until: Timestamp) {
        let sent = self.send(&claim.notice).await;
        let now = self.clock.now();
        let (how, answer) = match sent {
            Ok(receipt) => (NoticeMark::Sent, receipt.answer),
            Err(error) if !error.is_passing() => (NoticeMark::Failed, error.to_string()),
            Err(error) => {
                let next = next_attempt(claim.attempt, claim.created_at, now, (self.jitter)(), error.after());
                (next.map_or(NoticeMark::GivenUp, NoticeMark::Again), error.to_string())
            }
        };
        let key = claim.notice.key();
        if how == NoticeMark::Sent {
            tracing::info!(key, attempt = claim.attempt, "the owner was told");
        } else {
            tracing::warn!(key, attempt = claim.attempt, state = %how.state(), answer, "the owner was not told");
        }
        self.mark(&claim, until, how, &answer).await;
    }

    async fn send(&self, notice: &Notice) -> Result<Receipt> {
        let Some(channel) = self.channels.named(&notice.channel) else {
            let why = format!("there is no channel `{}` any more; make one of this name, or let it be", notice.channel);
            return Err(NotifyError::later(why));
        };
        let limit = self.limits.attempt;
        let sending = AssertUnwindSafe(timeout(limit.as_duration(), channel.send(notice))).catch_unwind();
        match sending.await {
            Ok(Ok(sent)) => sent,
            Ok(Err(_elapsed)) => Err(NotifyError::later(format!("no answer within {limit}"))),
            Err(_panic) => Err(NotifyError::later("a fault of our own; the log says more")),
        }
    }

    /// Has it committed, again and again while the lease lasts: what was sent and is not marked is sent twice.
    async fn mark(&self, claim: &NoticeClaim, until: Timestamp, how: NoticeMark, answer: &str) {
        let key = claim.notice.key();
        loop {
            let now = self.clock.now();
            match self.outbox.mark(claim, now, how, answer).await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!(key, "the word of an attempt came after its lease and does not count");
                    return;
                }
                Err(error) if now + PAUSE >= until => {
                    tracing::error!(key, %error, "the outcome of an attempt could not be kept; it is made again");
                    return;
                }
                Err(error) => tracing::warn!(key, %error, "the outcome of an attempt waits"),
            }
            sleep(PAUSE.as_duration()).await;
        }
    }
}

impl Flights {
    /// How many of a channel may take off.
    fn places(&self, channel: &Slug, limits: &CourierLimits) -> u32 {
        let of_channel = self.channels.values().filter(|of| *of == channel).count();
        let free =
            limits.of_a_channel.saturating_sub(of_channel).min(limits.at_once.saturating_sub(self.channels.len()));
        u32::try_from(free).unwrap_or(u32::MAX)
    }

    fn take_off(&mut self, channel: Slug, flight: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(flight);
        self.channels.insert(task.id(), channel);
    }

    fn landed(&mut self, landed: &std::result::Result<(Id, ()), JoinError>) {
        let id = match landed {
            Ok((id, ())) => *id,
            Err(error) => {
                tracing::error!(%error, "a message was cut off; it is sent again when its lease is over");
                error.id()
            }
        };
        self.channels.remove(&id);
    }
}

#[cfg(test)]
#[path = "courier_tests.rs"]
mod tests;
