//! Windows as they are written: what reads, what does not, what a plan makes of them.

use model::{
    ChangeKind, DayOfMonth, Fault, IntegrationSpec, LocalTime, Opens, Slug, Span, SystemSpec, TimeOfDay, Timestamp,
    Weekday, WindowKind, WindowSpec,
};
use proptest::{collection::btree_set, prelude::*, sample::select};

use super::{integration, read};
use crate::catalogue::{plan, write};

/// Any window; over what, is set by [`over`] when the document is known.
pub(super) fn window() -> impl Strategy<Value = WindowSpec> {
    let opens = opens();
    (
        "[a-z][a-z0-9-]{0,8}[a-z0-9]",
        proptest::option::of("[a-zA-Z :']{0,8}[a-z]"),
        select(WindowKind::ALL),
        opens,
        any::<bool>(),
    )
        .prop_map(|(slug, name, kind, opens, counts)| WindowSpec {
            slug: Slug::parse(&slug).expect("a slug"),
            name,
            kind,
            opens,
            counts,
            everything: true,
            integrations: Vec::new(),
            systems: Vec::new(),
            tags: Vec::new(),
        })
}

/// Windows of different slugs: the first over everything, the others over what there is.
pub(super) fn over(
    windows: Vec<WindowSpec>,
    systems: &[SystemSpec],
    integrations: &[IntegrationSpec],
) -> Vec<WindowSpec> {
    let mut windows: Vec<WindowSpec> = windows
        .into_iter()
        .enumerate()
        .map(|(at, one)| WindowSpec { slug: format!("w{at}-{}", one.slug).parse().expect("a slug"), ..one })
        .collect();
    for window in windows.iter_mut().skip(1) {
        window.everything = false;
        window.systems = systems.iter().map(|system| system.slug.clone()).collect();
        window.integrations = integrations.iter().map(|one| one.slug.clone()).collect();
        let tags: std::collections::BTreeSet<Slug> = integrations.iter().flat_map(|one| one.tags.clone()).collect();
        window.tags = tags.into_iter().collect();
    }
    windows
}

fn opens() -> impl Strategy<Value = Opens> {
    let zone = || select(&["UTC", "Europe/Berlin", "Australia/Lord_Howe"][..]).prop_map(str::to_owned);
    let time = || {
        (0..24, 0..60).prop_map(|(hour, minute)| TimeOfDay::parse(&format!("{hour:02}:{minute:02}")).expect("a time"))
    };
    let weekday = || select(Weekday::ALL);
    let nonzero = |most: i8| prop_oneof![1..=most, -most..=-1];
    let day = prop_oneof![
        nonzero(31).prop_map(|day| DayOfMonth::Day { day }),
        (nonzero(5), weekday()).prop_map(|(nth, weekday)| DayOfMonth::Nth { nth, weekday }),
    ];
    let lasts = || (1_i64..=31 * 1_440).prop_map(Span::minutes);
    let rules = select(
        &[
            "FREQ=DAILY",
            "FREQ=MONTHLY;BYDAY=-1SU",
            "FREQ=YEARLY;BYMONTH=12;COUNT=3",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
        ][..],
    );
    let crons = select(&["0 2 * * *", "* * * * * *", "*/5 1-3 1 * *"][..]);
    prop_oneof![
        (0_i64..4_000_000_000_000, 1_i64..=366 * 86_400_000)
            .prop_map(|(from, ms)| Opens::Once { from: Timestamp(from), to: Timestamp(from + ms) }),
        (btree_set(weekday(), 1..=7), time(), time(), zone()).prop_map(|(days, from, to, time_zone)| Opens::Weekly {
            days: days.into_iter().collect(),
            from,
            to,
            time_zone
        }),
        (day, time(), time(), zone()).prop_map(|(on, from, to, time_zone)| Opens::Monthly { on, from, to, time_zone }),
        (crons, lasts(), zone()).prop_map(|(at, lasts, time_zone)| Opens::Cron { at: at.to_owned(), lasts, time_zone }),
        (rules, lasts(), zone()).prop_map(|(rule, lasts, time_zone)| Opens::Rrule {
            rule: rule.to_owned(),
            starts: LocalTime::parse("2026-12-24T12:00").expect("a moment"),
            lasts,
            time_zone,
        }),
    ]
}

/// A right document with one window, whose further fields stand on line 11.
fn windowed(fields: &str) -> String {
    integration("tags: [finance]\n") + &format!("windows:\n  - {{slug: patch, {fields}}}\n")
}

fn faults(text: &str) -> Vec<Fault> {
    read(text).expect_err(text)
}

#[test]
fn a_window_is_read_in_each_of_its_forms() {
    for fields in [
        "once: {from: 2026-12-05T20:00:00Z, to: 2026-12-06T04:00:00+01:00}, systems: erp",
        "weekly: {days: sat, from: 22:00, to: \"02:00\"}, integrations: [orders]",
        "monthly: {day: -1, from: \"22:00\", to: \"02:00\", time_zone: Europe/Berlin}, tags: [finance]",
        "kind: freeze, counts: true, monthly: {nth: 2, weekday: tue, from: \"00:00\", to: \"00:00\"}, everything: true",
        "cron: {at: 0 2 * * *, lasts: 1h}, systems: [erp, shop]",
        "rrule: {rule: FREQ=YEARLY, starts: 2026-12-24T12:00, lasts: 3days}, systems: [erp]",
    ] {
        let catalogue = read(&windowed(fields)).expect(fields);
        assert_eq!(catalogue.windows.len(), 1, "{fields}");
        let text = write(&catalogue);
        assert_eq!(read(&text).expect(&text), catalogue, "{text}");
    }
}

fn assert_fault(fields: &str, field: &str, part: &str) {
    let found = faults(&windowed(fields));
    let fault = found.first().expect("a fault");
    assert_eq!(found.len(), 1, "{fields}: {found:?}");
    assert_eq!(
        (fault.field.as_str(), fault.line),
        (format!("windows[0].{field}").as_str(), Some(11)),
        "{fields}: {fault:?}"
    );
    assert!(fault.message.contains(part), "{fields}: {}", fault.message);
    assert!(fault.allowed.as_deref().is_some_and(|allowed| !allowed.is_empty()), "{fields}: {fault:?}");
}

#[test]
fn what_a_window_is_over_must_be_there() {
    for (fields, field, part) in [
        ("cron: {at: 0 2 * * *, lasts: 1h}", "systems", "is missing"),
        ("cron: {at: 0 2 * * *, lasts: 1h}, systems: []", "systems", "is missing"),
        (
            "cron: {at: 0 2 * * *, lasts: 1h}, systems: [epr]",
            "systems[0]",
            "there is no system `epr`; did you mean `erp`?",
        ),
        (
            "cron: {at: 0 2 * * *, lasts: 1h}, integrations: order",
            "integrations",
            "there is no integration `order`; did you mean `orders`?",
        ),
        (
            "cron: {at: 0 2 * * *, lasts: 1h}, tags: [finanz]",
            "tags[0]",
            "there is no tag `finanz`; did you mean `finance`?",
        ),
        ("cron: {at: 0 2 * * *, lasts: 1h}, systems: [erp, erp]", "systems[1]", "stands here twice"),
        ("everything: true, cron: {at: 0 2 * * *, lasts: 1h}, systems: [erp]", "everything", "one of both must go"),
        ("systems: [erp]", "once", "is missing"),
    ] {
        assert_fault(fields, field, part);
    }
}

#[test]
fn every_fault_of_a_window_has_its_line_its_field_and_a_remedy() {
    let scoped = ", systems: [erp]";
    for (fields, field, part) in [
        (&format!("once: {{from: noon, to: 2026-12-06T04:00:00Z}}{scoped}"), "once.from", "`noon` is not a moment"),
        (
            &format!("once: {{from: 2026-12-06T04:00:00Z, to: 2026-12-06T04:00:00Z}}{scoped}"),
            "once.to",
            "is not after `from`",
        ),
        (
            &format!("once: {{from: 2026-12-06T04:00:00Z, to: 2028-12-06T04:00:00Z}}{scoped}"),
            "once.to",
            "is too far away",
        ),
        (&format!("weekly: {{days: [], from: \"22:00\", to: \"02:00\"}}{scoped}"), "weekly.days", "names no day"),
        (&format!("weekly: {{days: [sat, sat], from: \"22:00\", to: \"02:00\"}}{scoped}"), "weekly.days[1]", "twice"),
        (
            &format!("weekly: {{days: [caturday], from: \"22:00\", to: \"02:00\"}}{scoped}"),
            "weekly.days[0]",
            "is not known",
        ),
        (
            &format!("weekly: {{days: [sat], from: \"24:00\", to: \"02:00\"}}{scoped}"),
            "weekly.from",
            "`24:00` is not a time",
        ),
        (
            &format!("weekly: {{days: [sat], from: \"22:00\", to: \"02:00\", time_zone: Berlin}}{scoped}"),
            "weekly.time_zone",
            "is not a time zone",
        ),
        (&format!("monthly: {{day: 0, from: \"22:00\", to: \"02:00\"}}{scoped}"), "monthly.day", "`0` is out of range"),
        (
            &format!("monthly: {{day: 32, from: \"22:00\", to: \"02:00\"}}{scoped}"),
            "monthly.day",
            "`32` is out of range",
        ),
        (&format!("monthly: {{nth: 2, from: \"22:00\", to: \"02:00\"}}{scoped}"), "monthly.weekday", "is missing"),
        (
            &format!("monthly: {{day: 2, nth: 2, from: \"22:00\", to: \"02:00\"}}{scoped}"),
            "monthly.nth",
            "stands beside `day`",
        ),
        (&format!("cron: {{at: 0 0 30 2 *, lasts: 1h}}{scoped}"), "cron.at", "never fires"),
        (&format!("cron: {{at: 0 2 * * *, lasts: 30s}}{scoped}"), "cron.lasts", "too short"),
        (
            &format!("rrule: {{rule: FREQ=SECONDLY, starts: 2026-12-24T12:00, lasts: 1h}}{scoped}"),
            "rrule.rule",
            "more than once a day",
        ),
        (
            &format!("rrule: {{rule: FREQ=DAILY, starts: 2026-12-24, lasts: 1h}}{scoped}"),
            "rrule.starts",
            "`2026-12-24` is not a moment without a zone",
        ),
        (
            &format!("daily: {{from: \"22:00\"}}, cron: {{at: 0 2 * * *, lasts: 1h}}{scoped}"),
            "daily",
            "is no field of this",
        ),
        (
            &format!(
                "once: {{from: 2026-12-06T04:00:00Z, to: 2026-12-06T05:00:00Z}}, cron: {{at: 0 2 * * *, lasts: 1h}}{scoped}"
            ),
            "cron",
            "stands beside `once`",
        ),
    ] {
        assert_fault(fields, field, part);
    }
}

#[test]
fn windows_are_planned_and_follow_what_they_are_over() {
    let before = read(&windowed("cron: {at: 0 2 * * *, lasts: 1h}, systems: [erp], integrations: [orders]"))
        .expect("a catalogue");
    let mut after = before.clone();
    let changes = |have: &model::Catalogue, want: &model::Catalogue| -> Vec<String> {
        plan(have, want)
            .changes
            .into_iter()
            .map(|one| format!("{} {} {} {}", one.kind, one.noun, one.slug, one.fields.join(" ")))
            .collect()
    };

    // A new slug of a system or an integration is no change of the window over it.
    after.systems[1].slug = "netsuite".parse().expect("a slug");
    after.systems[1].formerly = Some("erp".parse().expect("a slug"));
    after.integrations[0].slug = "sales".parse().expect("a slug");
    after.integrations[0].formerly = Some("orders".parse().expect("a slug"));
    after.integrations[0].to = "netsuite".parse().expect("a slug");
    after.windows[0].systems = vec!["netsuite".parse().expect("a slug")];
    after.windows[0].integrations = vec!["sales".parse().expect("a slug")];
    assert!(plan(&before, &after).changes.iter().all(|change| change.noun != "window"));

    // Another time is.
    let mut later = before.clone();
    later.windows[0].opens =
        Opens::Cron { at: "0 3 * * *".to_owned(), lasts: Span::hours(1), time_zone: "UTC".to_owned() };
    assert_eq!(changes(&before, &later), ["change window patch cron"]);
    later.windows.clear();
    assert_eq!(changes(&before, &later), ["remove window patch "]);
    assert_eq!(changes(&later, &before), ["create window patch "]);
    assert!(plan(&before, &later).changes.iter().all(|change| change.kind == ChangeKind::Remove));
    assert!(plan(&before, &later).integrations().is_empty());
}

#[test]
fn systems_that_others_depend_on_must_be_there() {
    let text = "systems:\n  - {slug: shop, name: Shop, depends_on: [erp, cloud]}\n  - {slug: erp, name: ERP, depends_on: shop}\n";
    let found = faults(text);
    assert_eq!((found.len(), found[0].field.as_str(), found[0].line), (1, "systems[0].depends_on[1]", Some(2)));
    assert!(found[0].message.contains("there is no system `cloud`"));
}

#[test]
fn what_asks_nothing_cannot_be_upside_down() {
    let text = integration("probes:\n  - {slug: beat, kind: heartbeat, every: 1h, grace: 5m, upside_down: true}\n");
    assert_eq!(faults(&text)[0].field, "integrations[0].probes[0].upside_down");
    let text = super::probe("upside_down: true");
    assert!(read(&text).expect("a catalogue").integrations[0].probes[0].upside_down);
}
