//! What steps found, and where later ones put it.

use std::collections::BTreeMap;

use percent_encoding::utf8_percent_encode;
use rules::{
    kind::OptionSpec,
    secret::{fill_in_steps, found_by_steps},
};
use serde_json::{Map, Value};

use super::sent::is_of_the_answer;
use crate::filled::{self, Known};

/// What can be put where it is referred to.
pub(super) struct Values {
    /// What was found, by step and name.
    found: BTreeMap<(String, String), Found>,
    /// Secrets and the like.
    known: Known,
}

struct Found {
    text: String,
    shown: bool,
}

impl Values {
    /// Before anything is found.
    pub(super) fn of(known: &Known) -> Self {
        Self { found: BTreeMap::new(), known: Known::clone(known) }
    }

    /// Keeps one.
    pub(super) fn put(&mut self, step: &str, name: &str, text: String, shown: bool) {
        self.found.insert((step.to_owned(), name.to_owned()), Found { text, shown });
    }

    /// The one of this name.
    pub(super) fn get(&self, step: &str, name: &str) -> Option<&str> {
        self.found.get(&(step.to_owned(), name.to_owned())).map(|found| found.text.as_str())
    }

    /// Those that must not be kept.
    pub(super) fn hidden(&self) -> Vec<String> {
        self.found.values().filter(|found| !found.shown).map(|found| found.text.clone()).collect()
    }

    /// The others: step, name and text.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let shown = self.found.iter().filter(|(_, found)| found.shown);
        shown.map(|((step, name), found)| (step.as_str(), name.as_str(), found.text.as_str()))
    }
}

/// What these options refer to of earlier steps.
pub(super) fn all(options: &Map<String, Value>) -> Vec<(String, String)> {
    // Expressions and what is taken out are about this step's own answer.
    let sent = options.iter().filter(|(name, _)| !is_of_the_answer(name));
    let texts = sent.flat_map(|(_, value)| filled::texts_of(value));
    texts.flat_map(found_by_steps).map(|(step, name)| (step.to_owned(), name.to_owned())).collect()
}

/// Puts secrets and what was found where they are referred to, and `${` where its dollar is doubled; in an address a value is escaped,
/// so that it stays in its place.
pub(super) fn fill(table: &[OptionSpec], options: &mut Map<String, Value>, values: &Values) {
    for (text, is_address) in filled::texts(table, options) {
        *text = if is_address {
            let parts = filled::parts(text);
            parts
                .map(|(part, escaped)| {
                    let put = |value: &str| utf8_percent_encode(value, escaped).to_string();
                    fill_in_steps(
                        part,
                        |reference| values.known.get(reference).map(|value| put(value)),
                        |step, name| values.get(step, name).map(put),
                    )
                })
                .concat()
        } else {
            fill_in_steps(
                text,
                |reference| values.known.get(reference).cloned(),
                |step, name| values.get(step, name).map(str::to_owned),
            )
        };
    }
}
