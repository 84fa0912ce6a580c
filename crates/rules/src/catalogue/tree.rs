//! A document as a tree in which every value knows the file and line that it comes from.

use std::sync::Arc;

use model::Fault;
use serde_json::Value;

/// No document nests deeper; this bounds every recursion over a tree.
pub(super) const MAX_DEPTH: usize = 64;

/// A value and where it was written. A value of the API has no place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The file.
    pub(super) file: Option<Arc<str>>,
    /// The line it begins on, from 1.
    pub(super) line: Option<u32>,
    /// The value.
    pub(super) tree: Tree,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// Items.
    List(Vec<Node>),
    /// Fields, in the order written, each name once.
    Map(Vec<Entry>),
}

/// A field of a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Its name.
    pub(super) key: String,
    /// The line of its name.
    pub(super) line: Option<u32>,
    /// Its value.
    pub(super) node: Node,
}

impl PartialEq for Node {
    /// Equal by value; where it was written does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.tree == other.tree
    }
}

impl From<Tree> for Node {
    fn from(tree: Tree) -> Self {
        Self { file: None, line: None, tree }
    }
}

impl Tree {
    /// What it is, as a message says it.
    pub(super) const fn noun(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl Node {
    /// A value of the API as a tree; `None` if it nests deeper than [`MAX_DEPTH`].
    pub(super) fn of_json(value: &Value) -> Option<Self> {
        Self::of_json_below(value, MAX_DEPTH)
    }

    fn of_json_below(value: &Value, depth: usize) -> Option<Self> {
        let deeper = |value| Self::of_json_below(value, depth.checked_sub(1)?);
        let tree = match value {
            Value::Null => Tree::Null,
            Value::Bool(flag) => Tree::Bool(*flag),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Tree::Int(whole),
                None => Tree::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Tree::Text(text.clone()),
            Value::Array(items) => Tree::List(items.iter().map(deeper).collect::<Option<_>>()?),
            Value::Object(fields) => Tree::Map(
                fields
                    .iter()
                    .map(|(key, value)| Some(Entry { key: key.clone(), line: None, node: deeper(value)? }))
                    .collect::<Option<_>>()?,
            ),
        };
        Some(tree.into())
    }

    /// The field of this name, if this is a map that has one which is not null.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Tree::Map(entries) = &self.tree else { return None };
        entries.iter().find(|entry| entry.key == name).map(|entry| &entry.node).filter(|node| node.tree != Tree::Null)
    }

    /// The text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        if let Tree::Text(text) = &self.tree { Some(text) } else { None }
    }

    /// The node that a path such as `measures.depth.value` or `assert[2]` leads to; where the path ends early, as far as it goes.
    pub(super) fn deepest(&self, path: &str) -> &Self {
        let steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
        let mut node = self;
        for step in steps {
            let next = match &node.tree {
                Tree::List(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
                _ => node.get(step),
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    /// A fault of this place.
    pub(super) fn fault(&self, field: impl Into<String>, message: impl Into<String>) -> Fault {
        let mut fault = Fault::at(field, message);
        fault.file = self.file.as_deref().map(str::to_owned);
        fault.line = self.line;
        fault
    }
}
