//! Secrets of probes never leave: answers and exports show a placeholder, and a placeholder that comes back means "as it is". What
//! only refers to a secret of the vault is shown as it is. Of the other options it is left out what tells of a secret by its place:
//! user info of addresses, headers and parameters such as `X-Api-Key`.

mod restore;

use model::{IntegrationSpec, ProbeSpec};
use rules::kind::Kind;
use serde_json::Value;

pub(crate) use restore::{restore, restore_all};

/// Stands where a secret stands.
pub(crate) const PLACEHOLDER: &str = "(redacted)";

/// Parts of names that tell of a secret, in headers as in queries; `probe` keeps the same out of what is kept of a run.
const TELLING: [&str; 9] =
    ["token", "secret", "passw", "api-key", "api_key", "apikey", "credential", "signature", "session"];

/// With a placeholder for every secret option, and in what tells of a secret by its place.
pub(crate) fn hide(probe: &mut ProbeSpec, kinds: &[Kind]) {
    let kind = Kind::find(kinds, &probe.kind).copied();
    for (name, value) in &mut probe.options {
        let secret = kind.and_then(|kind| kind.option(name)).is_some_and(|option| option.secret);
        match value {
            Value::Object(entries) if secret => entries.values_mut().for_each(redact),
            Value::Array(items) if secret => items.iter_mut().for_each(redact),
            single if secret => redact(single),
            other => veil(other),
        }
    }
}

fn veil(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(bare) = address(text) {
                *text = bare;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(veil),
        Value::Object(fields) => {
            for (name, field) in fields {
                if is_telling(name) { redact(field) } else { veil(field) }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_telling(name: &str) -> bool {
    let name = name.to_lowercase();
    matches!(
        name.as_str(),
        "authorization" | "proxy-authorization" | "cookie" | "key" | "sig" | "code" | "auth" | "bearer"
    ) || name.starts_with("x-auth")
        || name.ends_with("-key")
        || TELLING.iter().any(|part| name.contains(part))
}

/// An address without user info and without the values of parameters whose names tell of a secret; `None` where there is nothing to
/// leave out.
pub(crate) fn address(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => format!("{PLACEHOLDER}@{host}"),
        None => authority.to_owned(),
    };
    let rest = match rest.split_once('?') {
        Some((path, query)) => {
            let (query, fragment) = query.split_at(query.find('#').unwrap_or(query.len()));
            let pairs: Vec<String> = query.split('&').map(without_value).collect();
            format!("{path}?{}{fragment}", pairs.join("&"))
        }
        None => rest.to_owned(),
    };
    Some(format!("{scheme}://{host}{rest}")).filter(|bare| bare != text)
}

/// A sentence with the addresses in it so: a job that fails to connect likes to say with which password.
pub(crate) fn sentence(text: &str) -> String {
    let shown = |word: &str| {
        let (bare, blank) = word.split_at(word.trim_end().len());
        address(bare).map_or_else(|| word.to_owned(), |bare| bare + blank)
    };
    text.split_inclusive(char::is_whitespace).map(shown).collect()
}

fn without_value(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() && is_telling(name) && !only_refers(value) => {
            format!("{name}={PLACEHOLDER}")
        }
        _ => pair.to_owned(),
    }
}

/// The same for all probes of an integration.
pub(crate) fn hidden(mut integration: IntegrationSpec, kinds: &[Kind]) -> IntegrationSpec {
    integration.probes.iter_mut().for_each(|probe| hide(probe, kinds));
    integration
}

fn redact(value: &mut Value) {
    if !value.is_null() && !is_reference(value) {
        *value = Value::from(PLACEHOLDER);
    }
}

/// Whether a value only says where the secret is: it is none itself, and who reads it should know.
fn is_reference(value: &Value) -> bool {
    value.as_str().is_some_and(only_refers)
}

fn only_refers(text: &str) -> bool {
    let found = rules::secret::references(text).unwrap_or_default();
    found.first().is_some_and(|reference| reference.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::{address, sentence};

    #[test]
    fn of_an_address_it_is_left_out_what_tells_of_a_secret() {
        for (whole, bare) in [
            ("https://ada:hush@erp.test/a@b", Some("https://(redacted)@erp.test/a@b")),
            ("https://erp.test/a?x=1&api_key=hush#end", Some("https://erp.test/a?x=1&api_key=(redacted)#end")),
            ("https://erp.test/a?token=${secret:ERP}", None),
            ("https://erp.test/a@b?page=2", None),
            ("no address at all", None),
        ] {
            assert_eq!(address(whole).as_deref(), bare, "{whole}");
        }
    }

    #[test]
    fn a_sentence_says_no_more_of_its_addresses() {
        for (said, kept) in [
            (
                "no connection to postgres://ada:hush@db/orders, again",
                "no connection to postgres://(redacted)@db/orders, again",
            ),
            ("GET\thttps://erp.test/?token=hush\nfailed", "GET\thttps://erp.test/?token=(redacted)\nfailed"),
            ("(amqp://ada:hush@mq) is away", "(amqp://(redacted)@mq) is away"),
            ("order 7 @ 12:00, a/b?token=x", "order 7 @ 12:00, a/b?token=x"),
        ] {
            assert_eq!(sentence(said), kept);
        }
    }
}
