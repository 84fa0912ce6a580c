//! The one implementation of `model::Api`: every question, command and permission.
//!
//! ```text
//! caller -> acting (permission) -> sight (scope) -> one file per noun -+-> board (how it stands, from the engine)
//!                                                                      +-> summary (sums that lists share, cached)
//!                                                                      +-> store (rows), rules (judgement), chart (SVG)
//! commands -> rules::catalogue (check, plan) -> change (one transaction, its audit in it) -> the engine hears of it -> answer
//!
//! channels (of the configuration, given by the server) -> who is told, and a test of one
//! password, link, token -> identity -> a caller;  secret -> vault (sealed) -> store
//! ```
//!
//! Pages call it in-process, HTTP handlers are adapters of it, tests ask it like a page. `offline` is for the command line, where
//! no engine runs.

mod acting;
mod permission;
mod sight;

mod identity;

mod overview;

mod integration;
mod integrations;
mod systems;

mod baselines;
mod probes;

mod causes;
mod payload;
mod runs;
mod sent;
mod series;

mod catalogue;
pub mod offline;

mod channels;
mod handling;
mod windows;

mod demo;

mod cost;
mod summary;
mod worth;

mod audit;
mod change;
mod secrets;
mod vault;

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
pub use channels::ChannelDesk;
pub use demo::DemoControl;
pub use error::ServiceError;
pub use identity::{HashCost, Known, LinkSeen, NewSession, NotSignedIn, PasswordMark, Stay, Visit, Vouched};
pub use problem::sentence;
pub use vault::{Filled, Filler, KeySource, Vault};

use core::{Core, Keys};
use identity::Gate;
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
    /// What hashing a password costs.
    pub cost: HashCost,
    /// How long people stay signed in.
    pub stay: Stay,
    /// What seals secrets.
    pub vault: Arc<Vault>,
    /// From the system's randomness: ping keys, tokens and salts are made from it and must not be guessable.
    pub seed: [u8; 32],
    /// The channels by which owners are told.
    pub channels: Arc<dyn ChannelDesk>,
    /// The demo's servers, with `--demo` only.
    pub demo: Option<Arc<dyn DemoControl>>,
}

/// The one surface, before it is known who asks. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Core>);

impl Service {
    /// From its parts. Fails when the reporting zone is not known, or passwords cannot be hashed at that cost.
    pub fn new(parts: Parts) -> Result<Self, ServiceError> {
        let Parts { store, monitor, clock, settings, kinds, cost, stay, vault, seed, channels, demo } = parts;
        let zone = settings.reporting_zone.parse().map_err(|_| ServiceError::Zone(settings.reporting_zone.clone()))?;
        let keys = Keys::new(StdRng::from_seed(seed));
        let gate = Gate::new(cost, stay, &keys).map_err(ServiceError::Cost)?;
        let summary = Summary::new(store.clone(), zone);
        let changing = tokio::sync::Mutex::default();
        Ok(Self(Arc::new(Core {
            store,
            monitor,
            clock,
            settings,
            zone,
            kinds,
            keys,
            channels,
            demo,
            summary,
            gate,
            vault,
            changing,
        })))
    }

    /// What this caller may ask and tell: an implementation of `model::Api`.
    pub fn acting_as(&self, caller: Caller) -> Acting {
        Acting { caller, core: Arc::clone(&self.0) }
    }
}
