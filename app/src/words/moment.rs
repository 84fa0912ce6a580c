//! Moments: how long ago, and the exact time in the reporting zone.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use model::{Span, Timestamp};

use super::{FIXED, length};

/// How far away: `just now`, `14 min ago`, `in 2 h`.
pub fn relative(moment: Timestamp, now: Timestamp) -> String {
    let ms = now.0 - moment.0;
    match ms {
        -999..2_000 => "just now".to_owned(),
        2_000.. => format!("{}{FIXED}ago", one_part(ms)),
        _ => format!("in{FIXED}{}", one_part(-ms)),
    }
}

/// `09:41` today, `Tue 09:41` within six days, `12 Nov 09:41` within the year, else with the year.
pub fn short(moment: Timestamp, now: Timestamp, zone: Tz) -> String {
    use chrono::Datelike;

    let (then, today) = (moment.utc().with_timezone(&zone), now.utc().with_timezone(&zone));
    let days = (today.date_naive() - then.date_naive()).num_days();
    let form = match days {
        0 => "%H:%M",
        -6..=6 => "%a %H:%M",
        _ if then.year() == today.year() => "%-d %b %H:%M",
        _ => "%-d %b %Y %H:%M",
    };
    then.format(form).to_string()
}

/// To the second: `Mon 23 Nov 2026, 09:41:10 Europe/Berlin`.
pub fn exact(moment: Timestamp, zone: Tz) -> String {
    format!("{} {}", moment.utc().with_timezone(&zone).format("%a %-d %b %Y, %H:%M:%S"), zone.name())
}

/// The day: `23 Nov 2026`.
pub fn day(moment: Timestamp, zone: Tz) -> String {
    moment.utc().with_timezone(&zone).format("%-d %b %Y").to_string()
}

/// The last midnight of the zone; where clocks skip it, the first moment of the day.
pub fn midnight(now: Timestamp, zone: Tz) -> Timestamp {
    let day = now.utc().with_timezone(&zone).date_naive();
    beginning(day, zone, 0).unwrap_or(now - Span::hours(24))
}

/// The first moment of a day of the zone, or of the day that is so many `later`; `None` beyond what calendars know.
pub fn beginning(day: NaiveDate, zone: Tz, later: i64) -> Option<Timestamp> {
    let day = day.checked_add_signed(TimeDelta::try_days(later)?)?;
    (0..4)
        .filter_map(|hour| day.and_hms_opt(hour, 0, 0))
        .find_map(|time| time.and_local_timezone(zone).earliest())
        .map(|start| start.to_utc().into())
}

fn one_part(ms: i64) -> String {
    let finest = match ms {
        172_800_000.. => 86_400_000,
        3_600_000.. => 3_600_000,
        60_000.. => 60_000,
        _ => 1_000,
    };
    let whole = ms - ms % finest;
    // "26 h" says more than "1 day", "14 min" more than "14 min 3 s".
    if (86_400_000..172_800_000).contains(&ms) {
        return format!("{}{FIXED}h", ms / 3_600_000);
    }
    length::duration(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a moment")
    }

    #[test]
    fn relative_times_have_one_part() {
        let now = at("2026-11-23T10:00:00Z");
        for (moment, text) in [
            ("2026-11-23T09:59:59Z", "just now"),
            ("2026-11-23T09:59:48Z", "12 s ago"),
            ("2026-11-23T09:45:30Z", "14 min ago"),
            ("2026-11-22T08:00:00Z", "26 h ago"),
            ("2026-11-20T09:00:00Z", "3 days ago"),
            ("2026-11-23T12:00:00Z", "in 2 h"),
        ] {
            assert_eq!(relative(at(moment), now).replace(FIXED, " "), text);
        }
    }

    #[test]
    fn short_times_say_no_more_than_needed() {
        let now = at("2026-11-23T10:00:00Z");
        for (moment, text) in [
            ("2026-11-23T08:41:00Z", "09:41"),
            ("2026-11-17T13:10:00Z", "Tue 14:10"),
            ("2026-11-12T08:00:00Z", "12 Nov 09:00"),
            ("2025-11-12T08:00:00Z", "12 Nov 2025 09:00"),
        ] {
            assert_eq!(short(at(moment), now, Tz::Europe__Berlin), text);
        }
        assert_eq!(exact(now, Tz::Europe__Berlin), "Mon 23 Nov 2026, 11:00:00 Europe/Berlin");
    }

    #[test]
    fn midnight_is_that_of_the_zone() {
        assert_eq!(midnight(at("2026-11-23T10:00:00Z"), Tz::Europe__Berlin), at("2026-11-22T23:00:00Z"));
        let day = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
        assert_eq!(beginning(day, Tz::Europe__Berlin, 1), Some(at("2026-11-23T23:00:00Z")));
        // Where clocks jump over midnight, the day begins at one.
        assert_eq!(midnight(at("2018-11-04T15:00:00Z"), Tz::America__Sao_Paulo), at("2018-11-04T03:00:00Z"));
    }
}
