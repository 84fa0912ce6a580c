//! Schedules: moments that grow and are found again. The first line is a cron expression and the second its zone, or `every` with a
//! length of time and a phase in milliseconds; the third is the moment from which on they are asked for.

use model::{Schedule, Span, Timestamp};
use rules::schedule::Cadence;

/// Moments that are looked at.
const MOMENTS: usize = 8;

/// From 1970 to 2100, where clocks are known.
const YEARS: std::ops::RangeInclusive<i64> = 0..=4_102_444_800_000;

/// Whether it is one.
pub fn check(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let (first, second, third) = (lines.next().unwrap_or_default(), lines.next(), lines.next());
    let second = second.unwrap_or("UTC");
    let from = third.and_then(|third| third.trim().parse().ok()).filter(|ms| YEARS.contains(ms));
    let from = Timestamp(from.unwrap_or(1_795_392_000_000));
    let schedule = match first.strip_prefix("every ") {
        Some(every) => match Span::parse(every) {
            Ok(every) => Schedule::Every { every },
            Err(_) => return false,
        },
        None => Schedule::Cron { cron: first.to_owned(), time_zone: second.to_owned() },
    };
    let Ok(cadence) = Cadence::compile(&schedule) else { return false };
    let phase = Span::ms(second.trim().parse().unwrap_or_default());
    let phase = if cadence.every().is_some() { phase } else { Span::default() };

    assert!(cadence.last_at_or_before(from, phase) <= from);
    assert!(cadence.period_at(from) > Span::default(), "a period takes time");
    let mut moment = from;
    for _ in 0..MOMENTS {
        let next = cadence.next_after(moment, phase);
        assert!(next > moment, "{next} is not after {moment}");
        if next == Timestamp::MAX {
            break;
        }
        assert_eq!(cadence.last_at_or_before(next, phase), next, "a due moment is found again");
        let before = cadence.last_at_or_before(next - Span::ms(1), phase);
        assert!(before <= moment, "{before} lies between {moment} and {next}, which come one after the other");
        moment = next;
    }
    let again = Cadence::compile(&schedule).expect("what was right is right");
    assert_eq!(again.next_after(from, phase), cadence.next_after(from, phase), "equal schedules have equal moments");
    true
}
