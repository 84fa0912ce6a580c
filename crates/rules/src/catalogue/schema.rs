//! The catalogue as a JSON Schema (draft 7, which editors of YAML know), so that they complete and check what is written.
//!
//! It is made of the tables that the catalogue is read by: kinds and their options, and the words of the model. A test holds the fields of
//! every map against those that its reader asks for, so that none is forgotten. What only the whole document tells stays with
//! [`read`](super::read): whether a system exists, whether an expression compiles, whether a time zone is one. `null`, which reads as absent,
//! is refused here: in an editor it is a field that was begun and not finished.

mod probe;
mod window;

use model::{BaselineMethod, Classification, Lifecycle, Per};
use serde_json::{Map, Value, json};

use crate::kind::Kind;

/// The schema of a catalogue in which probes may be of these kinds.
pub fn schema(kinds: &[Kind]) -> Value {
    let mut definitions = parts();
    probe::define(kinds, &mut definitions);
    window::define(&mut definitions);
    let fields = json!({
        "catalogue": refers("slug", "Whose things these are; `landscape` if not said"),
        "systems": listed("system", "What is at the ends of integrations"),
        "integrations": listed("integration", "Directed flows from one system to another"),
        "windows": listed("window", "Maintenance windows and change freezes"),
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Bridgewatch catalogue",
        "type": "object",
        "properties": fields,
        "additionalProperties": false,
        "definitions": definitions,
    })
}

/// What is used in several places, systems, integrations and baselines.
fn parts() -> Map<String, Value> {
    let mut parts = Map::new();
    let mut put = |name: &str, part: Value| parts.insert(name.to_owned(), part);
    put("slug", json!({"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"}));
    put("name", json!({"type": "string", "minLength": 1, "maxLength": 200}));
    put("line", json!({"type": "string", "maxLength": 200}));
    put("text", json!({"type": "string", "maxLength": 65_536}));
    put("texts", one_or_more("text", false));
    put(
        "span",
        json!({"type": "string", "pattern": r"^\s*([0-9]+(\.[0-9]+)?\s*[A-Za-z]+\s*)+$", "examples": ["30s", "5m", "1h 30m"]}),
    );
    put("url", json!({"type": "string", "pattern": r"^https?://\S+$", "maxLength": 2_000}));
    put("day", json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}));
    put("slugs", one_or_more("slug", true));
    put("amount", json!({"type": "number", "minimum": 0}));
    put("system", system());
    put("integration", integration());
    put("unit", unit());
    put("expectation", expectation());
    put("baseline", baseline());
    parts
}

fn system() -> Value {
    closed(
        &["slug", "name"],
        json!({
            "slug": refers("slug", "Its name in URLs"),
            "name": refers("name", "Its name for people"),
            "kind": refers("line", "What it is: erp, crm, warehouse"),
            "owner": refers("line", "The team that answers for it"),
            "description": refers("text", "What it is for"),
            "depends_on": refers("slugs", "Systems without which it does not work"),
            "formerly": refers("slug", "The slug that it had before"),
        }),
    )
}

fn integration() -> Value {
    closed(
        &["slug", "name", "from", "to"],
        json!({
            "slug": refers("slug", "Its name in URLs"),
            "name": refers("name", "Its name for people"),
            "from": refers("slug", "The system that it begins at"),
            "to": refers("slug", "The system that it ends at"),
            "via": described(one_or_more("slug", false), "Systems that it passes"),
            "description": refers("text", "What it does, and what happens while it does not"),
            "owner": refers("line", "The team that answers for it"),
            "business_owner": refers("line", "Who it is for"),
            "analyst": refers("line", "Who knows what it should do"),
            "department": refers("line", "Whose work it saves"),
            "business_process": refers("line", "What it is a part of: Order-to-cash"),
            "tier": described(json!({"enum": [1, 2, 3]}), "How much hurts while it stands still; 1 is the most"),
            "lifecycle": words(Lifecycle::ALL.iter().map(|word| word.as_str()), "Whether it is watched: live if not said"),
            "live_since": refers("day", "Since when it runs"),
            "classification": words(Classification::ALL.iter().map(|word| word.as_str()), "Who may see what crosses it"),
            "environment": refers("line", "Where it runs; production if not said"),
            "runbook": refers("url", "What to do while it does not work"),
            "documents": described(
                json!({"type": "array", "items": closed(
                    &["title", "url"],
                    json!({"title": refers("name", "What it is called"), "url": refers("url", "Where it is")}),
                )}),
                "What was written of it",
            ),
            "building_blocks": described(one_or_more("name", false), "Patterns that it is built of"),
            "tags": refers("slugs", "Words of your own"),
            "unit": refers("unit", "What it carries: order, or {one: order, many: orders}"),
            "expect": refers("expectation", "What it promises of its own runs"),
            "baseline": refers("baseline", "What the work was by hand"),
            "probes": listed("probe", "Questions that are asked on a schedule"),
            "formerly": refers("slug", "The slug that it had before"),
        }),
    )
}

fn unit() -> Value {
    let both = closed(&["one", "many"], json!({"one": refers("name", "order"), "many": refers("name", "orders")}));
    json!({"anyOf": [at("line"), both]})
}

fn expectation() -> Value {
    let mut fields = schedule();
    fields.insert("grace".to_owned(), refers("span", "How much later than due it may come"));
    fields.insert(
        "min_units".to_owned(),
        described(json!({"type": "number", "exclusiveMinimum": 0}), "Units in one period, at least"),
    );
    timed(closed(&["grace"], Value::Object(fields)))
}

fn baseline() -> Value {
    let minutes = json!({"anyOf": [
        at("amount"),
        {"type": "array", "items": at("amount"), "minItems": 3, "maxItems": 3},
    ]});
    let mut schema = closed(
        &["per", "method", "source", "valid_from"],
        json!({
            "per": words(Per::ALL.iter().map(|word| word.as_str()), "What the minutes are of"),
            "minutes": described(minutes, "5, or [3, 5, 9]: least, likely, most"),
            "low_minutes": refers("amount", "At least"),
            "likely_minutes": refers("amount", "Likely"),
            "high_minutes": refers("amount", "At most"),
            "method": words(BaselineMethod::ALL.iter().map(|word| word.as_str()), "How it is known"),
            "source": refers("name", "Who says so"),
            "valid_from": refers("day", "From when it holds"),
        }),
    );
    let either = json!([{"required": ["minutes"]}, {"required": ["low_minutes", "likely_minutes", "high_minutes"]}]);
    put(&mut schema, "oneOf", either);
    schema
}

/// `every`, or `cron` and a zone; of a map that is [`timed`].
fn schedule() -> Map<String, Value> {
    let cron =
        described(at("line"), "Five fields: minute, hour, day of month, month, day of week; or six with seconds first");
    Map::from_iter([
        ("every".to_owned(), refers("span", "How often: 30s")),
        ("cron".to_owned(), cron),
        ("time_zone".to_owned(), refers("line", "On whose clocks `cron` is: Europe/Berlin; UTC if not said")),
    ])
}

/// A map with exactly one of `every` and `cron`.
fn timed(mut schema: Value) -> Value {
    put(&mut schema, "oneOf", json!([{"required": ["every"]}, {"required": ["cron"]}]));
    put(&mut schema, "dependencies", json!({"time_zone": ["cron"]}));
    schema
}

/// A map with these fields and no others.
fn closed(required: &[&str], fields: Value) -> Value {
    let mut schema = json!({"type": "object", "required": required, "additionalProperties": false});
    put(&mut schema, "properties", fields);
    schema
}

/// What is defined under this name.
fn at(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// The same with words of its own: in draft 7 nothing beside `$ref` counts, so it stands inside.
fn refers(name: &str, description: &str) -> Value {
    json!({"description": description, "allOf": [at(name)]})
}

fn described(mut schema: Value, description: &str) -> Value {
    put(&mut schema, "description", json!(description));
    schema
}

fn listed(name: &str, description: &str) -> Value {
    json!({"description": description, "type": "array", "items": at(name)})
}

fn one_or_more(name: &str, unique: bool) -> Value {
    json!({"anyOf": [at(name), {"type": "array", "items": at(name), "uniqueItems": unique}]})
}

fn words<'w>(words: impl Iterator<Item = &'w str>, description: &str) -> Value {
    json!({"description": description, "enum": words.collect::<Vec<_>>()})
}

fn put(schema: &mut Value, name: &str, part: Value) {
    if let Value::Object(fields) = schema {
        fields.insert(name.to_owned(), part);
    }
}
