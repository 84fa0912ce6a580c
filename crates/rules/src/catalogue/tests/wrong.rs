//! Wrong catalogues: each gives exactly these faults, all at once.

use std::fmt::Write as _;

use serde_json::json;

use super::{KINDS, integration, probe, read};
use crate::catalogue::{check_baseline, check_integration, check_probe, check_system};

/// Line, field and message of every fault.
fn faults(text: &str) -> Vec<(u32, String, String)> {
    let faults = read(text).expect_err(text);
    for fault in &faults {
        assert_eq!(fault.file.as_deref(), Some("a.yaml"), "{fault:?}");
        assert!(fault.allowed.as_deref().is_some_and(|allowed| !allowed.is_empty()), "{fault:?} says what is allowed");
    }
    faults.into_iter().map(|fault| (fault.line.unwrap_or(0), fault.field, fault.message)).collect()
}

fn assert_faults(text: &str, wanted: &[(u32, &str, &str)]) {
    let wanted: Vec<_> =
        wanted.iter().map(|(line, field, message)| (*line, (*field).to_owned(), (*message).to_owned())).collect();
    assert_eq!(faults(text), wanted, "\n{text}");
}

#[test]
fn what_is_no_document_says_so() {
    for (text, line, field, message) in [
        ("", 1, "document", "holds nothing"),
        ("# only a remark\n", 1, "document", "holds nothing"),
        ("- a list\n", 1, "document", "must be a map, not a list"),
        ("systems: []\n---\nsystems: []\n", 3, "document", "holds a second document"),
        ("systems: []\nsystems: []\n", 2, "document", "says `systems` twice; first on line 1"),
        ("systems: []\n1: one\n", 2, "document", "has a key that is a number"),
        ("systems: !mine []\n", 1, "document", "has the tag `!mine` that does not fit"),
        ("a: \0", 1, "document", "has a NUL character"),
        ("systems: &all [*all]\n", 1, "document", "has an alias of what it is part of"),
        ("catalogue: My Landscape\n", 1, "catalogue", "`My Landscape` is not a slug; did you mean `my-landscape`?"),
        ("systems: shop\n", 1, "systems", "must be a list, not a text"),
        ("sistems: []\n", 1, "sistems", "is no field of this; did you mean `systems`?"),
        ("systems: [shop]\n", 1, "systems[0]", "must be a map, not a text"),
    ] {
        assert_faults(text, &[(line, field, message)]);
    }
    let broken = faults("systems:\n  - {slug: a\nname");
    assert!(broken.len() == 1 && broken[0].2.starts_with("is not YAML: "), "{broken:?}");
}

#[test]
fn documents_made_to_hurt_are_refused() {
    let deep = format!("systems: {}", "[".repeat(100));
    assert_faults(&deep, &[(1, "document", "nests too deep")]);

    assert!(read(&"[".repeat(1_000_000)).is_err());

    let mut laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
    for level in 1..9 {
        let before = level - 1;
        let ten = vec![format!("*a{before}"); 10].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{ten}]").expect("texts grow");
    }
    let found = faults(&laughs);
    assert_eq!(found.last().map(|(_, _, message)| message.as_str()), Some("holds too many values"));

    let mut chain = "a0: &a0 [x]\n".to_owned();
    for level in 1..100 {
        writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1).expect("texts grow");
    }
    assert_eq!(faults(&chain).last().map(|(_, _, message)| message.as_str()), Some("nests too deep"));

    let large = "#".repeat(8 * 1024 * 1024 + 1);
    assert_faults(&large, &[(1, "document", "is too large")]);

    let many = format!("systems: [{}]", vec!["1"; 2_000].join(", "));
    let found = read(&many).expect_err("2,000 faults");
    assert_eq!((found.len(), found[1_000].message.as_str()), (1_001, "1000 further faults are not listed"));
}

#[test]
fn every_wrong_field_of_a_system_is_named() {
    let text = "systems:\n  - slug: My Shop\n    nam: Shop\n    owner: [a]\n  - slug: erp\n    name: 42\n    kind: |\n      two\n      lines\n";
    assert_faults(
        text,
        &[
            (2, "systems[0].slug", "`My Shop` is not a slug; did you mean `my-shop`?"),
            (2, "systems[0].name", "is missing"),
            (3, "systems[0].nam", "is no field of this; did you mean `name`?"),
            (4, "systems[0].owner", "must be a text, not a list"),
            (6, "systems[1].name", "must be a text, not a number"),
            (8, "systems[1].kind", "has a line break or another control character"),
        ],
    );
}

#[test]
fn slugs_stand_once_and_former_ones_are_gone() {
    let text =
        "systems:\n  - {slug: shop, name: A}\n  - {slug: shop, name: B}\n  - {slug: erp, name: C, formerly: shop}\n";
    assert_faults(
        text,
        &[
            (3, "systems[1].slug", "`shop` is the slug of another system: systems[0].slug in a.yaml, line 2"),
            (4, "systems[2].formerly", "`shop` is still in use: systems[0].slug in a.yaml, line 2"),
        ],
    );
    let text = "systems:\n  - {slug: a, name: A, formerly: c}\n  - {slug: b, name: B, formerly: c}\n";
    let message = "`c` became another system: systems[0].formerly in a.yaml, line 2";
    assert_faults(text, &[(3, "systems[1].formerly", message)]);
}

#[test]
fn every_wrong_field_of_an_integration_is_named() {
    for (further, line, field, message) in [
        ("via: workato", 9, "via", "there is no system `workato`"),
        ("via:\n  - erp\n  - shp", 11, "via[1]", "there is no system `shp`; did you mean `shop`?"),
        ("tier: 4", 9, "tier", "`4` is out of range"),
        ("tier: 1.5", 9, "tier", "`1.5` is not a whole number"),
        ("tier: \"1\"", 9, "tier", "must be a whole number, not a text"),
        ("lifecycle: alive", 9, "lifecycle", "`alive` is not known; did you mean `live`?"),
        ("classification: blue", 9, "classification", "`blue` is not known"),
        ("live_since: 2026-02-30", 9, "live_since", "`2026-02-30` is not a day"),
        ("live_since: 2026-2-3", 9, "live_since", "`2026-2-3` is not a day"),
        ("runbook: wiki/runbook", 9, "runbook", "`wiki/runbook` is not an http(s) address"),
        ("runbook: ftp://wiki", 9, "runbook", "`ftp://wiki` is not an http(s) address"),
        ("runbook: ftp://ada:hush@wiki", 9, "runbook", "what is written is not an http(s) address"),
        ("documents:\n  - title: Map\n    link: x", 10, "documents[0].url", "is missing"),
        ("unit: {one: order}", 9, "unit.many", "is missing"),
        ("business_owner: true", 9, "business_owner", "must be a text, not true or false"),
        ("ownr: Finance", 9, "ownr", "is no field of this; did you mean `owner`?"),
        ("formerly: orders", 9, "formerly", "`orders` is still in use: integrations[0].slug in a.yaml, line 5"),
        ("expect: {every: 1h}", 9, "expect.grace", "is missing"),
        ("expect: {grace: 1h}", 9, "expect.every", "is missing"),
        ("expect: {every: 1h, grace: 1h, min_units: 0}", 9, "expect.min_units", "`0` would never be missed"),
        ("expect: {every: 1h, grace: 1h, min_units: -2}", 9, "expect.min_units", "`-2` is out of range"),
        ("expect: {every: 1h, grace: 1h, time_zone: UTC}", 9, "expect.time_zone", "belongs to `cron`"),
    ] {
        let field = format!("integrations[0].{field}");
        let found = faults(&integration(further));
        assert_eq!(found.first(), Some(&(line, field, message.to_owned())), "{further}\n{found:?}");
    }
    let long = integration(&format!("owner: {}", "x".repeat(201)));
    assert_faults(&long, &[(9, "integrations[0].owner", "is too long: 201 characters")]);
}

#[test]
fn ends_are_systems_of_the_document() {
    let text = "systems: [{slug: netsuite, name: NetSuite}]\nintegrations:\n  - slug: orders\n    name: Orders\n    from: shop\n    to: netsuit\n";
    assert_faults(
        text,
        &[
            (5, "integrations[0].from", "there is no system `shop`"),
            (6, "integrations[0].to", "there is no system `netsuit`; did you mean `netsuite`?"),
        ],
    );
    assert_eq!(read(text).expect_err("two faults")[0].allowed.as_deref(), Some("netsuite"));
}

#[test]
fn a_system_that_is_wrong_is_still_known() {
    let text = "systems: [{slug: shop}]\nintegrations:\n  - {slug: a, name: A, from: shop, to: shop}\n";
    assert_faults(text, &[(1, "systems[0].name", "is missing")]);
}

#[test]
fn every_wrong_field_of_a_baseline_is_named() {
    let rest = "per: unit\n  method: guess\n  source: Ann\n  valid_from: 2026-01-01";
    for (minutes, line, field, message) in [
        ("minutes: [5, 3, 9]", 14, "minutes[1]", "`3` is less than the `5` before it"),
        ("minutes: [3, 5]", 14, "minutes", "has 2 numbers"),
        ("minutes: -1", 14, "minutes", "`-1` is out of range"),
        ("minutes: .inf", 14, "minutes", "`inf` is out of range"),
        ("minutes: five", 14, "minutes", "must be a number, not a text"),
        ("low_minutes: 3", 10, "likely_minutes", "is missing"),
        ("minutes: 3\n  low_minutes: 3", 15, "low_minutes", "stands beside `minutes`; one of both must go"),
    ] {
        let field = format!("integrations[0].baseline.{field}");
        let found = faults(&integration(&format!("baseline:\n  {rest}\n  {minutes}")));
        assert_eq!(found.first(), Some(&(line, field, message.to_owned())), "{minutes}\n{found:?}");
    }
    assert_faults(
        &integration("baseline: {per: order, method: guessed}"),
        &[
            (9, "integrations[0].baseline.per", "`order` is not known"),
            (9, "integrations[0].baseline.minutes", "is missing"),
            (9, "integrations[0].baseline.method", "`guessed` is not known; did you mean `guess`?"),
            (9, "integrations[0].baseline.source", "is missing"),
            (9, "integrations[0].baseline.valid_from", "is missing"),
        ],
    );
}

#[test]
fn every_wrong_field_of_a_probe_is_named() {
    for (further, line, field, message) in [
        ("timeout: 2m", 14, "timeout", "`2m` is longer than the period `1m`"),
        ("timeout: 10ms", 14, "timeout", "`10ms` is too short"),
        ("timeout: 10", 14, "timeout", "`10` has no unit; did you mean `10s`?"),
        ("timeout: soon", 14, "timeout", "`soon` is not a length of time"),
        ("retry_interval: 61s", 14, "retry_interval", "`1m 1s` is longer than the period `1m`"),
        ("retries: 6", 14, "retries", "`6` is out of range"),
        ("retries: {backoff: 1s}", 14, "retries.count", "is missing"),
        ("down_after: 0", 14, "down_after", "`0` is out of range"),
        ("up_after: 101", 14, "up_after", "`101` is out of range"),
        ("counts: yes", 14, "counts", "must be true or false, not a text"),
        ("cron: \"0 2 * * *\"", 14, "cron", "stands beside `every`; one of both must go"),
        ("methd: GET", 14, "methd", "is no field of this; did you mean `method`?"),
        ("method: get", 14, "method", "`get` is not known; did you mean `GET`?"),
        ("max_bytes: 0", 14, "max_bytes", "`0` is out of range"),
        ("follow: 1", 14, "follow", "must be true or false, not a number"),
        ("patience: 1 fortnight", 14, "patience", "`1 fortnight` is not a length of time"),
        ("headers: [a]", 14, "headers", "must be a map, not a list"),
        ("headers: {Version: 2}", 14, "headers.Version", "must be a text, not a number"),
        ("accept: [a, 1]", 14, "accept[1]", "must be a text, not a number"),
        ("measures: {\"queue depth\": json.a}", 14, "measures.queue depth", "`queue depth` cannot name a measure"),
        ("measures:\n  depth: {unit: count}", 15, "measures.depth.value", "is missing"),
        ("assert:\n  - status == 200\n  - 200", 16, "assert[1]", "must be a text, not a number"),
    ] {
        let field = format!("integrations[0].probes[0].{field}");
        let found = faults(&probe(further));
        assert_eq!(found, [(line, field, message.to_owned())], "{further}");
    }
}

#[test]
fn probes_have_a_kind_a_schedule_and_the_options_of_the_kind() {
    let at = |field: &str| format!("integrations[0].probes{field}");
    for (probes, line, field, message) in [
        ("- {slug: a, every: 1m}", 10, "[0].kind", "is missing"),
        ("- {slug: a, kind: htp, every: 1m, url: x}", 10, "[0].kind", "there is no kind `htp`; did you mean `http`?"),
        ("- {slug: a, kind: http, every: 1m}", 10, "[0].url", "is missing"),
        ("- slug: a\n  kind: http\n  every: 1m\n  options:\n    method: GET", 14, "[0].options.url", "is missing"),
        ("- {slug: a, kind: heartbeat, grace: 1m}", 10, "[0].every", "is missing"),
        ("- {slug: a, kind: heartbeat, grace: 1m, every: 10ms}", 10, "[0].every", "`10ms` is too short"),
        ("- {slug: a, kind: heartbeat, every: 1m, grace: 1m, url: x}", 10, "[0].url", "is no field of this"),
        (
            "- {slug: a, kind: http, every: 1m, url: 'http://a/', body: '${secret:a b}'}",
            10,
            "[0].body",
            "the `${` at character 1 has no right name: use 1 to 64 of A-Z, a-z, 0-9, `_`, `.` and `-`; write `$${` where `${` itself is meant",
        ),
        (
            "- {slug: a, kind: heartbeat, every: 1m, options: {grase: 1m}, grace: 1m}",
            10,
            "[0].options.grase",
            "is no option of `heartbeat`; did you mean `grace`?",
        ),
        (
            "- {slug: a, kind: heartbeat, every: 1m, options: {grace: 1m}, grace: 1m}",
            10,
            "[0].grace",
            "stands under `options` already",
        ),
        (
            "- {slug: a, kind: heartbeat, grace: 1m, cron: \"0 2 * * *\", time_zone: Europe/Berln}",
            10,
            "[0].time_zone",
            "`Europe/Berln` is not a time zone; did you mean `Europe/Berlin`?",
        ),
        (
            "- {slug: a, kind: heartbeat, every: 1m, grace: 1m}\n- {slug: a, kind: heartbeat, every: 1m, grace: 1m}",
            11,
            "[1].slug",
            "`a` is the slug of probes[0] already",
        ),
    ] {
        let found = faults(&integration(&format!("probes:\n  {}", probes.replace('\n', "\n  "))));
        assert_eq!(found, [(line, at(field), message.to_owned())], "{probes}");
    }
}

#[test]
fn expressions_and_crons_are_named_at_their_own_line() {
    for (further, line, field) in [
        ("assert:\n  - status == 200\n  - status ==\n", 16, "assert[1]"),
        ("assert: statu == 200", 14, "assert[0]"),
        ("warn:\n  - status == 200\n  - (", 16, "warn[1]"),
        ("measures:\n  good: status\n  bad:\n    unit: s\n    value: \"1 +\"", 18, "measures.bad.value"),
    ] {
        let found = faults(&probe(further));
        let places: Vec<_> = found.iter().map(|(line, field, _)| (*line, field.as_str())).collect();
        assert_eq!(places, [(line, format!("integrations[0].probes[0].{field}").as_str())], "{further}\n{found:?}");
    }
    let found = faults(&integration("expect:\n  cron: 61 * * * *\n  grace: 1h"));
    assert_eq!((found.len(), found[0].0, found[0].1.as_str()), (1, 10, "integrations[0].expect.cron"), "{found:?}");
}

#[test]
fn faults_of_several_files_come_at_once_and_in_order() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let files = [
        file("b.yaml", "catalogue: two\nsystems: [{slug: shop, name: Shop}]\n"),
        file("a.yaml", "catalogue: one\nsystems: [{slug: shop, name: Shop}]\nx: 1\n"),
    ];
    let found = crate::catalogue::read(&files, KINDS).expect_err("three faults");
    let places: Vec<_> = found
        .iter()
        .map(|fault| (fault.file.as_deref().unwrap_or(""), fault.line.unwrap_or(0), fault.field.as_str()))
        .collect();
    assert_eq!(places, [("a.yaml", 3, "x"), ("b.yaml", 1, "catalogue"), ("b.yaml", 2, "systems[0].slug")]);
    assert_eq!(crate::catalogue::read(&[], KINDS).expect_err("no file")[0].message, "there is no file to read");
}

#[test]
fn a_file_that_cannot_be_read_brings_no_faults_of_others_with_it() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let files = [
        file("a.yaml", "systems: [{slug: shop, name: Shop}"),
        file("b.yaml", "integrations: [{slug: a, name: A, from: shop, to: shop}]"),
    ];
    let found = crate::catalogue::read(&files, KINDS).expect_err("one fault");
    assert_eq!((found.len(), found[0].file.as_deref()), (1, Some("a.yaml")), "{found:?}");
}

#[test]
fn the_api_gets_the_same_faults_without_lines() {
    let places = |faults: Vec<model::Fault>| -> Vec<(Option<u32>, String)> {
        faults.into_iter().map(|fault| (fault.line, fault.field)).collect()
    };
    let of = |field: &str| (None, field.to_owned());
    assert_eq!(places(check_system(&json!({"slug": "A"})).expect_err("wrong")), [of("slug"), of("name")]);
    assert_eq!(places(check_system(&json!(7)).expect_err("wrong")), [of("document")]);
    assert_eq!(
        places(
            check_integration(&json!({"slug": "a", "name": "A", "from": "b", "to": "c", "probes": [{}]}), KINDS)
                .expect_err("wrong")
        ),
        [of("probes[0].slug"), of("probes[0].kind"), of("probes[0].every")]
    );
    let broken = json!({"slug": "a", "kind": "heartbeat", "every": "1m", "options": {"grace": 5}});
    assert_eq!(places(check_probe(&broken, KINDS).expect_err("wrong")), [of("options.grace")]);
    let unmeasured = json!({"per": "run", "method": "guess", "source": "Ann", "valid_from": "2026-01-01"});
    assert_eq!(places(check_baseline(&unmeasured).expect_err("wrong")), [of("minutes")]);
    let mut deep = json!({});
    for _ in 0..100 {
        deep = json!([deep]);
    }
    assert_eq!(places(check_system(&deep).expect_err("deep")), [of("document")]);
}
