//! Where the engine runs: away from the web, so that a hundred open dashboards make no check late.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

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
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
