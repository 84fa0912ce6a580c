//! What a channel is, and those that there are.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use model::{Notice, Slug};

use crate::Result;

/// The peer's word that it took a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What it answered: bounded, without secrets.
    pub answer: String,
}

/// A way to tell somebody.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Sends a notice once. It ends within the channel's own time limit, panics never, and tells of an error whether the same
    /// notice may be taken later. Called again with the same notice it sends the same message under the same key.
    async fn send(&self, notice: &Notice) -> Result<Receipt>;
}

/// The channels by name. They may be replaced at any time: what is sent from then on goes by the new ones. Clones are the same.
#[derive(Clone, Default)]
pub struct Channels(Arc<RwLock<BTreeMap<Slug, Arc<dyn Channel>>>>);

impl Channels {
    /// Those of this table and no others.
    pub fn replace(&self, channels: BTreeMap<Slug, Arc<dyn Channel>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = channels;
    }

    /// The one of this name.
    pub fn named(&self, name: &Slug) -> Option<Arc<dyn Channel>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}
