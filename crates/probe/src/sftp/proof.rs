//! How the user shows who he is.

use std::sync::Arc;

use model::Reason;
use rules::assess::Trouble;
use russh::keys::{Error, PrivateKey, decode_secret_key};
use tokio::{sync::OnceCell, time::Instant};

use crate::{aside::aside, filled::BEGINS, options::Options};

/// What he has.
pub(super) enum Proof {
    Password(String),
    Key(Arc<PrivateKey>),
    /// A key that a password protects.
    Locked(Locked),
    /// A key that is still to be filled in.
    Later,
}

/// A key whose password is hashed for a tenth of a second and more before it opens: so that happens when it is first needed, aside.
pub(super) struct Locked {
    key: String,
    password: String,
    open: OnceCell<Arc<PrivateKey>>,
}

impl Proof {
    /// Reads `password`, `private_key` and `private_key_password`. What is no key at all is a fault at once; whether the password opens
    /// it shows when it is asked with.
    pub(super) fn read(options: &mut Options<'_>) -> Option<Self> {
        let (password, key) = (options.text("password"), options.text("private_key"));
        let around = options.text("private_key_password");
        match (password, key) {
            (Some(_), Some(_)) => {
                options.fault("private_key", "say once how to sign in: password or private_key");
                None
            }
            (None, None) => {
                options.fault("password", "is missing, or private_key");
                None
            }
            (Some(password), None) => Some(Self::Password(password)),
            (None, Some(key)) if key.contains(BEGINS) => Some(Self::Later),
            (None, Some(key)) => match (decode_secret_key(&key, None), around) {
                (Ok(key), _) => Some(Self::Key(Arc::new(key))),
                (Err(error), Some(password)) if is_locked(&key, &error) => {
                    Some(Self::Locked(Locked { key, password, open: OnceCell::new() }))
                }
                (Err(error), _) => {
                    options.fault("private_key", format!("cannot be read: {error}"));
                    None
                }
            },
        }
    }

    /// The key, where there is one that can be used now.
    pub(super) fn key(&self) -> Option<&Arc<PrivateKey>> {
        match self {
            Self::Key(key) => Some(key),
            Self::Locked(locked) => locked.open.get(),
            Self::Password(_) | Self::Later => None,
        }
    }

    /// Opens a key that is locked, once.
    pub(super) async fn unlock(&self, deadline: Instant) -> Result<(), Trouble> {
        let Self::Locked(Locked { key, password, open }) = self else { return Ok(()) };
        if open.initialized() {
            return Ok(());
        }
        let (key, password) = (key.clone(), password.clone());
        let unlocking = async {
            let decode = move || decode_secret_key(&key, Some(password.as_str()));
            let unlocked = aside(deadline, "unlocking the private key", decode).await?;
            unlocked.map(Arc::new).map_err(|error| {
                let why = format!("options.private_key cannot be opened by private_key_password: {error}");
                Trouble::new(Reason::Config, why)
            })
        };
        open.get_or_try_init(|| unlocking).await.map(|_open| ())
    }
}

/// Whether a key could not be read since a password protects it. Not every format is told apart by its error.
fn is_locked(key: &str, error: &Error) -> bool {
    matches!(error, Error::KeyIsEncrypted)
        || key.contains("BEGIN ENCRYPTED PRIVATE KEY")
        || key.trim_start().starts_with("PuTTY-User-Key-File-")
}
