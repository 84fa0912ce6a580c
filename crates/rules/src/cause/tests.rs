use std::collections::BTreeMap;

use model::{IntegrationSpec, Slug, SystemSpec, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::{Bridge, Cause, SLACK, SystemState, causes, system_states};
use crate::outcome::Verdict::{self, Down, Up, Warn};

fn slug(text: &str) -> Slug {
    text.parse().expect(text)
}

fn system(name: &str, depends_on: &[&str]) -> SystemSpec {
    serde_json::from_value(json!({"slug": name, "name": name.to_uppercase(), "depends_on": depends_on})).expect(name)
}

fn integration(name: &str, from: &str, to: &str) -> IntegrationSpec {
    serde_json::from_value(json!({"slug": name, "name": name, "from": from, "to": to})).expect(name)
}

/// Of a text such as "orders: shop erp down 20".
fn bridges(integrations: &[(IntegrationSpec, Option<Verdict>, i64)]) -> Vec<Bridge<'_>> {
    integrations
        .iter()
        .map(|(integration, hard, since)| Bridge { integration, hard: *hard, since: Some(Timestamp(*since)) })
        .collect()
}

#[test]
fn a_system_is_down_when_all_that_asks_it_fails_and_that_is_more_than_one() {
    let systems = [system("erp", &[])];
    for (hards, expected) in [
        (vec![], SystemState::Unknown),
        (vec![Some(Down)], SystemState::Unknown),
        (vec![Some(Down), None], SystemState::Unknown),
        (vec![Some(Down), Some(Down)], SystemState::Down(Timestamp(10))),
        (vec![Some(Down), Some(Down), None], SystemState::Down(Timestamp(10))),
        (vec![Some(Down), Some(Down), Some(Up)], SystemState::Stands),
        (vec![Some(Warn)], SystemState::Stands),
    ] {
        let all: Vec<_> =
            (1..).zip(&hards).map(|(index, hard)| (integration("a", "shop", "erp"), *hard, index * 10)).collect();
        assert_eq!(system_states(&systems, &bridges(&all))[&slug("erp")], expected, "{hards:?}");
    }
    // Nobody asks the system that something comes from.
    let all = [(integration("a", "erp", "x"), Some(Down), 0), (integration("b", "erp", "x"), Some(Down), 0)];
    assert_eq!(system_states(&systems, &bridges(&all))[&slug("erp")], SystemState::Unknown);
}

#[test]
fn the_cause_is_the_down_system_furthest_along_the_dependencies() {
    use SystemState::{Stands, Unknown};
    let down = |at: i64| SystemState::Down(Timestamp(at));
    let late = SLACK.as_ms() + 1_001;
    // `orders` runs from the shop to the ERP, which depends on a database, which depends on a cloud; it failed at second 1.
    for (what, shop, erp, database, cloud, cause) in [
        ("nothing is down", Unknown, Unknown, Unknown, Unknown, None),
        ("its target", Unknown, down(0), Unknown, Unknown, Some("erp")),
        ("its source", down(0), Unknown, Unknown, Unknown, Some("shop")),
        ("what its target needs", Unknown, Unknown, down(0), Unknown, Some("database")),
        ("what that needs", Unknown, down(0), down(0), down(5), Some("cloud")),
        ("not through what stands", Unknown, Stands, down(0), down(0), None),
        ("not through what stands further on", Unknown, down(0), Stands, down(0), Some("erp")),
        ("found a little later", Unknown, down(late - 1), Unknown, Unknown, Some("erp")),
        ("down only long after", Unknown, down(late), Unknown, Unknown, None),
        ("two at the same distance: the first", down(3), down(2), Unknown, Unknown, Some("erp")),
        ("two at the same time: by slug", down(2), down(2), Unknown, Unknown, Some("erp")),
    ] {
        let systems =
            [system("shop", &[]), system("erp", &["database"]), system("database", &["cloud"]), system("cloud", &[])];
        let states = BTreeMap::from([
            (slug("shop"), shop),
            (slug("erp"), erp),
            (slug("database"), database),
            (slug("cloud"), cloud),
        ]);
        let all = [
            (integration("orders", "shop", "erp"), Some(Down), 1_000),
            (integration("fine", "shop", "erp"), Some(Up), 0),
            (integration("lost", "gone", "away"), Some(Down), 0),
        ];
        let found = causes(&systems, &states, &bridges(&all));
        let found: Vec<_> = found.iter().map(|(slug, cause)| (slug.as_str(), cause.system.as_str())).collect();
        assert_eq!(found, cause.map(|cause| ("orders", cause)).into_iter().collect::<Vec<_>>(), "{what}");
    }
}

#[test]
fn a_cause_is_told_in_a_sentence() {
    let since = Timestamp::parse("2026-11-23T09:41:00Z").expect("a moment");
    let cause = Cause { system: slug("netsuite"), name: "NetSuite".to_owned(), since };
    assert_eq!(cause.sentence(chrono_tz::Tz::UTC, since), "explained by NetSuite, down since 09:41 UTC");
}

#[test]
fn a_cause_that_is_not_for_whoever_reads_is_told_without_its_name() {
    let since = Timestamp::parse("2026-11-23T09:41:00Z").expect("a moment");
    let cause = Cause { system: slug("payroll"), name: "HR: Payroll".to_owned(), since };
    let sentence = |cause: &Cause| format!("401 from ERP ({}; muted)", cause.sentence(chrono_tz::Tz::UTC, since));
    let told = "401 from ERP (explained by a system you may not see, down since 09:41 UTC; muted)";
    assert_eq!(cause.unnamed_in(&sentence(&cause)), told);
    assert_eq!(sentence(&cause.unnamed()), told);
    assert_eq!(cause.unnamed_in("2 probes okay"), "2 probes okay");
}

proptest! {
    /// Any graph of eight systems, circles and all.
    #[test]
    fn circles_end_and_the_order_of_writing_does_not_matter(
        edges in prop::collection::vec((0_usize..8, 0_usize..8), 0..30),
        states in prop::collection::vec(prop::option::of(0_i64..5), 8),
        ends in prop::collection::vec((0_usize..8, 0_usize..8), 1..10),
    ) {
        let name = |index: usize| format!("s{index}");
        let mut systems: Vec<SystemSpec> = (0..8).map(|index| system(&name(index), &[])).collect();
        for (from, to) in &edges {
            systems[*from].depends_on.push(slug(&name(*to)));
        }
        let states: BTreeMap<Slug, SystemState> = states.iter().enumerate().map(|(index, down)| {
            (slug(&name(index)), down.map_or(SystemState::Unknown, |at| SystemState::Down(Timestamp(at))))
        }).collect();
        let all: Vec<_> = ends.iter().enumerate().map(|(index, (from, to))| {
            (integration(&format!("i{index}"), &name(*from), &name(*to)), Some(Down), 3)
        }).collect();
        let found = causes(&systems, &states, &bridges(&all));
        for (bridge, cause) in &found {
            prop_assert_eq!(states[&cause.system], SystemState::Down(cause.since), "{}", bridge);
        }
        // Whoever has a down end is explained.
        for (integration, _, _) in &all {
            let has_down_end = [&integration.from, &integration.to].iter().any(|end| matches!(states[*end], SystemState::Down(_)));
            prop_assert!(!has_down_end || found.contains_key(&integration.slug));
        }
        let mut turned = systems.clone();
        turned.reverse();
        for system in &mut turned {
            system.depends_on.reverse();
        }
        let mut others = bridges(&all);
        others.reverse();
        prop_assert_eq!(causes(&turned, &states, &others), found);
    }
}
