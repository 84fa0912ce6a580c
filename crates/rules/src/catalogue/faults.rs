//! The list that every reader adds to, and the nearest right word for a wrong one.

use model::Fault;

use super::{fields::At, tree::Node};

/// What is wrong with a document, in the order in which it was found.
#[derive(Debug, Default)]
pub(super) struct Faults {
    list: Vec<Fault>,
    beyond: usize,
}

impl Faults {
    /// Further faults are only counted: nobody reads more, and a hostile document shall not fill the memory.
    const LIMIT: usize = 1_000;

    /// The value at this place is wrong.
    pub(super) fn add(&mut self, at: &At<'_>, message: impl Into<String>, allowed: impl Into<String>) {
        self.push(at.node.fault(at.name(), message).allowed(allowed));
    }

    /// The field `name` of the map `node` is missing.
    pub(super) fn missing(&mut self, node: &Node, field: String, allowed: &str) {
        self.push(node.fault(field, "is missing").allowed(allowed));
    }

    /// `; did you mean ...?` if there is such a word. Nobody is asked once the list is full, since the search takes its time.
    pub(super) fn did_you_mean<'w>(&self, word: &str, words: impl IntoIterator<Item = &'w str>) -> String {
        let near = if self.beyond == 0 { closest(word, words) } else { None };
        near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
    }

    /// Any fault.
    pub(super) fn push(&mut self, fault: Fault) {
        if self.list.len() < Self::LIMIT {
            self.list.push(fault);
        } else {
            self.beyond += 1;
        }
    }

    /// The value if nothing was wrong, else every fault, by file and line.
    pub(super) fn into_result<T>(mut self, value: Option<T>) -> Result<T, Vec<Fault>> {
        self.list.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        if self.beyond > 0 {
            let rest = format!("{} further faults are not listed", self.beyond);
            self.list.push(Fault::at("document", rest).allowed("mend these first"));
        }
        match value {
            Some(value) if self.list.is_empty() => Ok(value),
            None if self.list.is_empty() => Err(vec![Fault::at("document", "could not be read")]),
            _ => Err(self.list),
        }
    }
}

/// The word of `words` that was probably meant: at most a third of the letters differ.
fn closest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    // Whoever writes more than this did not mistype, and the distance takes time by the square; so does a long list of words.
    if word.chars().count() > 100 {
        return None;
    }
    words
        .into_iter()
        .take(2_000)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| distance * 3 <= candidate.chars().count().max(word.chars().count()).max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `one of a, b, c`, cut after 30 words.
pub(super) fn one_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    const SHOWN: usize = 30;
    let words: Vec<&str> = words.into_iter().collect();
    let shown = words.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match words.len() {
        1 => shown,
        more if more > SHOWN => format!("one of {shown} and {} more", more - SHOWN),
        _ => format!("one of {shown}"),
    }
}

/// A text as a message quotes it: cut, and on one line.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text.chars().take(SHOWN).map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    format!("`{shown}`")
}
