//! Reading the fields of an object one by one, gathering what is wrong.

use model::{Fault, Span, Timestamp};
use serde_json::{Map, Value};

/// What was found wrong so far.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// One more. The path of the whole input is "body".
    pub(super) fn add(&mut self, path: &str, message: impl Into<String>, allowed: impl Into<String>) {
        self.0.push(Fault::at(if path.is_empty() { "body" } else { path }, message).allowed(allowed));
    }

    /// `right` if nothing was wrong.
    pub(super) fn or<T>(self, right: T) -> Result<T, Vec<Fault>> {
        if self.0.is_empty() { Ok(right) } else { Err(self.0) }
    }
}

/// An object whose fields are read by name. `null` is the same as absent; a wrong field is a fault and reads as absent.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: &'a str,
    faults: &'a mut Faults,
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which may have these and no others.
    pub(super) fn of(value: &'a Value, path: &'a str, names: &[&str], faults: &'a mut Faults) -> Option<Self> {
        let Value::Object(object) = value else {
            faults.add(path, format!("{} where an object is wanted", kind(value)), "an object");
            return None;
        };
        let fields = Self { object, path, faults };
        for name in object.keys().filter(|name| !names.contains(&name.as_str())) {
            fields.faults.add(&join(path, name), "no such field", names.join(", "));
        }
        Some(fields)
    }

    /// The value of a field and its path, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<(&'a Value, String)> {
        let value = self.object.get(name).filter(|value| !value.is_null())?;
        Some((value, join(self.path, name)))
    }

    /// For fields that are read otherwise.
    pub(super) fn faults(&mut self) -> &mut Faults {
        self.faults
    }

    /// Says that a field is missing.
    pub(super) fn missing(&mut self, name: &str, allowed: &str) {
        self.faults.add(&join(self.path, name), "missing", allowed);
    }

    /// A text of so many characters.
    pub(super) fn text(&mut self, name: &str, least: usize, most: usize) -> Option<String> {
        let allowed = format!("a text of {least} to {most} characters");
        self.read(name, &allowed, |value| {
            let text = value.as_str().ok_or_else(|| wanted(value, "a text"))?;
            let length = text.chars().count();
            if text.contains('\0') {
                Err("holds a NUL character".to_owned())
            } else if (least..=most).contains(&length) {
                Ok(text.to_owned())
            } else {
                Err(format!("{length} characters"))
            }
        })
    }

    /// A whole number from 0 to `most`.
    pub(super) fn count(&mut self, name: &str, most: i64) -> Option<i64> {
        let allowed = format!("a whole number from 0 to {most}");
        self.read(name, &allowed, |value| {
            let number = value.as_i64().ok_or_else(|| wanted(value, "a whole number"))?;
            if (0..=most).contains(&number) { Ok(number) } else { Err(format!("{number}")) }
        })
    }

    /// A number from 0 to `most`.
    pub(super) fn amount(&mut self, name: &str, most: f64) -> Option<f64> {
        let allowed = format!("a number from 0 to {most}");
        self.read(name, &allowed, |value| {
            let number = value.as_f64().ok_or_else(|| wanted(value, "a number"))?;
            if (0.0..=most).contains(&number) { Ok(number) } else { Err(format!("{number}")) }
        })
    }

    /// A time.
    pub(super) fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.read(name, "a time such as 2026-11-23T09:41:00Z", |value| {
            let text = value.as_str().ok_or_else(|| wanted(value, "a text"))?;
            Timestamp::parse(text).map_err(|wrong| wrong.to_string())
        })
    }

    /// A time that is not too far from `now`.
    pub(super) fn time_near(&mut self, name: &str, now: Timestamp, behind: Span, ahead: Span) -> Option<Timestamp> {
        let time = self.time(name)?;
        let (first, last) = (now - behind, now + ahead);
        if (first..=last).contains(&time) {
            return Some(time);
        }
        let message = if time < first { "too long ago" } else { "in the future" };
        self.faults.add(&join(self.path, name), message, format!("a time from {first} to {last}"));
        None
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let allowed = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        self.read(name, &allowed, |value| {
            let text = value.as_str().ok_or_else(|| wanted(value, "a text"))?;
            let found = words.iter().find(|(word, _)| *word == text);
            found.map(|(_, meaning)| *meaning).ok_or_else(|| format!("`{}` is none of these", shortened(text)))
        })
    }

    fn read<T>(&mut self, name: &str, allowed: &str, read: impl FnOnce(&Value) -> Result<T, String>) -> Option<T> {
        let (value, path) = self.get(name)?;
        read(value).map_err(|message| self.faults.add(&path, message, allowed)).ok()
    }
}

/// The path of a field of what is at `path`.
pub(super) fn join(path: &str, name: &str) -> String {
    let name = shortened(name);
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

/// What a value is where something else was wanted.
pub(super) fn wanted(value: &Value, what: &str) -> String {
    format!("{} where {what} is wanted", kind(value))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The beginning of what somebody wrote, for a message.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 80;
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}
