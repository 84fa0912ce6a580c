//! What one installation may set of the engine.

use std::{collections::BTreeMap, path::PathBuf};

use model::Span;
use probe::PROGRAMS_AT_ONCE;

use crate::Tellers;

/// Kinds of which each attempt costs this machine more than a connection: a process, or a key exchange in software.
const KIND_LIMITS: [(&str, usize); 2] = [("command", PROGRAMS_AT_ONCE), ("sftp", 64)];

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
    /// Probes on the network at once, of one kind; a kind that is not named has no limit of its own. At least 1.
    pub kind_limits: BTreeMap<String, usize>,
    /// Whom to tell when a level changes. By default nobody.
    pub tellers: Tellers,
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
            kind_limits: KIND_LIMITS.iter().map(|(kind, limit)| ((*kind).to_owned(), *limit)).collect(),
            tellers: Tellers::default(),
            batch_wait: Span::ms(250),
            batch_rows: 1_000,
            send_wait: Span::seconds(10),
            queue_rows: 4_096,
            replay_wait: Span::seconds(5),
        }
    }
}
