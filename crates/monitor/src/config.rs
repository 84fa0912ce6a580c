//! What one installation may set of the engine.

use std::path::PathBuf;

use model::Span;

/// Limits and times of the engine. [`MonitorConfig::new`] holds the values that DESIGN.md names.
#[derive(Debug, Clone)]
pub struct MonitorConfig {
    /// The folder that runs are kept in, fsynced, while the store is away. Made if it is not there.
    pub spool: PathBuf,
    /// Probes on the network at once, all together.
    pub global_limit: usize,
    /// Probes on the network at once, to one scheme, host and port.
    pub host_limit: usize,
    /// Probes on the network at once, of one integration.
    pub integration_limit: usize,
    /// A probe's run waits at most this long for its commit.
    pub batch_wait: Span,
    /// ... or until so many rows wait.
    pub batch_rows: usize,
    /// A sender waits at most this long for the commit of its runs; then it is told to try again.
    pub send_wait: Span,
    /// Runs that wait for the recorder before whoever makes them has to wait too; bounds the memory.
    pub queue_rows: usize,
    /// The longest pause between two tries to replay the spool.
    pub replay_wait: Span,
}

impl MonitorConfig {
    /// The usual limits, with this spool folder.
    pub fn new(spool: impl Into<PathBuf>) -> Self {
        Self {
            spool: spool.into(),
            global_limit: 2_048,
            host_limit: 32,
            integration_limit: 8,
            batch_wait: Span::ms(250),
            batch_rows: 1_000,
            send_wait: Span::seconds(10),
            queue_rows: 4_096,
            replay_wait: Span::seconds(5),
        }
    }
}
