//! The time axis: moments that people count in, in their own zone.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use model::Timestamp;

/// How far two labels are apart.
#[derive(Debug, Clone, Copy)]
enum Every {
    Minutes(i64),
    Days(i64),
    Months(i32),
}

use Every::{Days as D, Minutes as M, Months as Y};

/// From close to far; the first that gives few enough labels is taken.
const CHOICES: [Every; 20] = [
    M(1),
    M(2),
    M(5),
    M(10),
    M(15),
    M(30),
    M(60),
    M(120),
    M(180),
    M(360),
    M(720),
    D(1),
    D(2),
    D(7),
    D(14),
    Y(1),
    Y(2),
    Y(3),
    Y(6),
    Y(12),
];

/// At most so many labels.
const LABELS: i64 = 8;

impl Every {
    fn minutes(self) -> i64 {
        match self {
            M(minutes) => minutes,
            D(days) => days * 1_440,
            Y(months) => i64::from(months) * 30 * 1_440,
        }
    }
}

/// The labelled moments between `from` and `to`: whole hours, midnights, Mondays, firsts of a month of `zone`.
pub(crate) fn ticks(from: Timestamp, to: Timestamp, zone: Tz) -> Vec<(Timestamp, String)> {
    let minutes = (to.0 - from.0) / 60_000;
    let every = CHOICES.into_iter().find(|every| minutes / every.minutes() <= LABELS).unwrap_or(Y(12));
    let mut ticks: Vec<(Timestamp, String)> = candidates(every, from.utc().with_timezone(&zone), to)
        .filter_map(|local| moment(local, zone).map(|at| (at, label(every, local))))
        .filter(|(at, _)| (from..=to).contains(at))
        .collect();
    ticks.dedup_by_key(|(at, _)| *at);
    ticks
}

/// Local times at even distances, from before `from` to after `to`.
fn candidates(every: Every, from: DateTime<Tz>, to: Timestamp) -> impl Iterator<Item = NaiveDateTime> {
    let day = from.date_naive();
    let first = match every {
        M(_) => day,
        // The first day of the calendar is a Monday, so that every seventh is one.
        D(days) => back(day, (i64::from(day.num_days_from_ce()) - 1).rem_euclid(days)),
        Y(months) => {
            let month = day.year() * 12 + day.month0().cast_signed();
            let first = month - month.rem_euclid(months);
            NaiveDate::from_ymd_opt(first.div_euclid(12), first.rem_euclid(12).cast_unsigned() + 1, 1).unwrap_or(day)
        }
    };
    let end = to.utc().naive_utc() + TimeDelta::days(1);
    std::iter::successors(Some(first.and_time(NaiveTime::MIN)), move |local| match every {
        M(minutes) => local.checked_add_signed(TimeDelta::minutes(minutes)),
        D(days) => local.checked_add_days(Days::new(days.cast_unsigned())),
        Y(months) => local.checked_add_months(Months::new(months.cast_unsigned())),
    })
    .take_while(move |local| *local <= end)
}

fn back(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_sub_days(Days::new(days.cast_unsigned())).unwrap_or(day)
}

/// The moment of a local time; a time that a clock change leaves out is taken an hour later.
fn moment(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    let find = |local: NaiveDateTime| zone.from_local_datetime(&local).earliest();
    find(local).or_else(|| find(local + TimeDelta::hours(1))).map(|moment| Timestamp(moment.timestamp_millis()))
}

fn label(every: Every, local: NaiveDateTime) -> String {
    let format = match every {
        M(_) if local.time() != NaiveTime::MIN => "%H:%M",
        M(_) | D(1) => "%a %-d %b",
        D(_) => "%-d %b",
        Y(_) if local.month() == 1 => "%b %Y",
        Y(_) => "%b",
    };
    local.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Europe::Berlin, UTC};
    use model::{Span, Timestamp};

    use super::ticks;

    fn labels(from: &str, length: Span, zone: chrono_tz::Tz) -> Vec<String> {
        let from = Timestamp::parse(from).expect("a moment");
        ticks(from, from + length, zone).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn labels_fit_the_length_of_the_period() {
        for (length, want) in [
            (Span::minutes(30), vec!["08:45", "08:50", "08:55", "09:00", "09:05", "09:10"]),
            (Span::hours(6), vec!["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"]),
            (Span::hours(24), vec!["09:00", "12:00", "15:00", "18:00", "21:00", "Tue 24 Nov", "03:00", "06:00"]),
            (Span::hours(24 * 5), vec!["Tue 24 Nov", "Wed 25 Nov", "Thu 26 Nov", "Fri 27 Nov", "Sat 28 Nov"]),
            (Span::hours(24 * 40), vec!["30 Nov", "7 Dec", "14 Dec", "21 Dec", "28 Dec"]),
            (Span::hours(24 * 200), vec!["Dec", "Jan 2027", "Feb", "Mar", "Apr", "May", "Jun"]),
        ] {
            assert_eq!(labels("2026-11-23T08:41:00Z", length, UTC), want, "{length}");
        }
    }

    #[test]
    fn days_are_those_of_the_zone_though_clocks_change() {
        let from = Timestamp::parse("2026-10-24T00:00:00+02:00").expect("a moment");
        let at: Vec<String> =
            ticks(from, from + Span::hours(72), Berlin).into_iter().map(|(at, _)| at.to_string()).collect();
        assert!(at.contains(&"2026-10-24T22:00:00.000Z".to_owned()), "summer time: {at:?}");
        assert!(at.contains(&"2026-10-25T23:00:00.000Z".to_owned()), "winter time: {at:?}");
    }

    #[test]
    fn no_period_has_more_labels_than_fit() {
        let from = Timestamp::parse("2026-02-27T13:37:11Z").expect("a moment");
        for minutes in (1..600).chain((600..3_000_000).step_by(7_919)) {
            let labels = ticks(from, from + Span::minutes(minutes), Berlin).len();
            assert!(labels <= 10, "{minutes} minutes: {labels} labels");
        }
    }
}
