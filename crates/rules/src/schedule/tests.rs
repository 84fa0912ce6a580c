//! Clocks that change, calendars that end, and texts that are no schedule.

use super::*;
use proptest::prelude::*;

fn every(period: Span) -> Cadence {
    Cadence::compile(&Schedule::Every { every: period }).expect("a period")
}

fn cron(cron: &str, zone: &str) -> Result<Cadence, String> {
    Cadence::compile(&Schedule::Cron { cron: cron.to_owned(), time_zone: zone.to_owned() })
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

fn due(cadence: &Cadence, from: &str, to: &str) -> Vec<String> {
    let moments = cadence.between(at(from), at(to), Span::default());
    moments.iter().map(|due| due.to_string().replace(":00.000Z", "Z")).collect()
}

/// Europe/Berlin goes from 02:00 to 03:00 on 2026-03-29 (01:00 UTC) and from 03:00 to 02:00 on 2026-10-25 (01:00 UTC).
#[test]
fn a_change_of_clock_moves_no_fixed_job_and_tears_no_hole_into_a_repeating_one() {
    let spring = ("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
    let autumn = ("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
    for (what, expression, (from, to), expected) in [
        ("before the missing hour", "30 1 * * *", spring, vec!["2026-03-29T00:30Z", "2026-03-29T23:30Z"]),
        (
            "in the missing hour: when the clock has jumped",
            "30 2 * * *",
            spring,
            vec!["2026-03-29T01:00Z", "2026-03-30T00:30Z"],
        ),
        ("after the missing hour", "30 3 * * *", spring, vec!["2026-03-29T01:30Z", "2026-03-30T01:30Z"]),
        (
            "in the double hour: once, the first time",
            "30 2 * * *",
            autumn,
            vec!["2026-10-25T00:30Z", "2026-10-26T01:30Z"],
        ),
        ("after the double hour", "0 3 * * *", autumn, vec!["2026-10-25T02:00Z", "2026-10-26T02:00Z"]),
        ("only on a day with a missing hour", "15 2 29 3 *", spring, vec!["2026-03-29T01:00Z"]),
    ] {
        let cadence = cron(expression, "Europe/Berlin").expect(expression);
        assert_eq!(due(&cadence, from, to), expected, "{expression}: {what}");
    }

    let quarters = cron("*/15 * * * *", "Europe/Berlin").expect("a cron");
    for (from, to) in [spring, autumn] {
        let moments = quarters.between(at(from), at(to), Span::default());
        assert_eq!(moments.len(), 48 * 4);
        assert!(moments.windows(2).all(|pair| pair[1].since(pair[0]) == Span::minutes(15)));
    }
}

#[test]
fn a_period_is_as_long_as_the_day_it_lies_in() {
    let daily = cron("0 6 * * *", "Europe/Berlin").expect("a cron");
    for (moment, hours) in [("2026-03-28T12:00:00Z", 23), ("2026-06-01T12:00:00Z", 24), ("2026-10-24T12:00:00Z", 25)] {
        assert_eq!(daily.period_at(at(moment)), Span::hours(hours), "{moment}");
    }
}

#[test]
fn cron_is_read_with_five_or_six_fields_in_its_zone() {
    for (expression, zone, first) in [
        ("0 2 * * *", "UTC", "2026-01-02T02:00Z"),
        ("0 2 * * *", "America/New_York", "2026-01-01T07:00Z"),
        ("0 0 2 * * *", "Asia/Kolkata", "2026-01-01T20:30Z"),
        ("0 9 * * MON-WED", "UTC", "2026-01-05T09:00Z"),
        ("0 0 29 2 *", "UTC", "2028-02-29T00:00Z"),
        ("@daily", "UTC", "2026-01-02T00:00Z"),
    ] {
        let cadence = cron(expression, zone).expect(expression);
        let next = cadence.next_after(at("2026-01-01T06:00:00Z"), Span::default());
        assert_eq!(next.to_string().replace(":00.000Z", "Z"), first, "{expression} {zone}");
    }
}

#[test]
fn a_wrong_schedule_is_answered_with_what_would_be_right() {
    for (expression, zone, part) in [
        ("0 0 30 2 *", "UTC", "never fires"),
        ("0 0 31 4,6 *", "UTC", "never fires"),
        ("61 * * * *", "UTC", "five fields"),
        ("nightly", "UTC", "such as `0 2 * * 1-5`"),
        ("", "UTC", "five fields"),
        ("0 0 0 1 1 * 2020", "UTC", "five fields"),
        ("0 2 * * *", "Berlin", "such as Europe/Berlin"),
        ("0 2 * * *", "europe/paris", "such as Europe/Paris"),
        ("0 2 * * *", "new york", "such as America/New_York"),
        ("0 2 * * *", "Mars/Olympus", "an IANA name"),
    ] {
        let fault = cron(expression, zone).expect_err(expression);
        assert!(fault.contains(part), "{expression} {zone}: {fault}");
    }
    for ms in [i64::MIN, -1, 0, 1, 999, 366 * 86_400_000 + 1, i64::MAX] {
        assert!(Cadence::compile(&Schedule::Every { every: Span::ms(ms) }).is_err(), "{ms}");
    }
    assert_eq!(every(Span::ms(1_000)).every(), Some(Span::seconds(1)));
}

#[test]
fn a_phase_is_the_same_for_ever() {
    // Given by SHA-256 alone; a change here would move every probe of every installation.
    assert_eq!(phase("orders-to-netsuite/api", Span::seconds(30)), Span::ms(25_783));
    assert_eq!(phase("", Span::seconds(1)), Span::ms(652));
    assert_eq!(phase("anything", Span::default()), Span::default());
}

#[test]
fn phases_spread_a_thousand_probes_over_their_period() {
    let period = Span::seconds(10);
    let mut tenths = [0_u32; 10];
    for index in 0..1_000 {
        let phase = phase(&format!("integration-{index}/api"), period);
        tenths[usize::try_from(phase.as_ms() / 1_000).expect("below ten")] += 1;
    }
    assert!(tenths.iter().all(|probes| (60..=140).contains(probes)), "{tenths:?}");
}

fn cadences() -> impl Strategy<Value = Cadence> {
    let crons = prop::sample::select(vec![
        "*/5 * * * *",
        "0 2 * * *",
        "30 2 * * *",
        "15,45 1-3 * * *",
        "0 0 1 * *",
        "0 12 * * 1",
        "*/7 30 2 * * *",
    ]);
    let zones =
        prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]);
    prop_oneof![
        (1_000_i64..7 * 86_400_000).prop_map(|ms| every(Span::ms(ms))),
        (crons, zones).prop_map(|(expression, zone)| cron(expression, zone).expect("a cron")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn next_is_strictly_after_and_last_finds_it_again(
        cadence in cadences(), t in 1_700_000_000_000_i64..1_900_000_000_000, phase in 0_i64..86_400_000,
    ) {
        let (t, phase) = (Timestamp(t), Span::ms(phase));
        let next = cadence.next_after(t, phase);
        prop_assert!(next > t);
        prop_assert_eq!(cadence.last_at_or_before(next, phase), next);
        let last = cadence.last_at_or_before(t, phase);
        prop_assert!(last <= t);
        prop_assert_eq!(cadence.next_after(last, phase), next);
    }

    #[test]
    fn between_is_sorted_complete_and_without_its_end(
        cadence in cadences(), from in 1_774_000_000_000_i64..1_793_000_000_000, hours in 0_i64..80,
    ) {
        let (from, phase) = (Timestamp(from), Span::ms(417));
        let to = from + Span::ms(cadence.period_at(from).as_ms().min(3_600_000) * hours);
        let moments = cadence.between(from, to, phase);
        let mut expected = Vec::new();
        let mut cursor = from - Span::ms(1);
        loop {
            cursor = cadence.next_after(cursor, phase);
            if cursor >= to { break; }
            expected.push(cursor);
        }
        prop_assert_eq!(&moments, &expected);
        prop_assert!(moments.is_sorted());
        if let Some(middle) = moments.get(moments.len() / 2) {
            let mut halves = cadence.between(from, *middle, phase);
            halves.extend(cadence.between(*middle, to, phase));
            prop_assert_eq!(halves, moments);
        }
    }

    #[test]
    fn a_phase_lies_in_its_period(seed in ".{0,40}", period in 1_i64..i64::MAX) {
        let phase = phase(&seed, Span::ms(period)).as_ms();
        prop_assert!((0..period).contains(&phase));
    }

    #[test]
    fn no_text_is_too_odd_for_a_schedule(expression in ".{0,60}", zone in ".{0,20}") {
        let _ = cron(&expression, &zone);
    }
}
