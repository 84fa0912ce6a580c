//! An integration, field by field, with its promise, baseline and probes.

use std::collections::BTreeMap;

use model::{Classification, IntegrationSpec, Lifecycle, Link, ProbeSpec, Slug, Tier, Unit};

use super::{
    baseline::baseline,
    faults::Faults,
    fields::{At, Fields},
    probe::probe,
    timing::expectation,
    tree::Tree,
    values::{NAME, SLUG, URL, day, int, line, list, name, one_or_more, prose, slug, slugs, url, word},
};
use crate::kind::Kind;

/// Where runs happen unless said.
pub(super) const PRODUCTION: &str = "production";

/// Reads an integration. Whether the systems it names exist is told by the document.
pub(super) fn integration(at: &At<'_>, kinds: &[Kind], faults: &mut Faults) -> Option<IntegrationSpec> {
    let lifecycles: Vec<&str> = Lifecycle::ALL.iter().map(|word| word.as_str()).collect();
    let classes: Vec<&str> = Classification::ALL.iter().map(|word| word.as_str()).collect();
    let mut fields = Fields::open(at, faults)?;
    let system = "the slug of a system";
    // A placeholder never leaves this folder: where one stands there is a fault, and with a fault nothing is handed out.
    let spec = IntegrationSpec {
        slug: fields.required("slug", SLUG, slug).unwrap_or_else(placeholder),
        name: fields.required("name", NAME, name).unwrap_or_default(),
        from: fields.required("from", system, slug).unwrap_or_else(placeholder),
        to: fields.required("to", system, slug).unwrap_or_else(placeholder),
        via: fields.read("via", |at, faults| Some(items(&one_or_more(at), faults, slug))).unwrap_or_default(),
        description: fields.read("description", prose),
        owner: fields.read("owner", line),
        business_owner: fields.read("business_owner", line),
        analyst: fields.read("analyst", line),
        department: fields.read("department", line),
        business_process: fields.read("business_process", line),
        tier: fields.read("tier", tier).unwrap_or_default(),
        lifecycle: fields.read("lifecycle", |at, faults| word(at, &lifecycles, faults)).unwrap_or(Lifecycle::Live),
        live_since: fields.read("live_since", day),
        classification: fields.read("classification", |at, faults| word(at, &classes, faults)),
        environment: fields.read("environment", line).unwrap_or_else(|| PRODUCTION.to_owned()),
        runbook: fields.read("runbook", url),
        documents: fields.read("documents", documents).unwrap_or_default(),
        building_blocks: fields
            .read("building_blocks", |at, faults| Some(items(&one_or_more(at), faults, name)))
            .unwrap_or_default(),
        tags: fields.read("tags", |at, faults| Some(slugs(at, faults))).unwrap_or_default(),
        unit: fields.read("unit", unit),
        expect: fields.read("expect", expectation),
        baseline: fields.read("baseline", baseline),
        probes: fields.read("probes", |at, faults| probes(at, kinds, faults)).unwrap_or_default(),
        formerly: fields.read("formerly", slug),
    };
    fields.close();
    Some(spec)
}

/// The slug of something whose slug could not be read.
pub(super) fn placeholder() -> Slug {
    Slug::parse("unreadable").expect("letters are a slug")
}

/// How much hurts: 1, 2 or 3.
fn tier(at: &At<'_>, faults: &mut Faults) -> Option<Tier> {
    let number = int(at, 1, 3, faults)?;
    u8::try_from(number).ok().and_then(|number| Tier::try_from(number).ok())
}

/// Each item read; those that are wrong are left out, with their faults.
fn items<'n, T>(ats: &[At<'n>], faults: &mut Faults, reader: impl Fn(&At<'n>, &mut Faults) -> Option<T>) -> Vec<T> {
    ats.iter().filter_map(|at| reader(at, faults)).collect()
}

fn documents(at: &At<'_>, faults: &mut Faults) -> Option<Vec<Link>> {
    let ats = list(at, faults)?;
    Some(items(&ats, faults, document))
}

fn document(at: &At<'_>, faults: &mut Faults) -> Option<Link> {
    let mut fields = Fields::open(at, faults)?;
    let title = fields.required("title", NAME, name);
    let url = fields.required("url", URL, url);
    fields.close();
    Some(Link { title: title?, url: url? })
}

/// `order`, whose plural takes an s, or both words.
fn unit(at: &At<'_>, faults: &mut Faults) -> Option<Unit> {
    if let Tree::Text(_) = at.node.tree {
        return line(at, faults).map(|one| Unit { many: plural(&one), one });
    }
    let mut fields = Fields::open(at, faults)?;
    let one = fields.required("one", "a word: order", name);
    let many = fields.required("many", "a word: orders", name);
    fields.close();
    Some(Unit { one: one?, many: many? })
}

/// The plural of a unit of which only the singular is written.
pub(super) fn plural(one: &str) -> String {
    format!("{one}s")
}

fn probes(at: &At<'_>, kinds: &[Kind], faults: &mut Faults) -> Option<Vec<ProbeSpec>> {
    let ats = list(at, faults)?;
    let mut first = BTreeMap::new();
    for (index, slug) in ats.iter().enumerate().filter_map(|(index, at)| Some((index, at.peek("slug")?))) {
        let Some(text) = slug.node.as_text() else { continue };
        let before = *first.entry(text).or_insert(index);
        if before != index {
            let message = format!("`{text}` is the slug of probes[{before}] already");
            faults.add(&slug, message, "one probe of this slug in an integration");
        }
    }
    Some(items(&ats, faults, |at, faults| probe(at, kinds, faults)))
}
