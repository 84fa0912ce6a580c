//! Lengths of time, clock times and numbers as people write them.

use chrono::{Datelike, Days};
use chrono_tz::Tz;
use model::{Span, Timestamp};

/// A length of time in its two most significant parts, rounded down: "842 ms", "45 s", "32 min", "1 h 12 min", "3 days 4 h".
pub fn duration(span: Span) -> String {
    let ms = span.as_ms().max(0);
    let (seconds, minutes, hours, days) = (ms / 1_000, ms / 60_000, ms / 3_600_000, ms / 86_400_000);
    match () {
        () if days > 0 => parts(&format!("{days} {}", if days == 1 { "day" } else { "days" }), hours % 24, "h"),
        () if hours > 0 => parts(&format!("{hours} h"), minutes % 60, "min"),
        () if minutes > 0 => parts(&format!("{minutes} min"), seconds % 60, "s"),
        () if seconds > 0 => format!("{seconds} s"),
        () => format!("{ms} ms"),
    }
}

/// The same to whole minutes, for sentences that stand for a while: "less than 1 min", "32 min".
pub fn minutes(span: Span) -> String {
    let minute = Span::minutes(1).as_ms();
    let whole = span.as_ms().max(0) / minute * minute;
    if whole == 0 { "less than 1 min".to_owned() } else { duration(Span::ms(whole)) }
}

/// The time on the clocks of `zone`, with as much of the day as is needed: "09:41" of today, "Sat 09:41" of the six days
/// before or after, "12 Nov 09:41" of this year, else "12 Nov 2025".
pub fn clock(t: Timestamp, zone: Tz, now: Timestamp) -> String {
    let (moment, today) = (t.utc().with_timezone(&zone), now.utc().with_timezone(&zone).date_naive());
    let day = moment.date_naive();
    let near = |day| {
        today.checked_sub_days(Days::new(6)).is_some_and(|first| first <= day)
            && today.checked_add_days(Days::new(6)).is_some_and(|last| day <= last)
    };
    let format = match day {
        day if day == today => "%H:%M",
        day if near(day) => "%a %H:%M",
        day if day.year() == today.year() => "%-d %b %H:%M",
        _ => "%-d %b %Y",
    };
    moment.format(format).to_string()
}

/// The same with the zone's short name: "09:41 UTC", "Sat 09:41 CET".
pub fn clock_zoned(t: Timestamp, zone: Tz, now: Timestamp) -> String {
    format!("{} {}", clock(t, zone, now), t.utc().with_timezone(&zone).format("%Z"))
}

/// What people call a zone: "Berlin" of `Europe/Berlin`, "New York" of `America/New_York`.
pub fn place(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

/// A number of hours with the digits that it deserves: "36 min", "3.5 h", "26 h", "1 204 h" (with a thin space).
pub fn hours(hours: f64) -> String {
    let minutes = (hours * 60.0).round();
    if minutes.abs() < 60.0 {
        format!("{minutes:.0} min")
    } else if hours.abs() < 9.95 {
        let tenths = format!("{hours:.1}");
        format!("{} h", tenths.strip_suffix(".0").unwrap_or(&tenths))
    } else {
        format!("{} h", grouped(hours))
    }
}

/// A whole number in groups of three: "18 204" (with a thin space).
pub fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    if number <= -0.5 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// "1 probe", "2 probes".
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

fn parts(first: &str, second: i64, unit: &str) -> String {
    if second == 0 { first.to_owned() } else { format!("{first} {second} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::{Span, Timestamp, Tz, clock, clock_zoned, duration, grouped, hours, minutes, place};

    #[test]
    fn durations_have_two_significant_parts() {
        let cases = [
            (842, "842 ms"),
            (45_900, "45 s"),
            (90_000, "1 min 30 s"),
            (32 * 60_000, "32 min"),
            (72 * 60_000 + 59_000, "1 h 12 min"),
            (3 * 3_600_000, "3 h"),
            (86_400_000, "1 day"),
            (76 * 3_600_000 + 59 * 60_000, "3 days 4 h"),
            (-5, "0 ms"),
        ];
        for (ms, text) in cases {
            assert_eq!(duration(Span::ms(ms)), text);
        }
        assert_eq!(minutes(Span::seconds(59)), "less than 1 min");
        assert_eq!(minutes(Span::seconds(32 * 60 + 40)), "32 min");
    }

    #[test]
    fn clocks_tell_as_much_of_the_day_as_is_needed() {
        let now = Timestamp::parse("2026-11-23T12:00:00Z").expect("a time");
        let cases = [
            ("2026-11-23T08:41:00Z", "09:41"),
            ("2026-11-22T23:30:00Z", "00:30"),
            ("2026-11-21T08:41:00Z", "Sat 09:41"),
            ("2026-11-24T01:00:00Z", "Tue 02:00"),
            ("2026-11-16T08:41:00Z", "16 Nov 09:41"),
            ("2025-11-23T08:41:00Z", "23 Nov 2025"),
        ];
        for (moment, text) in cases {
            let moment = Timestamp::parse(moment).expect("a time");
            assert_eq!(clock(moment, Tz::Europe__Berlin, now), text);
        }
        assert_eq!(clock_zoned(now, Tz::UTC, now), "12:00 UTC");
        assert_eq!(clock_zoned(now, Tz::Europe__Berlin, now), "13:00 CET");
        assert_eq!(place("America/New_York"), "New York");
        assert_eq!(place("UTC"), "UTC");
    }

    #[test]
    fn hours_have_the_digits_that_they_deserve() {
        for (number, text) in
            [(0.6, "36 min"), (1.0, "1 h"), (3.46, "3.5 h"), (9.97, "10 h"), (26.2, "26 h"), (1204.0, "1\u{2009}204 h")]
        {
            assert_eq!(hours(number), text);
        }
        assert_eq!(grouped(-1_234_567.0), "-1\u{2009}234\u{2009}567");
        assert_eq!(grouped(999.0), "999");
    }
}
