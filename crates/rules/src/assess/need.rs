//! Which parts of a body expressions ask for, so that only those become CEL values.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use cel::common::{
    types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt},
    value::Val,
};
use serde_json::Value;

use super::path::Step;

/// Items of a list, or entries of a map, that expressions may look at.
pub(super) const LONGEST_LIST: usize = 10_000;

/// A value that borrows its texts from what was observed.
pub(super) type Boxed<'v> = Box<dyn Val + 'v>;

/// A tree of paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Need {
    whole: bool,
    fields: BTreeMap<String, Need>,
    items: BTreeMap<usize, Need>,
}

impl Need {
    /// Adds the value at the end of a path, with all that is in it.
    pub(super) fn add(&mut self, path: &[Step]) {
        match path {
            [] => self.whole = true,
            [Step::Field(name), rest @ ..] => self.fields.entry(name.clone()).or_default().add(rest),
            [Step::Item(index), rest @ ..] => self.items.entry(*index).or_default().add(rest),
        }
    }

    /// Adds every path of another tree.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.whole |= other.whole;
        for (name, need) in &other.fields {
            self.fields.entry(name.clone()).or_default().absorb(need);
        }
        for (index, need) in &other.items {
            self.items.entry(*index).or_default().absorb(need);
        }
    }

    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Makes a CEL value of those parts of `value` that are asked for. Everything else of an object is left out; items of a list
    /// that nobody asked for are null, so that indices stay right.
    pub(super) fn pick<'v>(&self, value: &'v Value) -> Result<Picked<'v>, String> {
        let mut picker = Picker { path: "json".to_owned(), weight: 0, longest: 0 };
        let value = picker.pick(Some(self), value)?;
        Ok(Picked { value, weight: picker.weight, longest: picker.longest })
    }
}

/// A picked value and how much there is of it.
#[derive(Debug)]
pub(super) struct Picked<'v> {
    /// The value.
    pub(super) value: Boxed<'v>,
    /// Values in it, long texts counted as several.
    pub(super) weight: usize,
    /// Entries of its longest list or map.
    pub(super) longest: usize,
}

struct Picker {
    path: String,
    weight: usize,
    longest: usize,
}

impl Picker {
    /// `need` is `None` within a value that is wanted whole.
    fn pick<'v>(&mut self, need: Option<&Need>, value: &'v Value) -> Result<Boxed<'v>, String> {
        let need = need.filter(|need| !need.whole);
        self.weight += 1;
        Ok(match value {
            Value::Null => Box::new(CelNull),
            Value::Bool(value) => Box::new(CelBool::from(*value)),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(value), _) => Box::new(CelInt::from(value)),
                (None, Some(value)) => Box::new(CelUInt::from(value)),
                (None, None) => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
            },
            Value::String(text) => {
                self.weight += text.len() / 64;
                Box::new(CelString::from(text.as_str()))
            }
            Value::Array(items) => self.list(need, items)?,
            Value::Object(fields) => {
                let mut picked: HashMap<CelMapKey<'v>, Boxed<'v>> = HashMap::new();
                for (name, field) in fields {
                    let inner = need.map(|need| need.fields.get(name));
                    if inner == Some(None) {
                        continue;
                    }
                    let at = self.path.len();
                    // Cannot fail: writing into a String.
                    let _ = write!(self.path, ".{name}");
                    picked.insert(CelMapKey::from(name.as_str()), self.pick(inner.flatten(), field)?);
                    self.path.truncate(at);
                    self.limit(picked.len(), fields.len())?;
                }
                Box::new(CelMap::from(picked))
            }
        })
    }

    fn list<'v>(&mut self, need: Option<&Need>, items: &'v [Value]) -> Result<Boxed<'v>, String> {
        let wanted = match need {
            None => items.len(),
            Some(need) => need.items.last_key_value().map_or(0, |(last, _)| last.saturating_add(1)).min(items.len()),
        };
        self.limit(wanted, items.len())?;
        let mut picked: Vec<Boxed<'v>> = Vec::with_capacity(wanted);
        for (index, item) in items.iter().take(wanted).enumerate() {
            let inner = need.map(|need| need.items.get(&index));
            if inner == Some(None) {
                picked.push(Box::new(CelNull));
                continue;
            }
            let at = self.path.len();
            let _ = write!(self.path, "[{index}]");
            picked.push(self.pick(inner.flatten(), item)?);
            self.path.truncate(at);
        }
        Ok(Box::new(CelList::from(picked)))
    }

    fn limit(&mut self, wanted: usize, there: usize) -> Result<(), String> {
        self.longest = self.longest.max(wanted);
        if wanted > LONGEST_LIST {
            return Err(format!("{} has {there} items, at most {LONGEST_LIST} can be looked at", self.path));
        }
        Ok(())
    }
}
