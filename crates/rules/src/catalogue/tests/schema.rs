//! What an editor is told: right documents fit, wrong ones do not, and no field is forgotten.

use std::{collections::BTreeSet, sync::LazyLock};

use jsonschema::Validator;
use model::Fault;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{KINDS, generated, integration, probe, read};
use crate::catalogue::{
    check_baseline, check_integration, check_probe, check_system, check_window,
    faults::Faults,
    schema,
    tree::{Node, Tree},
    write, yaml,
};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| schema(KINDS));
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&SCHEMA).expect("a schema"));

/// What the validator says of a text, nothing if it fits.
fn said(text: &str) -> Vec<String> {
    let node = yaml::parse("a.yaml", text, &mut Faults::default()).expect("YAML");
    VALIDATOR.iter_errors(&value(&node)).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn value(node: &Node) -> Value {
    match &node.tree {
        Tree::Null => Value::Null,
        Tree::Bool(flag) => json!(flag),
        Tree::Int(number) => json!(number),
        Tree::Float(number) => json!(number),
        Tree::Text(text) => json!(text),
        Tree::List(items) => items.iter().map(value).collect(),
        Tree::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), value(&entry.node))).collect(),
    }
}

#[test]
fn the_schema_is_one() {
    assert!(jsonschema::meta::is_valid(&SCHEMA));
}

#[test]
fn every_way_to_write_fits() {
    for further in [
        "via: [erp]",
        "unit: order",
        "unit: {one: order, many: orders}",
        "owner: \"\"",
        "tier: 1",
        "baseline: {per: run, minutes: 5, method: guess, source: Ann, valid_from: 2026-01-01}",
        "baseline: {per: run, minutes: [0, 5, 7.5], method: guess, source: Ann, valid_from: 2026-01-01}",
        "baseline: {per: run, low_minutes: 0, likely_minutes: 5, high_minutes: 7, method: guess, source: A, valid_from: 2026-01-01}",
        "expect: {cron: 0 2 * * *, time_zone: UTC, grace: 1h 30m}",
        "tags: [finance, month-end]\ndocuments: [{title: Map, url: \"https://wiki.example/map\"}]",
    ] {
        assert!(read(&integration(further)).is_ok(), "{further}");
        assert_eq!(said(&integration(further)), Vec::<String>::new(), "{further}");
    }
    for further in [
        "retries: 2",
        "retries: {count: 2, backoff: 1s}",
        "assert: status == 200",
        "warn: [status == 200]",
        "method: POST",
        "options: {method: POST, headers: {Accept: json}, patience: 90s, max_bytes: 7}",
        "measures: {depth: json.depth, size: {value: json.size, unit: bytes}}",
    ] {
        assert!(read(&probe(further)).is_ok(), "{further}");
        assert_eq!(said(&probe(further)), Vec::<String>::new(), "{further}");
    }
}

#[test]
fn what_is_wrong_does_not_fit() {
    for further in [
        "colour: red",
        "tier: 4",
        "tier: \"1\"",
        "lifecycle: alive",
        "runbook: wiki/orders",
        "expect: {grace: 1h}",
        "expect: {every: 1h, cron: 0 2 * * *, grace: 1h}",
        "expect: {every: 1h}",
        "expect: {every: 60, grace: 1h}",
        "expect: {every: 1h, grace: 1h, min_units: 0}",
        "baseline: {per: run, minutes: [1, 2], method: guess, source: Ann, valid_from: 2026-01-01}",
        "baseline: {per: run, method: guess, source: Ann, valid_from: 2026-01-01}",
        "baseline: {per: day, minutes: 5, method: guess, source: Ann, valid_from: 2026-01-01}",
        "live_since: yesterday",
        "unit: {one: order}",
        "tags: [a, a]",
    ] {
        assert!(read(&integration(further)).is_err(), "{further}");
        assert!(!said(&integration(further)).is_empty(), "{further}");
    }
    for further in [
        "methd: POST",
        "method: FETCH",
        "options: {colour: red}",
        "max_bytes: 0",
        "follow: maybe",
        "patience: 90",
        "headers: [a]",
        "retries: 6",
        "down_after: 0",
        "time_zone: UTC",
        "cron: 0 2 * * *",
        "measures: {\"a b\": status}",
        "grace: 1h",
        "counts: \"yes\"",
    ] {
        assert!(read(&probe(further)).is_err(), "{further}");
        assert!(!said(&probe(further)).is_empty(), "{further}");
    }
    let body = |probe: &str| format!("probes:\n  - {probe}");
    for wrong in [
        "{slug: api, kind: telepathy, every: 1m}",
        "{slug: api, kind: http, every: 1m}",
        "{slug: api, kind: http, options: {}, every: 1m}",
        "{slug: beat, kind: heartbeat, url: \"http://a/\", grace: 1m, every: 1m}",
        "{kind: heartbeat, grace: 1m, every: 1m}",
    ] {
        assert!(read(&integration(&body(wrong))).is_err(), "{wrong}");
        assert!(!said(&integration(&body(wrong))).is_empty(), "{wrong}");
    }
}

#[test]
fn windows_fit_in_every_form_and_in_no_other() {
    let window = |of: &str| integration("tags: [night]") + "windows:\n  - {slug: w, " + of + "}\n";
    for right in [
        "once: {from: \"2026-12-05T20:00:00Z\", to: \"2026-12-06T04:00:00Z\"}, systems: erp",
        "weekly: {days: [sat, sun], from: \"22:00\", to: \"02:00\"}, everything: true",
        "monthly: {day: -1, from: \"22:00\", to: \"02:00\"}, tags: [night]",
        "monthly: {nth: 2, weekday: tue, from: \"22:00\", to: \"02:00\"}, integrations: orders, kind: freeze, counts: true",
        "cron: {at: 0 2 * * *, lasts: 1h}, everything: true",
        "rrule: {rule: FREQ=YEARLY;BYMONTH=12, starts: \"2026-12-24T12:00\", lasts: 3days}, everything: true",
    ] {
        assert!(read(&window(right)).is_ok(), "{right}: {:?}", read(&window(right)));
        assert_eq!(said(&window(right)), Vec::<String>::new(), "{right}");
    }
    for wrong in [
        "everything: true",
        "cron: {at: 0 2 * * *, lasts: 1h}",
        "cron: {at: 0 2 * * *}, everything: true",
        "cron: {at: 0 2 * * *, lasts: 1h}, weekly: {days: sat, from: \"22:00\", to: \"02:00\"}, everything: true",
        "weekly: {days: someday, from: \"22:00\", to: \"02:00\"}, everything: true",
        "weekly: {days: sat, from: 22, to: \"02:00\"}, everything: true",
        "monthly: {nth: 2, from: \"22:00\", to: \"02:00\"}, everything: true",
        "monthly: {day: 0, from: \"22:00\", to: \"02:00\"}, everything: true",
        "once: {from: now, to: then}, everything: true",
    ] {
        assert!(read(&window(wrong)).is_err(), "{wrong}");
        assert!(!said(&window(wrong)).is_empty(), "{wrong}");
    }
}

/// The fields that the reader of a map asked for, told by the fault of one that nobody knows.
fn known(faults: Vec<Fault>, path: &str) -> BTreeSet<String> {
    let fault = faults.into_iter().find(|fault| fault.field == path).unwrap_or_else(|| panic!("a fault of {path}"));
    let allowed = fault.allowed.expect("what is allowed");
    let allowed = allowed.trim_start_matches("one of ").to_owned();
    allowed.split(", ").map(str::to_owned).collect()
}

/// The fields of a map in the schema; `at` leads there from the definitions.
fn defined(at: &str) -> BTreeSet<String> {
    let map = SCHEMA["definitions"].pointer(at).unwrap_or_else(|| panic!("{at}"));
    map["properties"].as_object().expect("fields").keys().cloned().collect()
}

#[test]
fn every_field_that_is_read_stands_in_the_schema_and_no_other() {
    let integration = |further: Value| {
        let mut whole = json!({"slug": "a", "name": "A", "from": "b", "to": "c"});
        whole.as_object_mut().expect("a map").extend(further.as_object().expect("a map").clone());
        check_integration(&whole, KINDS).expect_err("faults")
    };
    let probe = |further: Value| {
        let mut whole = json!({"slug": "a", "kind": "http", "url": "http://a/", "every": "1m"});
        whole.as_object_mut().expect("a map").extend(further.as_object().expect("a map").clone());
        check_probe(&whole, KINDS).expect_err("faults")
    };
    let window = |form: &str| {
        let whole = json!({"slug": "a", "everything": true, form: {"zz": 1}});
        check_window(&whole).expect_err("faults")
    };
    let expect = json!({"expect": {"every": "1m", "grace": "1m", "zz": 1}});
    let windows = ["once", "weekly", "monthly", "cron", "rrule"];
    let of_windows =
        windows.map(|form| (known(window(form), &format!("{form}.zz")), format!("/window/properties/{form}")));
    for (read, at) in [
        (known(read("zz: 1").expect_err("faults"), "zz"), None),
        (known(check_system(&json!({"zz": 1})).expect_err("faults"), "zz"), Some("/system")),
        (known(integration(json!({"zz": 1})), "zz"), Some("/integration")),
        (known(integration(json!({"unit": {"zz": 1}})), "unit.zz"), Some("/unit/anyOf/1")),
        (known(integration(expect), "expect.zz"), Some("/expectation")),
        (
            known(integration(json!({"documents": [{"zz": 1}]})), "documents[0].zz"),
            Some("/integration/properties/documents/items"),
        ),
        (known(check_baseline(&json!({"zz": 1})).expect_err("faults"), "zz"), Some("/baseline")),
        (known(probe(json!({"zz": 1})), "zz"), Some("/probe.http")),
        (known(probe(json!({"retries": {"zz": 1}})), "retries.zz"), Some("/probe.http/properties/retries/anyOf/1")),
        (
            known(probe(json!({"measures": {"a": {"zz": 1}}})), "measures.a.zz"),
            Some("/probe.http/properties/measures/additionalProperties/anyOf/1"),
        ),
        (known(check_window(&json!({"zz": 1})).expect_err("faults"), "zz"), Some("/window")),
    ] {
        let inside = match at {
            Some(at) => defined(at),
            None => SCHEMA["properties"].as_object().expect("fields").keys().cloned().collect(),
        };
        assert_eq!(inside, read, "{at:?}");
    }
    for (read, at) in of_windows {
        assert_eq!(defined(&at), read, "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_catalogue_that_is_written_fits(catalogue in generated::catalogue()) {
        let text = write(&catalogue);
        prop_assert_eq!(said(&text), Vec::<String>::new(), "{}", text);
    }
}
