//! A whole document: several files as one catalogue, and what must hold between its parts. Also single things of the API.

use model::{
    BaselineSpec, Catalogue, Fault, HandlingAct, IntegrationSpec, ProbeSpec, Slug, SystemSpec, Timestamp, WindowSpec,
};
use serde_json::Value;

use super::{
    act::act,
    baseline::baseline,
    faults::Faults,
    fields::{At, Fields},
    integration::integration,
    probe::probe,
    slugs::Slugs,
    system::system,
    tree::{MAX_DEPTH, Node},
    values::{list, slug},
    window::window,
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
    let bridges = Slugs::of("integration", &integrations, &mut faults);
    // The systems of a file that could not be read are not known, and missing nobody's fault.
    for at in integrations.iter().filter(|_| parts.len() == files.len()) {
        known.refuse_strangers(at, &mut faults);
    }
    let windows: Vec<&At<'_>> = parts.iter().flat_map(|part| &part.windows).collect();
    Slugs::of("window", &windows, &mut faults);
    if parts.len() == files.len() {
        known.refuse_missing("system", &systems, "depends_on", &mut faults);
        bridges.refuse_missing("integration", &windows, "integrations", &mut faults);
        known.refuse_missing("system", &windows, "systems", &mut faults);
        Slugs::tags(&integrations).refuse_missing("tag", &windows, "tags", &mut faults);
    }
    let catalogue = Catalogue {
        catalogue: name,
        systems: systems.into_iter().filter_map(|at| system(at, &mut faults)).collect(),
        integrations: integrations.into_iter().filter_map(|at| integration(at, kinds, &mut faults)).collect(),
        windows: windows.into_iter().filter_map(|at| window(at, &mut faults)).collect(),
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

/// Checks a window of the API. Whether what it names exists is for the caller to ask.
pub fn check_window(value: &Value) -> Result<WindowSpec, Vec<Fault>> {
    check(value, window)
}

/// Checks what somebody wants to do at `now` with an integration or a probe.
pub fn check_act(value: &Value, now: Timestamp) -> Result<HandlingAct, Vec<Fault>> {
    check(value, |at, faults| act(at, now, faults))
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
    windows: Vec<At<'n>>,
}

fn part<'n>(node: &'n Node, faults: &mut Faults) -> Option<Part<'n>> {
    let mut fields = Fields::open(&At::root(node), faults)?;
    let name = fields.get("catalogue");
    let name = name.and_then(|at| slug(&at, fields.faults).map(|slug| (at, slug)));
    let systems = fields.read("systems", list).unwrap_or_default();
    let integrations = fields.read("integrations", list).unwrap_or_default();
    let windows = fields.read("windows", list).unwrap_or_default();
    fields.close();
    Some(Part { name, systems, integrations, windows })
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
