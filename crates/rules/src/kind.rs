//! What kinds of probes there are, as data: which options a kind takes and which names its expressions may use.
//!
//! The table itself lives with the protocols (`probe::kinds()`) and is handed in, so that the catalogue's check and the
//! compiler of expressions know every kind without knowing any protocol.

/// One kind of probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its word in the catalogue: `http`, `tcp`, `heartbeat`.
    pub name: &'static str,
    /// What it asks, in a sentence.
    pub summary: &'static str,
    /// The options it takes; every other one is a fault.
    pub options: &'static [OptionSpec],
    /// The names its expressions may use; every other one is a fault.
    pub names: &'static [NameSpec],
    /// Whether it goes out and asks. A heartbeat does not: it waits for pings.
    pub counts_as_ask: bool,
}

impl Kind {
    /// The kind of this name.
    pub fn find<'k>(kinds: &'k [Self], name: &str) -> Option<&'k Self> {
        kinds.iter().find(|kind| kind.name == name)
    }

    /// The option of this name.
    pub fn option(&self, name: &str) -> Option<&'static OptionSpec> {
        self.options.iter().find(|option| option.name == name)
    }

    /// The CEL name, dotted for a field of a map: `status`, `cert.expires_in`.
    pub fn name_spec(&self, name: &str) -> Option<&'static NameSpec> {
        self.names.iter().find(|spec| spec.name == name)
    }
}

/// One option of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// Its key under `options`.
    pub name: &'static str,
    /// What it may hold.
    pub kind: OptionKind,
    /// Whether it must be there.
    pub required: bool,
    /// What holds without it, as it would be written.
    pub default: Option<&'static str>,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// Whether its value must never be shown.
    pub secret: bool,
}

/// What an option may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// Any text.
    Text,
    /// An absolute http or https address.
    Url,
    /// An absolute address of one of these schemes, written `ws`, `wss`.
    UrlOf(&'static [&'static str]),
    /// A whole number from `min` to `max`, both allowed.
    Int {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
    /// `true` or `false`.
    Bool,
    /// A length of time such as `30s`.
    Span,
    /// Names with a text each.
    Map,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of texts; a single text is a list of one.
    TextList,
    /// Anything that JSON can hold, nested at most 16 deep: the variables of a query.
    Json,
    /// A map with a table of its own.
    Group(&'static [OptionSpec]),
    /// A list of such maps: steps. Their order counts.
    Groups(&'static [OptionSpec]),
}

impl OptionKind {
    /// What would be allowed, as a fault says it.
    pub fn allowed(self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Url => "an address that begins with http:// or https://".to_owned(),
            Self::UrlOf(schemes) => {
                let begins: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
                format!("an address that begins with {}", begins.join(" or "))
            }
            Self::Int { min, max } => format!("a whole number from {min} to {max}"),
            Self::Bool => "true or false".to_owned(),
            Self::Span => "a length of time such as 250ms, 30s or 5m".to_owned(),
            Self::Map => "names with a text each".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::TextList => "a list of texts".to_owned(),
            Self::Json => "text, number, true, false, list or map".to_owned(),
            Self::Group(options) => format!("a map of {}", named(options)),
            Self::Groups(options) => format!("a list of maps of {}", named(options)),
        }
    }
}

fn named(options: &[OptionSpec]) -> String {
    options.iter().map(|option| option.name).collect::<Vec<_>>().join(", ")
}

/// One name that expressions may use. A dotted name (`cert.expires_in`) is a field of a map; once a map has a dotted name, its
/// fields are all listed and every other one is a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameSpec {
    /// The name as it is written.
    pub name: &'static str,
    /// The type of its value.
    pub cel: CelKind,
    /// What it is, in a sentence.
    pub help: &'static str,
}

/// The type of a name's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CelKind {
    /// A whole number.
    Int,
    /// A number with a fraction.
    Double,
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A length of time, compared with `duration('300ms')`.
    Duration,
    /// Names with a value each.
    Map,
    /// A list.
    List,
    /// Whatever the target sent.
    Dyn,
}
