//! The kinds of probes there are, as the form that adds one shows them. The server hands them over: pages know no protocol.

/// One kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its word in the catalogue: `http`.
    pub name: &'static str,
    /// What it asks, in a sentence without a full stop.
    pub summary: &'static str,
    /// What it takes, in the order in which it is asked for.
    pub options: Vec<Choice>,
    /// The names that its expressions may use; none where it has no expressions.
    pub names: Vec<&'static str>,
    /// Whether it goes out and asks, so that it can be tried.
    pub asks: bool,
}

/// One option of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its key: `max_redirects`.
    pub name: &'static str,
    /// What it does, in a sentence without a full stop.
    pub help: &'static str,
    /// What it may hold.
    pub holds: Holds,
    /// Whether it must be there.
    pub required: bool,
    /// What holds without it, as it would be written.
    pub usual: Option<&'static str>,
    /// Whether it is to be kept among the secrets.
    pub secret: bool,
}

/// What an option may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// A text.
    Text,
    /// An address of this scheme, or of another that goes with it.
    Address(&'static str),
    /// A whole number.
    Number,
    /// `true` or `false`.
    YesNo,
    /// A length of time.
    Span,
    /// A `name: value` on each line.
    Pairs,
    /// A text on each line.
    Lines,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Whatever JSON can hold.
    Json,
    /// A map with options of its own.
    Group(Vec<Choice>),
    /// A list of such maps, each with these keys.
    Groups(Vec<&'static str>),
}

/// Options that are folded away with all that come after them: how to get there, and what to trust on the way. Every kind that has
/// them lists them last.
const GENERAL: [&str; 2] = ["follow_redirects", "ip"];
/// So many options are in sight; further ones are folded away unless they must be there.
const IN_SIGHT: usize = 9;
/// Words that are written otherwise in a sentence.
const WRITTEN: [(&str, &str); 16] = [
    ("url", "URL"),
    ("tls", "TLS"),
    ("starttls", "STARTTLS"),
    ("ca", "CA"),
    ("ip", "IP"),
    ("id", "ID"),
    ("xml", "XML"),
    ("json", "JSON"),
    ("api", "API"),
    ("http", "HTTP"),
    ("helo", "HELO"),
    ("sasl", "SASL"),
    ("alpn", "ALPN"),
    ("qos", "QoS"),
    ("graphql", "GraphQL"),
    ("oauth2", "OAuth2"),
];

impl Kind {
    /// The options in sight, and those that are folded away.
    pub fn parted(&self) -> (Vec<&Choice>, Vec<&Choice>) {
        let general = self.options.iter().position(|option| GENERAL.contains(&option.name));
        let most = general.unwrap_or(self.options.len()).min(IN_SIGHT);
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for (index, option) in self.options.iter().enumerate() {
            let is_map = matches!(option.holds, Holds::Group(_) | Holds::Groups(_));
            let in_sight = option.required || (index < most && !is_map);
            if in_sight { first.push(option) } else { rest.push(option) }
        }
        (first, rest)
    }
}

/// `Max redirects` of `max_redirects`, `API key header` of `api_key_header`.
pub fn label(name: &str) -> String {
    let words = name.split('_').enumerate().map(|(index, word)| match WRITTEN.iter().find(|(key, _)| *key == word) {
        Some((_, written)) => (*written).to_owned(),
        None if index == 0 => capital(word),
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn capital(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs)).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::{Choice, Holds, Kind, label};

    fn choice(name: &'static str, holds: Holds, required: bool) -> Choice {
        Choice { name, help: "", holds, required, usual: None, secret: false }
    }

    #[test]
    fn a_label_is_made_of_words() {
        for (name, said) in [
            ("max_redirects", "Max redirects"),
            ("api_key_header", "API key header"),
            ("tls_server_name", "TLS server name"),
            ("body_json", "Body JSON"),
            ("url", "URL"),
        ] {
            assert_eq!(label(name), said);
        }
    }

    #[test]
    fn what_is_general_or_a_map_is_folded_away_unless_it_must_be_there() {
        let options = vec![
            choice("steps", Holds::Groups(vec!["name"]), true),
            choice("oauth2", Holds::Group(Vec::new()), false),
            choice("host", Holds::Text, false),
            choice("ip", Holds::Text, false),
            choice("resolve", Holds::Text, false),
        ];
        let kind = Kind { name: "made-up", summary: "", options, names: Vec::new(), asks: true };
        let names = |options: Vec<&Choice>| options.into_iter().map(|option| option.name).collect::<Vec<_>>();
        let (first, rest) = kind.parted();
        assert_eq!((names(first), names(rest)), (vec!["steps", "host"], vec!["oauth2", "ip", "resolve"]));
    }
}
