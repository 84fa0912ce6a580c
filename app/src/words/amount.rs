//! Counts, hours, units and bytes.

use super::{FIXED, THIN};

/// A count with thin spaces: `18 204`.
pub fn count(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + 4);
    if count < 0 {
        grouped.push('\u{2212}');
    }
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(THIN);
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 run`, `18 204 runs`.
pub fn counted(number: i64, one: &str, many: &str) -> String {
    format!("{}{FIXED}{}", count(number), if number == 1 { one } else { many })
}

/// A number that need not be whole: `312`, `0.5`, `26.4`. One digit after the point below 100, none above.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "no data".to_owned();
    }
    let tenths = (value * 10.0).round() / 10.0;
    if tenths.abs() >= 100.0 || tenths.fract() == 0.0 { count(whole(tenths.round())) } else { format!("{tenths:.1}") }
}

/// A measure with three digits that say something: `0.042`, `4.20`, `1 312`.
pub fn measured(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if !value.is_finite() => "no data".to_owned(),
        _ if size == 0.0 => "0".to_owned(),
        _ if value.fract() == 0.0 || size >= 100.0 => count(whole(value.round())),
        _ if size >= 10.0 => format!("{value:.1}"),
        _ if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Hours: `2.4 h`, `412 h`.
pub fn hours(hours: f64) -> String {
    let text = if hours.abs() >= 9.95 { count(whole(hours.round())) } else { number(hours) };
    format!("{text}{FIXED}h")
}

/// The band of a number of hours: `371 to 460 h`.
pub fn hours_between(low: f64, high: f64) -> String {
    let plain = |value: f64| if high >= 9.95 { count(whole(value.round())) } else { number(value) };
    format!("{}{FIXED}to{FIXED}{}{FIXED}h", plain(low), plain(high))
}

/// Bytes: `312 B`, `4.1 kB`, `1.2 MB`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn bytes(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes}{FIXED}B"),
        1_000..1_000_000 => format!("{:.1}{FIXED}kB", bytes as f64 / 1e3),
        _ => format!("{:.1}{FIXED}MB", bytes as f64 / 1e6),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "casts of floats saturate, and nobody counts as far")]
fn whole(value: f64) -> i64 {
    value as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.replace([THIN, FIXED], " ")
    }

    #[test]
    fn counts_have_thin_spaces() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1 000"), (18_204, "18 204"), (-1_234_567, "−1 234 567")]
        {
            assert_eq!(plain(&count(number)), text);
        }
        assert_eq!(plain(&counted(1, "run", "runs")), "1 run");
        assert_eq!(plain(&counted(0, "run", "runs")), "0 runs");
    }

    #[test]
    fn numbers_have_the_digits_that_say_something() {
        for (value, text) in [(312.0, "312"), (0.5, "0.5"), (26.44, "26.4"), (1_312.7, "1 313"), (f64::NAN, "no data")]
        {
            assert_eq!(plain(&number(value)), text, "{value}");
        }
        for (value, text) in [(0.0, "0"), (0.042, "0.042"), (4.2, "4.20"), (42.0, "42"), (1_312.4, "1 312")] {
            assert_eq!(plain(&measured(value)), text, "{value}");
        }
    }

    #[test]
    fn hours_and_bytes_carry_their_unit() {
        assert_eq!(plain(&hours(2.44)), "2.4 h");
        assert_eq!(plain(&hours(412.3)), "412 h");
        assert_eq!(plain(&hours_between(371.2, 460.0)), "371 to 460 h");
        assert_eq!(plain(&bytes(312)), "312 B");
        assert_eq!(plain(&bytes(4_120)), "4.1 kB");
        assert_eq!(plain(&bytes(1_200_000)), "1.2 MB");
    }
}
