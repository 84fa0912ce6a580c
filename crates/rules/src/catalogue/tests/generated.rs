//! Laws that hold for every catalogue and every text.

use std::collections::BTreeMap;

use model::{
    BaselineMethod, BaselineSpec, Catalogue, Classification, Expectation, IntegrationSpec, Lifecycle, Link,
    MeasureSpec, Per, ProbeSpec, Retries, Schedule, Slug, Span, SystemSpec, Tier, Unit, integration::chrono_date::Day,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{KINDS, read, windows};
use crate::catalogue::{check_integration, check_system, check_window, plan, write};

const NASTY: [&str; 30] = [
    "no",
    "Yes",
    "y",
    "null",
    "~",
    "true",
    "1e3",
    "0x1F",
    "0o7",
    ".inf",
    "-1",
    "+1",
    "1_000",
    "2026-11-23",
    ": #",
    "a: b",
    "a #b",
    "#",
    "- a",
    "? a",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a`",
    "a: ",
    "\"a\\\"",
    "'a'",
    "--- a",
];

/// One line that is not blank.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&NASTY[..]).prop_map(str::to_owned),
        "[ -~]{1,30}",
        "\\PC{1,30}",
        Just("x".repeat(200)),
        Just(" \u{FEFF}a\u{2028}b\u{A0}\u{1F600}\u{10FFFF} ".to_owned()),
    ]
    .prop_filter("not blank", |text| !text.trim().is_empty() && !text.contains(char::is_control))
}

/// Any lines that are not all blank.
fn prose() -> impl Strategy<Value = String> {
    let lines = vec(prop_oneof![name(), Just(String::new()), "[ \t]{0,3}", "[ \t]?[a-z]{1,5}[ \t\r]?"], 0..5);
    let ends = select(&["", "\n", "\n\n", " ", "\r\n"][..]);
    (lines, ends)
        .prop_map(|(lines, end)| lines.join("\n") + end)
        .prop_filter("not blank", |text| !text.trim().is_empty())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), prose()]
}

/// As it stands in an option, where `${` begins a reference.
fn option_text() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace("${", "$${"))
}

fn slug() -> impl Strategy<Value = Slug> {
    prop_oneof![
        "[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?".prop_map(|slug| Slug::parse(&slug).expect("a slug")),
        select(&["no", "y", "null", "1e3", "0", "10", "true"][..]).prop_map(|slug| Slug::parse(slug).expect("a slug")),
    ]
}

fn url() -> impl Strategy<Value = String> {
    "https?://[a-z]{1,8}(:[1-9][0-9]{1,3})?/[a-z0-9/?=&#%.-]{0,20}"
        .prop_filter("an address", |text| url::Url::parse(text).is_ok())
}

fn span(least_ms: i64, most_ms: i64) -> impl Strategy<Value = Span> {
    (least_ms..=most_ms).prop_map(Span::ms)
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let cron = (select(&["0 2 * * *", "*/5 * * * 1-5", "0 0 1 * *"][..]), select(&["UTC", "Europe/Berlin"][..]));
    prop_oneof![
        span(1_000, 1_000_000_000).prop_map(|every| Schedule::Every { every }),
        cron.prop_map(|(cron, zone)| Schedule::Cron { cron: cron.to_owned(), time_zone: zone.to_owned() }),
    ]
}

fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![(0_u32..1_000).prop_map(f64::from), 0.0..1e9_f64, Just(0.1), Just(1e300), Just(f64::MIN_POSITIVE)]
}

fn day() -> impl Strategy<Value = Day> {
    (1990..2100, 1..=12, 1..=28).prop_map(|(y, m, d)| Day::parse(&format!("{y}-{m:02}-{d:02}")).expect("a day"))
}

fn options() -> impl Strategy<Value = Map<String, Value>> {
    let headers =
        proptest::collection::btree_map(name().prop_filter("short", |name| name.len() <= 200), option_text(), 0..3);
    (
        url(),
        option::of(headers),
        option::of(option_text()),
        option::of(vec(option_text(), 0..3)),
        option::of(1_i64..1_000_000),
        any::<bool>(),
    )
        .prop_map(|(url, headers, body, accept, bytes, follow)| {
            let all = json!({
                "url": url, "headers": headers, "body": body, "accept": accept, "max_bytes": bytes, "follow": follow,
                "method": "POST", "patience": "1m 30s"
            });
            let all = all.as_object().expect("a map").clone();
            all.into_iter().filter(|(_, value)| !value.is_null()).collect()
        })
}

fn probe() -> impl Strategy<Value = ProbeSpec> {
    let cel = || {
        let expressions =
            ["status == 200", "json.size() > 0 && body != ': # \"'", "status in [200, 201]\n  || status == 204"];
        vec(select(expressions.to_vec()).prop_map(str::to_owned), 0..3)
    };
    let measure = option::of(name()).prop_map(|unit| MeasureSpec { value: "status + 1".to_owned(), unit });
    let measures = proptest::collection::btree_map("[a-zA-Z_][a-zA-Z0-9_]{0,8}", measure, 0..3);
    let times = (schedule(), span(100, 1_000), option::of(span(100, 1_000)), 0_u8..=5, span(0, 1_000));
    let counts = (1_u32..=100, 1_u32..=100, any::<bool>(), any::<bool>());
    (slug(), option::of(name()), options(), times, counts, (cel(), cel(), measures), option::of(name())).prop_map(
        |(slug, name, options, times, counts, (assert, warn, measures), environment)| ProbeSpec {
            slug,
            name,
            kind: "http".to_owned(),
            options,
            schedule: times.0,
            timeout: times.1,
            retries: Retries { count: times.3, backoff: times.4 },
            down_after: counts.0,
            up_after: counts.1,
            retry_interval: times.2,
            assert,
            warn,
            measures,
            counts: counts.2,
            enabled: counts.3,
            upside_down: counts.3 && counts.0 % 2 == 0,
            environment,
        },
    )
}

fn baseline() -> impl Strategy<Value = BaselineSpec> {
    (vec(amount(), 3), select(Per::ALL), select(BaselineMethod::ALL), name(), day()).prop_map(
        |(mut minutes, per, method, source, valid_from)| {
            minutes.sort_by(f64::total_cmp);
            BaselineSpec {
                per,
                low_minutes: minutes[0],
                likely_minutes: minutes[1],
                high_minutes: minutes[2],
                method,
                source,
                valid_from,
            }
        },
    )
}

fn expectation() -> impl Strategy<Value = Expectation> {
    (schedule(), span(0, 1_000_000), option::of(amount().prop_filter("above 0", |units| *units > 0.0)))
        .prop_map(|(schedule, grace, min_units)| Expectation { schedule, grace, min_units })
}

fn tags() -> impl Strategy<Value = Vec<Slug>> {
    proptest::collection::btree_set(slug(), 0..3).prop_map(|tags| tags.into_iter().collect())
}

fn unit() -> impl Strategy<Value = Unit> {
    (name(), name(), any::<bool>()).prop_map(|(one, many, usual)| {
        // A name fills 200 characters; its plural would not be read.
        let many = if usual && one.chars().count() < 200 { format!("{one}s") } else { many };
        Unit { one, many }
    })
}

fn system() -> impl Strategy<Value = SystemSpec> {
    (slug(), name(), option::of(name()), option::of(name()), option::of(prose())).prop_map(
        |(slug, name, kind, owner, description)| SystemSpec {
            slug,
            name,
            kind,
            owner,
            description,
            depends_on: Vec::new(),
            formerly: None,
        },
    )
}

/// An integration; its ends are set to systems of the document afterwards.
fn integration() -> impl Strategy<Value = IntegrationSpec> {
    let people = (option::of(name()), option::of(name()), option::of(name()), option::of(name()), option::of(name()));
    let class =
        (select(&Tier::ALL[..]), select(Lifecycle::ALL), option::of(select(Classification::ALL)), option::of(day()));
    let links = vec((name(), url()).prop_map(|(title, url)| Link { title, url }), 0..3);
    let papers = (option::of(url()), links, vec(name(), 0..4), option::of(unit()), name());
    let rest = (option::of(expectation()), option::of(baseline()), vec(probe(), 0..3), option::of(prose()), tags());
    (slug(), name(), people, class, papers, rest).prop_map(|(slug, name, people, class, papers, rest)| {
        let probes: BTreeMap<Slug, ProbeSpec> = rest.2.into_iter().map(|probe| (probe.slug.clone(), probe)).collect();
        IntegrationSpec {
            from: slug.clone(),
            to: slug.clone(),
            via: Vec::new(),
            slug,
            name,
            description: rest.3,
            owner: people.0,
            business_owner: people.1,
            analyst: people.2,
            department: people.3,
            business_process: people.4,
            tier: class.0,
            lifecycle: class.1,
            live_since: class.3,
            classification: class.2,
            environment: papers.4,
            runbook: papers.0,
            documents: papers.1,
            building_blocks: papers.2,
            tags: rest.4,
            unit: papers.3,
            expect: rest.0,
            baseline: rest.1,
            probes: probes.into_values().collect(),
            formerly: None,
        }
    })
}

pub(super) fn catalogue() -> impl Strategy<Value = Catalogue> {
    let windows = vec(windows::window(), 0..3);
    (slug(), vec(system(), 1..4), vec(integration(), 0..3), any::<prop::sample::Index>(), windows).prop_map(
        |(name, systems, integrations, end, windows)| {
            let systems: BTreeMap<Slug, SystemSpec> = systems.into_iter().map(|one| (one.slug.clone(), one)).collect();
            let mut systems: Vec<SystemSpec> = systems.into_values().collect();
            let all: Vec<Slug> = systems.iter().map(|system| system.slug.clone()).collect();
            // In circles, too: what depends on what is not for the catalogue to judge.
            systems.iter_mut().skip(1).for_each(|system| system.depends_on.clone_from(&all));
            let integrations: BTreeMap<Slug, IntegrationSpec> =
                integrations.into_iter().map(|one| (one.slug.clone(), one)).collect();
            let mut integrations: Vec<IntegrationSpec> = integrations.into_values().collect();
            for integration in &mut integrations {
                integration.from = systems[0].slug.clone();
                integration.to = end.get(&systems).slug.clone();
                integration.via = systems.iter().map(|system| system.slug.clone()).collect();
            }
            let windows = windows::over(windows, &systems, &integrations);
            Catalogue { catalogue: name.to_string(), systems, integrations, windows }
        },
    )
}

/// Bits that documents are made of, in any order.
fn rubble() -> impl Strategy<Value = String> {
    let bits = [
        "systems",
        "integrations",
        "slug",
        "probes",
        ":",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "&a ",
        "*a",
        "!!str ",
        "!x",
        "|",
        ">-",
        "\"",
        "'",
        "#",
        "?",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "%TAG ! x\n",
        "\t",
        "\r",
        "\u{FEFF}",
        "\0",
        "é",
        "1",
        "null",
        "http",
        "every: 1m",
        "\\x",
        "<<: *a",
    ];
    prop_oneof![vec(select(bits.to_vec()), 0..40).prop_map(|bits| bits.concat()), any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_as_the_same(catalogue in catalogue()) {
        let text = write(&catalogue);
        let again = read(&text);
        prop_assert_eq!(again.as_ref(), Ok(&catalogue), "{}", text);
    }

    #[test]
    fn what_is_as_it_should_be_is_left_alone(catalogue in catalogue()) {
        prop_assert!(plan(&catalogue, &catalogue).changes.is_empty());
    }

    #[test]
    fn the_api_takes_back_what_it_gives(catalogue in catalogue()) {
        for system in &catalogue.systems {
            prop_assert_eq!(check_system(&json!(system)), Ok(system.clone()));
        }
        for window in &catalogue.windows {
            prop_assert_eq!(check_window(&json!(window)), Ok(window.clone()));
            let stored: Result<model::WindowSpec, _> = serde_json::from_value(json!(window));
            prop_assert_eq!(stored.map_err(|error| error.to_string()), Ok(window.clone()));
        }
        for integration in &catalogue.integrations {
            prop_assert_eq!(check_integration(&json!(integration), KINDS), Ok(integration.clone()));
            let stored: Result<IntegrationSpec, _> = serde_json::from_value(json!(integration));
            prop_assert_eq!(stored.map_err(|error| error.to_string()), Ok(integration.clone()));
        }
    }

    #[test]
    fn one_plan_leads_from_any_catalogue_to_any_other(have in catalogue(), want in catalogue()) {
        let changes = plan(&have, &want).changes;
        let made = changes.iter().filter(|change| change.kind == model::ChangeKind::Create && change.noun == "system").count();
        let gone = changes.iter().filter(|change| change.kind == model::ChangeKind::Remove && change.noun == "system").count();
        prop_assert_eq!(have.systems.len() + made, want.systems.len() + gone);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_at_all_makes_the_reader_panic(text in rubble()) {
        if let Err(faults) = read(&text) {
            prop_assert!(!faults.is_empty());
        }
    }
}
