//! What can keep the binary from doing what it was asked to.

use std::{net::SocketAddr, path::PathBuf};

/// Why it ended, in words for whoever typed the command.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The configuration file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The configuration is wrong.
    #[error("{0}")]
    Config(String),
    /// Until there is sign-in, nobody but this machine may ask.
    #[error(
        "will not listen on {0}: there is no sign-in yet, so only loopback addresses are allowed. \
         Use --listen 127.0.0.1:7077, and reach it from elsewhere through an SSH tunnel"
    )]
    NotLoopback(SocketAddr),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {source}. Choose another with --listen")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The catalogue is wrong; nothing was applied.
    #[error("the catalogue is wrong, nothing was applied:\n{0}")]
    Catalogue(String),
    /// A question to the house failed.
    #[error("{0}")]
    Problem(#[from] model::Problem),
    /// The store failed.
    #[error("the store: {0}")]
    Store(#[from] store::StoreError),
    /// The engine failed.
    #[error("the engine: {0}")]
    Monitor(#[from] monitor::MonitorError),
    /// The cron ticks failed.
    #[error("the scheduler of roll-up and retention: {0}")]
    Ticks(#[from] tokio_cron_scheduler::JobSchedulerError),
    /// A file, thread or socket failed.
    #[error("{what}: {source}")]
    Io {
        /// While doing what.
        what: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl ServerError {
    /// A failure of the system while doing `what`.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        |source| Self::Io { what: what.into(), source }
    }
}
