//! What the audit keeps of a catalogue that is applied: every thing that it changes, as it was and as it is.

use model::{Catalogue, Change, ChangeKind, IntegrationSpec, Plan, SystemSpec};
use rules::kind::Kind;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{audit::Act, secrets};

/// So many things are kept whole; of more only what became of which. It bounds an entry of thousands of changes.
const WHOLE: usize = 200;

/// The act of carrying out a plan from `have` to `want`. Before and after have a field of the same name for the same thing, such as
/// `integration orders`, so that what stands in both was changed. The document itself is kept where it was written.
pub(super) fn told(plan: &Plan, have: &Catalogue, want: &Catalogue, kinds: &[Kind]) -> Act {
    let (mut before, mut after) = (Map::new(), Map::new());
    for change in plan.changes.iter().take(WHOLE) {
        let name = format!("{} {}", change.noun, change.slug);
        let thing = |catalogue| thing(change, catalogue, want, kinds);
        let was = Some(have).filter(|_| change.kind != ChangeKind::Create).and_then(thing);
        let is = Some(want).filter(|_| change.kind != ChangeKind::Remove).and_then(thing);
        before.extend(was.map(|was| (name.clone(), was)));
        after.extend(is.map(|is| (name, is)));
    }
    if let Some(more) = plan.changes.get(WHOLE..).filter(|more| !more.is_empty()) {
        let names = more.iter().map(|change| format!("{} {} {}", change.kind, change.noun, change.slug));
        after.insert("more".to_owned(), json!({ "number": more.len(), "changes": names.collect::<Vec<_>>() }));
    }
    let some = |fields: Map<String, Value>| (!fields.is_empty()).then_some(fields);
    Act::new("catalogue.apply", format!("catalogue {}", plan.catalogue)).before(some(before)).after(some(after))
}

/// What a change is about, in `catalogue`; secrets hidden. There it may have the slug that `want` says it had.
fn thing(change: &Change, catalogue: &Catalogue, want: &Catalogue, kinds: &[Kind]) -> Option<Value> {
    let (slug, part) =
        change.slug.split_once('/').map_or((change.slug.as_str(), None), |(slug, part)| (slug, Some(part)));
    if change.noun == "system" {
        let system = |catalogue: &Catalogue, slug: &str| {
            catalogue.systems.iter().find(|system| system.slug.as_str() == slug).cloned()
        };
        let former = || system(want, slug)?.formerly;
        let found = system(catalogue, slug).or_else(|| system(catalogue, former()?.as_str()))?;
        return value(&SystemSpec { formerly: None, ..found });
    }
    if change.noun == "window" {
        return value(catalogue.windows.iter().find(|window| window.slug.as_str() == slug)?);
    }
    let integration = |catalogue: &Catalogue, slug: &str| {
        catalogue.integrations.iter().find(|integration| integration.slug.as_str() == slug).cloned()
    };
    let former = || integration(want, slug)?.formerly;
    let found = integration(catalogue, slug).or_else(|| integration(catalogue, former()?.as_str()))?;
    let mut found = IntegrationSpec { formerly: None, ..secrets::hidden(found, kinds) };
    match (change.noun.as_str(), part) {
        ("probe", Some(part)) => value(found.probes.iter().find(|probe| probe.slug.as_str() == part)?),
        ("baseline", _) => value(&found.baseline?),
        _ => {
            // What comes and changes of these is told apart; what goes takes them along.
            if change.kind != ChangeKind::Remove {
                (found.probes, found.baseline) = (Vec::new(), None);
            }
            value(&found)
        }
    }
}

fn value(thing: &impl Serialize) -> Option<Value> {
    serde_json::to_value(thing).ok()
}
