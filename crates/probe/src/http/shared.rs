//! What HTTP probes share: TLS setups for those that ask for none of their own, and tokens that were granted.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

pub(crate) use super::token::Tokens;
use super::version::Versions;
use crate::secure;

/// Shared by all probes of a process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shared {
    any: Arc<ClientConfig>,
    one: Arc<ClientConfig>,
    two: Arc<ClientConfig>,
    /// Tokens that were granted and still hold.
    pub(crate) tokens: Tokens,
}

impl Shared {
    /// With these roots.
    pub(crate) fn of(roots: &Arc<RootCertStore>) -> Result<Self, rustls::Error> {
        let made = |versions: Versions| secure::config(roots, None, false, versions.alpn()).map(Arc::new);
        Ok(Self {
            any: made(Versions::Any)?,
            one: made(Versions::One)?,
            two: made(Versions::Two)?,
            tokens: Tokens::default(),
        })
    }

    /// For these versions of the protocol.
    pub(super) fn tls(&self, versions: Versions) -> &Arc<ClientConfig> {
        match versions {
            Versions::Any => &self.any,
            Versions::One => &self.one,
            Versions::Two => &self.two,
        }
    }
}
