//! A probe, field by field.

use std::collections::BTreeMap;

use model::{MeasureSpec, ProbeSpec, Retries, Schedule, Span};

use super::{
    faults::{Faults, one_of, quoted},
    fields::{At, Fields},
    integration::placeholder,
    options::options,
    timing::{LONGEST, default_timeout, period, schedule},
    tree::Tree,
    values::{SLUG, entries, flag, int, line, long_text, one_or_more, slug, span},
};
use crate::{assess::Compiled, kind::Kind};

/// Failed checks in a row that make a probe hard down, unless said.
pub(super) const DOWN_AFTER: u32 = 3;
/// Good checks in a row that bring it back, unless said.
pub(super) const UP_AFTER: u32 = 1;

/// The shortest timeout and retry interval.
const BRIEFEST: Span = Span::ms(100);

const MEASURE: &str = "1 to 64 of a-z, A-Z, 0-9 and _, not beginning with a digit";

/// Reads a probe. Its expressions are compiled even where other fields are wrong, so that all faults come at once.
pub(super) fn probe(at: &At<'_>, kinds: &[Kind], faults: &mut Faults) -> Option<ProbeSpec> {
    let mut fields = Fields::open(at, faults)?;
    let slug = fields.required("slug", SLUG, slug).unwrap_or_else(placeholder);
    let kind_names = one_of(kinds.iter().map(|kind| kind.name));
    let kind = fields.required("kind", &kind_names, |at, faults| kind(at, kinds, faults));
    let schedule = schedule(&mut fields);
    let period = schedule.as_ref().and_then(period);
    let within_period = |at: &At<'_>, least: Span, faults: &mut Faults| {
        let span = span(at, least, LONGEST, faults)?;
        if let Some(period) = period.filter(|period| span > *period) {
            faults.add(at, format!("`{span}` is longer than the period `{period}`"), format!("at most {period}"));
        }
        Some(span)
    };
    let timeout = fields.read("timeout", |at, faults| within_period(at, BRIEFEST, faults));
    let retries =
        fields.read("retries", |at, faults| retries(at, faults, |at, faults| within_period(at, Span::ms(0), faults)));
    let spec = ProbeSpec {
        slug,
        name: fields.read("name", line),
        kind: kind.map(|kind| kind.name.to_owned()).unwrap_or_default(),
        timeout: timeout.or(schedule.as_ref().map(default_timeout)).unwrap_or(Span::seconds(10)),
        retries: retries.unwrap_or_default(),
        down_after: fields.read("down_after", confirmations).unwrap_or(DOWN_AFTER),
        up_after: fields.read("up_after", confirmations).unwrap_or(UP_AFTER),
        retry_interval: fields.read("retry_interval", |at, faults| within_period(at, BRIEFEST, faults)),
        assert: expressions(&mut fields, "assert"),
        warn: expressions(&mut fields, "warn"),
        measures: fields.read("measures", measures).unwrap_or_default(),
        counts: fields.read("counts", flag).unwrap_or(true),
        enabled: fields.read("enabled", flag).unwrap_or(true),
        upside_down: fields.read("upside_down", flag).unwrap_or(false),
        environment: fields.read("environment", line),
        // Options come last: whatever is no field of a probe may be one of its kind's.
        options: options(&mut fields, kind, kinds),
        schedule: schedule.unwrap_or(Schedule::Every { every: Span::minutes(1) }),
    };
    if let Some(at) =
        at.peek("upside_down").filter(|_| spec.upside_down && kind.is_some_and(|kind| !kind.counts_as_ask))
    {
        fields.faults.add(&at, "a kind that asks nothing cannot be upside down", "false");
    }
    fields.close();
    if let Some(kind) = kind {
        compile(at, &spec, kind, faults);
    }
    Some(spec)
}

fn kind<'k>(at: &At<'_>, kinds: &'k [Kind], faults: &mut Faults) -> Option<&'k Kind> {
    let written = line(at, faults).unwrap_or_default();
    let kind = Kind::find(kinds, &written);
    if kind.is_none() && at.node.as_text().is_some() {
        let names = || kinds.iter().map(|kind| kind.name);
        let near = faults.did_you_mean(&written, names());
        faults.add(at, format!("there is no kind {}{near}", quoted(&written)), one_of(names()));
    }
    kind
}

/// `2`, or `{count: 2, backoff: 1s}`.
fn retries<'n>(
    at: &At<'n>,
    faults: &mut Faults,
    backoff: impl FnOnce(&At<'n>, &mut Faults) -> Option<Span>,
) -> Option<Retries> {
    let count = |at: &At<'n>, faults: &mut Faults| int(at, 0, 5, faults).and_then(|count| u8::try_from(count).ok());
    if let Tree::Int(_) | Tree::Float(_) = at.node.tree {
        return count(at, faults).map(|count| Retries { count, ..Retries::default() });
    }
    let mut fields = Fields::open(at, faults)?;
    let count = fields.required("count", "a whole number from 0 to 5", count);
    let backoff = fields.read("backoff", backoff).unwrap_or(Retries::default().backoff);
    fields.close();
    Some(Retries { count: count?, backoff })
}

fn confirmations(at: &At<'_>, faults: &mut Faults) -> Option<u32> {
    int(at, 1, 100, faults).and_then(|count| u32::try_from(count).ok())
}

/// CEL texts; one that could not be read leaves an empty one, so that the places of the others stay.
fn expressions(fields: &mut Fields<'_, '_>, name: &'static str) -> Vec<String> {
    let Some(at) = fields.get(name) else { return Vec::new() };
    one_or_more(&at).iter().map(|at| long_text(at, fields.faults).unwrap_or_default()).collect()
}

fn measures(at: &At<'_>, faults: &mut Faults) -> Option<BTreeMap<String, MeasureSpec>> {
    let mut measures = BTreeMap::new();
    for (name, at) in entries(at, faults)? {
        let inner = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
        if !(1..=64).contains(&name.len())
            || name.starts_with(|sign: char| sign.is_ascii_digit())
            || !name.chars().all(inner)
        {
            faults.add(&at, format!("{} cannot name a measure", quoted(name)), MEASURE);
            continue;
        }
        if let Some(measure) = measure(&at, faults) {
            measures.insert(name.to_owned(), measure);
        }
    }
    Some(measures)
}

/// A CEL text, or `{value, unit}`.
fn measure(at: &At<'_>, faults: &mut Faults) -> Option<MeasureSpec> {
    if let Tree::Text(_) = at.node.tree {
        return long_text(at, faults).map(|value| MeasureSpec { value, unit: None });
    }
    let mut fields = Fields::open(at, faults)?;
    let value = fields.required("value", "an expression such as json.queue.depth", long_text);
    let unit = fields.read("unit", line);
    fields.close();
    Some(MeasureSpec { value: value?, unit })
}

/// Expressions that do not compile, each at its own line.
fn compile(at: &At<'_>, spec: &ProbeSpec, kind: &Kind, faults: &mut Faults) {
    let Err(found) = Compiled::compile(spec, kind) else { return };
    let names = kind.names.iter().map(|name| name.name).collect::<Vec<_>>().join(", ");
    let allowed = if names.is_empty() { "nothing for this kind".to_owned() } else { format!("CEL over {names}") };
    for mut fault in found {
        let place = at.node.deepest(&fault.field);
        // An item that is no text has its fault already; what was compiled in its place does not matter.
        if fault.field.ends_with(']') && place.as_text().is_none() {
            continue;
        }
        fault.file = place.file.as_deref().map(str::to_owned);
        fault.line = place.line;
        fault.field = at.path_of(&fault.field);
        fault.allowed.get_or_insert_with(|| allowed.clone());
        faults.push(fault);
    }
}
