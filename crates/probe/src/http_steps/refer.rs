//! What steps found, and where later ones put it.

use std::collections::BTreeMap;

use percent_encoding::utf8_percent_encode;
use rules::{
    kind::OptionSpec,
    secret::{fill_from_steps, found_by_steps},
};
use serde_json::{Map, Value};

use crate::filled;

/// What was found, by step and name.
#[derive(Default)]
pub(super) struct Values(BTreeMap<(String, String), Found>);

struct Found {
    text: String,
    shown: bool,
}

impl Values {
    /// Keeps one.
    pub(super) fn put(&mut self, step: &str, name: &str, text: String, shown: bool) {
        self.0.insert((step.to_owned(), name.to_owned()), Found { text, shown });
    }

    /// The one of this name.
    pub(super) fn get(&self, step: &str, name: &str) -> Option<&str> {
        self.0.get(&(step.to_owned(), name.to_owned())).map(|found| found.text.as_str())
    }

    /// Those that must not be kept.
    pub(super) fn hidden(&self) -> Vec<String> {
        self.0.values().filter(|found| !found.shown).map(|found| found.text.clone()).collect()
    }

    /// The others: step, name and text.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let shown = self.0.iter().filter(|(_, found)| found.shown);
        shown.map(|((step, name), found)| (step.as_str(), name.as_str(), found.text.as_str()))
    }
}

/// What these options refer to.
pub(super) fn all(options: &Map<String, Value>) -> Vec<(String, String)> {
    fn within(value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::String(text) => {
                found.extend(found_by_steps(text).into_iter().map(|(step, name)| (step.to_owned(), name.to_owned())));
            }
            Value::Array(items) => items.iter().for_each(|item| within(item, found)),
            Value::Object(fields) => fields.values().for_each(|field| within(field, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut found = Vec::new();
    // Expressions and what is taken out are about this step's own answer.
    let sent = options.iter().filter(|(name, _)| !matches!(name.as_str(), "assert" | "extract"));
    sent.for_each(|(_, value)| within(value, &mut found));
    found
}

/// Puts what was found where it is referred to; in an address a value is escaped, so that it stays in its place.
pub(super) fn fill(table: &[OptionSpec], options: &mut Map<String, Value>, values: &Values) {
    for (text, is_address) in filled::texts(table, options) {
        *text = if is_address {
            let parts = filled::parts(text);
            parts
                .map(|(part, escaped)| {
                    let found = |step: &str, name: &str| {
                        values.get(step, name).map(|value| utf8_percent_encode(value, escaped).to_string())
                    };
                    fill_from_steps(part, found)
                })
                .concat()
        } else {
            fill_from_steps(text, |step, name| values.get(step, name).map(str::to_owned))
        };
    }
}
