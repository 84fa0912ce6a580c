//! What can go wrong for whoever asks something of the engine.

use model::{Fault, RunId};
use store::StoreError;

/// Why the engine did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum MonitorError {
    /// There is no such integration, probe or ping key.
    #[error("there is no {0}")]
    NotFound(String),
    /// What was handed in cannot be used, field by field.
    #[error("{} wrong field(s)", .0.len())]
    Invalid(Vec<Fault>),
    /// Another run of other content was sent under this external id before. Nothing of the group was stored.
    #[error("run {index} was sent before with other content, as {run}")]
    Clash {
        /// Which of the runs sent together, from 0.
        index: usize,
        /// The run that is stored under this external id.
        run: RunId,
    },
    /// What the integration stated cannot be done now, such as asking a heartbeat: it waits and never asks.
    #[error("{0}")]
    Refused(String),
    /// Not stored within the time a sender waits; sending it again is safe when it has an external id.
    #[error("not stored in time: {0}")]
    Unavailable(String),
    /// The engine is shutting down.
    #[error("the engine is shutting down")]
    Stopped,
    /// The store said no.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// The spool folder cannot be read or written.
    #[error("the spool `{path}` failed")]
    Spool {
        /// The file or folder.
        path: std::path::PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A setting is not usable, such as an unknown reporting zone.
    #[error("{0}")]
    Setting(String),
}

/// Whether the store will never take the same again: what it refuses is in what was written, not in how the store is.
pub(crate) fn is_lasting(error: &StoreError) -> bool {
    match error {
        StoreError::Sql { source, .. } => source.as_database_error().is_some_and(|error| {
            error.is_unique_violation() || error.is_foreign_key_violation() || error.is_check_violation()
        }),
        error => !error.is_passing(),
    }
}
