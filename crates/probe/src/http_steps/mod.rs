//! Asking over HTTP in several steps: what one finds, the next may use. Read in the order in which a check goes:
//!
//! `step` (what is written of each) -> `ask` (one after the other, then those that clean up) with `extract` for what a step finds,
//! `path` for values within JSON, `refer` for where they go and `sent` for what that is done to -> `told` (what expressions and people
//! get to see).

mod ask;
mod extract;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod path;
mod refer;
mod sent;
mod step;
mod told;

use std::sync::Arc;

use model::{Fault, ProbeSpec};
use rules::kind::{CelKind, Kind, OptionKind, OptionSpec};

use crate::{
    Clients, HostKey, Probe, dial,
    http::{
        self,
        manner::Manner,
        request,
        sign::Signed,
        table, token,
        way::{self, Way},
    },
    options::{Options, joined, name, optional, required},
    table::Entry,
};
pub(crate) use sent::Sent;
use step::Step;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "http_steps",
    summary: "Sends HTTP requests in order, each of which may use what those before it found",
    options: &joined::<17>(&[OWN, table::WAY]),
    names: &[
        name(
            "latency",
            CelKind::Duration,
            "From the first network call of the first step to the last byte of the last",
        ),
        name("steps", CelKind::Map, "The steps by name, each with `status`, `latency`, `size` and its phases"),
        name("values", CelKind::Map, "What was found and may be shown, by step and name: `values.order.number`"),
        name("status", CelKind::Int, "The status of the last answer: 200"),
        name("body", CelKind::Text, "The body of the last answer as text"),
        name("json", CelKind::Dyn, "The body of the last answer read as JSON"),
        name("headers", CelKind::Map, "The headers of the last answer, names in lower case"),
    ],
    counts_as_ask: true,
};

/// What is written of the whole, beside the way.
const OWN: &[OptionSpec] = &[
    OptionSpec { required: true, ..optional("steps", OptionKind::Groups(STEP), None, "The requests, in their order") },
    optional(
        "cleanup",
        OptionKind::Groups(STEP),
        None,
        "Requests that are sent in the end, whatever became of the steps",
    ),
];

/// What is written of a step.
const STEP: &[OptionSpec] =
    &joined::<20>(&[&[NAME], table::REQUEST, table::CREDENTIALS, &[table::OAUTH2, ASSERT, TAKE]]);

const NAME: OptionSpec = required("name", OptionKind::Text, "What it is called: letters a-z, digits, `_` and `-`");
const ASSERT: OptionSpec = optional(
    "assert",
    OptionKind::TextList,
    None,
    "Expressions over this step's answer, with the names of kind `http`; the first that fails ends the steps",
);
const TAKE: OptionSpec =
    optional("extract", OptionKind::Groups(EXTRACT), None, "What to take out of the answer for later steps");

/// What is written of a value to take out.
const EXTRACT: &[OptionSpec] = &[
    required("name", OptionKind::Text, "What it is called; later steps write `${step.name}`"),
    optional("from_json", OptionKind::Text, None, "Where it stands in a JSON body: `data.items[0].id`"),
    optional("from_header", OptionKind::Text, None, "The header that holds it"),
    optional("from_cookie", OptionKind::Text, None, "The cookie that holds it"),
    optional(
        "regex",
        OptionKind::Text,
        None,
        "A regular expression to find it by, in the body or in what was taken: its first group, or the whole match",
    ),
    optional(
        "shown",
        OptionKind::Bool,
        Some("false"),
        "Whether the value may be seen; otherwise it is left out of all that is kept, as a secret is",
    ),
];

/// A probe of what is written.
fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let steps = step::read(&mut options, spec, "steps", &[]);
    let cleanup = step::read(&mut options, spec, "cleanup", steps.as_deref().unwrap_or_default());
    if options.is_given("steps") && steps.as_ref().is_some_and(Vec::is_empty) {
        options.fault("steps", "has to hold one step at least");
    }
    let all = || steps.iter().chain(&cleanup).flatten();
    let way = all().next().and_then(|first| {
        let also = all().skip(1).map(Step::url).chain(all().filter_map(Step::token_url));
        Way::read(&mut options, clients, first.url(), also)
    });
    let manner = Manner::read(&mut options);
    let masks = http::masks(&options, clients, &Signed::default(), None, way.as_ref());
    let made = match (steps, cleanup, way, manner) {
        (Some(steps), Some(cleanup), Some(way), Some(manner)) if !steps.is_empty() => {
            let peer = whom(spec);
            Some(Arc::new(ask::Steps::new(ask::Parts { steps, cleanup, way, manner, masks, peer }, spec, clients))
                as Arc<dyn Probe>)
        }
        _ => None,
    };
    options.finish(made)
}

/// Whom the steps ask, all of them, who grants their tokens, and the proxy.
fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    let mut options = Options::of(&KIND, spec);
    let resolve = dial::resolve(&mut options);
    let mut steps = options.groups("steps")?;
    steps.extend(options.groups("cleanup")?);
    let urls: Option<Vec<_>> = steps.iter_mut().map(request::address).collect();
    let urls = urls?;
    let first = urls.first()?.host_str()?;
    let keys = urls.iter().map(|url| request::key(url, resolve.filter(|_| url.host_str() == Some(first))));
    let key = keys.reduce(|all, key| all.and(&key))?;
    let key = steps.iter_mut().filter_map(token::whom).fold(key, |key, token| key.and(&token));
    Some(way::whom(&mut options).iter().fold(key, |key, proxy| key.and(proxy)))
}
