//! Whom to tell when a level changes, as the configuration says.

use std::{fmt, sync::Arc};

use model::Slug;
use tokio::sync::Notify;

/// The channels by which an owner is told; without an owner those that are for everybody else. None: nobody is told.
pub type ChannelsOf = Arc<dyn Fn(Option<&str>) -> Vec<Slug> + Send + Sync>;

/// Whether there is a channel of this name now.
pub type ChannelExists = Arc<dyn Fn(&Slug) -> bool + Send + Sync>;

/// What the engine has to know to put notices into the outbox.
#[derive(Clone)]
pub struct Tellers {
    /// Which channels are for whom.
    pub channels: ChannelsOf,
    /// Which channels there are: what was told by one that is gone is told on by those of the owner.
    pub exists: ChannelExists,
    /// Where people find the pages, without a slash at the end: `https://bridges.example/watch`.
    pub address: String,
    /// Notified once whenever notices were committed: what wakes the courier.
    pub wake: Arc<Notify>,
}

impl Default for Tellers {
    fn default() -> Self {
        Self {
            channels: Arc::new(|_| Vec::new()),
            exists: Arc::new(|_| false),
            address: String::new(),
            wake: Arc::default(),
        }
    }
}

impl fmt::Debug for Tellers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tellers").field("address", &self.address).finish_non_exhaustive()
    }
}
