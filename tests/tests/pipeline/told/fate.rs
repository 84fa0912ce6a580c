//! Where a courier is killed: it goes so far, and from then on nothing of it moves.

use std::{
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use async_trait::async_trait;
use model::{Notice, NoticeClaim, NoticeMark, Slug, Timestamp};
use notify::{Channel, Mail, Outbox, Receipt, Result};
use server::telling::StoredOutbox;
use tokio::sync::Notify;

/// Where a courier is killed.
#[derive(Debug, Clone, Copy)]
pub enum Death {
    /// Nowhere.
    Never,
    /// Before so many steps of its work: anywhere in a conversation or a transaction.
    Step(usize),
    /// As soon as the relay's word is there, before it is committed.
    Sent,
    /// As soon as it is committed, before that is known.
    Marked,
}

/// Tells when a courier's time has come; from then on nothing of it moves.
pub struct Fate {
    death: Death,
    steps: AtomicUsize,
    dead: Notify,
}

impl Fate {
    pub fn of(death: Death) -> Arc<Self> {
        Arc::new(Self { death, steps: 0.into(), dead: Notify::new() })
    }

    /// One step further, if there is one.
    fn goes_on(&self) -> bool {
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        let on = !matches!(self.death, Death::Step(last) if step >= last);
        if !on {
            self.dead.notify_one();
        }
        on
    }

    /// Its time has come.
    pub async fn over(&self) {
        self.dead.notified().await;
    }

    async fn die(&self) {
        self.dead.notify_one();
        pending::<()>().await;
    }

    /// Something that the courier does, step by step.
    async fn live<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let done = poll_fn(|context| if self.goes_on() { work.as_mut().poll(context) } else { Poll::Pending }).await;
        if !self.goes_on() {
            self.die().await;
        }
        done
    }
}

/// Something that the courier works with, and that ends with it.
pub struct Mortal<T> {
    pub inner: T,
    pub fate: Arc<Fate>,
}

#[async_trait]
impl Outbox for Mortal<StoredOutbox> {
    async fn due_channels(&self) -> Result<Vec<(Slug, Timestamp)>> {
        self.inner.due_channels().await
    }

    async fn claim(&self, channel: &Slug, now: Timestamp, until: Timestamp, most: u32) -> Result<Vec<NoticeClaim>> {
        self.fate.live(self.inner.claim(channel, now, until, most)).await
    }

    async fn mark(&self, claim: &NoticeClaim, now: Timestamp, how: NoticeMark, answer: &str) -> Result<bool> {
        let marked = self.fate.live(self.inner.mark(claim, now, how, answer)).await;
        if matches!(self.fate.death, Death::Marked) {
            self.fate.die().await;
        }
        marked
    }
}

#[async_trait]
impl Channel for Mortal<Arc<Mail>> {
    async fn send(&self, notice: &Notice) -> Result<Receipt> {
        let receipt = self.fate.live(self.inner.send(notice)).await;
        if matches!(self.fate.death, Death::Sent) {
            self.fate.die().await;
        }
        receipt
    }
}
