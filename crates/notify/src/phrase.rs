//! Lengths of time, moments, amounts and other people's words, as messages write them: the pages' words with plain blanks, since a
//! message is read anywhere and long after.

use chrono_tz::Tz;
use model::{Span, Timestamp, hours::Cost};

/// Somebody else's words on one line: signs that steer (line ends, directions of writing) become blanks, blanks in a row one, and of
/// what is longer than so many characters the beginning is left, with an ellipsis as its last.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let parts = text.split(|sign: char| steers(sign) || sign.is_whitespace()).filter(|part| !part.is_empty());
    let mut plain = String::new();
    for part in parts {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(part);
    }
    if plain.chars().count() > most {
        plain = plain.chars().take(most.saturating_sub(1)).chain(['…']).collect();
    }
    plain
}

fn steers(sign: char) -> bool {
    sign.is_control() || matches!(sign, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// In two parts: "842 ms", "45 s", "32 min", "1 h 12 min", "3 days 4 h".
pub(crate) fn length(span: Span) -> String {
    const UNITS: [(i64, &str, &str); 4] =
        [(86_400_000, "day", "days"), (3_600_000, "h", "h"), (60_000, "min", "min"), (1_000, "s", "s")];
    let ms = span.as_ms().max(0);
    let Some(first) = UNITS.iter().position(|(unit, ..)| ms >= *unit) else { return format!("{ms} ms") };
    let part =
        |amount: i64, (_, one, many): (i64, &str, &str)| format!("{amount} {}", if amount == 1 { one } else { many });
    let (unit, ..) = UNITS[first];
    let whole = part(ms / unit, UNITS[first]);
    match UNITS.get(first + 1).map(|next| (ms % unit / next.0, *next)) {
        Some((rest, next)) if rest > 0 => format!("{whole} {}", part(rest, next)),
        _ => whole,
    }
}

/// The day, the time and the zone: "Mon 23 Nov 2026, 09:41 CET". A zone that nobody knows is UTC.
pub(crate) fn moment(at: Timestamp, zone: &str) -> String {
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    at.utc().with_timezone(&zone).format("%a %-d %b %Y, %H:%M %Z").to_string()
}

/// "312 orders not delivered = 26 h of hand work", "unknown (no baseline)", "nothing waits".
pub(crate) fn cost(cost: &Cost) -> String {
    match cost {
        Cost::Unknown { why } => format!("unknown ({why})"),
        Cost::None => "nothing waits".to_owned(),
        Cost::HandWork { units, unit, hours } => {
            format!("{} {unit} not delivered = {} of hand work", amount(*units), of_work(*hours))
        }
    }
}

/// Below an hour in minutes.
fn of_work(hours: f64) -> String {
    let minutes = (hours * 60.0).round();
    if minutes.abs() < 60.0 { format!("{minutes:.0} min") } else { format!("{} h", amount(hours)) }
}

/// One digit after the point below 10, where there is one; else whole, in groups of three (with a thin space).
fn amount(number: f64) -> String {
    if !number.is_finite() {
        return "no data".to_owned();
    }
    let tenths = (number * 10.0).round() / 10.0;
    if tenths.abs() < 10.0 && tenths.fract() != 0.0 {
        return format!("{tenths:.1}");
    }
    let digits = format!("{:.0}", number.abs());
    let mut text = if number <= -0.5 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_stay_on_one_line() {
        for (text, most, expected) in [
            ("401 from NetSuite", 99, "401 from NetSuite"),
            ("a\r\nBcc: eve@example.com", 99, "a Bcc: eve@example.com"),
            (" a\t \u{0}b\u{85}\u{2028}c ", 99, "a b c"),
            ("pay\u{202e}pal", 99, "pay pal"),
            ("abcdef", 6, "abcdef"),
            ("abcdefg", 6, "abcde…"),
            ("äöüß", 3, "äö…"),
            ("", 3, ""),
        ] {
            assert_eq!(plain(text, most), expected, "{text:?}");
        }
    }

    #[test]
    fn lengths_have_two_parts() {
        for (ms, expected) in [
            (-5, "0 ms"),
            (842, "842 ms"),
            (45_000, "45 s"),
            (32 * 60_000, "32 min"),
            (72 * 60_000 + 59_000, "1 h 12 min"),
            (86_400_000, "1 day"),
            (76 * 3_600_000, "3 days 4 h"),
        ] {
            assert_eq!(length(Span::ms(ms)), expected, "{ms}");
        }
    }

    #[test]
    fn moments_name_day_time_and_zone() {
        let at = Timestamp::parse("2026-11-23T08:41:00Z").expect("a moment");
        assert_eq!(moment(at, "Europe/Berlin"), "Mon 23 Nov 2026, 09:41 CET");
        assert_eq!(moment(at, "Mars/Base"), "Mon 23 Nov 2026, 08:41 UTC");
    }

    #[test]
    fn costs_say_what_waits_or_that_it_is_not_known() {
        let hand = |units, hours| Cost::HandWork { units, unit: "orders".to_owned(), hours };
        for (given, expected) in [
            (hand(312.0, 26.0), "312 orders not delivered = 26 h of hand work"),
            (hand(1204.4, 1.25), "1\u{2009}204 orders not delivered = 1.3 h of hand work"),
            (hand(0.5, 0.04), "0.5 orders not delivered = 2 min of hand work"),
            (Cost::without_baseline(), "unknown (no baseline)"),
            (Cost::None, "nothing waits"),
        ] {
            assert_eq!(cost(&given), expected);
        }
    }
}
