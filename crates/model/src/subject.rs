//! What a roll-up is about.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{IntegrationId, ProbeId};

/// A roll-up belongs to one of these; lists and the overview read subjects already summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// One probe's runs. Key `p12`.
    Probe(ProbeId),
    /// The runs that an integration sent, and those it missed. Key `s12`.
    Sent(IntegrationId),
    /// All runs of an integration; its held time is, at each instant, the worst of its probes that count. Key `i12`.
    Integration(IntegrationId),
    /// All runs of production. Key `all`.
    All,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Probe(id) => write!(f, "p{id}"),
            Self::Sent(id) => write!(f, "s{id}"),
            Self::Integration(id) => write!(f, "i{id}"),
            Self::All => f.write_str("all"),
        }
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(key: &str) -> Result<Self, String> {
        let wrong = || format!("`{key}` is no subject");
        if key == "all" {
            return Ok(Self::All);
        }
        let id = || key.get(1..).and_then(|digits| digits.parse().ok()).ok_or_else(wrong);
        match key.as_bytes().first() {
            Some(b'p') => Ok(Self::Probe(ProbeId(id()?))),
            Some(b's') => Ok(Self::Sent(IntegrationId(id()?))),
            Some(b'i') => Ok(Self::Integration(IntegrationId(id()?))),
            _ => Err(wrong()),
        }
    }
}
