//! The engine in time: asks when it is due, takes in what is sent, records all of it and knows how every bridge stands.
//!
//! Data passes through in this order; each arrow is a bounded channel or a call, and nothing downstream calls upstream save for
//! the two wishes of the recorder that the schedule hears: "ask again soon" and "the next deadline".
//!
//! ```text
//! landscape (the catalogue, compiled)        ingest (runs that are sent, pings)
//!      |                                             |
//!      v                                             v
//! schedule -> execute (limits, retries) -------> recorder -> store
//!      |         ^ watchdog                      |  desk: states, promises (expect)
//!      +-- deadlines of promises ---------------->  spool: while the store is away
//!                                                |  boarding: the board, events
//!                                                |     +-> teller -> the store's outbox
//!                                                v
//!                                             rollup, retain (called by the server's ticks)
//! ```
//!
//! One task owns the schedule, one owns states, board and writing; no lock is held while something is awaited. Every background
//! task is watched: a panic is logged, counted and told by [`Handle::failed`].

mod config;
mod error;
mod figures;
mod ids;
mod tasks;

mod landscape;
mod late;
mod limits;
mod pauses;
mod stored;
mod watched;

mod execute;
mod schedule;
mod watchdog;

mod expect;
mod ingest;
mod past;
mod ping;
mod work;

mod boarding;
mod desk;
mod recorder;
mod spool;

mod teller;
mod tellers;

mod retain;
mod rollup;

mod board;
mod handle;
mod start;

#[cfg(test)]
mod aside_tests;
#[cfg(test)]
mod engine_tests;
#[cfg(test)]
mod follow_tests;
#[cfg(test)]
mod late_tests;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use model::{Clock, Settings};
/// What [`Monitor::start`] asks with, and whom a probe asks, so that whoever has an engine need not know how asking works.
pub use probe::{Clients, kinds, whom};
use store::Store;
use tokio_util::sync::CancellationToken;

pub use board::{Board, BoardProbe, BoardRow};
pub use config::MonitorConfig;
pub use error::MonitorError;
pub use figures::MonitorFigures;
pub use handle::Handle;
pub use tellers::{ChannelExists, ChannelsOf, Tellers};

use tasks::Tasks;
use work::Work;

/// The running engine.
pub struct Monitor {
    handle: Handle,
    /// Ends schedule and watchdog, and lets checks that wait give up.
    stop: CancellationToken,
    /// The checks under way.
    checks: Tasks,
    /// Everything else.
    tasks: Tasks,
}

impl Monitor {
    /// Starts the engine on the present runtime; returns when the board is loaded and the probes are on the schedule.
    /// `seed` feeds the random part of run ids.
    pub async fn start(
        settings: Settings,
        config: MonitorConfig,
        store: Store,
        clock: Arc<dyn Clock>,
        clients: Clients,
        seed: u64,
    ) -> Result<Self, MonitorError> {
        let build: landscape::Build = Arc::new(move |spec| probe::build(spec, &clients));
        start::start(settings, config, store, clock, build, seed).await
    }

    /// A way to talk to it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// First half of the shutdown: the schedule stops, probes finish or time out. Sent runs are still taken in.
    pub async fn stop_asking(&self) {
        self.stop.cancel();
        self.checks.ended().await;
    }

    /// Second half, after HTTP has drained: the recorder commits (or spools) what it holds, then everything ends. The store is
    /// left open: whoever opened it closes it.
    pub async fn shutdown(self) {
        self.stop_asking().await;
        // A recorder that is gone already has nothing left to commit.
        let _ = self.handle.0.record.send(Work::Close).await;
        self.handle.0.executor.hurry.notify_one();
        self.tasks.ended().await;
    }
}
