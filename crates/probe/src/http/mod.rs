//! Asking over HTTP. Read in the order in which a check goes:
//!
//! `table` (what can be written) -> `request`, `body`, `sign` (what is sent) and `manner`, `way`, `proxy` (how) -> `ask` (a check) ->
//! `granted` (with a `token` where one is granted) -> `walk` (hop by hop until an answer) over `line`, with `hop` for redirects, `cookies` between
//! hops, `answer` and `unpack` for what came -> `facts` and `keep` (what expressions and people get to see), or `trouble` (why no
//! answer came, in words).

pub(crate) mod shared;
pub(crate) mod table;

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod body;
pub(crate) mod cookies;
pub(crate) mod facts;
pub(crate) mod granted;
pub(crate) mod keep;
pub(crate) mod manner;
pub(crate) mod proxy;
pub(crate) mod request;
pub(crate) mod sign;
pub(crate) mod token;
pub(crate) mod walk;
pub(crate) mod way;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod graphql;
mod hop;
mod line;
pub(crate) mod trouble;
mod unpack;
mod version;

use std::sync::Arc;

use model::{Fault, ProbeSpec};
use rules::kind::{CelKind, Kind, NameSpec};

use crate::{
    Clients, HostKey, Probe, dial,
    filled::forms,
    options::{Options, joined, name},
    redact::{self, Masks},
    secure,
    table::Entry,
};
use request::Ask;
use sign::Signed;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

pub(crate) static KIND: Kind = Kind {
    name: "http",
    summary: "Sends an HTTP request and looks at the answer",
    options: &joined::<32>(&[table::REQUEST, table::CREDENTIALS, &[table::OAUTH2], table::WAY]),
    names: NAMES,
    counts_as_ask: true,
};

/// What expressions see of an answer.
pub(crate) const NAMES: &[NameSpec] = &[
    name("status", CelKind::Int, "The status of the answer: 200"),
    name("latency", CelKind::Duration, "From the first network call to the last byte"),
    name("body", CelKind::Text, "The body as text"),
    name("json", CelKind::Dyn, "The body read as JSON"),
    name("headers", CelKind::Map, "The headers of the answer, names in lower case"),
    secure::CERT,
    secure::CERT_EXPIRES_IN,
    secure::CERT_SUBJECT,
    secure::CERT_ISSUER,
    name("redirects", CelKind::List, "The addresses that were followed, the first left out"),
    name("version", CelKind::Text, "The protocol of the answer: HTTP/1.1"),
    name("size", CelKind::Int, "Bytes of the body"),
];

/// A probe of what is written.
fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let (mut ask, graphql) = request::read(&mut options);
    let signed = sign::sign(&mut options, ask.as_mut());
    let grant = token::Grant::read(&mut options, ask.as_ref());
    let way = ask.as_ref().and_then(|ask| {
        let also = grant.iter().map(token::Grant::url);
        way::Way::read(&mut options, clients, &ask.url, also)
    });
    let manner = manner::Manner::read(&mut options);
    let masks = masks(&options, clients, &signed, ask.as_ref(), way.as_ref());
    let made = match (ask, way, manner) {
        (Some(ask), Some(way), Some(manner)) => {
            let reading = ask::Reading::of(graphql);
            let peer = whom(spec).unwrap_or_else(|| request::key(&ask.url, None));
            let parts = ask::Parts { ask, grant, way, manner, masks, reading, peer };
            Some(Arc::new(ask::Http::new(parts, spec, clients)) as Arc<dyn Probe>)
        }
        _ => None,
    };
    options.finish(made)
}

/// What must not be kept: what is written as a secret and what was filled in, in all forms.
pub(crate) fn masks(
    options: &Options<'_>,
    clients: &Clients,
    signed: &Signed,
    ask: Option<&Ask>,
    way: Option<&way::Way>,
) -> Masks {
    let mut secrets = options.secrets();
    secrets.extend(signed.secrets.iter().cloned());
    secrets.extend(ask.iter().flat_map(|ask| redact::in_query(&ask.url)));
    secrets.extend(way.and_then(way::Way::proxy_pair));
    Masks::of(secrets.iter().flat_map(|secret| forms::of(secret)).chain(clients.masked().iter().cloned()))
}

/// Whom such a probe asks: the host of the address, and whoever else gets to see what is sent.
fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    let mut options = Options::of(&KIND, spec);
    let url = request::address(&mut options)?;
    let key = request::key(&url, dial::resolve(&mut options));
    let key = token::whom(&mut options).iter().fold(key, |key, token| key.and(token));
    Some(way::whom(&mut options).iter().fold(key, |key, proxy| key.and(proxy)))
}
