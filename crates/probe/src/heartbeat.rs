//! Pings that are expected: a kind for the catalogue, but nothing that asks.

use std::sync::Arc;

use model::{Fault, ProbeSpec};
use rules::kind::{Kind, OptionKind};

use crate::{Clients, HostKey, Probe, options::optional, table::Entry};

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

/// A heartbeat has no names for expressions: a ping carries nothing but its coming.
static KIND: Kind = Kind {
    name: "heartbeat",
    summary: "Expects a ping on its schedule; a ping that has not come after the grace is a missed run",
    options: &[
        optional("grace", OptionKind::Span, Some("1m"), "How much later than due a ping may come"),
        optional("start_keywords", OptionKind::Text, None, "Words, parted by commas, that make a ping a beginning"),
        optional("success_keywords", OptionKind::Text, None, "Words that make it a success; looked for before"),
        optional("fail_keywords", OptionKind::Text, None, "Words that make it a failure; looked for first"),
        optional(
            "no_keyword",
            OptionKind::OneOf(&["ignore", "fail"]),
            Some("ignore"),
            "What a ping is in which none of them is found",
        ),
    ],
    names: &[],
    counts_as_ask: false,
};

/// There is nothing to build: the engine keeps its deadline, the integration does the asking.
fn build(_spec: &ProbeSpec, _clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    Err(vec![
        Fault::at("kind", "a heartbeat is fed by pings: it asks nobody, so there is nothing to run")
            .allowed("a kind that asks, such as http or tcp"),
    ])
}

/// Nobody.
fn whom(_spec: &ProbeSpec) -> Option<HostKey> {
    None
}
