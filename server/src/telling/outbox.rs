//! The store's outbox, as the courier wants it.

use async_trait::async_trait;
use model::{NoticeClaim, NoticeMark, Slug, Timestamp};
use notify::{NotifyError, Outbox, Result};
use store::{Store, StoreError};

/// The outbox of this store. Give it one that no probe waits for: the web's.
#[derive(Debug, Clone)]
pub struct StoredOutbox(pub Store);

#[async_trait]
impl Outbox for StoredOutbox {
    async fn due_channels(&self) -> Result<Vec<(Slug, Timestamp)>> {
        self.0.due_channels().await.map_err(away)
    }

    async fn claim(&self, channel: &Slug, now: Timestamp, until: Timestamp, most: u32) -> Result<Vec<NoticeClaim>> {
        self.0.claim_notices(channel, now, until, most).await.map_err(away)
    }

    async fn mark(&self, claim: &NoticeClaim, now: Timestamp, how: NoticeMark, answer: &str) -> Result<bool> {
        self.0.mark_notice(claim.id, claim.attempt, now, how, answer).await.map_err(away)
    }
}

fn away(error: StoreError) -> NotifyError {
    NotifyError::Outbox(Box::new(error))
}
