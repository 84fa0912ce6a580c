//! The one implementation of `model::Api`: every question, command and permission.
//!
//! ```text
//! caller -> acting (permission) -> one file per noun -+-> board (how it stands, in memory, from the engine)
//!                                                     +-> summary (sums that lists share, from the store, cached)
//!                                                     +-> store (rows), rules (judgement), chart (SVG)
//! commands -> rules::catalogue (check, plan) -> change (one transaction) -> the engine hears of it -> answer
//! ```
//!
//! Pages call it in-process, HTTP handlers are adapters of it, tests ask it like a page. `offline` changes a catalogue where no
//! engine runs (`bridgewatch apply`, `export`).

mod acting;
mod permission;

mod overview;

mod integration;
mod integrations;
mod systems;

mod baselines;
mod probes;

mod runs;
mod sent;
mod series;

mod catalogue;
pub mod offline;

mod demo;

mod cost;
mod summary;
mod worth;

mod change;
mod secrets;

mod cached;
mod core;
mod cursor;
mod error;
mod problem;

use std::sync::Arc;

use model::{Caller, Clock, Settings};
use rand::{SeedableRng, rngs::StdRng};
use rules::kind::Kind;
use store::Store;

pub use acting::Acting;
pub use demo::DemoControl;
pub use error::ServiceError;

use core::{Core, Keys};
use summary::Summary;

/// What a [`Service`] is made of.
pub struct Parts {
    /// The web half's own pools; the engine has others.
    pub store: Store,
    /// The engine's door.
    pub monitor: monitor::Handle,
    /// Who tells the time.
    pub clock: Arc<dyn Clock>,
    /// What figures depend on.
    pub settings: Settings,
    /// The kinds of probes there are: `probe::kinds()`.
    pub kinds: &'static [Kind],
    /// From the system's randomness: ping keys are made from it and must not be guessable.
    pub seed: [u8; 32],
    /// The demo's servers, with `--demo` only.
    pub demo: Option<Arc<dyn DemoControl>>,
}

/// The one surface, before it is known who asks. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Core>);

impl Service {
    /// From its parts. Fails when the reporting zone is not known.
    pub fn new(parts: Parts) -> Result<Self, ServiceError> {
        let Parts { store, monitor, clock, settings, kinds, seed, demo } = parts;
        let zone = settings.reporting_zone.parse().map_err(|_| ServiceError::Zone(settings.reporting_zone.clone()))?;
        let keys = Keys::new(StdRng::from_seed(seed));
        let summary = Summary::new(store.clone(), zone);
        let changing = tokio::sync::Mutex::default();
        Ok(Self(Arc::new(Core { store, monitor, clock, settings, zone, kinds, keys, demo, summary, changing })))
    }

    /// What this caller may ask and tell: an implementation of `model::Api`.
    pub fn acting_as(&self, caller: Caller) -> Acting {
        Acting { caller, core: Arc::clone(&self.0) }
    }
}
