//! What must hold between the slugs of a document: each stands once, and what is named is there.

use std::collections::{BTreeMap, BTreeSet};

use model::Slug;

use super::{
    faults::{Faults, one_of},
    fields::At,
    values::one_or_more,
};

/// The slugs of one noun in the whole document.
pub(super) struct Slugs<'n> {
    known: BTreeSet<&'n str>,
    /// All of them, as a fault says it.
    allowed: String,
}

impl<'n> Slugs<'n> {
    /// Collects them from what could be read of them, so that one fault does not bring others with it. Faults slugs that stand
    /// twice, and former slugs that are still there.
    pub(super) fn of(noun: &str, ats: &[&At<'n>], faults: &mut Faults) -> Self {
        let mut first: BTreeMap<&str, At<'n>> = BTreeMap::new();
        for at in ats.iter().filter_map(|at| at.peek("slug")) {
            let Some(slug) = at.node.as_text() else { continue };
            match first.get(slug) {
                Some(before) => {
                    let message = format!("`{slug}` is the slug of another {noun}: {}", place(before));
                    faults.add(&at, message, format!("one {noun} of this slug"));
                }
                None => {
                    first.insert(slug, at);
                }
            }
        }
        let mut former: BTreeMap<&str, At<'n>> = BTreeMap::new();
        for at in ats.iter().filter_map(|at| at.peek("formerly")) {
            let Some(slug) = at.node.as_text() else { continue };
            if let Some(still) = first.get(slug) {
                let message = format!("`{slug}` is still in use: {}", place(still));
                faults.add(&at, message, "a slug that is gone");
            } else if let Some(before) = former.get(slug) {
                faults.add(&at, format!("`{slug}` became another {noun}: {}", place(before)), "one heir");
            } else {
                former.insert(slug, at);
            }
        }
        let known: BTreeSet<&str> = first.into_keys().collect();
        let allowed = match known.len() {
            0 => format!("a slug listed under `{noun}s`"),
            _ => one_of(known.iter().copied()),
        };
        Self { known, allowed }
    }

    /// The tags of all integrations.
    pub(super) fn tags(integrations: &[&At<'n>]) -> Self {
        let tags = integrations.iter().filter_map(|at| at.peek("tags")).flat_map(|at| one_or_more(&at));
        let known: BTreeSet<&str> = tags.filter_map(|at| at.node.as_text()).collect();
        let allowed = match known.len() {
            0 => "a tag of an integration".to_owned(),
            _ => one_of(known.iter().copied()),
        };
        Self { known, allowed }
    }

    /// Faults every slug in the list `field` of these that is none of the document's.
    pub(super) fn refuse_missing(&self, noun: &str, ats: &[&At<'_>], field: &str, faults: &mut Faults) {
        for at in ats.iter().filter_map(|at| at.peek(field)).flat_map(|list| one_or_more(&list)) {
            self.refuse_stranger(noun, &at, faults);
        }
    }

    fn refuse_stranger(&self, noun: &str, at: &At<'_>, faults: &mut Faults) {
        // What is no slug at all has its fault already.
        let Some(slug) = at.node.as_text().and_then(|text| Slug::parse(text).ok()) else { return };
        if !self.known.contains(slug.as_str()) {
            let near = faults.did_you_mean(slug.as_str(), self.known.iter().copied());
            faults.add(at, format!("there is no {noun} `{slug}`{near}"), self.allowed.as_str());
        }
    }

    /// Faults every end of an integration that is no system of the document.
    pub(super) fn refuse_strangers(&self, integration: &At<'_>, faults: &mut Faults) {
        let ends = ["from", "to"].into_iter().filter_map(|name| integration.peek(name));
        let via = integration.peek("via").map(|via| one_or_more(&via)).unwrap_or_default();
        for at in ends.chain(via) {
            self.refuse_stranger("system", &at, faults);
        }
    }
}

/// Where something stands, for people: `systems[0].slug in a.yaml, line 3`.
fn place(at: &At<'_>) -> String {
    match (&at.node.file, at.node.line) {
        (Some(file), Some(line)) => format!("{} in {file}, line {line}", at.path),
        _ => at.path.clone(),
    }
}
