//! Reading the options of a probe by its kind's table, naming every wrong one at once.

use std::collections::BTreeMap;

use model::{Fault, ProbeSpec};
use rules::kind::{Kind, OptionKind, OptionSpec};
use serde_json::{Map, Value};

/// What is written under `options`, and what was found wrong with it so far.
pub(crate) struct Options<'s> {
    kind: &'static Kind,
    written: &'s Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'s> Options<'s> {
    /// Of a probe. Keys that the kind does not know, and missing ones that must be there, are faults already.
    pub(crate) fn of(kind: &'static Kind, spec: &'s ProbeSpec) -> Self {
        let mut options = Self { kind, written: &spec.options, faults: Vec::new() };
        let known: Vec<&str> = kind.options.iter().map(|option| option.name).collect();
        for key in spec.options.keys().filter(|key| kind.option(key).is_none()) {
            let fault = Fault::at(field(key), format!("{} knows no option `{key}`", kind.name));
            options.faults.push(fault.allowed(format!("one of {}", known.join(", "))));
        }
        for option in kind.options.iter().filter(|option| option.required) {
            if options.given(option).is_none() {
                options.faults.push(Fault::at(field(option.name), "is missing").allowed(option.kind.allowed()));
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

    /// Notes that what an option says cannot be.
    pub(crate) fn fault(&mut self, name: &str, message: impl Into<String>) {
        self.faults.push(Fault::at(field(name), message));
    }

    /// What was made of the options, if nothing was wrong with any of them.
    pub(crate) fn finish<T>(self, made: Option<T>) -> Result<T, Vec<Fault>> {
        match made {
            Some(made) if self.faults.is_empty() => Ok(made),
            _ => Err(self.faults),
        }
    }

    fn spec(&self, name: &str) -> Option<&'static OptionSpec> {
        debug_assert!(self.kind.option(name).is_some(), "{name} stands in the table of {}", self.kind.name);
        self.kind.option(name)
    }

    /// What is written; `null` is nothing.
    fn given(&self, spec: &OptionSpec) -> Option<&'s Value> {
        self.written.get(spec.name).filter(|value| !value.is_null())
    }

    fn wrong<T>(&mut self, spec: &OptionSpec) -> Option<T> {
        let allowed = spec.kind.allowed();
        self.faults.push(Fault::at(field(spec.name), format!("is not {allowed}")).allowed(allowed));
        None
    }
}

fn field(option: &str) -> String {
    format!("options.{option}")
}

/// Whether any expression of the probe could mean this name. Sees too much (a text that holds the word), never too little, and
/// saves gathering what nobody looks at.
pub(crate) fn mentions(spec: &ProbeSpec, name: &str) -> bool {
    let measures = spec.measures.values().map(|measure| &measure.value);
    spec.assert.iter().chain(&spec.warn).chain(measures).any(|expression| expression.contains(name))
}
