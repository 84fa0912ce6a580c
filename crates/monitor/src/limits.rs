//! How many probes may be on the network at once: in all, per host, per integration.

use std::{
    collections::HashMap,
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
    hosts: Mutex<HashMap<HostKey, Weak<Semaphore>>>,
    integrations: Mutex<HashMap<IntegrationId, Weak<Semaphore>>>,
}

/// A place on the network, free again when it is dropped.
#[expect(dead_code, reason = "held for its drop")]
pub(crate) struct Slot<'a> {
    integration: SemaphorePermit<'a>,
    host: Option<SemaphorePermit<'a>>,
    global: SemaphorePermit<'a>,
}

impl Limits {
    /// All free.
    pub(crate) fn new(config: &MonitorConfig) -> Self {
        Self {
            global: Semaphore::new(config.global_limit),
            per_host: config.host_limit,
            per_integration: config.integration_limit,
            hosts: Mutex::default(),
            integrations: Mutex::default(),
        }
    }

    /// The slots of a host.
    pub(crate) fn host(&self, host: HostKey) -> Arc<Semaphore> {
        shared(&self.hosts, host, self.per_host)
    }

    /// The slots of an integration.
    pub(crate) fn integration(&self, integration: IntegrationId) -> Arc<Semaphore> {
        shared(&self.integrations, integration, self.per_integration)
    }

    /// Waits for a place. The scarcest comes first: who waits for a host that hangs holds no place that another host could use.
    pub(crate) async fn slot<'a>(&'a self, asks: &'a Asks) -> Slot<'a> {
        let integration = take(&asks.integration).await;
        let host = match &asks.host {
            Some(host) => Some(take(host).await),
            None => None,
        };
        Slot { integration, host, global: take(&self.global).await }
    }

    /// Places that are free in all.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.global.available_permits()
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
