//! Probes: fields that all of them have, and one map a kind with that kind's options, below `options` or beside the other fields.

use serde_json::{Map, Value, json};

use super::{at, closed, described, one_or_more, put, refers, schedule, timed};
use crate::kind::{Kind, OptionKind, OptionSpec};

/// Adds `probe`, and `probe.http` and the like.
pub(super) fn define(kinds: &[Kind], definitions: &mut Map<String, Value>) {
    let by_kind = kinds.iter().map(|kind| {
        json!({
            "if": {"properties": {"kind": {"const": kind.name}}, "required": ["kind"]},
            "then": at(&format!("probe.{}", kind.name)),
        })
    });
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    let probe = json!({
        "type": "object",
        "required": ["slug", "kind"],
        "properties": {"kind": {"enum": names, "description": "What it asks"}},
        "allOf": by_kind.collect::<Vec<_>>(),
    });
    definitions.insert("probe".to_owned(), probe);
    for kind in kinds {
        definitions.insert(format!("probe.{}", kind.name), of_kind(kind));
    }
}

fn of_kind(kind: &Kind) -> Value {
    let common = common();
    let table = properties(kind.options);
    let mut fields = common.clone();
    fields.extend(table.clone().into_iter().filter(|(name, _)| !common.contains_key(name)));
    fields.insert("kind".to_owned(), json!({"const": kind.name, "description": kind.summary}));
    fields.insert("options".to_owned(), described(closed(&[], Value::Object(table)), kind.summary));
    let mut schema = timed(closed(&["slug", "kind"], Value::Object(fields)));
    let required = kind.options.iter().filter(|option| option.required).map(|option| {
        let below = json!({"required": ["options"], "properties": {"options": {"required": [option.name]}}});
        if common.contains_key(option.name) {
            return below;
        }
        json!({"anyOf": [{"required": [option.name]}, below]})
    });
    let required: Vec<Value> = required.collect();
    if !required.is_empty() {
        put(&mut schema, "allOf", Value::Array(required));
    }
    schema
}

/// What every probe has.
fn common() -> Map<String, Value> {
    let count = |least: i64, most: i64| json!({"type": "integer", "minimum": least, "maximum": most});
    let retries = json!({"anyOf": [
        count(0, 5),
        closed(&["count"], json!({"count": count(0, 5), "backoff": refers("span", "Waited before the first; doubled before each next")})),
    ]});
    let measure = json!({"anyOf": [
        at("text"),
        closed(&["value"], json!({"value": refers("text", "CEL"), "unit": refers("line", "count, s, bytes, percent or any word")})),
    ]});
    let measures = json!({
        "type": "object",
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$"},
        "additionalProperties": measure,
    });
    let flag = |help: &str| json!({"type": "boolean", "description": help});
    let mut fields = schedule();
    let more = [
        ("slug", refers("slug", "Its name in URLs, within the integration")),
        ("name", refers("line", "Its name for people")),
        ("kind", json!({})),
        ("options", json!({})),
        ("timeout", refers("span", "A hard end for one attempt; at most the period")),
        ("retries", described(retries, "Further attempts within one check: 2, or {count: 2, backoff: 1s}")),
        ("down_after", described(count(1, 100), "So many failed checks in a row make it down; 3 if not said")),
        ("up_after", described(count(1, 100), "So many good checks in a row bring it back; 1 if not said")),
        (
            "retry_interval",
            refers("span", "Between checks while a change is being confirmed; a third of the period if not said"),
        ),
        ("assert", described(one_or_more("text", false), "CEL; what does not hold makes the run failed")),
        ("warn", described(one_or_more("text", false), "CEL; what does not hold makes the run warn")),
        ("measures", described(measures, "Numbers to keep and chart, CEL each")),
        ("counts", flag("Whether the integration stands or falls with it; true if not said")),
        ("enabled", flag("Whether it asks at all; true if not said")),
        ("upside_down", flag("Whether its failing is good: what must not answer")),
        ("environment", refers("line", "The environment it asks, if not the integration's")),
    ];
    fields.extend(more.map(|(name, schema)| (name.to_owned(), schema)));
    fields
}

/// A table of options as the fields of a map.
fn properties(table: &[OptionSpec]) -> Map<String, Value> {
    table.iter().map(|option| (option.name.to_owned(), property(option))).collect()
}

fn property(option: &OptionSpec) -> Value {
    let mut schema = described(value(option.kind), option.help);
    if let Some(usual) = option.default {
        put(&mut schema, "default", unsaid(option.kind, usual));
    }
    schema
}

/// What holds without an option, as a value.
fn unsaid(kind: OptionKind, usual: &str) -> Value {
    match kind {
        OptionKind::Int { .. } | OptionKind::Bool | OptionKind::Json => {
            serde_json::from_str(usual).unwrap_or_else(|_| json!(usual))
        }
        _ => json!(usual),
    }
}

fn value(kind: OptionKind) -> Value {
    match kind {
        OptionKind::Text => json!({"allOf": [at("text")]}),
        OptionKind::Url => json!({"allOf": [at("url")]}),
        OptionKind::UrlOf(schemes) => {
            json!({"type": "string", "maxLength": 2_000, "pattern": format!(r"^({})://\S+$", schemes.join("|"))})
        }
        OptionKind::Int { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        OptionKind::Bool => json!({"type": "boolean"}),
        OptionKind::Span => json!({"allOf": [at("span")]}),
        OptionKind::Map => json!({"type": "object", "additionalProperties": at("text")}),
        OptionKind::OneOf(words) => json!({"enum": words}),
        OptionKind::TextList => json!({"allOf": [at("texts")]}),
        OptionKind::Json => json!({}),
        OptionKind::Group(table) => group(table),
        OptionKind::Groups(table) => json!({"type": "array", "maxItems": 100, "items": group(table)}),
    }
}

fn group(table: &[OptionSpec]) -> Value {
    let required: Vec<&str> = table.iter().filter(|option| option.required).map(|option| option.name).collect();
    closed(&required, Value::Object(properties(table)))
}
