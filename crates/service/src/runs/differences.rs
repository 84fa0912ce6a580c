//! What differs between a run that was not good and the last good one before it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Body, Exchange, Response, Run};

/// Headers that differ from answer to answer and tell nothing.
const EVER_NEW: [&str; 13] = [
    "age",
    "cf-ray",
    "content-length",
    "date",
    "etag",
    "expires",
    "last-modified",
    "request-id",
    "set-cookie",
    "traceparent",
    "x-amzn-trace-id",
    "x-correlation-id",
    "x-request-id",
];
/// Longer values are cut.
const SHOWN: usize = 80;

/// "status 200 -> 401", "header www-authenticate added", "body keys -items +error": the plainest first.
pub(super) fn differences(good: &Run, run: &Run) -> Vec<String> {
    let mut differences = Vec::new();
    if let (Some(before), Some(after)) = (response(good), response(run)) {
        differences.extend(status(before, after));
        differences.extend(headers(before, after));
        differences.extend(body_keys(before.body.as_ref(), after.body.as_ref()));
        differences.extend(changed("answered by", before.peer.as_ref(), after.peer.as_ref()));
    }
    differences.extend(assertions(good, run));
    differences.extend(changed("records written", good.records.written.as_ref(), run.records.written.as_ref()));
    differences.extend(changed("records refused", good.records.failed.as_ref(), run.records.failed.as_ref()));
    differences.extend(changed("units", good.units.as_ref(), run.units.as_ref()));
    differences
}

fn response(run: &Run) -> Option<&Response> {
    run.exchange.as_ref().and_then(|Exchange { response, .. }| response.as_ref())
}

fn status(before: &Response, after: &Response) -> Option<String> {
    changed("status", before.status.as_ref(), after.status.as_ref())
}

fn changed<T: PartialEq + std::fmt::Display>(what: &str, before: Option<&T>, after: Option<&T>) -> Option<String> {
    match (before, after) {
        (Some(before), Some(after)) if before != after => Some(format!("{what} {before} -> {after}")),
        _ => None,
    }
}

/// Of an answer that was good and that nothing was to be read of, headers are not kept; then nobody can tell what is new.
fn headers(before: &Response, after: &Response) -> Vec<String> {
    if before.headers.is_empty() || after.headers.is_empty() {
        return Vec::new();
    }
    let (before, after) = (by_name(before), by_name(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| match (before.get(name), after.get(name)) {
            (None, Some(_)) => Some(format!("header {name} added")),
            (Some(_), None) => Some(format!("header {name} gone")),
            (Some(old), Some(new)) if old != new && !EVER_NEW.contains(&name.as_str()) => {
                Some(format!("header {name} {} -> {}", short(old), short(new)))
            }
            _ => None,
        })
        .collect()
}

fn by_name(response: &Response) -> BTreeMap<String, String> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &response.headers {
        let all = values.entry(name.to_lowercase()).or_default();
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(value);
    }
    values
}

fn body_keys(before: Option<&Body>, after: Option<&Body>) -> Option<String> {
    let (before, after) = (keys(before?)?, keys(after?)?);
    let gone = before.difference(&after).map(|key| format!("-{}", short(key)));
    let new = after.difference(&before).map(|key| format!("+{}", short(key)));
    let differences: Vec<String> = gone.chain(new).collect();
    (!differences.is_empty()).then(|| format!("body keys {}", differences.join(" ")))
}

/// Of a body that is kept whole and is a JSON object.
fn keys(body: &Body) -> Option<BTreeSet<String>> {
    match serde_json::from_str(&body.excerpt) {
        Ok(serde_json::Value::Object(fields)) if !body.cut => Some(fields.into_iter().map(|(key, _)| key).collect()),
        _ => None,
    }
}

fn assertions(good: &Run, run: &Run) -> Vec<String> {
    let held = |expr: &str| good.assertions.iter().any(|before| before.expr == expr && before.passed);
    run.assertions
        .iter()
        .filter(|assertion| !assertion.passed && held(&assertion.expr))
        .map(|assertion| match (&assertion.left, &assertion.right, &assertion.error) {
            (_, _, Some(error)) => format!("`{}` holds no more: {}", assertion.expr, short(error)),
            (Some(left), Some(right), None) => {
                format!("`{}` holds no more: {} against {}", assertion.expr, short(left), short(right))
            }
            _ => format!("`{}` holds no more", assertion.expr),
        })
        .collect()
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
