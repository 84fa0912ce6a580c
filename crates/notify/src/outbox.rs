//! What the courier needs of the store.

use async_trait::async_trait;
use model::{NoticeClaim, NoticeMark, Slug, Timestamp};

use crate::Result;

/// Where notices wait. Whoever knows the store passes it in; errors are [`crate::NotifyError::Outbox`].
#[async_trait]
pub trait Outbox: Send + Sync {
    /// The channels that something waits for, and from when on; those that were due longest first.
    async fn due_channels(&self) -> Result<Vec<(Slug, Timestamp)>>;

    /// Takes at most so many due notices of a channel; nobody else, on no node, is given them before `until`.
    async fn claim(&self, channel: &Slug, now: Timestamp, until: Timestamp, most: u32) -> Result<Vec<NoticeClaim>>;

    /// Commits how an attempt went. `false`: the word came too late and does not count.
    async fn mark(&self, claim: &NoticeClaim, now: Timestamp, how: NoticeMark, answer: &str) -> Result<bool>;
}
