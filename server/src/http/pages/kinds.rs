//! The kinds of probes, as the form of pages takes them.

use std::sync::{Arc, LazyLock};

use ::rules::kind::{Kind, OptionKind, OptionSpec};
use app::kinds::{Choice, Holds, Kind as Shown};

/// All of them: the table does not change while the server runs.
static KINDS: LazyLock<Arc<[Shown]>> = LazyLock::new(|| probe::kinds().iter().map(shown).collect());

/// The kinds in the order in which they are offered.
pub fn kinds() -> Arc<[Shown]> {
    Arc::clone(&KINDS)
}

fn shown(kind: &Kind) -> Shown {
    Shown {
        name: kind.name,
        summary: kind.summary,
        options: kind.options.iter().map(choice).collect(),
        names: kind.names.iter().map(|name| name.name).collect(),
        asks: kind.counts_as_ask,
    }
}

fn choice(option: &OptionSpec) -> Choice {
    Choice {
        name: option.name,
        help: option.help,
        holds: holds(option.kind),
        required: option.required,
        usual: option.default,
        secret: option.secret,
    }
}

fn holds(kind: OptionKind) -> Holds {
    match kind {
        OptionKind::Text => Holds::Text,
        OptionKind::Url => Holds::Address("https"),
        OptionKind::UrlOf(schemes) => Holds::Address(schemes.first().copied().unwrap_or("https")),
        OptionKind::Int { .. } => Holds::Number,
        OptionKind::Bool => Holds::YesNo,
        OptionKind::Span => Holds::Span,
        OptionKind::Map => Holds::Pairs,
        OptionKind::OneOf(words) => Holds::OneOf(words),
        OptionKind::TextList => Holds::Lines,
        OptionKind::Json => Holds::Json,
        OptionKind::Group(options) => Holds::Group(options.iter().map(choice).collect()),
        OptionKind::Groups(options) => Holds::Groups(options.iter().map(|option| option.name).collect()),
    }
}

#[cfg(test)]
mod tests {
    use app::kinds::Holds;

    use super::kinds;

    #[test]
    fn every_kind_has_its_fields() {
        let shown = kinds();
        assert_eq!(shown.len(), probe::kinds().len());
        for (shown, kind) in shown.iter().zip(probe::kinds()) {
            let (first, rest) = shown.parted();
            assert_eq!(first.len() + rest.len(), kind.options.len(), "{}", kind.name);
            // What must be there is in sight, and no form opens on more than fits on a screen.
            assert!(rest.iter().all(|choice| !choice.required), "{}", kind.name);
            assert!(first.len() <= 10, "{} shows {}", kind.name, first.len());
        }
    }

    #[test]
    fn steps_are_told_by_their_keys_and_a_token_by_fields_of_its_own() {
        let shown = kinds();
        let option = |kind: &str, name: &str| {
            let kind = shown.iter().find(|shown| shown.name == kind).expect("a kind");
            kind.options.iter().find(|choice| choice.name == name).expect("an option").holds.clone()
        };
        assert!(matches!(option("http_steps", "steps"), Holds::Groups(keys) if keys.contains(&"url")));
        assert!(matches!(option("http", "oauth2"), Holds::Group(inner) if inner.iter().any(|choice| choice.secret)));
        assert_eq!(option("websocket", "url"), Holds::Address("ws"));
    }
}
