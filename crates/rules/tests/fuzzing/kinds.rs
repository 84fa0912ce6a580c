//! A kind of probe with an option and a name of every sort.

use rules::kind::{CelKind, Kind, NameSpec, OptionKind, OptionSpec};

const STEP: &[OptionSpec] = &[option("path", OptionKind::Text, true), option("limit", OptionKind::Span, false)];

/// The kinds that there are.
pub const KINDS: &[Kind] = &[Kind {
    name: "http",
    summary: "Asks a web server",
    options: &[
        option("url", OptionKind::Url, true),
        option("method", OptionKind::OneOf(&["GET", "HEAD"]), false),
        option("headers", OptionKind::Map, false),
        option("body", OptionKind::Text, false),
        option("follow", OptionKind::Bool, false),
        option("max_bytes", OptionKind::Int { min: 1, max: 1_000_000 }, false),
        option("patience", OptionKind::Span, false),
        option("accept", OptionKind::TextList, false),
        option("variables", OptionKind::Json, false),
        option("oauth2", OptionKind::Group(STEP), false),
        option("steps", OptionKind::Groups(STEP), false),
    ],
    names: &[
        name("status", CelKind::Int),
        name("latency", CelKind::Duration),
        name("headers", CelKind::Map),
        name("body", CelKind::Text),
        name("json", CelKind::Dyn),
        name("cert.expires_in", CelKind::Duration),
        name("cert.issuer", CelKind::Text),
        name("rows", CelKind::List),
        name("share", CelKind::Double),
        name("authoritative", CelKind::Bool),
    ],
    counts_as_ask: true,
}];

const fn option(name: &'static str, kind: OptionKind, required: bool) -> OptionSpec {
    OptionSpec { name, kind, required, default: None, help: "", secret: false }
}

const fn name(name: &'static str, cel: CelKind) -> NameSpec {
    NameSpec { name, cel, help: "" }
}
