//! Placeholders that come back, made the secrets again that they stand for.

use model::{Fault, IntegrationSpec, ProbeSpec};
use monitor::whom;
use rules::kind::Kind;
use serde_json::Value;

use super::{PLACEHOLDER, address, is_telling};

/// Puts the stored secrets where `probe` has placeholders. A placeholder with nothing behind it is a fault, its field below
/// `path`. So is each where another kind, scheme, host or port is asked than before: whoever may change a probe may not learn its
/// secrets, and would by asking a server of their own.
pub(crate) fn restore(probe: &mut ProbeSpec, stored: Option<&ProbeSpec>, path: &str, kinds: &[Kind]) -> Vec<Fault> {
    let moved = stored.is_some_and(|stored| stored.kind != probe.kind || whom(stored) != whom(probe));
    let faults = put_all_back(probe, stored.filter(|_| !moved), path, kinds);
    let elsewhere = |fault: Fault| {
        let message = format!("`{PLACEHOLDER}` belongs to the address before: say it again");
        Fault { message, ..fault }
    };
    if moved { faults.into_iter().map(elsewhere).collect() } else { faults }
}

fn put_all_back(probe: &mut ProbeSpec, stored: Option<&ProbeSpec>, path: &str, kinds: &[Kind]) -> Vec<Fault> {
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
    for (name, value) in &mut probe.options {
        if kind.option(name).is_none_or(|option| !option.secret) {
            let before = stored.and_then(|stored| stored.options.get(name));
            faults.extend(unveil(value, before, &format!("{path}options.{name}"), false));
        }
    }
    faults
}

/// The same for what was left out by its place: only what is otherwise as it was comes back, so that no address takes along what
/// belongs to another.
fn unveil(value: &mut Value, before: Option<&Value>, field: &str, telling: bool) -> Vec<Fault> {
    match value {
        Value::Array(items) => {
            let each = items.iter_mut().enumerate();
            let each = each.flat_map(|(at, item)| {
                let before = before.and_then(|before| before.get(at));
                unveil(item, before, &format!("{field}[{at}]"), telling)
            });
            each.collect()
        }
        Value::Object(fields) => {
            let each = fields.iter_mut().flat_map(|(name, item)| {
                let before = before.and_then(|before| before.get(name));
                unveil(item, before, &format!("{field}.{name}"), is_telling(name))
            });
            each.collect()
        }
        Value::String(text) if text.contains("://") && text.contains(PLACEHOLDER) => {
            let stored = before
                .and_then(Value::as_str)
                .filter(|stored| *stored == text.as_str() || address(stored).as_deref() == Some(text.as_str()));
            match stored {
                Some(stored) => {
                    stored.clone_into(text);
                    Vec::new()
                }
                None => vec![nothing_behind(field)],
            }
        }
        single if telling => put_back(single, before, field).into_iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
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
        None => Some(nothing_behind(field)),
    }
}

fn nothing_behind(field: &str) -> Fault {
    Fault::at(field, format!("`{PLACEHOLDER}` stands for a secret that is not stored here"))
        .allowed("the secret itself")
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::veil, unveil};

    #[test]
    fn what_comes_back_as_it_was_shown_is_as_it_was_and_nothing_else_is() {
        let stored =
            json!({"url": "https://ada:hush@erp.test/", "headers": {"X-Api-Key": "hush", "accept": "text/plain"}});
        let mut shown = stored.clone();
        veil(&mut shown);
        assert!(!shown.to_string().contains("hush"), "{shown}");
        assert_eq!(shown["headers"]["accept"], "text/plain");

        let mut back = shown.clone();
        assert_eq!((unveil(&mut back, Some(&stored), "options", false), &back), (Vec::new(), &stored));
        let mut elsewhere = json!({"url": "https://(redacted)@evil.test/"});
        let faults = unveil(&mut elsewhere, Some(&stored), "options", false);
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["options.url"]);
        let mut new = json!({"headers": {"X-Api-Key": "(redacted)"}});
        assert_eq!(unveil(&mut new, Some(&Value::Null), "options", false).len(), 1);
    }
}
