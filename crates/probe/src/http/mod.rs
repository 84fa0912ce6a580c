//! Asking over HTTP. Read in the order in which a check goes:
//!
//! `spec` (what is written) -> `ask` (hop by hop until an answer) over `client`, with `hop` for redirects and `answer` for what
//! came -> `facts` and `keep` (what expressions and people get to see), or `trouble` (why no answer came, in words).

pub(crate) mod client;

mod answer;
mod ask;
mod facts;
mod hop;
mod keep;
mod spec;
mod trouble;

use std::sync::Arc;

use model::{Fault, ProbeSpec};
use rules::kind::{CelKind, Kind, NameSpec, OptionKind, OptionSpec};

use crate::{Clients, HostKey, Probe};

/// Hops that are followed at most.
pub(crate) const MOST_REDIRECTS: usize = 10;

/// The kind's row.
pub(crate) const KIND: Kind = Kind {
    name: "http",
    summary: "Sends an HTTP request and looks at the answer",
    options: &[
        option("url", OptionKind::Url, "The address to ask"),
        optional("method", OptionKind::OneOf(METHODS), Some("GET"), "The request's method"),
        optional("headers", OptionKind::Map, None, "Headers to send"),
        optional("body", OptionKind::Text, None, "The body to send"),
        optional("username", OptionKind::Text, None, "The user of basic authentication"),
        secret("password", "The password of basic authentication"),
        secret("bearer", "A token to send as `Authorization: Bearer`"),
        optional(
            "follow_redirects",
            OptionKind::Bool,
            Some("true"),
            "Whether to follow up to 10 redirects; headers and secrets are not taken to another host",
        ),
        optional(
            "max_body_bytes",
            OptionKind::Int { min: 1, max: 16 * 1_048_576 },
            Some("1048576"),
            "A larger answer is not read to its end and fails as too_large",
        ),
    ],
    names: &[
        name("status", CelKind::Int, "The status of the answer: 200"),
        name("latency", CelKind::Duration, "From the first network call to the last byte"),
        name("body", CelKind::Text, "The body as text"),
        name("json", CelKind::Dyn, "The body read as JSON"),
        name("headers", CelKind::Map, "The headers of the answer, names in lower case"),
        name("cert", CelKind::Map, "The server's certificate; absent without TLS"),
        name("cert.expires_in", CelKind::Duration, "How long the certificate is still valid"),
        name("cert.subject", CelKind::Text, "Whom the certificate is for"),
        name("cert.issuer", CelKind::Text, "Who issued the certificate"),
        name("redirects", CelKind::List, "The addresses that were followed, the first left out"),
        name("version", CelKind::Text, "The protocol of the answer: HTTP/1.1"),
        name("size", CelKind::Int, "Bytes of the body"),
    ],
    counts_as_ask: true,
};

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const fn option(name: &'static str, kind: OptionKind, help: &'static str) -> OptionSpec {
    OptionSpec { name, kind, required: true, default: None, help, secret: false }
}

const fn optional(
    name: &'static str,
    kind: OptionKind,
    default: Option<&'static str>,
    help: &'static str,
) -> OptionSpec {
    OptionSpec { name, kind, required: false, default, help, secret: false }
}

const fn secret(name: &'static str, help: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Text, required: false, default: None, help, secret: true }
}

const fn name(name: &'static str, cel: CelKind, help: &'static str) -> NameSpec {
    NameSpec { name, cel, help }
}

/// A probe of what is written.
pub(crate) fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    Ok(Arc::new(ask::Http::new(spec::Wanted::read(spec, clients.masked())?, spec, clients)))
}

/// Whom such a probe asks.
pub(crate) fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    spec::whom(spec)
}
