//! How owners are told, as far as the house knows it: channels made of the configuration, whom each tells, and the courier.
//!
//! ```text
//! configuration -> channels (by name), owners (whose, by which)
//! engine's teller (decides, writes into the outbox) -> wake -> courier: StoredOutbox -> channel -> relay, or Way (HTTP)
//! pages and API -> desk: which there are, a test past the outbox
//! ```

mod channels;
mod desk;
mod outbox;
mod owners;
mod post;
mod running;

use std::{
    fs,
    sync::{Arc, Mutex, PoisonError},
};

use model::{ChannelKind, Clock, Slug};
use monitor::Tellers;
use notify::{Channels, Fill, Jitter, Post};
use probe::SystemLookup;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use reqwest::Certificate;
use store::Store;
use tokio::sync::Notify;

use crate::{Config, ServerError};

pub use channels::{ByName, With, build, check};
pub use desk::{Desk, texts};
pub use outbox::StoredOutbox;
pub use owners::Owners;
pub use post::Way;
pub use running::{Needs, Running};

/// What the house hands in.
pub struct Ingredients<'h> {
    /// What is set.
    pub config: &'h Config,
    /// The address that people type, without a slash at its end.
    pub url: String,
    /// The store whose outbox it is: one that no probe waits for.
    pub store: Store,
    /// Who fills in what channels refer to.
    pub fill: Fill,
    /// Who tells the time.
    pub clock: Arc<dyn Clock>,
    /// What chance is made from.
    pub seed: [u8; 32],
}

/// Everything that is needed to tell somebody, before anybody is told.
pub struct Telling {
    /// What `service` asks.
    pub desk: Arc<Desk>,
    wake: Arc<Notify>,
    needs: Needs,
}

impl Telling {
    /// Makes the channels. Nobody is told yet.
    pub fn new(with: Ingredients<'_>) -> Result<Self, ServerError> {
        let Ingredients { config, url, store, fill, clock, seed } = with;
        if !config.channels.is_empty() && config.reach.public_url.is_none() {
            tracing::warn!(url, "public_url is not set: links in messages lead to where this server listens");
        }
        let roots = roots(config)?;
        let post = post(config, roots.as_deref())?;
        let made = build(config, &With { fill, post, clock: Arc::clone(&clock), roots })?;
        let channels = Channels::default();
        channels.replace(made);
        let desk = Arc::new(Desk::new(config, channels.clone(), url));
        let wake = Arc::new(Notify::new());
        let (outbox, jitter) = (Arc::new(StoredOutbox(store)), jitter(seed));
        Ok(Self { desk, wake: Arc::clone(&wake), needs: Needs { outbox, channels, clock, wake, jitter } })
    }

    /// What the engine has to know to decide whom to tell.
    pub fn tellers(&self) -> Tellers {
        let (desk, made) = (Arc::clone(&self.desk), self.desk.channels.clone());
        Tellers {
            channels: Arc::new(move |owner: Option<&str>| desk.owners.channels(owner).to_vec()),
            exists: Arc::new(move |channel: &Slug| made.named(channel).is_some()),
            address: self.desk.url.clone(),
            wake: Arc::clone(&self.wake),
        }
    }

    /// Has somebody send what waits, from now on.
    pub fn begin(&self) -> Running {
        Running::begin(self.needs.clone())
    }
}

/// Chance from a seed.
fn jitter(seed: [u8; 32]) -> Jitter {
    let random = Mutex::new(StdRng::from_seed(seed));
    Arc::new(move || random.lock().unwrap_or_else(PoisonError::into_inner).random::<f64>())
}

/// The text of `extra_roots`, which messages trust as probes do.
fn roots(config: &Config) -> Result<Option<String>, ServerError> {
    let Some(path) = &config.extra_roots else { return Ok(None) };
    let text = fs::read_to_string(path);
    text.map(Some).map_err(|why| ServerError::Config(format!("extra_roots: {}: {why}", path.display())))
}

/// Who makes HTTP requests. Made only where it is needed: a machine without root certificates has none.
fn post(config: &Config, roots: Option<&str>) -> Result<Arc<dyn Post>, ServerError> {
    if config.channels.iter().all(|channel| channel.kind == ChannelKind::Mail) {
        return Ok(Arc::new(channels::Nowhere));
    }
    let roots = Certificate::from_pem_bundle(roots.unwrap_or_default().as_bytes());
    let roots = roots.map_err(|why| ServerError::Config(format!("extra_roots: {why}")))?;
    let way = Way::new(config.egress(), Arc::new(SystemLookup::default()), roots);
    way.map(|way| Arc::new(way) as Arc<dyn Post>)
        .map_err(|why| ServerError::Config(format!("channel: no HTTP client: {}", crate::error::in_words(&why))))
}
