//! Pings that are expected: a kind for the catalogue, but nothing that asks.

use std::sync::Arc;

use model::{Fault, ProbeSpec};
use rules::kind::{Kind, OptionKind, OptionSpec};

use crate::{Clients, HostKey, Probe};

/// A heartbeat has no names for expressions: a ping carries nothing but its coming.
pub(crate) const KIND: Kind = Kind {
    name: "heartbeat",
    summary: "Expects a ping on its schedule; a ping that has not come after the grace is a missed run",
    options: &[OptionSpec {
        name: "grace",
        kind: OptionKind::Span,
        required: false,
        default: Some("1m"),
        help: "How much later than due a ping may come",
        secret: false,
    }],
    names: &[],
    counts_as_ask: false,
};

/// There is nothing to build: the engine keeps its deadline, the integration does the asking.
pub(crate) fn build(_spec: &ProbeSpec, _clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    Err(vec![
        Fault::at("kind", "a heartbeat is fed by pings: it asks nobody, so there is nothing to run")
            .allowed("a kind that asks, such as http or tcp"),
    ])
}

/// Nobody.
pub(crate) fn whom(_spec: &ProbeSpec) -> Option<HostKey> {
    None
}
