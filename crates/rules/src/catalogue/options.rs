//! A probe's options against its kind's table.

use model::Span;
use serde_json::{Map, Value};

use super::{
    faults::{Faults, one_of, quoted},
    fields::{At, Fields},
    timing::LONGEST,
    tree::Tree,
    values::{entries, flag, int, list, long_text, one_or_more, span, url, url_of},
};
use crate::{
    kind::{Kind, OptionKind, OptionSpec},
    secret::{found_by_steps, references},
};

/// Levels of a free value.
const DEEPEST: usize = 16;

/// Entries of a list of maps.
const MOST_GROUPS: usize = 100;

/// Reads the options below `options` and those that stand on the probe itself.
pub(super) fn options(fields: &mut Fields<'_, '_>, kind: Option<&Kind>, kinds: &[Kind]) -> Map<String, Value> {
    let nested = fields.get("options");
    let Some(kind) = kind else {
        // What an unknown kind takes cannot be told: only what no kind takes is a fault.
        for option in kinds.iter().flat_map(|kind| kind.options) {
            fields.get(option.name);
        }
        return Map::new();
    };
    let mut written = Vec::new();
    if let Some(nested) = &nested {
        for (name, at) in entries(nested, fields.faults).unwrap_or_default() {
            match kind.option(name) {
                Some(option) => written.push((option, at)),
                None => unknown(&at, name, kind, fields.faults),
            }
        }
    }
    for option in kind.options {
        // A field of every probe, such as `timeout`, is never read as an option.
        let Some(at) = (!fields.knows(option.name)).then(|| fields.get(option.name)).flatten() else { continue };
        if written.iter().any(|(other, _)| other.name == option.name) {
            fields.faults.add(&at, "stands under `options` already", "say it once");
        } else {
            written.push((option, at));
        }
    }
    for option in kind.options.iter().filter(|option| option.required) {
        if !written.iter().any(|(other, _)| other.name == option.name) {
            let (node, prefix) = match &nested {
                Some(nested) => (nested.node, nested),
                None => (fields.at.node, &fields.at),
            };
            fields.faults.missing(node, prefix.path_of(option.name), &option.kind.allowed());
        }
    }
    let faults = &mut *fields.faults;
    written.into_iter().filter_map(|(option, at)| Some((option.name.to_owned(), value(option, &at, faults)?))).collect()
}

fn unknown(at: &At<'_>, name: &str, kind: &Kind, faults: &mut Faults) {
    let names = || kind.options.iter().map(|option| option.name);
    let near = faults.did_you_mean(name, names());
    faults.add(at, format!("is no option of `{}`{near}", kind.name), one_of(names()));
}

/// A text in which values may be referred to, `${secret:NAME}`; what begins a reference and is none is a fault.
fn filled_later(
    at: &At<'_>,
    read: impl FnOnce(&At<'_>, &mut Faults) -> Option<String>,
    faults: &mut Faults,
) -> Option<String> {
    let text = read(at, faults)?;
    match references(&text) {
        Ok(_) if !is_in_steps(&at.path) && !found_by_steps(&text).is_empty() => {
            faults.add(
                at,
                "refers to a step, and there are none before it",
                "${secret:NAME}, ${env:NAME} or ${file:PATH}",
            );
            None
        }
        Ok(_) => Some(text),
        Err(why) => {
            faults.add(at, why, "${secret:NAME}, ${env:NAME} or ${file:PATH}");
            None
        }
    }
}

/// Whether a field is one of a step, which may refer to steps before it.
fn is_in_steps(path: &str) -> bool {
    ["steps[", "cleanup["].iter().any(|list| path.contains(list))
}

/// An option's value as the spec keeps it: lengths of time in their usual spelling, so that the same option compares equal.
fn value(option: &OptionSpec, at: &At<'_>, faults: &mut Faults) -> Option<Value> {
    match option.kind {
        OptionKind::Text => filled_later(at, long_text, faults).map(Value::String),
        OptionKind::Url => filled_later(at, url, faults).map(Value::String),
        OptionKind::UrlOf(schemes) => {
            let allowed = option.kind.allowed();
            filled_later(at, |at, faults| url_of(at, schemes, &allowed, faults), faults).map(Value::String)
        }
        OptionKind::Int { min, max } => int(at, min, max, faults).map(Value::from),
        OptionKind::Bool => flag(at, faults).map(Value::Bool),
        OptionKind::Span => span(at, Span::ms(0), LONGEST, faults).map(|span| Value::String(span.to_string())),
        OptionKind::Map => {
            let mut map = Map::new();
            for (name, at) in entries(at, faults)? {
                if !is_name(name, &at, faults) {
                    continue;
                }
                if let Some(text) = filled_later(&at, long_text, faults) {
                    map.insert(name.to_owned(), Value::String(text));
                }
            }
            Some(Value::Object(map))
        }
        OptionKind::OneOf(words) => {
            let word = long_text(at, faults)?;
            if words.contains(&word.as_str()) {
                return Some(Value::String(word));
            }
            let near = faults.did_you_mean(&word, words.iter().copied());
            faults.add(at, format!("{} is not known{near}", quoted(&word)), one_of(words.iter().copied()));
            None
        }
        OptionKind::TextList => {
            let items =
                one_or_more(at).into_iter().filter_map(|at| filled_later(&at, long_text, faults).map(Value::String));
            Some(Value::Array(items.collect()))
        }
        OptionKind::Json => json(at, DEEPEST, faults),
        OptionKind::Group(table) => group(table, at, faults),
        OptionKind::Groups(table) => {
            let items = list(at, faults)?;
            if items.len() > MOST_GROUPS {
                faults.add(at, format!("has {} entries", items.len()), format!("at most {MOST_GROUPS}"));
                return None;
            }
            Some(Value::Array(items.iter().filter_map(|at| group(table, at, faults)).collect()))
        }
    }
}

/// A map with a table of its own.
fn group(table: &[OptionSpec], at: &At<'_>, faults: &mut Faults) -> Option<Value> {
    let mut made = Map::new();
    let written = entries(at, faults)?;
    for (name, at) in &written {
        let Some(option) = table.iter().find(|option| option.name == *name) else {
            let names = || table.iter().map(|option| option.name);
            let near = faults.did_you_mean(name, names());
            faults.add(at, format!("is not known here{near}"), one_of(names()));
            continue;
        };
        // As everywhere: a field that is null is absent.
        if !matches!(at.node.tree, Tree::Null)
            && let Some(value) = value(option, at, faults)
        {
            made.insert((*name).to_owned(), value);
        }
    }
    let given = |option: &OptionSpec| {
        written.iter().any(|(name, at)| *name == option.name && !matches!(at.node.tree, Tree::Null))
    };
    for option in table.iter().filter(|option| option.required && !given(option)) {
        faults.missing(at.node, at.path_of(option.name), &option.kind.allowed());
    }
    Some(Value::Object(made))
}

/// Anything that JSON can hold, `deep` levels at most; its texts may refer to values.
fn json(at: &At<'_>, deep: usize, faults: &mut Faults) -> Option<Value> {
    let Some(deeper) = deep.checked_sub(1) else {
        faults.add(at, "is nested too deeply", format!("at most {DEEPEST} levels"));
        return None;
    };
    match &at.node.tree {
        Tree::Null => Some(Value::Null),
        Tree::Bool(flag) => Some(Value::Bool(*flag)),
        Tree::Int(number) => Some(Value::from(*number)),
        Tree::Float(number) => Some(Value::from(*number)),
        Tree::List(_) => Some(Value::Array(at.items().iter().filter_map(|at| json(at, deeper, faults)).collect())),
        Tree::Map(_) => {
            let mut map = Map::new();
            for (name, at) in entries(at, faults)? {
                if is_name(name, &at, faults)
                    && let Some(value) = json(&at, deeper, faults)
                {
                    map.insert(name.to_owned(), value);
                }
            }
            Some(Value::Object(map))
        }
        Tree::Text(_) => filled_later(at, long_text, faults).map(Value::String),
    }
}

fn is_name(name: &str, at: &At<'_>, faults: &mut Faults) -> bool {
    let fits = !name.is_empty() && name.len() <= 200 && !name.contains(char::is_control);
    if !fits {
        faults.add(at, format!("{} cannot be a name here", quoted(name)), "1 to 200 characters on one line");
    }
    fits
}
