//! What can go wrong before anybody asks.

use std::{io, path::PathBuf};

use store::StoreError;

/// Why a service could not be made, or its secrets not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The reporting zone is no IANA name.
    #[error("`{0}` is no time zone: use an IANA name such as Europe/Berlin")]
    Zone(String),
    /// Passwords cannot be hashed at this cost.
    #[error("passwords cannot be hashed at this cost: {0}")]
    Cost(String),
    /// The key of the secrets cannot be used.
    #[error("{place}: {message}")]
    Key {
        /// The variable or the file.
        place: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The file of the key could not be read or written.
    #[error("cannot use the key file {}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A secret was sealed under a key that is not here.
    #[error(
        "the secret `{name}` was sealed under the key {key_id}, which is not here: put that key back, or put the secret anew"
    )]
    OtherKey {
        /// Its name.
        name: String,
        /// That key.
        key_id: String,
    },
    /// A secret does not open though the key is right.
    #[error("the secret `{0}` does not open: it was changed in the store; put it anew")]
    Sealed(String),
    /// The store did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}
