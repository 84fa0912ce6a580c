//! Laws that hold for every window, and the cost of the worst of them.

use std::time::{Duration, Instant};

use model::{Span, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{at, window};
use crate::window::{MOST, Opening, Window, union};

fn windows() -> impl Strategy<Value = Window> {
    let zone =
        prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]);
    let time =
        || (0..24, prop::sample::select(vec![0, 15, 30])).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}"));
    let weekly = (prop::sample::subsequence(vec!["mon", "tue", "wed", "sat", "sun"], 1..=5), time(), time())
        .prop_map(|(days, from, to)| json!({"weekly": {"days": days, "from": from, "to": to}}));
    let monthly = (prop::sample::select(vec![1, 15, 31, -1, -31]), time(), time())
        .prop_map(|(day, from, to)| json!({"monthly": {"day": day, "from": from, "to": to}}));
    let lasts = || (1_i64..3_000).prop_map(|minutes| Span::minutes(minutes).to_string());
    let cron = (prop::sample::select(vec!["* * * * * *", "*/7 * * * *", "30 2 * * *", "0 0 29 2 *"]), lasts())
        .prop_map(|(cron, lasts)| json!({"cron": {"at": cron, "lasts": lasts}}));
    let rules = vec![
        "FREQ=DAILY;COUNT=300",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TH",
        "FREQ=MONTHLY;BYDAY=-1SU",
        "FREQ=DAILY;INTERVAL=2",
    ];
    let rule = (prop::sample::select(rules), lasts())
        .prop_map(|(rule, lasts)| json!({"rrule": {"rule": rule, "starts": "2026-01-05T02:30", "lasts": lasts}}));
    (prop_oneof![weekly, monthly, cron, rule], zone).prop_map(|(mut opens, zone)| {
        for form in opens.as_object_mut().expect("a map").values_mut() {
            form["time_zone"] = Value::from(zone);
        }
        window(opens)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_three_questions_agree(window in windows(), from in 1_767_000_000_000_i64..1_800_000_000_000, hours in 1_i64..400, steps in prop::collection::vec(0.0..1.0_f64, 12)) {
        let (from, to) = (Timestamp(from), Timestamp(from) + Span::hours(hours));
        let covered = window.covering(from, to);
        prop_assert!(covered.told_to == to || covered.openings.len() >= MOST / 2);
        for opening in &covered.openings {
            prop_assert!(from <= opening.from && opening.from < opening.to && opening.to <= to);
        }
        prop_assert!(covered.openings.windows(2).all(|pair| pair[0].to < pair[1].from));
        let edges = covered.openings.iter().flat_map(|opening| [opening.from, opening.to, opening.from - Span::ms(1), opening.to - Span::ms(1)]);
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "some moment between")]
        let between = steps.iter().map(|share| from + Span::ms((share * Span::hours(hours).as_ms() as f64) as i64));
        for moment in edges.chain(between).filter(|moment| from <= *moment && *moment < covered.told_to) {
            let is_in = covered.openings.iter().any(|opening| opening.from <= moment && moment < opening.to);
            prop_assert_eq!(window.is_open(moment), is_in, "{}", moment);
            prop_assert_eq!(window.open_at(moment).is_some(), is_in);
            if let Some(next) = window.next(moment) {
                prop_assert!(next.from > moment && window.is_open(next.from) && !window.is_open(next.from - Span::ms(1)));
                prop_assert!(!covered.openings.iter().any(|opening| moment < opening.from && opening.from < next.from));
            }
        }
    }

    #[test]
    fn cut_anywhere_the_parts_are_the_whole(window in windows(), from in 1_767_000_000_000_i64..1_800_000_000_000, hours in 2_i64..200, share in 0.0..1.0_f64) {
        let (from, to) = (Timestamp(from), Timestamp(from) + Span::hours(hours));
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "some moment between")]
        let cut = from + Span::ms((share * Span::hours(hours).as_ms() as f64) as i64);
        let mut parts = window.covering(from, cut).openings;
        parts.extend(window.covering(cut, to).openings);
        prop_assert_eq!(union(parts), window.covering(from, to).openings);
    }

    #[test]
    fn no_moment_is_too_far_away(window in windows(), moment in any::<i64>()) {
        let moment = Timestamp(moment);
        let _ = (window.is_open(moment), window.open_at(moment), window.next(moment));
        let _ = window.covering(moment, moment + Span::hours(100));
        let _ = window.covering(moment + Span::hours(100), moment);
    }

    #[test]
    fn no_text_is_too_odd_for_a_rule(text in "([A-Z]{2,10}=[-A-Z0-9,]{0,12};?){0,5}|.{0,60}") {
        let starts = chrono::NaiveDate::from_ymd_opt(2026, 1, 5).and_then(|day| day.and_hms_opt(2, 30, 0)).expect("a moment");
        let _ = crate::window::recur::Rule::read(&text, starts, chrono_tz::Tz::Europe__Berlin);
    }
}

/// What is always open, never again, or as often as can be; a bare loop over its openings would take minutes.
#[test]
fn no_window_costs_more_than_a_moment() {
    let always = window(json!({"cron": {"at": "* * * * * *", "lasts": "31days"}}));
    let blinking = window(json!({"cron": {"at": "0 */2 * * * *", "lasts": "1m"}}));
    let over =
        window(json!({"rrule": {"rule": "FREQ=YEARLY;INTERVAL=1000", "starts": "1970-01-01T00:00", "lasts": "1m"}}));
    let leap = window(
        json!({"rrule": {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "starts": "1970-01-01T00:00", "lasts": "1m"}}),
    );
    let (from, to) = (at("2026-01-01T00:00"), at("2036-01-01T00:00"));
    let begun = Instant::now();
    assert_eq!(always.covering(from, to).openings, [Opening { from, to }]);
    assert!(always.is_open(from) && always.next(from).is_none());
    let some = blinking.covering(from, to);
    assert_eq!((some.openings.len(), some.told_to < to), (MOST, true));
    assert_eq!(blinking.covering(some.told_to, to).openings[0].from, some.told_to);
    assert_eq!((over.next(from), over.covering(from, to).openings.len()), (None, 0));
    assert_eq!(leap.next(from).map(|opening| opening.from), Some(at("2044-02-29T00:00")));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn openings_that_touch_or_overlap_are_one() {
    let opening = |from, to| Opening { from: Timestamp(from), to: Timestamp(to) };
    let all = vec![opening(30, 40), opening(0, 10), opening(5, 8), opening(10, 20), opening(50, 50), opening(60, 55)];
    assert_eq!(union(all), [opening(0, 20), opening(30, 40)]);
}
