//! What every kind of probe can do.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use model::{Span, Timestamp};
use rules::assess::Observation;

/// What the engine tells a probe when it asks.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// Now, by the engine's clock: when the attempt begins, and what the life of a certificate is counted from.
    pub at: Timestamp,
    /// After so long the attempt ends with reason `timeout`, and its message says what it was waiting for.
    pub timeout: Span,
}

/// A scheduled question, ready to be asked again and again.
#[async_trait]
pub trait Probe: Send + Sync {
    /// One attempt over a connection of its own. Ends within the timeout whatever the other side does; dropping the future
    /// ends the attempt at once.
    async fn ask(&self, asking: &Asking) -> Observation;

    /// Whom it asks, for limits per host. `None` for a kind that asks nobody in particular.
    fn peer(&self) -> Option<HostKey>;
}

/// Stands between several that a probe asks.
const AND: &str = " and ";

/// Scheme, host and port of whom a probe asks: `https://erp.example:443`, `tcp://10.0.0.7:5432`. Equal keys share a limit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostKey(Arc<str>);

impl HostKey {
    /// Of its parts; the host in lower case, an IPv6 address in brackets.
    pub fn new(scheme: &str, host: &str, port: u16) -> Self {
        Self(format!("{scheme}://{}:{port}", host.to_lowercase()).into())
    }

    /// Both: whom a probe asks, and who else gets what it sends, such as a proxy. Limits go by the whole.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if self.0.split(AND).any(|one| one == &*other.0) {
            return self.clone();
        }
        Self(format!("{self}{AND}{other}").into())
    }

    /// The hosts alone: `erp.example`, `[::1]`. What goes to one of them may be seen by each.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.0.split(AND).map(|one| {
            let after = one.split_once("://").map_or(one, |(_, after)| after);
            after.rsplit_once(':').map_or(after, |(host, _)| host)
        })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
