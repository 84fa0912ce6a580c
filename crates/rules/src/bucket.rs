//! Buckets: minutes, and the hours and days of a zone.
//!
//! A day is 23 or 25 hours long when clocks change, an hour of a zone at a half-hour offset begins at half past in UTC, and
//! where clocks change by half an hour an hour is cut in two. Buckets follow each other without gaps or overlaps.

use chrono::{NaiveDate, NaiveTime, Offset, TimeZone};
use chrono_tz::{GapInfo, Tz};
use model::{Span, Step, Timestamp};

const MINUTE: Span = Span::minutes(1);
const HOUR: Span = Span::hours(1);

/// The start of the bucket that `t` lies in: `start_of(t) <= t < end_of(start_of(t))`.
pub fn start_of(step: Step, zone: Tz, t: Timestamp) -> Timestamp {
    match step {
        Step::Minute => t.floor(MINUTE),
        Step::Hour => hour_start(zone, t),
        Step::Day => day_start(zone, day_of(zone, t)),
    }
}

/// The end (exclusive) of the bucket that begins at `start`, which is the start of the next.
pub fn end_of(step: Step, zone: Tz, start: Timestamp) -> Timestamp {
    match step {
        Step::Minute => start + MINUTE,
        Step::Hour => hour_end(zone, start),
        Step::Day => {
            let mut day = day_of(zone, start);
            loop {
                let Some(next) = day.succ_opt() else { return start + Span::hours(24) };
                day = next;
                let end = day_start(zone, day);
                if end > start {
                    return end;
                }
            }
        }
    }
}

/// The starts of all buckets that hold any moment of `from..to`, oldest first. Empty if `to <= from`.
pub fn starts(step: Step, zone: Tz, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    std::iter::successors(Some(start_of(step, zone, from)), |&start| Some(end_of(step, zone, start)))
        .take_while(|&start| start < to && from < to)
        .collect()
}

/// The day that `t` belongs to. Where clocks go back over midnight, the hour that is lived twice belongs to the later day.
pub fn day_of(zone: Tz, t: Timestamp) -> NaiveDate {
    let date = zone.from_utc_datetime(&t.utc().naive_utc()).date_naive();
    match date.succ_opt() {
        Some(next) if day_start(zone, next) <= t => next,
        _ => date,
    }
}

/// The first moment of a day: midnight, the first of two, or where clocks skip it the moment they skip to.
pub fn day_start(zone: Tz, day: NaiveDate) -> Timestamp {
    let midnight = day.and_time(NaiveTime::MIN);
    let start = zone
        .from_local_datetime(&midnight)
        .earliest()
        .or_else(|| GapInfo::new(&midnight, &zone).and_then(|gap| gap.end))
        .map_or_else(|| midnight.and_utc(), |start| start.to_utc());
    start.into()
}

/// Milliseconds that the zone's clocks are ahead of UTC at `t`.
fn ahead_ms(zone: Tz, t: Timestamp) -> i64 {
    i64::from(zone.offset_from_utc_datetime(&t.utc().naive_utc()).fix().local_minus_utc()) * 1_000
}

fn hour_start(zone: Tz, t: Timestamp) -> Timestamp {
    let ahead = ahead_ms(zone, t);
    let full = Timestamp(t.0 - (t.0 + ahead).rem_euclid(HOUR.as_ms()));
    if ahead_ms(zone, full) == ahead { full } else { clocks_changed(zone, full, t) }
}

fn hour_end(zone: Tz, start: Timestamp) -> Timestamp {
    let ahead = ahead_ms(zone, start);
    let full = Timestamp(start.0 - (start.0 + ahead).rem_euclid(HOUR.as_ms())) + HOUR;
    let last = full - Span::ms(1);
    if ahead_ms(zone, last) == ahead { full } else { clocks_changed(zone, start, last) }
}

/// When the clocks changed, between `before` and `after`, which lie on either side of one change.
fn clocks_changed(zone: Tz, before: Timestamp, after: Timestamp) -> Timestamp {
    let old = ahead_ms(zone, before);
    let (mut low, mut high) = (before.0, after.0);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if ahead_ms(zone, Timestamp(middle)) == old { low = middle } else { high = middle }
    }
    Timestamp(high)
}

#[cfg(test)]
mod tests;
