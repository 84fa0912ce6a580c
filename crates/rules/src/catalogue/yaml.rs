//! YAML text -> tree with lines.
//!
//! The parser hands over events; the tree is built from them here, on a stack of our own, so that neither deep nesting nor a
//! handful of aliases that unfold into millions of values can hurt. YAML 1.2 core schema, one document a file.

use std::{
    collections::{HashMap, hash_map},
    sync::Arc,
};

use model::Fault;
use saphyr::Scalar;
use saphyr_parser::{Event, Parser, Span, Tag};

use super::{
    faults::{Faults, quoted},
    tree::{Entry, MAX_DEPTH, Node, Tree},
};

/// The largest file in bytes.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The most values in a file, those that aliases repeat included.
const MAX_VALUES: usize = 1_000_000;

/// Reads one file. `None` when there is no tree to go on with; then there is at least one fault.
pub(super) fn parse(file: &str, text: &str, faults: &mut Faults) -> Option<Node> {
    let mut builder = Builder::new(file);
    if let Err(fault) = builder.refuse_unreadable(text) {
        faults.push(*fault);
        return None;
    }
    let ended = builder.run(text);
    builder.found.drain(..).for_each(|fault| faults.push(fault));
    match ended {
        Err(fault) => faults.push(*fault),
        Ok(()) if builder.root.is_none() => {
            faults.push(builder.fault(1, "holds nothing", "`systems` and `integrations`"));
        }
        Ok(()) => {}
    }
    builder.root
}

/// Boxed, because it is the rare case and large.
type Step = Result<(), Box<Fault>>;

struct Builder {
    file: Arc<str>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
    root: Option<Node>,
    found: Vec<Fault>,
}

/// A list or map that has begun.
struct Frame {
    anchor: usize,
    line: u32,
    height: usize,
    values: usize,
    held: Held,
}

enum Held {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, lines: HashMap<String, u32>, key: Option<Key> },
}

/// The key that waits for its value. A key that is no text, or there already, is kept so that its value is passed over.
enum Key {
    Good(String, u32),
    Bad,
}

/// A finished value with its size: how many values, how many levels.
struct Anchored {
    node: Node,
    values: usize,
    height: usize,
}

impl Builder {
    fn new(file: &str) -> Self {
        Self { file: file.into(), open: Vec::new(), anchors: HashMap::new(), values: 0, root: None, found: Vec::new() }
    }

    fn refuse_unreadable(&self, text: &str) -> Step {
        if text.len() > MAX_BYTES {
            return Err(Box::new(self.fault(1, "is too large", "at most 8 MiB a file")));
        }
        // The scanner takes NUL for the end of the text and would silently leave out what follows.
        if let Some(line) = text.lines().position(|line| line.contains('\0')) {
            let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
            return Err(Box::new(self.fault(line, "has a NUL character", "text")));
        }
        Ok(())
    }

    fn run(&mut self, text: &str) -> Step {
        let mut parser = Parser::new_from_str(text);
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let message = format!("is not YAML: {} (column {})", error.info(), error.marker().col() + 1);
                Box::new(self.fault(line_number(error.marker().line()), &message, "YAML 1.2"))
            })?;
            let line = line_of(&span);
            match event {
                Event::DocumentStart(_) => documents += 1,
                Event::StreamEnd => break,
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                _ if documents > 1 => {
                    return Err(Box::new(self.fault(line, "holds a second document", "one document a file")));
                }
                Event::Alias(anchor) => self.alias(anchor, line)?,
                Event::Scalar(text, style, anchor, tag) => {
                    let tree = match Scalar::parse_from_cow_and_metadata(text, style, tag.as_ref()) {
                        Some(scalar) => tree_of(scalar),
                        None => Tree::Null,
                    };
                    self.refuse_tag(tag.as_deref(), &tree, line);
                    self.put(self.node(line, tree), anchor, 1, 0)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    self.refuse_tag(tag.as_deref(), &Tree::List(Vec::new()), line);
                    self.begin(anchor, line, Held::List(Vec::new()))?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.refuse_tag(tag.as_deref(), &Tree::Map(Vec::new()), line);
                    self.begin(anchor, line, Held::Map { entries: Vec::new(), lines: HashMap::new(), key: None })?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.end()?,
            }
        }
        Ok(())
    }

    fn begin(&mut self, anchor: usize, line: u32, held: Held) -> Step {
        if self.open.len() == MAX_DEPTH {
            return Err(Box::new(self.too_deep(line)));
        }
        self.open.push(Frame { anchor, line, height: 0, values: 1, held });
        Ok(())
    }

    fn end(&mut self) -> Step {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let tree = match frame.held {
            Held::List(items) => Tree::List(items),
            Held::Map { entries, .. } => Tree::Map(entries),
        };
        self.put(self.node(frame.line, tree), frame.anchor, frame.values, frame.height + 1)
    }

    fn alias(&mut self, anchor: usize, line: u32) -> Step {
        let Some(Anchored { node, values, height }) = self.anchors.get(&anchor) else {
            return Err(Box::new(self.fault(
                line,
                "has an alias of what it is part of",
                "an alias of something before",
            )));
        };
        if self.values + values > MAX_VALUES {
            return Err(Box::new(self.too_many(line)));
        }
        if self.open.len() + height > MAX_DEPTH {
            return Err(Box::new(self.too_deep(line)));
        }
        // Its own lines stay: a fault is mended where the value was written.
        let (node, values, height) = (node.clone(), *values, *height);
        self.values += values;
        self.put(node, 0, values, height)
    }

    /// A finished value goes to the list or map that is open.
    fn put(&mut self, node: Node, anchor: usize, values: usize, height: usize) -> Step {
        let line = node.line.unwrap_or(1);
        if anchor > 0 {
            self.values += values;
            self.anchors.insert(anchor, Anchored { node: node.clone(), values, height });
        }
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Box::new(self.too_many(line)));
        }
        let Some(mut frame) = self.open.pop() else {
            self.root = Some(node).filter(|node| node.tree != Tree::Null);
            return Ok(());
        };
        frame.values += values;
        frame.height = frame.height.max(height);
        match &mut frame.held {
            Held::List(items) => items.push(node),
            Held::Map { entries, lines, key } => match key.take() {
                None => *key = Some(self.key(node, lines)),
                Some(Key::Good(name, line)) => entries.push(Entry { key: name, line: Some(line), node }),
                Some(Key::Bad) => {}
            },
        }
        self.open.push(frame);
        Ok(())
    }

    fn key(&mut self, node: Node, lines: &mut HashMap<String, u32>) -> Key {
        let line = node.line.unwrap_or(1);
        let Tree::Text(name) = node.tree else {
            let message = format!("has a key that is {}", node.tree.noun());
            self.found.push(self.fault(line, &message, "keys that are texts; put it in quotes"));
            return Key::Bad;
        };
        match lines.entry(name.clone()) {
            hash_map::Entry::Occupied(first) => {
                let message = format!("says {} twice; first on line {}", quoted(&name), first.get());
                self.found.push(self.fault(line, &message, "each key once"));
                Key::Bad
            }
            hash_map::Entry::Vacant(vacant) => {
                vacant.insert(line);
                Key::Good(name, line)
            }
        }
    }

    /// Tags of one's own mean nothing here; leaving them out silently would change what was meant.
    fn refuse_tag(&mut self, tag: Option<&Tag>, tree: &Tree, line: u32) {
        let Some(tag) = tag else { return };
        let fits = match tag.suffix.as_str() {
            "str" => matches!(tree, Tree::Text(_)),
            "int" => matches!(tree, Tree::Int(_)),
            "float" => matches!(tree, Tree::Float(_)),
            "bool" => matches!(tree, Tree::Bool(_)),
            "null" => matches!(tree, Tree::Null),
            "seq" => matches!(tree, Tree::List(_)),
            "map" => matches!(tree, Tree::Map(_)),
            _ => false,
        };
        if !(fits && tag.is_yaml_core_schema()) {
            let message = format!("has the tag {} that does not fit", quoted(&tag.to_string()));
            self.found.push(self.fault(line, &message, "no tag"));
        }
    }

    fn node(&self, line: u32, tree: Tree) -> Node {
        Node { file: Some(self.file.clone()), line: Some(line), tree }
    }

    fn fault(&self, line: u32, message: &str, allowed: &str) -> Fault {
        self.node(line, Tree::Null).fault("document", message).allowed(allowed)
    }

    fn too_deep(&self, line: u32) -> Fault {
        self.fault(line, "nests too deep", &format!("at most {MAX_DEPTH} levels"))
    }

    fn too_many(&self, line: u32) -> Fault {
        self.fault(line, "holds too many values", "at most 1,000,000 in a file, those of aliases included")
    }
}

fn tree_of(scalar: Scalar<'_>) -> Tree {
    match scalar {
        Scalar::Null => Tree::Null,
        Scalar::Boolean(flag) => Tree::Bool(flag),
        Scalar::Integer(whole) => Tree::Int(whole),
        Scalar::FloatingPoint(number) => Tree::Float(number.into_inner()),
        Scalar::String(text) => Tree::Text(text.into_owned()),
    }
}

fn line_of(span: &Span) -> u32 {
    line_number(span.start.line())
}

fn line_number(line: usize) -> u32 {
    u32::try_from(line.max(1)).unwrap_or(u32::MAX)
}
