//! Reading the options of a probe by its kind's table, naming every wrong one at once.

mod row;

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use model::{Fault, ProbeSpec, Span};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use rules::kind::{Kind, OptionKind, OptionSpec};
use serde_json::{Map, Value};

use crate::redact;
pub(crate) use row::{joined, name, optional, required, secret};

/// What is written under `options`, or in a map below it, and what was found wrong so far.
pub(crate) struct Options<'s> {
    /// The kind's name, or the map's.
    of: &'s str,
    table: &'static [OptionSpec],
    written: &'s Map<String, Value>,
    /// `options`, `options.steps[2]`.
    path: String,
    /// Shared with the maps below, so that all of it is named at once.
    faults: Rc<RefCell<Vec<Fault>>>,
}

impl<'s> Options<'s> {
    /// Of a probe. Keys that the kind does not know, and missing ones that must be there, are faults already.
    pub(crate) fn of(kind: &'static Kind, spec: &'s ProbeSpec) -> Self {
        Self::read(kind.name, kind.options, &spec.options, "options".to_owned(), Rc::default())
    }

    fn read(
        of: &'s str,
        table: &'static [OptionSpec],
        written: &'s Map<String, Value>,
        path: String,
        faults: Rc<RefCell<Vec<Fault>>>,
    ) -> Self {
        let options = Self { of, table, written, path, faults };
        let known: Vec<&str> = table.iter().map(|option| option.name).collect();
        for key in written.keys().filter(|key| !known.contains(&key.as_str())) {
            let fault = Fault::at(options.field(key), format!("{of} knows no option `{key}`"));
            options.faults.borrow_mut().push(fault.allowed(format!("one of {}", known.join(", "))));
        }
        for option in table.iter().filter(|option| option.required) {
            if options.given(option).is_none() {
                let fault = Fault::at(options.field(option.name), "is missing").allowed(option.kind.allowed());
                options.faults.borrow_mut().push(fault);
            }
        }
        options
    }

    /// A text, an address or one of some words.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let spec = self.spec(name)?;
        match (self.given(spec), spec.kind) {
            (Some(Value::String(text)), OptionKind::OneOf(words)) if !words.contains(&text.as_str()) => {
                self.wrong(spec)
            }
            (Some(Value::String(text)), _) => Some(text.clone()),
            (Some(_), _) => self.wrong(spec),
            (None, _) => spec.default.map(str::to_owned),
        }
    }

    /// A whole number within the table's bounds.
    pub(crate) fn int(&mut self, name: &str) -> Option<i64> {
        let spec = self.spec(name)?;
        match (self.given(spec), spec.kind) {
            (Some(value), OptionKind::Int { min, max }) => match value.as_i64() {
                Some(number) if (min..=max).contains(&number) => Some(number),
                _ => self.wrong(spec),
            },
            (Some(_), _) => self.wrong(spec),
            (None, _) => spec.default.and_then(|text| text.parse().ok()),
        }
    }

    /// Yes or no.
    pub(crate) fn bool(&mut self, name: &str) -> Option<bool> {
        let spec = self.spec(name)?;
        match self.given(spec) {
            Some(Value::Bool(value)) => Some(*value),
            Some(_) => self.wrong(spec),
            None => spec.default.and_then(|text| text.parse().ok()),
        }
    }

    /// A length of time.
    pub(crate) fn span(&mut self, name: &str) -> Option<Span> {
        let spec = self.spec(name)?;
        match self.given(spec) {
            Some(value) => match value.as_str().and_then(|text| Span::parse(text).ok()) {
                Some(span) => Some(span),
                None => self.wrong(spec),
            },
            None => spec.default.and_then(|text| Span::parse(text).ok()),
        }
    }

    /// Texts, in their order; a single one is a list of one. Empty when not given.
    pub(crate) fn list(&mut self, name: &str) -> Option<Vec<String>> {
        let spec = self.spec(name)?;
        match self.given(spec) {
            Some(Value::String(text)) => Some(vec![text.clone()]),
            Some(Value::Array(items)) => {
                let texts: Option<_> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                if texts.is_some() { texts } else { self.wrong(spec) }
            }
            Some(_) => self.wrong(spec),
            None => Some(Vec::new()),
        }
    }

    /// Anything that JSON can hold.
    pub(crate) fn json(&mut self, name: &str) -> Option<Value> {
        let spec = self.spec(name)?;
        self.given(spec).cloned()
    }

    /// A map with a table of its own, to be read as these options are.
    pub(crate) fn group(&mut self, name: &'static str) -> Option<Self> {
        let spec = self.spec(name)?;
        match (self.given(spec), spec.kind) {
            (Some(Value::Object(written)), OptionKind::Group(table)) => Some(self.below(name, table, written, "")),
            (Some(_), _) => self.wrong(spec),
            (None, _) => None,
        }
    }

    /// The same for a list of them; empty when not given.
    pub(crate) fn groups(&mut self, name: &'static str) -> Option<Vec<Self>> {
        let spec = self.spec(name)?;
        match (self.given(spec), spec.kind) {
            (Some(Value::Array(items)), OptionKind::Groups(table)) => {
                let each = items.iter().enumerate();
                let groups: Option<_> = each
                    .map(|(at, item)| Some(self.below(name, table, item.as_object()?, &format!("[{at}]"))))
                    .collect();
                if groups.is_some() { groups } else { self.wrong(spec) }
            }
            (Some(_), _) => self.wrong(spec),
            (None, _) => Some(Vec::new()),
        }
    }

    /// Names with a text each; empty when not given.
    pub(crate) fn map(&mut self, name: &str) -> Option<BTreeMap<String, String>> {
        let spec = self.spec(name)?;
        match self.given(spec) {
            Some(Value::Object(entries)) => {
                let texts: Option<_> =
                    entries.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
                if texts.is_some() { texts } else { self.wrong(spec) }
            }
            Some(_) => self.wrong(spec),
            None => Some(BTreeMap::new()),
        }
    }

    /// Whether an option is written.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.spec(name).and_then(|spec| self.given(spec)).is_some()
    }

    /// The texts of all options that the table marks as secret, in maps below as well, and secrets within addresses and headers.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut found = Vec::new();
        gather(self.table, self.written, &mut found);
        found
    }

    /// Notes that what an option says cannot be.
    pub(crate) fn fault(&mut self, name: &str, message: impl Into<String>) {
        let fault = Fault::at(self.field(name), message);
        self.faults.borrow_mut().push(fault);
    }

    /// What was made of the options, if nothing was wrong with any of them.
    pub(crate) fn finish<T>(self, made: Option<T>) -> Result<T, Vec<Fault>> {
        let faults = self.faults.take();
        match made {
            Some(made) if faults.is_empty() => Ok(made),
            _ => Err(faults),
        }
    }

    fn spec(&self, name: &str) -> Option<&'static OptionSpec> {
        let spec = self.table.iter().find(|option| option.name == name);
        debug_assert!(spec.is_some(), "{name} stands in the table of {}", self.of);
        spec
    }

    /// What is written; `null` is nothing.
    fn given(&self, spec: &OptionSpec) -> Option<&'s Value> {
        self.written.get(spec.name).filter(|value| !value.is_null())
    }

    fn below(
        &self,
        name: &'static str,
        table: &'static [OptionSpec],
        written: &'s Map<String, Value>,
        at: &str,
    ) -> Self {
        Self::read(name, table, written, format!("{}{at}", self.field(name)), Rc::clone(&self.faults))
    }

    fn wrong<T>(&mut self, spec: &OptionSpec) -> Option<T> {
        let allowed = spec.kind.allowed();
        let fault = Fault::at(self.field(spec.name), format!("is not {allowed}")).allowed(allowed);
        self.faults.borrow_mut().push(fault);
        None
    }

    fn field(&self, option: &str) -> String {
        format!("{}.{option}", self.path)
    }
}

fn gather(table: &[OptionSpec], written: &Map<String, Value>, found: &mut Vec<String>) {
    for (name, value) in written {
        let Some(option) = table.iter().find(|option| option.name == name) else { continue };
        match (value, option.kind) {
            (value, _) if option.secret => texts(value, found),
            (Value::String(text), OptionKind::Url | OptionKind::UrlOf(_)) => {
                let Ok(url) = Url::parse(text) else { continue };
                found.extend(url.password().map(|word| percent_decode_str(word).decode_utf8_lossy().into_owned()));
                found.extend(redact::in_query(&url));
            }
            (Value::Object(headers), OptionKind::Map) => {
                let values = headers.iter().filter(|(name, _)| redact::is_secret_header(&name.to_lowercase()));
                for value in values.filter_map(|(_, value)| value.as_str()) {
                    // The credentials after their scheme are a secret by themselves.
                    found.extend([value, value.rsplit(' ').next().unwrap_or(value)].map(str::to_owned));
                }
            }
            (Value::Object(written), OptionKind::Group(table)) => gather(table, written, found),
            (Value::Array(items), OptionKind::Groups(table)) => {
                items.iter().filter_map(Value::as_object).for_each(|written| gather(table, written, found));
            }
            _ => {}
        }
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether any expression of the probe could mean this name. Sees too much (a text that holds the word), never too little, and
/// saves gathering what nobody looks at.
pub(crate) fn mentions(spec: &ProbeSpec, name: &str) -> bool {
    let measures = spec.measures.values().map(|measure| &measure.value);
    spec.assert.iter().chain(&spec.warn).chain(measures).any(|expression| expression.contains(name))
}

#[cfg(test)]
mod tests;
