//! Names into addresses that may be asked.

mod known;
mod system;

use std::{io, net::IpAddr, sync::Arc};

use async_trait::async_trait;

use crate::{
    Egress,
    egress::Refused,
    marks::{self, Mark},
};
pub use system::SystemLookup;

/// Who turns names into addresses. Passed in, so that tests can say what a name means.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// The addresses of a host, in the order in which they are to be tried. Fails, or is empty, when there are none.
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAddress {
    /// It means nothing.
    #[error("{}", said(.0))]
    Unknown(#[source] io::Error),
    /// It is known and has no address.
    #[error("it has no address")]
    None,
    /// All its addresses are forbidden.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// A lookup and the rules that its answers must pass.
#[derive(Clone)]
pub(crate) struct Names {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) egress: Egress,
}

impl Names {
    /// The addresses of a name that may be asked. Forbidden ones are left out; a name that has no other is refused. An address
    /// in the place of a name is checked and needs no lookup.
    pub(crate) async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, NoAddress> {
        if let Ok(address) = name.parse() {
            self.egress.check(address)?;
            return Ok(vec![address]);
        }
        marks::stamp(Mark::LookupBegan);
        let found = self.lookup.addresses(name).await.map_err(NoAddress::Unknown)?;
        marks::stamp(Mark::LookupEnded);
        let mut refused = None;
        let mut allowed = Vec::with_capacity(found.len());
        for address in found {
            match self.egress.check(address) {
                Ok(()) => allowed.push(address),
                Err(refusal) => refused = Some(refusal),
            }
        }
        match refused {
            _ if !allowed.is_empty() => Ok(allowed),
            Some(refusal) => Err(refusal.into()),
            None => Err(NoAddress::None),
        }
    }
}

/// What the machine's resolver said, without its preamble.
fn said(error: &io::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_owned()
}
