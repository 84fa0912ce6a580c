//! The courier at work, for as long as the house stands.

use std::{sync::Arc, time::Duration};

use model::Clock;
use notify::{Channels, Courier, CourierLimits, Jitter, Outbox};
use tokio::{sync::Notify, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// The pause before a courier that died is replaced.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the end waits beyond what the courier itself waits for.
const BEYOND: Duration = Duration::from_secs(2);

/// What a courier needs.
#[derive(Clone)]
pub struct Needs {
    /// Where notices wait.
    pub outbox: Arc<dyn Outbox>,
    /// The ways to send them.
    pub channels: Channels,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// What wakes it.
    pub wake: Arc<Notify>,
    /// What keeps attempts apart.
    pub jitter: Jitter,
}

impl Needs {
    fn courier(&self) -> Courier {
        let Self { outbox, channels, clock, wake, jitter } = self.clone();
        Courier { outbox, channels, clock, wake, jitter, limits: CourierLimits::default() }
    }
}

/// A courier that is at work.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Begins, on the present runtime. One that dies is replaced: what it had under way is sent again when its lease is over.
    pub fn begin(needs: Needs) -> Self {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            while let Err(why) = tokio::spawn(needs.courier().run(stopped.clone())).await {
                tracing::error!(%why, "the courier of messages died and is replaced");
                if timeout(PAUSE, stopped.cancelled()).await.is_ok() {
                    break;
                }
            }
        });
        Self { stop, task }
    }

    /// Takes nothing new, and waits a while for what is on its way.
    pub async fn end(mut self) {
        self.stop.cancel();
        let limit = CourierLimits::default().ending.as_duration() + BEYOND;
        if timeout(limit, &mut self.task).await.is_err() {
            tracing::warn!("the courier of messages did not end; what it has under way is sent again later");
            self.task.abort();
        }
    }
}

/// Where the house could not start, or is just dropped, nothing new is sent either.
impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use model::{NoticeClaim, NoticeMark, Slug, SystemClock, Timestamp};
    use notify::Result;

    use super::*;

    /// Breaks the first time that it is asked.
    #[derive(Default)]
    struct Shaky {
        asked: AtomicUsize,
        asked_again: Notify,
    }

    #[async_trait]
    impl Outbox for Shaky {
        async fn due_channels(&self) -> Result<Vec<(Slug, Timestamp)>> {
            assert!(self.asked.fetch_add(1, Ordering::SeqCst) > 0, "it breaks");
            self.asked_again.notify_one();
            Ok(Vec::new())
        }

        async fn claim(&self, _: &Slug, _: Timestamp, _: Timestamp, _: u32) -> Result<Vec<NoticeClaim>> {
            Ok(Vec::new())
        }

        async fn mark(&self, _: &NoticeClaim, _: Timestamp, _: NoticeMark, _: &str) -> Result<bool> {
            Ok(true)
        }
    }

    #[tokio::test]
    async fn a_courier_that_dies_is_replaced() {
        let outbox = Arc::new(Shaky::default());
        let needs = Needs {
            outbox: Arc::clone(&outbox) as Arc<dyn Outbox>,
            channels: Channels::default(),
            clock: Arc::new(SystemClock),
            wake: Arc::default(),
            jitter: Arc::new(|| 0.5),
        };
        let running = Running::begin(needs);
        let asked_again = timeout(Duration::from_secs(30), outbox.asked_again.notified()).await;
        assert!(asked_again.is_ok(), "the next one looks into the outbox");
        running.end().await;
        assert!(outbox.asked.load(Ordering::SeqCst) >= 2);
    }
}
