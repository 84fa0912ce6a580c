use chrono_tz::Tz;
use model::{Span, Step, Timestamp};
use proptest::prelude::*;

use super::{end_of, start_of, starts};

fn t(text: &str) -> Timestamp {
    Timestamp::parse(text).expect(text)
}

#[test]
fn buckets_are_those_of_the_zone() {
    let table = [
        // Zone, step, a moment, the start and the end of its bucket.
        (Tz::UTC, Step::Minute, "2026-11-23T09:41:30Z", "2026-11-23T09:41:00Z", "2026-11-23T09:42:00Z"),
        (Tz::UTC, Step::Hour, "2026-11-23T09:41:30Z", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
        (Tz::UTC, Step::Day, "2026-11-23T09:41:30Z", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
        (Tz::Europe__Berlin, Step::Day, "2026-11-23T23:30:00Z", "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z"),
        // Spring: 23 hours. Autumn: 25, and two hours are called 2 o'clock.
        (Tz::Europe__Berlin, Step::Day, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        (Tz::Europe__Berlin, Step::Day, "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        (Tz::Europe__Berlin, Step::Hour, "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"),
        (Tz::Europe__Berlin, Step::Hour, "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"),
        // Half past and a quarter to.
        (Tz::Asia__Kolkata, Step::Hour, "2026-11-23T09:41:00Z", "2026-11-23T09:30:00Z", "2026-11-23T10:30:00Z"),
        (Tz::Asia__Kolkata, Step::Day, "2026-11-23T18:29:00Z", "2026-11-22T18:30:00Z", "2026-11-23T18:30:00Z"),
        (Tz::Asia__Kathmandu, Step::Hour, "2026-11-23T09:41:00Z", "2026-11-23T09:15:00Z", "2026-11-23T10:15:00Z"),
        // Clocks that change by half an hour (02:00 becomes 01:30): the hour is cut where they change.
        (Tz::Australia__Lord_Howe, Step::Hour, "2026-04-04T14:59:00Z", "2026-04-04T14:00:00Z", "2026-04-04T15:00:00Z"),
        (Tz::Australia__Lord_Howe, Step::Hour, "2026-04-04T15:10:00Z", "2026-04-04T15:00:00Z", "2026-04-04T15:30:00Z"),
        // Clocks that skip midnight, and a zone that skipped a whole day.
        (Tz::America__Sao_Paulo, Step::Day, "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        (Tz::Pacific__Apia, Step::Day, "2011-12-30T09:00:00Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
        (Tz::Pacific__Apia, Step::Day, "2011-12-30T11:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"),
    ];
    for (zone, step, moment, start, end) in table {
        let got = start_of(step, zone, t(moment));
        assert_eq!(got.to_string(), t(start).to_string(), "start of {step} of {zone} at {moment}");
        assert_eq!(end_of(step, zone, got).to_string(), t(end).to_string(), "end of {step} of {zone} at {moment}");
    }
}

#[test]
fn all_buckets_of_a_span_are_listed_once() {
    let days = starts(Step::Day, Tz::Europe__Berlin, t("2026-10-24T12:00:00Z"), t("2026-10-26T23:00:00Z"));
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2026-10-23T22:00:00.000Z", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"]);
    assert!(starts(Step::Hour, Tz::UTC, t("2026-10-24T12:00:00Z"), t("2026-10-24T12:00:00Z")).is_empty());
}

fn zone() -> impl Strategy<Value = Tz> {
    prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec())
}

fn step() -> impl Strategy<Value = Step> {
    prop::sample::select(Step::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Half of the moments lie around changes of clocks, where it goes wrong.
    #[test]
    fn every_moment_lies_in_exactly_one_bucket(zone in zone(), step in step(), second in 0_i64..4_000_000_000, near in any::<bool>()) {
        let mut moment = Timestamp(second * 1_000 + 7);
        if near && let Some(change) = change_after(zone, moment) {
            moment = change + Span::ms((second % 14_400_000) - 7_200_000);
        }
        let start = start_of(step, zone, moment);
        let end = end_of(step, zone, start);
        prop_assert!(start <= moment && moment < end, "{start} <= {moment} < {end}");
        prop_assert_eq!(start_of(step, zone, start), start);
        prop_assert_eq!(start_of(step, zone, end - Span::ms(1)), start);
        prop_assert_eq!(start_of(step, zone, end), end);
        let longest = match step {
            Step::Minute => Span::minutes(1),
            Step::Hour => Span::hours(1),
            Step::Day => Span::hours(49),
        };
        prop_assert!(end.since(start) <= longest);
    }
}

/// The first change of clocks in the 400 days after `t`.
fn change_after(zone: Tz, t: Timestamp) -> Option<Timestamp> {
    let days = (0..400).map(|day| t + Span::hours(24 * day));
    let before =
        days.clone().find(|&day| super::ahead_ms(zone, day) != super::ahead_ms(zone, day + Span::hours(24)))?;
    Some(super::clocks_changed(zone, before, before + Span::hours(24)))
}
