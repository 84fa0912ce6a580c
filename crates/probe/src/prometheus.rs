//! Asking a Prometheus-compatible API an instant query: what are the samples now?

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod samples;

use std::sync::Arc;

use model::{Fault, ProbeSpec};
use rules::kind::{CelKind, Kind, OptionKind, OptionSpec};

use crate::{
    Clients, HostKey, Probe, dial,
    http::{
        self,
        ask::{Http, Parts, Reading},
        manner::Manner,
        request::{self, Ask},
        sign, table, token,
        way::{self, Way},
    },
    options::{Options, joined, name, optional, required},
    secure,
    table::Entry,
};

/// Where queries are answered, below the address.
const QUERY_PATH: &str = "api/v1/query";

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "prometheus",
    summary: "Asks a Prometheus-compatible API an instant query and looks at the samples",
    options: &joined::<26>(&[OWN, table::CREDENTIALS, &[table::OAUTH2], table::WAY]),
    names: &[
        name("latency", CelKind::Duration, "From the first network call to the last byte"),
        name("value", CelKind::Double, "The value of the first sample; absent where there is none"),
        name("count", CelKind::Int, "How many samples there are"),
        name("samples", CelKind::List, "The samples, each with `labels` and `value`"),
        name("warnings", CelKind::List, "What the API says against the query"),
        name("status", CelKind::Int, "The status of the answer: 200"),
        name("body", CelKind::Text, "The body as text"),
        name("json", CelKind::Dyn, "The body read as JSON"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

/// What is written of the query.
const OWN: &[OptionSpec] = &[
    required("url", OptionKind::Url, "The address of the API: what stands before `/api/v1/query`"),
    required("query", OptionKind::Text, "The query, in PromQL"),
    optional("empty_is_ok", OptionKind::Bool, Some("false"), "Whether a query may find nothing"),
    table::HEADERS,
];

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let (url, query) = (request::address(&mut options), options.text("query"));
    let empty_is_ok = options.bool("empty_is_ok");
    let headers = request::headers(&mut options);
    let mut ask = url.zip(query).map(|(mut url, query)| {
        let path = format!("{}/{QUERY_PATH}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url.query_pairs_mut().append_pair("query", &query);
        let mut ask = Ask::get(url);
        ask.headers.extend(headers);
        ask
    });
    let signed = sign::sign(&mut options, ask.as_mut());
    let grant = token::Grant::read(&mut options, ask.as_ref());
    let way = ask.as_ref().and_then(|ask| {
        let also = grant.iter().map(token::Grant::url);
        Way::read(&mut options, clients, &ask.url, also)
    });
    let manner = Manner::read(&mut options);
    let masks = http::masks(&options, clients, &signed, ask.as_ref(), way.as_ref());
    let made = match (ask, way, manner) {
        (Some(ask), Some(way), Some(manner)) => {
            let reading = if empty_is_ok == Some(true) { samples::read_any } else { samples::read_some };
            let peer = whom(spec).unwrap_or_else(|| request::key(&ask.url, None));
            let parts = Parts { ask, grant, way, manner, masks, reading: Reading::Of(reading), peer };
            Some(Arc::new(Http::new(parts, spec, clients)) as Arc<dyn Probe>)
        }
        _ => None,
    };
    options.finish(made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    let mut options = Options::of(&KIND, spec);
    let url = request::address(&mut options)?;
    let key = request::key(&url, dial::resolve(&mut options));
    let key = token::whom(&mut options).iter().fold(key, |key, token| key.and(token));
    Some(way::whom(&mut options).iter().fold(key, |key, proxy| key.and(proxy)))
}
