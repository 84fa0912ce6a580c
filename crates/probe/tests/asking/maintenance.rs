//! What docs/maintenance.md shows can be written, and does what the page says.

use std::{fs, path::Path};

use model::{Catalogue, HandlingAction, Timestamp};
use probe::{Clients, kinds};
use rules::{
    cause::{Bridge, causes, system_states},
    outcome::Verdict,
    window::{Opening, Window, is_over},
};

const PAGE: &str = "maintenance.md";

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(PAGE);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What its examples say: of windows, of what is upside-down, of dependencies.
fn examples() -> [Catalogue; 3] {
    let page = page();
    let shown = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().expect("an end"));
    let read = |example: &str| {
        let read = rules::catalogue::read(&[(PAGE.to_owned(), example.to_owned())], kinds());
        read.unwrap_or_else(|faults| panic!("{faults:?}"))
    };
    shown.map(read).collect::<Vec<_>>().try_into().expect("three examples")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

#[test]
fn what_its_examples_ask_can_be_asked() {
    let clients = Clients::new().expect("clients");
    let integrations = examples().into_iter().flat_map(|example| example.integrations);
    let probes: Vec<_> = integrations.flat_map(|integration| integration.probes).collect();
    for spec in &probes {
        probe::build(spec, &clients).map_or_else(|faults| panic!("{}: {faults:?}", spec.slug), |_| ());
    }
    assert_eq!(probes.iter().filter(|spec| spec.upside_down).count(), 1);
}

#[test]
fn its_windows_are_over_the_orders_and_open_when_people_would_say() {
    let [example, ..] = examples();
    let monday = at("2026-11-23T09:41:00Z");
    let opens = |slug: &str| {
        let spec = example.windows.iter().find(|window| window.slug.as_str() == slug).expect(slug);
        assert!(is_over(spec, &example.integrations[0]), "{slug}");
        Window::compile(&spec.opens).expect(slug).next(monday)
    };
    let expected = [
        ("move", "2026-12-05T20:00:00Z", "2026-12-06T04:00:00Z"),
        ("patches", "2026-11-28T21:00:00Z", "2026-11-29T01:00:00Z"),
        ("second-tuesday", "2026-12-08T17:00:00Z", "2026-12-08T19:00:00Z"),
        ("last-day", "2026-11-30T20:00:00Z", "2026-11-30T23:00:00Z"),
        ("backup", "2026-11-24T01:00:00Z", "2026-11-24T02:00:00Z"),
        ("year-end", "2026-12-24T11:00:00Z", "2027-01-01T11:00:00Z"),
    ];
    assert_eq!(example.windows.len(), expected.len());
    for (slug, from, to) in expected {
        assert_eq!(opens(slug), Some(Opening { from: at(from), to: at(to) }), "{slug}");
    }
}

#[test]
fn its_silence_can_be_said() {
    let page = page();
    let (_, said) = page.split_once("`{\"action\"").expect("what is sent");
    let said = format!("{{\"action\"{}", said.split('`').next().expect("an end"));
    let said = serde_json::from_str(&said).expect("JSON");
    let act = rules::catalogue::check_act(&said, at("2026-11-23T09:41:00Z")).expect("an act");
    assert_eq!((act.action, act.until), (HandlingAction::Mute, Some(at("2026-12-05T20:00:00Z"))));
}

#[test]
fn its_orders_are_explained_by_the_system_that_the_page_names() {
    let [.., example] = examples();
    let since = at("2026-11-23T09:41:00Z");
    let fallen = |integration| Bridge { integration, hard: Some(Verdict::Down), since: Some(since) };
    let bridges: Vec<Bridge<'_>> = example.integrations.iter().map(fallen).collect();

    let found = causes(&example.systems, &system_states(&example.systems, &bridges), &bridges);

    assert_eq!(found.len(), 3, "each of them is explained: {found:?}");
    let page = page();
    for (integration, cause) in &found {
        assert!(page.contains(&format!("explained by {}, down since", cause.name)), "{integration}: {cause:?}");
    }
}
