//! Where the engine runs: away from the web, so that a hundred open dashboards make no check late.

use std::{io, sync::Arc};

use model::Clock;
use monitor::{Clients, Monitor, MonitorConfig, Tellers};
use store::Store;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::{Config, ServerError};

/// The engine's own threads. Dropped, also where the house could not start, they are not waited for: a thread on which others run
/// may not block.
pub struct Engine {
    /// What runs on them is spawned by this.
    pub handle: Handle,
    threads: Option<Runtime>,
}

impl Engine {
    /// Starts as many as there are cores.
    pub fn start() -> io::Result<Self> {
        let threads = Builder::new_multi_thread().thread_name("engine").enable_all().build()?;
        Ok(Self { handle: threads.handle().clone(), threads: Some(threads) })
    }

    /// Starts the monitor on them. `seed` feeds the random part of run ids.
    pub async fn monitor(
        &self,
        config: &Config,
        store: &Store,
        clock: &Arc<dyn Clock>,
        clients: Clients,
        tellers: Tellers,
        seed: u64,
    ) -> Result<Monitor, ServerError> {
        let (settings, clock, store) = (config.settings.clone(), Arc::clone(clock), store.clone());
        let mut limits = MonitorConfig { tellers, ..MonitorConfig::new(config.data.join("spool")) };
        limits.kind_limits.extend(config.kind_limits.clone());
        let starting = self.handle.spawn(Monitor::start(settings, limits, store, clock, clients, seed));
        let started = starting.await;
        Ok(started.map_err(|why| ServerError::Config(format!("the engine ended while it started: {why}")))??)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
