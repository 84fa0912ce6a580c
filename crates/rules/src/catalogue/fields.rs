//! Reading a map field by field, noticing what nobody asked for.

use super::{
    faults::{Faults, one_of},
    tree::{Entry, Node, Tree},
};

/// A node and the path that leads to it.
#[derive(Debug, Clone)]
pub(super) struct At<'n> {
    /// The node.
    pub(super) node: &'n Node,
    /// `integrations[2].probes[0]`; empty for the whole document.
    pub(super) path: String,
}

impl<'n> At<'n> {
    /// The whole document.
    pub(super) const fn root(node: &'n Node) -> Self {
        Self { node, path: String::new() }
    }

    /// A part of this node.
    pub(super) fn field(&self, name: &str, node: &'n Node) -> Self {
        Self { node, path: self.path_of(name) }
    }

    /// An item of this list.
    pub(super) fn item(&self, index: usize, node: &'n Node) -> Self {
        Self { node, path: format!("{}[{index}]", self.path) }
    }

    /// The path of a field of this node.
    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The path as a fault names it.
    pub(super) fn name(&self) -> String {
        if self.path.is_empty() { "document".to_owned() } else { self.path.clone() }
    }

    /// The items if this is a list, else nothing.
    pub(super) fn items(&self) -> Vec<Self> {
        let Tree::List(items) = &self.node.tree else { return Vec::new() };
        items.iter().enumerate().map(|(index, node)| self.item(index, node)).collect()
    }

    /// The field of this name, without counting as asked for.
    pub(super) fn peek(&self, name: &str) -> Option<Self> {
        self.node.get(name).map(|node| self.field(name, node))
    }
}

/// A map that is being read. Every field asked for becomes known; [`Fields::close`] faults all others.
pub(super) struct Fields<'n, 'f> {
    /// The map.
    pub(super) at: At<'n>,
    /// Where faults go.
    pub(super) faults: &'f mut Faults,
    entries: &'n [Entry],
    known: Vec<&'static str>,
}

impl<'n, 'f> Fields<'n, 'f> {
    /// Begins to read; a fault if this is no map.
    pub(super) fn open(at: &At<'n>, faults: &'f mut Faults) -> Option<Self> {
        let Tree::Map(entries) = &at.node.tree else {
            faults.add(at, format!("must be a map, not {}", at.node.tree.noun()), "fields, each with its value");
            return None;
        };
        Some(Self { at: at.clone(), faults, entries, known: Vec::new() })
    }

    /// The field's value; `None` if it is absent or null.
    pub(super) fn get(&mut self, name: &'static str) -> Option<At<'n>> {
        self.known.push(name);
        self.at.peek(name)
    }

    /// Reads the field if it is there.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        reader: impl FnOnce(&At<'n>, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        let at = self.get(name)?;
        reader(&at, self.faults)
    }

    /// Reads the field; a fault if it is not there.
    pub(super) fn required<T>(
        &mut self,
        name: &'static str,
        allowed: &str,
        reader: impl FnOnce(&At<'n>, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        let at = self.get(name);
        if at.is_none() {
            self.missing(name, allowed);
        }
        reader(&at?, self.faults)
    }

    /// Says that a field should be there.
    pub(super) fn missing(&mut self, name: &str, allowed: &str) {
        self.faults.missing(self.at.node, self.at.path_of(name), allowed);
    }

    /// Whether the field was asked for already.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.known.contains(&name)
    }

    /// Ends: every field that nobody asked for is a fault.
    pub(super) fn close(self) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            let near = self.faults.did_you_mean(&entry.key, self.known.iter().copied());
            let mut fault = entry
                .node
                .fault(self.at.path_of(&entry.key), format!("is no field of this{near}"))
                .allowed(one_of(self.known.iter().copied()));
            fault.line = entry.line;
            self.faults.push(fault);
        }
    }
}
