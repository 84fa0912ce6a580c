//! A whole document: several files as one catalogue, and what must hold between its parts. Also single things of the API.

use std::collections::{BTreeMap, BTreeSet};

use model::{BaselineSpec, Catalogue, Fault, IntegrationSpec, ProbeSpec, Slug, SystemSpec};
use serde_json::Value;

use super::{
    baseline::baseline,
    faults::{Faults, one_of},
    fields::{At, Fields},
    integration::integration,
    probe::probe,
    system::system,
    tree::{MAX_DEPTH, Node},
    values::{list, one_or_more, slug},
    yaml,
};
use crate::kind::Kind;

/// The name of a catalogue that names none.
pub(super) const LANDSCAPE: &str = "landscape";

/// Reads files (name, YAML text) as one catalogue, in the order of their names. The catalogue's name may stand in one of them, or
/// the same in several. Every fault of all files comes at once, sorted by file and line.
pub fn read(files: &[(String, String)], kinds: &[Kind]) -> Result<Catalogue, Vec<Fault>> {
    let mut faults = Faults::default();
    let mut files: Vec<_> = files.iter().collect();
    files.sort_by_key(|(name, _)| name);
    if files.is_empty() {
        faults.push(Fault::at("document", "there is no file to read").allowed("at least one YAML file"));
    }
    let nodes: Vec<Node> = files.iter().filter_map(|(name, text)| yaml::parse(name, text, &mut faults)).collect();
    let parts: Vec<Part<'_>> = nodes.iter().filter_map(|node| part(node, &mut faults)).collect();
    let name = one_name(&parts, &mut faults);

    let systems: Vec<&At<'_>> = parts.iter().flat_map(|part| &part.systems).collect();
    let integrations: Vec<&At<'_>> = parts.iter().flat_map(|part| &part.integrations).collect();
    let known = Slugs::of("system", &systems, &mut faults);
    Slugs::of("integration", &integrations, &mut faults);
    // The systems of a file that could not be read are not known, and missing nobody's fault.
    for at in integrations.iter().filter(|_| parts.len() == files.len()) {
        known.refuse_strangers(at, &mut faults);
    }
    let catalogue = Catalogue {
        catalogue: name,
        systems: systems.into_iter().filter_map(|at| system(at, &mut faults)).collect(),
        integrations: integrations.into_iter().filter_map(|at| integration(at, kinds, &mut faults)).collect(),
    };
    faults.into_result(Some(catalogue))
}

/// Checks a system of the API.
pub fn check_system(value: &Value) -> Result<SystemSpec, Vec<Fault>> {
    check(value, system)
}

/// Checks an integration of the API, with its probes and baseline. Whether its systems exist is for the caller to ask.
pub fn check_integration(value: &Value, kinds: &[Kind]) -> Result<IntegrationSpec, Vec<Fault>> {
    check(value, |at, faults| integration(at, kinds, faults))
}

/// Checks a probe of the API.
pub fn check_probe(value: &Value, kinds: &[Kind]) -> Result<ProbeSpec, Vec<Fault>> {
    check(value, |at, faults| probe(at, kinds, faults))
}

/// Checks a baseline of the API.
pub fn check_baseline(value: &Value) -> Result<BaselineSpec, Vec<Fault>> {
    check(value, baseline)
}

fn check<T>(value: &Value, reader: impl FnOnce(&At<'_>, &mut Faults) -> Option<T>) -> Result<T, Vec<Fault>> {
    let mut faults = Faults::default();
    let Some(node) = Node::of_json(value) else {
        let allowed = format!("at most {MAX_DEPTH} levels");
        return Err(vec![Fault::at("document", "nests too deep").allowed(allowed)]);
    };
    let read = reader(&At::root(&node), &mut faults);
    faults.into_result(read)
}

/// What one file holds.
struct Part<'n> {
    name: Option<(At<'n>, Slug)>,
    systems: Vec<At<'n>>,
    integrations: Vec<At<'n>>,
}

fn part<'n>(node: &'n Node, faults: &mut Faults) -> Option<Part<'n>> {
    let mut fields = Fields::open(&At::root(node), faults)?;
    let name = fields.get("catalogue");
    let name = name.and_then(|at| slug(&at, fields.faults).map(|slug| (at, slug)));
    let systems = fields.read("systems", list).unwrap_or_default();
    let integrations = fields.read("integrations", list).unwrap_or_default();
    fields.close();
    Some(Part { name, systems, integrations })
}

fn one_name(parts: &[Part<'_>], faults: &mut Faults) -> String {
    let mut names = parts.iter().filter_map(|part| part.name.as_ref());
    let Some((first, name)) = names.next() else { return LANDSCAPE.to_owned() };
    for (at, other) in names.filter(|(_, other)| other != name) {
        let file = first.node.file.as_deref().unwrap_or_default();
        faults.add(at, format!("`{other}` is another catalogue than `{name}` in {file}"), "one name in all files");
    }
    name.to_string()
}

/// The slugs of one noun in the whole document.
struct Slugs<'n> {
    known: BTreeSet<&'n str>,
    /// All of them, as a fault says it.
    allowed: String,
}

impl<'n> Slugs<'n> {
    /// Collects them from what could be read of them, so that one fault does not bring others with it. Faults slugs that stand
    /// twice, and former slugs that are still there.
    fn of(noun: &str, ats: &[&At<'n>], faults: &mut Faults) -> Self {
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

    /// Faults every end of an integration that is no system of the document.
    fn refuse_strangers(&self, integration: &At<'_>, faults: &mut Faults) {
        let ends = ["from", "to"].into_iter().filter_map(|name| integration.peek(name));
        let via = integration.peek("via").map(|via| one_or_more(&via)).unwrap_or_default();
        for at in ends.chain(via) {
            // What is no slug at all has its fault already.
            let Some(slug) = at.node.as_text().and_then(|text| Slug::parse(text).ok()) else { continue };
            if !self.known.contains(slug.as_str()) {
                let near = faults.did_you_mean(slug.as_str(), self.known.iter().copied());
                faults.add(&at, format!("there is no system `{slug}`{near}"), self.allowed.as_str());
            }
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
