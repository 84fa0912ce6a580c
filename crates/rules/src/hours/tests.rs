use chrono_tz::Tz;
use model::{
    Baseline, BaselineId, BaselineMethod, BaselineSpec, IntegrationId, Per, Span, Timestamp, Unit,
    hours::{Cost, HoursRange},
    integration::chrono_date::Day,
};
use proptest::prelude::*;

use super::{DayUnits, cost, in_force, mean_minutes, saved, standstill, total, usual_units};

fn t(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

fn baseline(version: i32, per: Per, (low, likely, high): (f64, f64, f64), valid_from: &str) -> Baseline {
    Baseline {
        id: BaselineId(1),
        integration: IntegrationId(1),
        version,
        spec: BaselineSpec {
            per,
            low_minutes: low,
            likely_minutes: likely,
            high_minutes: high,
            method: BaselineMethod::Interview,
            source: "accounting".to_owned(),
            valid_from: Day::parse(valid_from).expect("a day"),
        },
        created_at: Timestamp(0),
    }
}

fn day(text: &str, units: f64, runs: i64) -> DayUnits {
    DayUnits { day: t(text), units, runs }
}

fn orders() -> Unit {
    Unit { one: "order".to_owned(), many: "orders".to_owned() }
}

fn near(number: f64, wanted: f64) -> bool {
    (number - wanted).abs() < 0.005
}

#[test]
fn three_rules_add_up_to_what_was_worked_out_by_hand() {
    let rules = [((3.0, 5.0, 9.0), 400.0, 35.56), ((10.0, 15.0, 30.0), 60.0, 16.67), ((0.5, 1.0, 2.0), 2_500.0, 45.14)];
    let ranges: Vec<HoursRange> = rules
        .iter()
        .map(|&(minutes, units, hours)| {
            let baselines = [baseline(1, Per::Unit, minutes, "2026-01-01")];
            let range = saved(&baselines, &[day("2026-11-23T00:00:00Z", units, 1)], Tz::UTC).expect("hours");
            assert!(near(range.mean, hours), "{minutes:?}: {}", range.mean);
            range
        })
        .collect();
    let sum = total(&ranges).expect("hours");
    assert!(near(sum.mean, 97.36) && near(sum.units, 2_960.0), "{sum:?}");
    assert!(near(sum.low, 20.0 + 10.0 + 20.833) && near(sum.high, 60.0 + 30.0 + 83.333), "{sum:?}");
    assert_eq!(total(&[]), None);
}

#[test]
fn each_day_is_counted_at_the_baseline_of_that_day() {
    // Given 6 minutes until 9 November and 3 minutes from the 10th on, in Berlin,
    let baselines =
        [baseline(1, Per::Unit, (6.0, 6.0, 6.0), "2026-11-01"), baseline(2, Per::Unit, (3.0, 3.0, 3.0), "2026-11-10")];
    // when ten units crossed on 31 October, the 1st, the 9th and the 10th,
    let days = [
        day("2026-10-30T23:00:00Z", 10.0, 1),
        day("2026-10-31T23:00:00Z", 10.0, 1),
        day("2026-11-08T23:00:00Z", 10.0, 1),
        day("2026-11-09T23:00:00Z", 10.0, 1),
    ];
    // then those before any baseline are left out, and the others earn 1 h, 1 h and 0.5 h.
    let range = saved(&baselines, &days, Tz::Europe__Berlin).expect("hours");
    assert!(near(range.mean, 2.5) && near(range.units, 30.0), "{range:?}");
}

#[test]
fn a_newer_version_ends_the_older_ones_even_if_it_is_dated_back() {
    let baselines =
        [baseline(1, Per::Unit, (6.0, 6.0, 6.0), "2026-11-10"), baseline(2, Per::Unit, (3.0, 3.0, 3.0), "2026-11-01")];
    let version = |day| in_force(&baselines, Day::parse(day).expect("a day")).map(|baseline| baseline.version);
    assert_eq!((version("2026-10-31"), version("2026-11-05"), version("2026-11-20")), (None, Some(2), Some(2)));
}

#[test]
fn nothing_known_is_never_zero() {
    let known = [baseline(1, Per::Unit, (3.0, 5.0, 9.0), "2026-01-01")];
    assert_eq!(saved(&known, &[], Tz::UTC), None);
    assert_eq!(saved(&[], &[day("2026-11-23T00:00:00Z", 10.0, 1)], Tz::UTC), None);
    assert_eq!(saved(&known, &[day("2026-11-23T00:00:00Z", 0.0, 0)], Tz::UTC), None);
    assert_eq!(saved(&known, &[day("2025-11-23T00:00:00Z", 10.0, 1)], Tz::UTC), None);
}

#[test]
fn a_baseline_per_run_counts_runs() {
    let per_run = [baseline(1, Per::Run, (30.0, 30.0, 30.0), "2026-01-01")];
    let range = saved(&per_run, &[day("2026-11-23T00:00:00Z", 900.0, 4)], Tz::UTC).expect("hours");
    assert!(near(range.mean, 2.0) && near(range.units, 4.0), "{range:?}");
}

#[test]
fn what_usually_crosses_is_that_of_the_same_hours_of_the_week_before() {
    // Given days on which 14 orders crossed between 8 and 9 and 28 between 9 and 10,
    let hourly: Vec<(Timestamp, f64)> = (16..=23)
        .flat_map(|day| {
            [(t(&format!("2026-11-{day}T08:00:00Z")), 14.0), (t(&format!("2026-11-{day}T09:00:00Z")), 28.0)]
        })
        .collect();
    let usual = |from, to| usual_units(&hourly, t(from), t(to));
    let table = [
        ("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z", 14.0),
        ("2026-11-23T08:30:00Z", "2026-11-23T09:30:00Z", 21.0),
        ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", 42.0),
        ("2026-11-23T09:30:00Z", "2026-11-24T08:30:00Z", 21.0),
        ("2026-11-23T09:30:00Z", "2026-11-26T09:30:00Z", 126.0),
        ("2026-11-23T12:00:00Z", "2026-11-23T18:00:00Z", 0.0),
        ("2026-11-23T09:00:00Z", "2026-11-23T08:00:00Z", 0.0),
    ];
    for (from, to, units) in table {
        assert!(near(usual(from, to), units), "{from} to {to}: {}", usual(from, to));
    }
}

#[test]
fn a_young_integration_is_measured_by_the_days_it_has() {
    let hourly = [(t("2026-11-21T08:00:00Z"), 10.0), (t("2026-11-22T08:00:00Z"), 20.0)];
    let usual = usual_units(&hourly, t("2026-11-23T08:00:00Z"), t("2026-11-23T09:00:00Z"));
    assert!(near(usual, 15.0), "{usual}");
    assert!(near(usual_units(&[], t("2026-11-23T08:00:00Z"), t("2026-11-23T09:00:00Z")), 0.0));
}

#[test]
fn a_standstill_costs_what_the_baseline_says_or_is_unknown() {
    let per_unit = baseline(1, Per::Unit, (3.0, 5.0, 7.0), "2026-01-01");
    let per_run = baseline(1, Per::Run, (30.0, 30.0, 30.0), "2026-01-01");
    let work = |units, unit: &str, hours| Cost::HandWork { units, unit: unit.to_owned(), hours };
    assert_eq!(cost(None, 312.0, &orders()), Cost::without_baseline());
    assert_eq!(cost(Some(&per_unit), 0.0, &orders()), Cost::None);
    assert_eq!(cost(Some(&per_unit), 311.6, &orders()), work(312.0, "orders", 26.0));
    assert_eq!(cost(Some(&per_unit), 1.2, &orders()), work(1.0, "order", 5.0 / 60.0));
    assert_eq!(cost(Some(&per_unit), 0.04, &orders()), work(1.0, "order", 5.0 / 60.0));
    assert_eq!(cost(Some(&per_run), 2.0, &Unit::default()), work(2.0, "runs", 1.0));
    assert_eq!(cost(Some(&per_unit), 2.0, &Unit::default()), work(2.0, "units", 10.0 / 60.0));
}

#[test]
fn a_standstill_costs_what_usually_crosses_less_what_did() {
    let (from, to) = (t("2026-11-23T09:00:00Z"), t("2026-11-23T11:00:00Z"));
    let baseline = baseline(1, Per::Unit, (6.0, 6.0, 6.0), "2026-01-01");
    let usual: Vec<(Timestamp, f64)> = (1..=7 * 24).map(|hour| (from - Span::hours(hour), 10.0)).collect();
    let costs = |hourly: &[(Timestamp, f64)]| standstill(Some(&baseline), hourly, from, to, &orders());
    let hand_work = |units: f64| Cost::HandWork { units, unit: "orders".to_owned(), hours: units / 10.0 };
    assert_eq!(costs(&usual), hand_work(20.0));
    assert_eq!(costs(&[&usual[..], &[(from, 8.0)]].concat()), hand_work(12.0), "8 crossed all the same");
    assert_eq!(costs(&[&usual[..], &[(from, 25.0)]].concat()), Cost::None, "nothing is lost");
    assert!(matches!(costs(&[(from, 8.0)]), Cost::Unknown { .. }), "nothing to compare with");
    assert_eq!(standstill(None, &usual, from, to, &orders()), Cost::without_baseline());
}

proptest! {
    #[test]
    fn the_mean_lies_between_least_and_most(low in 0.0..60.0_f64, more in 0.0..60.0_f64, most in 0.0..600.0_f64) {
        let mean = mean_minutes(low, low + more, low + more + most);
        prop_assert!(low <= mean + 1e-9 && mean <= low + more + most + 1e-9);
    }

    #[test]
    fn what_usually_crosses_adds_up_over_time(
        units in prop::collection::vec(0.0..100.0_f64, 24..=24 * 9),
        minutes in (0_i64..3 * 24 * 60, 0_i64..3 * 24 * 60),
    ) {
        let start = t("2026-11-14T03:00:00Z");
        let hourly: Vec<(Timestamp, f64)> =
            units.iter().zip(0..).map(|(&units, hour)| (start + Span::hours(hour), units)).collect();
        let from = t("2026-11-22T08:20:00Z");
        let (middle, to) = (from + Span::minutes(minutes.0), from + Span::minutes(minutes.0 + minutes.1));
        // A longer stretch never holds less than its beginning.
        prop_assert!(usual_units(&hourly, from, to) + 1e-6 >= usual_units(&hourly, from, middle));
        // And in seven days crosses what crossed in the seven days before, where they are all known of.
        if units.len() > 24 * 9 - 10 {
            let hours = hourly.iter().map(|&(hour, units)| {
                let known = (hour + Span::hours(1)).min(from).since(hour.max(from - Span::hours(7 * 24)));
                units * f64::from(u32::try_from(known.as_ms()).expect("at most an hour")) / 3_600_000.0
            });
            let week: f64 = hours.sum();
            let usual = usual_units(&hourly, from, from + Span::hours(24 * 7));
            prop_assert!((usual - week).abs() < 1e-6, "{usual} {week}");
        }
    }
}
