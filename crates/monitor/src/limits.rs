//! How many probes may be on the network at once: in all, per kind, per host, per integration.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use model::IntegrationId;
use probe::HostKey;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{MonitorConfig, watched::Asks};

/// Slots. Those of a host or an integration live as long as a probe that uses them.
pub(crate) struct Limits {
    global: Semaphore,
    per_host: usize,
    per_integration: usize,
    kinds: BTreeMap<String, Arc<Semaphore>>,
    hosts: Mutex<HashMap<HostKey, Weak<Semaphore>>>,
    integrations: Mutex<HashMap<IntegrationId, Weak<Semaphore>>>,
}

/// A place on the network, free again when it is dropped.
#[expect(dead_code, reason = "held for its drop")]
pub(crate) struct Slot<'a> {
    integration: SemaphorePermit<'a>,
    host: Option<SemaphorePermit<'a>>,
    kind: Option<SemaphorePermit<'a>>,
    global: SemaphorePermit<'a>,
}

impl Limits {
    /// All free.
    pub(crate) fn new(config: &MonitorConfig) -> Self {
        Self {
            global: Semaphore::new(config.global_limit),
            per_host: config.host_limit,
            per_integration: config.integration_limit,
            kinds: config.kind_limits.iter().map(|(kind, limit)| (kind.clone(), shared_by(*limit))).collect(),
            hosts: Mutex::default(),
            integrations: Mutex::default(),
        }
    }

    /// The slots of a host.
    pub(crate) fn host(&self, host: HostKey) -> Arc<Semaphore> {
        shared(&self.hosts, host, self.per_host)
    }

    /// The slots of a kind; `None`: it has as many as there are.
    pub(crate) fn kind(&self, kind: &str) -> Option<Arc<Semaphore>> {
        self.kinds.get(kind).cloned()
    }

    /// The slots of an integration.
    pub(crate) fn integration(&self, integration: IntegrationId) -> Arc<Semaphore> {
        shared(&self.integrations, integration, self.per_integration)
    }

    /// Waits for a place. The scarcest comes first: who waits for a host that hangs holds no place that another host could use.
    pub(crate) async fn slot<'a>(&'a self, asks: &'a Asks) -> Slot<'a> {
        let integration = take(&asks.integration).await;
        let host = take_some(asks.host.as_deref()).await;
        let kind = take_some(asks.kind.as_deref()).await;
        Slot { integration, host, kind, global: take(&self.global).await }
    }

    /// Places that are free in all.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.global.available_permits()
    }
}

fn shared_by(slots: usize) -> Arc<Semaphore> {
    // With no slot at all nobody would ever be asked, nor told why.
    Arc::new(Semaphore::new(slots.max(1)))
}

async fn take_some(semaphore: Option<&Semaphore>) -> Option<SemaphorePermit<'_>> {
    match semaphore {
        Some(semaphore) => Some(take(semaphore).await),
        None => None,
    }
}

async fn take(semaphore: &Semaphore) -> SemaphorePermit<'_> {
    match semaphore.acquire().await {
        Ok(permit) => permit,
        // Nobody closes these semaphores; if one were closed, asking nobody would be the safe side.
        Err(_closed) => std::future::pending().await,
    }
}

fn shared<K: Eq + Hash>(all: &Mutex<HashMap<K, Weak<Semaphore>>>, key: K, permits: usize) -> Arc<Semaphore> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(&key).and_then(Weak::upgrade) {
        return known;
    }
    all.retain(|_, semaphore| semaphore.strong_count() > 0);
    let semaphore = Arc::new(Semaphore::new(permits));
    all.insert(key, Arc::downgrade(&semaphore));
    semaphore
}
