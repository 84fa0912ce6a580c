//! Runs that came in time, late, twice, empty or not at all.

use super::*;
use model::Schedule;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap_or(("23", text));
    Timestamp::parse(&format!("2026-11-{day}T{time}:00Z")).expect(text)
}

fn short(moment: Timestamp) -> String {
    moment.to_string()[8..16].replace('T', " ")
}

fn runs(times: &[(&str, f64)]) -> Vec<Came> {
    times.iter().map(|(time, units)| Came { at: at(time), units: *units }).collect()
}

fn promise(schedule: Schedule, grace: Span, min_units: Option<f64>) -> Promise {
    Promise::compile(&Expectation { schedule, grace, min_units }).expect("a promise")
}

fn hourly(min_units: Option<f64>) -> Promise {
    promise(Schedule::Every { every: Span::hours(1) }, Span::minutes(10), min_units)
}

fn nightly(min_units: Option<f64>) -> Promise {
    let schedule = Schedule::Cron { cron: "0 2 * * *".to_owned(), time_zone: "UTC".to_owned() };
    promise(schedule, Span::minutes(30), min_units)
}

/// (what, made, runs, now, deadlines missed, the due moment owed next)
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, f64)], &'a str, &'a [&'a str], &'a str);

fn holds(promise: &Promise, cases: &[Case<'_>]) {
    for (what, made, came, now, missed, next) in cases {
        let settled = promise.settle(promise.first(at(made)), &runs(came), at(now));
        let deadlines: Vec<_> = settled.missed.iter().map(|owed| short(owed.deadline)).collect();
        assert_eq!(deadlines, *missed, "{what}: missed");
        assert_eq!(short(settled.next.due), *next, "{what}: next");
    }
}

#[test]
fn every_hour_is_counted_from_the_last_run() {
    holds(
        &hourly(None),
        &[
            ("nothing yet, nothing due", "09:00", &[], "09:59", &[], "23 10:00"),
            ("due, but within its grace", "09:00", &[], "10:10", &[], "23 10:00"),
            ("past its grace", "09:00", &[], "10:11", &["23 10:10"], "23 11:00"),
            ("each further hour", "09:00", &[], "12:15", &["23 10:10", "23 11:10", "23 12:10"], "23 13:00"),
            ("a run puts it off", "09:00", &[("09:40", 0.0)], "10:30", &[], "23 10:40"),
            ("at the deadline is in time", "09:00", &[("10:10", 0.0)], "10:30", &[], "23 11:10"),
            ("late: missed, then counted from it", "09:00", &[("10:20", 0.0)], "10:30", &["23 10:10"], "23 11:20"),
            ("a run from before the promise", "09:00", &[("08:55", 0.0)], "10:11", &["23 10:10"], "23 11:00"),
        ],
    );
}

#[test]
fn every_hour_with_least_units_is_not_kept_by_empty_runs() {
    holds(
        &hourly(Some(10.0)),
        &[
            ("enough in one", "09:00", &[("09:30", 12.0)], "10:15", &[], "23 10:30"),
            ("enough in several", "09:00", &[("09:10", 4.0), ("09:20", 6.0)], "10:15", &[], "23 10:20"),
            ("runs without work", "09:00", &[("09:10", 0.0), ("10:00", 9.0)], "10:15", &["23 10:10"], "23 11:00"),
        ],
    );
}

#[test]
fn every_night_is_a_matter_of_the_calendar() {
    holds(
        &nightly(None),
        &[
            ("in time", "22 12:00", &[("02:05", 0.0)], "12:00", &[], "24 02:00"),
            ("a little early", "22 12:00", &[("01:50", 0.0)], "12:00", &[], "24 02:00"),
            ("at the end of its grace", "22 12:00", &[("02:30", 0.0)], "12:00", &[], "24 02:00"),
            ("not at all", "22 12:00", &[], "02:31", &["23 02:30"], "24 02:00"),
            ("still within its grace", "22 12:00", &[], "02:30", &[], "23 02:00"),
            (
                "too late stands for no other night",
                "22 12:00",
                &[("02:45", 0.0)],
                "24 03:00",
                &["23 02:30", "24 02:30"],
                "25 02:00",
            ),
            (
                "twice stands for no other night",
                "22 12:00",
                &[("02:05", 0.0), ("02:40", 0.0)],
                "24 03:00",
                &["24 02:30"],
                "25 02:00",
            ),
            (
                "early after a missed night is in time",
                "22 12:00",
                &[("24 01:50", 0.0)],
                "24 03:00",
                &["23 02:30"],
                "25 02:00",
            ),
        ],
    );
}

#[test]
fn every_night_with_least_units_sums_the_day_and_wants_a_run_at_night() {
    holds(
        &nightly(Some(100.0)),
        &[
            ("over the day", "22 03:00", &[("22 09:00", 70.0), ("02:05", 30.0)], "12:00", &[], "24 02:00"),
            ("too few", "22 03:00", &[("22 09:00", 60.0), ("02:05", 30.0)], "12:00", &["23 02:30"], "24 02:00"),
            ("enough, but no run at night", "22 03:00", &[("22 09:00", 500.0)], "12:00", &["23 02:30"], "24 02:00"),
        ],
    );
}

#[test]
fn a_grace_longer_than_half_a_period_still_gives_each_run_to_one_due_moment() {
    let schedule = Schedule::Cron { cron: "0 * * * *".to_owned(), time_zone: "UTC".to_owned() };
    let lenient = promise(schedule, Span::minutes(90), None);
    let owed = lenient.owed(at("10:00"));
    assert_eq!((short(owed.near), short(owed.deadline)), ("23 10:30".to_owned(), "23 11:30".to_owned()));
}

#[test]
fn a_wrong_expectation_says_what_would_be_right() {
    let every = |seconds| Schedule::Every { every: Span::seconds(seconds) };
    for (schedule, grace, min_units, part) in [
        (every(0), Span::default(), None, "write 1s"),
        (every(60), Span::ms(-1), None, "0s to 366days"),
        (every(60), Span::default(), Some(0.0), "above 0"),
        (every(60), Span::default(), Some(f64::NAN), "above 0"),
    ] {
        let fault = Promise::compile(&Expectation { schedule, grace, min_units }).expect_err(part);
        assert!(fault.contains(part), "{fault}");
    }
}

proptest! {
    #[test]
    fn settling_step_by_step_is_settling_at_once(
        by_calendar: bool,
        mut minutes in prop::collection::vec(0_i64..6_000, 0..40),
        steps in prop::collection::vec(1_i64..900, 1..20),
    ) {
        let promise = if by_calendar { nightly(None) } else { hourly(None) };
        let made = at("01 00:00");
        minutes.sort_unstable();
        let came: Vec<_> = minutes.iter().map(|m| Came { at: made + Span::minutes(*m), units: 1.0 }).collect();
        let end = made + Span::minutes(steps.iter().sum());

        let (mut owed, mut missed, mut now) = (promise.first(made), Vec::new(), made);
        for step in steps {
            now = now + Span::minutes(step);
            let known: Vec<_> = came.iter().copied().filter(|run| run.at <= now).collect();
            let settled = promise.settle(owed, &known, now);
            missed.extend(settled.missed);
            owed = settled.next;
        }
        let known: Vec<_> = came.iter().copied().filter(|run| run.at <= end).collect();
        let at_once = promise.settle(promise.first(made), &known, end);
        prop_assert_eq!(&at_once.missed, &missed);
        prop_assert_eq!(at_once.next, owed);
        prop_assert!(owed.deadline >= end);
        prop_assert!(missed.windows(2).all(|pair| pair[0].deadline < pair[1].deadline));
        prop_assert_eq!(promise.owed(owed.due), owed, "all of it follows from the due moment");
    }
}
