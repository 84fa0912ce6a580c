//! What applying a catalogue would do to what is there.

use std::collections::BTreeMap;

use model::{Catalogue, Change, ChangeKind, IntegrationSpec, Plan, ProbeSpec, Slug, SystemSpec, WindowSpec};
use serde::Serialize;
use serde_json::{Map, Value};

/// The changes from `have` to `want`, in the order in which they can be carried out: systems that come or change, then integrations
/// with their baseline and probes, then windows, then what goes, systems last. Integrations that go take their probes with them. `formerly` is the way
/// to a state and not a part of it: it turns a removal and a creation into one change of `slug`, and is compared nowhere.
pub fn plan(have: &Catalogue, want: &Catalogue) -> Plan {
    let mut coming = Vec::new();
    let mut going = Vec::new();
    let systems = Pairs::of(&have.systems, &want.systems);
    let integrations = Pairs::of(&have.integrations, &want.integrations);

    let (renames, moves) = (renames(&systems), renames(&integrations));
    for (before, after) in &systems.pairs {
        let before =
            before.map(|before| SystemSpec { depends_on: now(&before.depends_on, &renames), ..before.clone() });
        coming.extend(change("system", after.slug.to_string(), before.as_ref().map(fields), &fields(after)));
    }
    for (before, after) in &integrations.pairs {
        let before = before.map(|before| renamed(before, &renames));
        coming.extend(change("integration", after.slug.to_string(), before.as_ref().map(fields), &fields(after)));
        parts(before.as_ref(), after, &mut coming, &mut going);
    }
    let windows = Pairs::of(&have.windows, &want.windows);
    for (before, after) in &windows.pairs {
        let before = before.map(|before| called(before, &renames, &moves));
        coming.extend(change("window", after.slug.to_string(), before.as_ref().map(fields), &fields(after)));
    }
    going.extend(windows.gone.iter().map(|gone| removal("window", gone.slug.to_string())));
    going.extend(integrations.gone.iter().map(|gone| removal("integration", gone.slug.to_string())));
    going.extend(systems.gone.iter().map(|gone| removal("system", gone.slug.to_string())));
    coming.append(&mut going);
    Plan { catalogue: want.catalogue.clone(), changes: coming, applied: false }
}

/// The baseline and the probes of one integration.
fn parts(before: Option<&IntegrationSpec>, after: &IntegrationSpec, coming: &mut Vec<Change>, going: &mut Vec<Change>) {
    let name = format!("{}/baseline", after.slug);
    match (before.and_then(|before| before.baseline.as_ref()), &after.baseline) {
        (old, Some(new)) => coming.extend(change("baseline", name, old.map(fields), &fields(new))),
        (Some(_), None) => going.push(removal("baseline", name)),
        (None, None) => {}
    }
    let probes = Pairs::of(before.map_or(&[], |before| before.probes.as_slice()), &after.probes);
    for (old, new) in &probes.pairs {
        coming.extend(change("probe", format!("{}/{}", after.slug, new.slug), old.map(fields), &fields(new)));
    }
    going.extend(probes.gone.iter().map(|gone| removal("probe", format!("{}/{}", after.slug, gone.slug))));
}

/// Something with a slug, and perhaps a former one.
trait Named {
    fn slug(&self) -> &Slug;
    fn formerly(&self) -> Option<&Slug>;
}

impl Named for SystemSpec {
    fn slug(&self) -> &Slug {
        &self.slug
    }

    fn formerly(&self) -> Option<&Slug> {
        self.formerly.as_ref()
    }
}

impl Named for IntegrationSpec {
    fn slug(&self) -> &Slug {
        &self.slug
    }

    fn formerly(&self) -> Option<&Slug> {
        self.formerly.as_ref()
    }
}

impl Named for WindowSpec {
    fn slug(&self) -> &Slug {
        &self.slug
    }

    fn formerly(&self) -> Option<&Slug> {
        None
    }
}

impl Named for ProbeSpec {
    fn slug(&self) -> &Slug {
        &self.slug
    }

    fn formerly(&self) -> Option<&Slug> {
        None
    }
}

/// What is wanted, each with what it was; and what is wanted no more.
struct Pairs<'c, T> {
    pairs: Vec<(Option<&'c T>, &'c T)>,
    gone: Vec<&'c T>,
}

impl<'c, T: Named> Pairs<'c, T> {
    fn of(have: &'c [T], want: &'c [T]) -> Self {
        let mut left: BTreeMap<&Slug, &T> = have.iter().map(|before| (before.slug(), before)).collect();
        // Those that keep their slug come first: a former slug that somebody wears today is nobody else's past.
        let kept: Vec<Option<&T>> = want.iter().map(|after| left.remove(after.slug())).collect();
        let heir = |(kept, after): (Option<&'c T>, &'c T)| {
            (kept.or_else(|| after.formerly().and_then(|former| left.remove(former))), after)
        };
        let pairs = kept.into_iter().zip(want).map(heir).collect();
        let gone = have.iter().filter(|before| left.contains_key(before.slug())).collect();
        Self { pairs, gone }
    }
}

/// What things will be called that are called otherwise now.
fn renames<'c, T: Named>(things: &Pairs<'c, T>) -> BTreeMap<&'c Slug, &'c Slug> {
    let named = things.pairs.iter().filter_map(|(before, after)| Some(((*before)?.slug(), after.slug())));
    named.filter(|(before, after)| before != after).collect()
}

/// These slugs as they will be.
fn now<'s>(slugs: impl IntoIterator<Item = &'s Slug>, renames: &BTreeMap<&Slug, &Slug>) -> Vec<Slug> {
    slugs.into_iter().map(|slug| (*renames.get(slug).unwrap_or(&slug)).clone()).collect()
}

/// The integration with its systems called as they will be: a system's new slug is no change of what runs to it.
fn renamed(integration: &IntegrationSpec, renames: &BTreeMap<&Slug, &Slug>) -> IntegrationSpec {
    let one = |slug: &Slug| (*renames.get(slug).unwrap_or(&slug)).clone();
    let mut integration = integration.clone();
    integration.from = one(&integration.from);
    integration.to = one(&integration.to);
    integration.via = now(&integration.via, renames);
    integration
}

/// The window with what it is over called as it will be.
fn called(window: &WindowSpec, systems: &BTreeMap<&Slug, &Slug>, integrations: &BTreeMap<&Slug, &Slug>) -> WindowSpec {
    let (systems, integrations) = (now(&window.systems, systems), now(&window.integrations, integrations));
    WindowSpec { systems, integrations, ..window.clone() }
}

/// The fields that are compared: all that are written, but for `formerly` and what has changes of its own.
fn fields(spec: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(spec) else { return Map::new() };
    for apart in ["formerly", "probes", "baseline"] {
        fields.remove(apart);
    }
    fields
}

fn change(noun: &str, slug: String, before: Option<Map<String, Value>>, after: &Map<String, Value>) -> Option<Change> {
    let Some(before) = before else {
        return Some(Change { kind: ChangeKind::Create, noun: noun.to_owned(), slug, fields: Vec::new() });
    };
    let mut differ: Vec<String> =
        before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
    differ.sort();
    differ.dedup();
    (!differ.is_empty()).then(|| Change { kind: ChangeKind::Change, noun: noun.to_owned(), slug, fields: differ })
}

fn removal(noun: &str, slug: String) -> Change {
    Change { kind: ChangeKind::Remove, noun: noun.to_owned(), slug, fields: Vec::new() }
}
