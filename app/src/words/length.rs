//! Lengths of time: of waiting, with two parts; of latency, with three digits.

use super::FIXED;

/// Two parts that matter: `1 h 12 min`, `32 min`, `2 days 3 h`, `45 s`, `250 ms`.
pub fn duration(ms: i64) -> String {
    const UNITS: [(i64, &str, &str); 4] =
        [(86_400_000, "day", "days"), (3_600_000, "h", "h"), (60_000, "min", "min"), (1_000, "s", "s")];
    let ms = ms.max(0);
    if ms < 1_000 {
        return format!("{ms}{FIXED}ms");
    }
    let first = UNITS.iter().position(|(length, ..)| ms >= *length).unwrap_or(3);
    let part = |amount: i64, index: usize| {
        let (_, one, many) = UNITS[index];
        format!("{amount}{FIXED}{}", if amount == 1 { one } else { many })
    };
    let (length, ..) = UNITS[first];
    let mut text = part(ms / length, first);
    if let Some((next, ..)) = UNITS.get(first + 1) {
        let rest = (ms % length) / next;
        if rest > 0 {
            text.push(FIXED);
            text.push_str(&part(rest, first + 1));
        }
    }
    text
}

/// Three digits: `0.842 ms`, `84.2 ms`, `842 ms`, `1.23 s`, `2 min 5 s` from two minutes on.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn latency(us: i64) -> String {
    let ms = us.max(0) as f64 / 1e3;
    match us {
        ..=0 => format!("0{FIXED}ms"),
        1..1_000 => format!("{ms:.3}{FIXED}ms"),
        1_000..9_995 => format!("{ms:.2}{FIXED}ms"),
        9_995..99_950 => format!("{ms:.1}{FIXED}ms"),
        99_950..999_500 => format!("{ms:.0}{FIXED}ms"),
        999_500..9_995_000 => format!("{:.2}{FIXED}s", ms / 1e3),
        9_995_000..120_000_000 => format!("{:.1}{FIXED}s", ms / 1e3),
        _ => duration(us / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_parts_that_matter() {
        for (ms, text) in [
            (-5, "0 ms"),
            (250, "250 ms"),
            (45_000, "45 s"),
            (65_000, "1 min 5 s"),
            (32 * 60_000, "32 min"),
            (72 * 60_000, "1 h 12 min"),
            (72 * 60_000 + 59_000, "1 h 12 min"),
            (86_400_000, "1 day"),
            (51 * 3_600_000, "2 days 3 h"),
        ] {
            assert_eq!(duration(ms).replace(FIXED, " "), text, "{ms}");
        }
    }

    #[test]
    fn latencies_have_three_digits() {
        for (us, text) in [
            (0, "0 ms"),
            (842, "0.842 ms"),
            (8_420, "8.42 ms"),
            (84_200, "84.2 ms"),
            (842_000, "842 ms"),
            (999_600, "1.00 s"),
            (1_234_000, "1.23 s"),
            (12_345_000, "12.3 s"),
            (125_000_000, "2 min 5 s"),
        ] {
            assert_eq!(latency(us).replace(FIXED, " "), text, "{us}");
        }
    }
}
