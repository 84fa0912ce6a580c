//! When to try again, and when no more. Pure.

use model::{Span, Timestamp};

/// The pause after the first attempt.
const FIRST: Span = Span::seconds(15);
/// The longest pause of our own; a peer may ask for a longer one.
const LONGEST: Span = Span::hours(1);
/// A notice is given up so long after it came into the outbox; not before it was tried then.
pub const GIVEN_UP_AFTER: Span = Span::hours(72);

/// When a notice that came in at `created_at` is tried again, after attempt number `attempt` (from 1) failed `now`: 15 s later, then
/// twice as long each time up to an hour. Of each pause the last fifth is left to chance (`jitter` in 0..=1), so that what failed
/// together is not tried together. Not before the peer asks for (`after`). `None`: given up. The last attempt is at the end of the
/// time that there is.
pub fn next_attempt(
    attempt: u32,
    created_at: Timestamp,
    now: Timestamp,
    jitter: f64,
    after: Option<Span>,
) -> Option<Timestamp> {
    let end = created_at + GIVEN_UP_AFTER;
    if now >= end {
        return None;
    }
    let doubled = FIRST.as_ms().saturating_mul(1 << attempt.saturating_sub(1).min(20));
    let pause = doubled.min(LONGEST.as_ms());
    let pause = pause - chance(pause / 5, jitter);
    let pause = after.map_or(pause, |after| pause.max(after.as_ms()));
    Some((now + Span::ms(pause)).min(end))
}

/// That part of a length that chance takes away.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a part of an hour in milliseconds")]
fn chance(ms: i64, jitter: f64) -> i64 {
    let jitter = if jitter.is_nan() { 0.0 } else { jitter.clamp(0.0, 1.0) };
    (ms as f64 * jitter) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);

    fn pause(attempt: u32, jitter: f64, after: Option<Span>) -> Option<Span> {
        next_attempt(attempt, START, START, jitter, after).map(|next| next.since(START))
    }

    #[test]
    fn pauses_double_from_15_s_to_an_hour() {
        let seconds = [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600];
        for (attempt, seconds) in (1..).zip(seconds) {
            assert_eq!(pause(attempt, 0.0, None), Some(Span::seconds(seconds)), "{attempt}");
        }
        assert_eq!(pause(u32::MAX, 0.0, None), Some(LONGEST));
        assert_eq!(pause(0, 0.0, None), Some(FIRST));
    }

    #[test]
    fn chance_takes_a_fifth_at_most() {
        for (jitter, ms) in
            [(0.0, 15_000), (0.5, 13_500), (1.0, 12_000), (7.0, 12_000), (-1.0, 15_000), (f64::NAN, 15_000)]
        {
            assert_eq!(pause(1, jitter, None), Some(Span::ms(ms)), "{jitter}");
        }
    }

    #[test]
    fn a_peer_may_ask_for_more_time_and_not_for_less() {
        assert_eq!(pause(1, 0.0, Some(Span::hours(2))), Some(Span::hours(2)));
        assert_eq!(pause(1, 0.0, Some(Span::ms(0))), Some(FIRST));
    }

    #[test]
    fn it_is_given_up_after_three_days_and_a_last_attempt_at_their_end() {
        let end = START + GIVEN_UP_AFTER;
        assert_eq!(next_attempt(79, START, end - Span::minutes(3), 0.0, None), Some(end));
        assert_eq!(next_attempt(1, START, START, 0.0, Some(Span::hours(100))), Some(end));
        assert_eq!(next_attempt(80, START, end, 0.0, None), None);
        assert_eq!(next_attempt(1, START, end + Span::hours(1), 0.0, None), None, "it was tried once all the same");
    }

    #[test]
    fn what_never_arrives_is_tried_some_eighty_times() {
        let (mut now, mut attempts) = (START, 1);
        while let Some(next) = next_attempt(attempts, START, now, 0.0, None) {
            assert!(next > now);
            (now, attempts) = (next, attempts + 1);
        }
        assert_eq!((now.since(START), attempts), (GIVEN_UP_AFTER, 80));
    }
}
