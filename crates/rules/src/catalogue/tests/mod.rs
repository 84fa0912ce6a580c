//! Documents that are right, wrong and arbitrary.

mod acts;
mod generated;
mod planned;
mod right;
mod schema;
mod sheets;
mod windows;
mod wrong;

use model::{Catalogue, Fault};

use crate::kind::{CelKind, Kind, NameSpec, OptionKind, OptionSpec};

/// Two kinds with every sort of option.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "http",
        summary: "Asks a web server.",
        options: &[
            option("url", OptionKind::Url, true),
            option("method", OptionKind::OneOf(&["GET", "HEAD", "POST"]), false),
            option("headers", OptionKind::Map, false),
            option("body", OptionKind::Text, false),
            option("follow", OptionKind::Bool, false),
            option("max_bytes", OptionKind::Int { min: 1, max: 1_000_000 }, false),
            option("patience", OptionKind::Span, false),
            option("accept", OptionKind::TextList, false),
            option("timeout", OptionKind::Text, false),
        ],
        names: &[
            name("status", CelKind::Int),
            name("latency", CelKind::Duration),
            name("body", CelKind::Text),
            name("json", CelKind::Dyn),
        ],
        counts_as_ask: true,
    },
    Kind {
        name: "heartbeat",
        summary: "Waits for a ping.",
        options: &[option("grace", OptionKind::Span, true)],
        names: &[],
        counts_as_ask: false,
    },
];

const fn option(name: &'static str, kind: OptionKind, required: bool) -> OptionSpec {
    OptionSpec { name, kind, required, default: None, help: "", secret: false }
}

const fn name(name: &'static str, cel: CelKind) -> NameSpec {
    NameSpec { name, cel, help: "" }
}

/// Reads one file called `a.yaml`.
fn read(text: &str) -> Result<Catalogue, Vec<Fault>> {
    super::read(&[("a.yaml".to_owned(), text.to_owned())], KINDS)
}

/// A right document of two systems and one integration, whose further fields begin on line 9, four columns in.
fn integration(further: &str) -> String {
    let head = "systems:\n  - {slug: shop, name: Shop}\n  - {slug: erp, name: ERP}\nintegrations:\n";
    let body = "  - slug: orders\n    name: Orders\n    from: shop\n    to: erp\n";
    format!("{head}{body}{}", indented(further, 4))
}

/// The same with one probe, whose further fields begin on line 14, eight columns in.
fn probe(further: &str) -> String {
    let probe = "probes:\n  - slug: api\n    kind: http\n    url: https://erp.example.com/health\n    every: 1m\n";
    integration(&format!("{probe}{}", indented(further, 4)))
}

fn indented(text: &str, columns: usize) -> String {
    text.split_inclusive('\n').fold(String::new(), |text, line| text + &" ".repeat(columns) + line.trim_end() + "\n")
}
