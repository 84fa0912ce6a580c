//! What can keep the binary from doing what it was asked to.

use std::{error::Error, net::SocketAddr, path::PathBuf};

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
    /// Passwords and sessions would cross the network in clear.
    #[error(
        "will not listen on {0} in clear: beyond loopback, passwords would cross the network unencrypted. Set tls.certificate and \
         tls.key; or, behind a proxy that has TLS, public_url = \"https://...\" and trusted_proxies; or stay on loopback with \
         --listen 127.0.0.1:7077"
    )]
    InClear(SocketAddr),
    /// The certificate or its key cannot be used.
    #[error("tls: {}: {why}", path.display())]
    Tls {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
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
    /// The service could not be made, or the key of its secrets not be used.
    #[error("{}", in_words(.0))]
    Service(#[from] service::ServiceError),
    /// The store failed.
    #[error("the store: {0}")]
    Store(#[from] store::StoreError),
    /// The engine failed.
    #[error("the engine: {0}")]
    Monitor(#[from] monitor::MonitorError),
    /// The API's document cannot be written as JSON.
    #[error("the API's document: {0}")]
    Document(#[from] serde_json::Error),
    /// The cron ticks failed.
    #[error("the scheduler of roll-up and retention: {0}")]
    Ticks(#[from] tokio_cron_scheduler::JobSchedulerError),
    /// A server that was asked to do something did not.
    #[error("the server at {server}: {why}")]
    Server {
        /// Where it should be.
        server: String,
        /// What it said, or why it said nothing.
        why: String,
    },
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

/// An error and what lies below it, in one line.
pub(crate) fn in_words(why: &(dyn Error + 'static)) -> String {
    let mut words = why.to_string();
    let mut below = why.source();
    while let Some(cause) = below {
        words = format!("{words}: {cause}");
        below = cause.source();
    }
    words
}
