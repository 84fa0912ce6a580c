//! Values in the place of references, for what a probe sends.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rules::secret::{Reference, fill, goes_to, references};
use store::Store;

use super::Vault;
use crate::ServiceError;

/// Bytes of a file at most.
const LARGEST: u64 = 64 * 1024;
/// Bytes of a value at least: shorter ones would be found everywhere in what comes back, or not be looked for.
pub(super) const SHORTEST: usize = 8;
/// Variables of our own: the key of the secrets is among them.
const OURS: &str = "BRIDGEWATCH_";

/// A text with values in it, and the values, which are to be masked wherever they come back.
#[derive(Clone, PartialEq, Eq)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// What was put in.
    pub values: Vec<String>,
}

/// Without any of it: it must not get into a log.
impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filled").finish_non_exhaustive()
    }
}

/// Whether a value is too short to be kept out of what comes back. Blanks around it are lost on the way.
pub(super) fn is_short(value: &str) -> bool {
    value.trim().len() < SHORTEST
}

/// Answers a variable of the environment.
pub type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Looks values up. Whoever may change probes decides what is looked up and where it is sent, so it reaches only what is meant for
/// it: secrets, where they may be sent to whom the probe asks; variables of the environment and files below folders that are named
/// at start.
#[derive(Clone)]
pub struct Filler {
    /// Where secrets are kept.
    pub store: Store,
    /// What opens them.
    pub vault: Arc<Vault>,
    /// The environment.
    pub environment: Arc<Environment>,
    /// Variables that may be referred to: `ERP_TOKEN`, or `PROBE_*` for all that begin so. Our own never.
    pub variables: Vec<String>,
    /// Folders whose files may be referred to: `/run/secrets`.
    pub folders: Vec<PathBuf>,
}

impl Filler {
    /// The text with every reference filled in, on its way to this host. The error says which value is not to be had and why, and
    /// shows none.
    pub async fn fill(&self, text: &str, host: Option<&str>) -> Result<Filled, String> {
        let mut values = HashMap::new();
        for reference in references(text)? {
            let value = match &reference {
                Reference::Secret(name) => self.secret(name, host).await,
                Reference::Env(name) => self.variable(name),
                Reference::File(path) => self.file(Path::new(path)).await,
            };
            let long = |value: String| {
                if is_short(&value) {
                    Err("is too short to be kept out of what comes back".to_owned())
                } else {
                    Ok(value)
                }
            };
            let value = value.and_then(long).map_err(|why| format!("{reference}: {why}"))?;
            values.insert(reference.to_string(), value);
        }
        let filled = fill(text, |reference| values.get(&reference.to_string()).cloned());
        let text = filled.map_err(|missing| format!("{} of the values are missing", missing.len()))?;
        Ok(Filled { text, values: values.into_values().collect() })
    }

    async fn secret(&self, name: &str, host: Option<&str>) -> Result<String, String> {
        let found = self.store.secret(name).await.map_err(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "a secret could not be read");
            "it could not be read"
        })?;
        let found = found.ok_or("there is no such secret; an administrator can put it")?;
        if !goes_to(&found.secret.hosts, host) {
            let hosts = found.secret.hosts.join(", ");
            return Err(format!("it may be sent to {hosts} only; an administrator can change that"));
        }
        self.vault.unseal(&found.secret).map_err(|error| match error {
            ServiceError::OtherKey { .. } | ServiceError::Sealed(_) => error.to_string(),
            // Where the key lies is nothing for who reads runs.
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "a secret could not be opened");
                "it could not be opened; the log says more".to_owned()
            }
        })
    }

    fn variable(&self, name: &str) -> Result<String, String> {
        // Where letters are alike in names of variables, they are here too.
        if name.to_ascii_uppercase().starts_with(OURS) {
            return Err("is our own and not for probes".to_owned());
        }
        let is_open = |open: &String| match open.strip_suffix('*') {
            Some(begin) => name.starts_with(begin),
            None => name == open,
        };
        // Of one that is not open it is not even told whether it is set.
        if !self.variables.iter().any(is_open) {
            return Err("is not open to probes; the configuration names those that are".to_owned());
        }
        (self.environment)(name).ok_or_else(|| "is not set".to_owned())
    }

    async fn file(&self, path: &Path) -> Result<String, String> {
        // Links and `..` are followed before it is looked at where the file lies. Of what lies elsewhere it is not even told whether
        // it is there.
        let found = tokio::fs::canonicalize(path).await.ok();
        let is_open = match &found {
            Some(path) => self.lies_within(path).await,
            None => false,
        };
        let Some(path) = found.filter(|_| is_open) else {
            let why = "is not there, or lies in no folder that is open to probes; the configuration names them";
            return Err(why.to_owned());
        };
        let size = tokio::fs::metadata(&path).await.map_err(|error| error.to_string())?.len();
        if size > LARGEST {
            return Err("is larger than 64 KiB".to_owned());
        }
        let text = tokio::fs::read_to_string(&path).await.map_err(|error| error.to_string())?;
        // Editors end a file with a line's end, which is no part of a password.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
    }

    async fn lies_within(&self, path: &Path) -> bool {
        for folder in &self.folders {
            if tokio::fs::canonicalize(folder).await.is_ok_and(|folder| path.starts_with(folder)) {
                return true;
            }
        }
        false
    }
}
