//! Secrets of probes never leave: answers and exports show a placeholder, and a placeholder that comes back means "as it is".

use model::{Fault, IntegrationSpec, ProbeSpec};
use rules::kind::Kind;
use serde_json::Value;

/// Stands where a secret stands.
pub(crate) const PLACEHOLDER: &str = "(redacted)";

/// With a placeholder for every secret option.
pub(crate) fn hide(probe: &mut ProbeSpec, kinds: &[Kind]) {
    for value in secret_values(probe, kinds) {
        match value {
            Value::Object(entries) => entries.values_mut().for_each(redact),
            Value::Array(items) => items.iter_mut().for_each(redact),
            single => redact(single),
        }
    }
}

/// The same for all probes of an integration.
pub(crate) fn hidden(mut integration: IntegrationSpec, kinds: &[Kind]) -> IntegrationSpec {
    integration.probes.iter_mut().for_each(|probe| hide(probe, kinds));
    integration
}

fn redact(value: &mut Value) {
    if !value.is_null() {
        *value = Value::from(PLACEHOLDER);
    }
}

fn secret_values<'p>(probe: &'p mut ProbeSpec, kinds: &[Kind]) -> impl Iterator<Item = &'p mut Value> {
    let kind = Kind::find(kinds, &probe.kind).copied();
    let secret = move |name: &str| kind.and_then(|kind| kind.option(name)).is_some_and(|option| option.secret);
    probe.options.iter_mut().filter(move |(name, _)| secret(name)).map(|(_, value)| value)
}

/// Puts the stored secrets where `probe` has placeholders. A placeholder with nothing behind it is a fault, its field below
/// `path`.
pub(crate) fn restore(probe: &mut ProbeSpec, stored: Option<&ProbeSpec>, path: &str, kinds: &[Kind]) -> Vec<Fault> {
    let Some(kind) = Kind::find(kinds, &probe.kind).copied() else { return Vec::new() };
    let mut faults = Vec::new();
    for option in kind.options.iter().filter(|option| option.secret) {
        let before = stored.and_then(|stored| stored.options.get(option.name));
        let field = format!("{path}options.{}", option.name);
        match probe.options.get_mut(option.name) {
            Some(Value::Object(entries)) => {
                for (key, value) in entries {
                    let before = before.and_then(|before| before.get(key));
                    faults.extend(put_back(value, before, &format!("{field}.{key}")));
                }
            }
            Some(value) => faults.extend(put_back(value, before, &field)),
            None => {}
        }
    }
    faults
}

fn put_back(value: &mut Value, before: Option<&Value>, field: &str) -> Option<Fault> {
    if value.as_str() != Some(PLACEHOLDER) {
        return None;
    }
    match before {
        Some(before) => {
            *value = before.clone();
            None
        }
        None => Some(
            Fault::at(field, format!("`{PLACEHOLDER}` stands for a secret that is not stored here"))
                .allowed("the secret itself"),
        ),
    }
}

/// The same for all probes of an integration, matched by slug.
pub(crate) fn restore_all(
    want: &mut IntegrationSpec,
    have: Option<&IntegrationSpec>,
    path: &str,
    kinds: &[Kind],
) -> Vec<Fault> {
    let stored = have.map_or(&[][..], |have| &have.probes);
    want.probes
        .iter_mut()
        .enumerate()
        .flat_map(|(at, probe)| {
            let before = stored.iter().find(|before| before.slug == probe.slug);
            restore(probe, before, &format!("{path}probes[{at}]."), kinds)
        })
        .collect()
}
