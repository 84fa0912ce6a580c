//! What may be written, and what it means.

use model::{Lifecycle, Retries, Schedule, Span};
use serde_json::json;

use super::{KINDS, integration, probe, read};
use crate::catalogue::{check_probe, check_system};

#[test]
fn short_forms_mean_what_the_long_ones_do() {
    for (short, long) in [
        ("via: erp", "via: [erp]"),
        ("unit: order", "unit: {one: order, many: orders}"),
        ("owner: \"\"", "tier: 3"),
        ("owner:", "lifecycle: live"),
        ("environment: production", "probes: []"),
        (
            "baseline: {per: run, minutes: 5, method: guess, source: Ann, valid_from: 2026-01-01}",
            "baseline: {per: run, low_minutes: 5, likely_minutes: 5.0, high_minutes: 5, method: guess, source: Ann, valid_from: 2026-01-01}",
        ),
        (
            "baseline: {per: run, minutes: [0, 5, 7.5], method: guess, source: Ann, valid_from: 2026-01-01}",
            "baseline: {per: run, low_minutes: 0, likely_minutes: 5, high_minutes: 7.5, method: guess, source: Ann, valid_from: 2026-01-01}",
        ),
        ("expect: {cron: 0 2 * * *, grace: 1h}", "expect: {cron: 0 2 * * *, time_zone: UTC, grace: 60m}"),
    ] {
        assert_eq!(read(&integration(short)).expect(short), read(&integration(long)).expect(long));
    }
    for (short, long) in [
        ("retries: 2", "retries: {count: 2, backoff: 1s}"),
        ("assert: status == 200", "assert: [status == 200]"),
        ("method: POST", "options: {method: POST}"),
        ("patience: 90s", "options: {patience: 1m 30s}"),
        ("accept: json", "accept: [json]"),
        ("measures: {depth: json.depth}", "measures: {depth: {value: json.depth}}"),
        ("timeout: 10s", "down_after: 3"),
    ] {
        assert_eq!(read(&probe(short)).expect(short), read(&probe(long)).expect(long));
    }
}

#[test]
fn what_is_not_said_has_its_default() {
    let catalogue = read(&probe("")).expect("a catalogue");
    assert_eq!(catalogue.catalogue, "landscape");
    let integration = &catalogue.integrations[0];
    assert_eq!(
        (integration.tier.get(), integration.lifecycle, integration.environment.as_str()),
        (3, Lifecycle::Live, "production")
    );
    let probe = &integration.probes[0];
    assert_eq!(probe.schedule, Schedule::Every { every: Span::minutes(1) });
    assert_eq!(
        (probe.timeout, probe.retries, probe.down_after, probe.up_after),
        (Span::seconds(10), Retries::default(), 3, 1)
    );
    assert!(probe.counts && probe.enabled && probe.retry_interval.is_none());
}

#[test]
fn a_short_period_shortens_the_timeout_that_is_not_said() {
    let quick = json!({"slug": "a", "kind": "heartbeat", "every": "2s", "grace": "1s"});
    assert_eq!(check_probe(&quick, KINDS).expect("a probe").timeout, Span::seconds(2));
}

#[test]
fn an_option_named_as_a_field_of_every_probe_stands_under_options() {
    let text = probe("timeout: 5s\noptions: {timeout: mine}");
    let probe = read(&text).expect("a catalogue").integrations[0].probes[0].clone();
    assert_eq!((probe.timeout, &probe.options["timeout"]), (Span::seconds(5), &json!("mine")));
}

#[test]
fn aliases_repeat_what_was_said() {
    let text = integration("expect: &often {every: 1h, grace: 10m}\nprobes: []")
        + "  - {slug: refunds, name: Refunds, from: erp, to: shop, expect: *often}\n";
    let catalogue = read(&text).expect("a catalogue");
    assert_eq!(catalogue.integrations[0].expect, catalogue.integrations[1].expect);
    assert!(catalogue.integrations[1].expect.is_some());
}

#[test]
fn files_make_one_catalogue_in_the_order_of_their_names() {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let files = [
        file("20-flows.yaml", "integrations: [{slug: a, name: A, from: shop, to: erp}]"),
        file("11-more.yaml", "catalogue: sales\nsystems: [{slug: erp, name: ERP}]"),
        file("10-systems.yaml", "catalogue: sales\nsystems: [{slug: shop, name: Shop}]"),
    ];
    let catalogue = crate::catalogue::read(&files, KINDS).expect("a catalogue");
    assert_eq!((catalogue.catalogue.as_str(), catalogue.integrations.len()), ("sales", 1));
    let slugs: Vec<_> = catalogue.systems.iter().map(|system| system.slug.as_str()).collect();
    assert_eq!(slugs, ["shop", "erp"]);
}

#[test]
fn json_is_read_as_yaml_is() {
    let system = check_system(&json!({"slug": "erp", "name": "ERP", "kind": null, "owner": " "})).expect("a system");
    assert_eq!((system.name.as_str(), system.kind, system.owner), ("ERP", None, None));
}
