//! What every answer is made from, and what calls may share.

use std::sync::{Arc, Mutex, PoisonError};

use chrono_tz::Tz;
use model::{Clock, Settings, Timestamp};
use rand::{Rng, rngs::StdRng};
use rules::kind::Kind;
use store::Store;

use crate::{ChannelDesk, DemoControl, Vault, identity::Gate, summary::Summary};

/// The service's own things; every module gets them by reference.
pub(crate) struct Core {
    pub store: Store,
    pub monitor: monitor::Handle,
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    /// `settings.reporting_zone`.
    pub zone: Tz,
    pub kinds: &'static [Kind],
    pub keys: Keys,
    pub channels: Arc<dyn ChannelDesk>,
    pub demo: Option<Arc<dyn DemoControl>>,
    pub summary: Summary,
    /// Where people come in.
    pub gate: Gate,
    pub vault: Arc<Vault>,
    /// Held by whoever changes the catalogue, so that what was looked up is still so when it is written.
    pub changing: tokio::sync::Mutex<()>,
}

impl Core {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Makes what nobody may guess: the keys that pings go to, tokens, salts.
pub(crate) struct Keys(Mutex<StdRng>);

impl Keys {
    pub fn new(rng: StdRng) -> Self {
        Self(Mutex::new(rng))
    }

    /// A random UUID, 122 bits: nobody guesses one, and clients of the public ping API want one.
    pub fn next(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }

    /// So many random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(&mut bytes);
        bytes
    }
}
