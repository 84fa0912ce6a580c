//! A time on the clocks of a zone -> a moment, also on the days on which clocks change.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc, offset::LocalResult};
use chrono_tz::Tz;
use model::Timestamp;

/// Which of two equal times is meant, when the clock shows one twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twice {
    /// The first.
    First,
    /// The second.
    Second,
}

/// The moment at which the clocks of `zone` show `time`. Where they never do, the moment that they jump to.
pub(super) fn moment(time: NaiveDateTime, zone: Tz, twice: Twice) -> Timestamp {
    match zone.from_local_datetime(&time) {
        LocalResult::Single(moment) => moment.to_utc().into(),
        LocalResult::Ambiguous(first, second) => {
            let moment = if twice == Twice::First { first.min(second) } else { first.max(second) };
            moment.to_utc().into()
        }
        LocalResult::None => jump(time, zone),
    }
}

/// The first second at which the clocks show `time` or later: found by halving the days around it, in which clocks change once.
fn jump(time: NaiveDateTime, zone: Tz) -> Timestamp {
    const AROUND: i64 = 36 * 3_600;
    let shown = |second: i64| {
        let moment = DateTime::<Utc>::from_timestamp(second, 0).unwrap_or(DateTime::<Utc>::MIN_UTC);
        moment.with_timezone(&zone).naive_local()
    };
    let middle = time.and_utc().timestamp();
    let (mut before, mut after) = (middle.saturating_sub(AROUND), middle.saturating_add(AROUND));
    while after - before > 1 {
        let half = before + (after - before) / 2;
        if shown(half) >= time { after = half } else { before = half }
    }
    Timestamp(after.saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;
    use chrono_tz::Tz;

    use super::{Twice, moment};

    #[test]
    fn clocks_that_change_have_a_moment_for_every_time() {
        use Twice::{First, Second};
        for (time, zone, twice, expected) in [
            ("2026-03-29T01:59", Tz::Europe__Berlin, First, "2026-03-29T00:59"),
            ("2026-03-29T02:00", Tz::Europe__Berlin, First, "2026-03-29T01:00"),
            ("2026-03-29T02:59", Tz::Europe__Berlin, Second, "2026-03-29T01:00"),
            ("2026-03-29T03:00", Tz::Europe__Berlin, First, "2026-03-29T01:00"),
            ("2026-10-25T02:30", Tz::Europe__Berlin, First, "2026-10-25T00:30"),
            ("2026-10-25T02:30", Tz::Europe__Berlin, Second, "2026-10-25T01:30"),
            // Half an hour in Lord Howe, and a whole day that Samoa left out.
            ("2026-10-04T02:15", Tz::Australia__Lord_Howe, First, "2026-10-03T15:30"),
            ("2011-12-30T12:00", Tz::Pacific__Apia, First, "2011-12-30T10:00"),
        ] {
            let local = NaiveDateTime::parse_from_str(time, "%Y-%m-%dT%H:%M").expect(time);
            let found = moment(local, zone, twice).to_string();
            assert_eq!(found.trim_end_matches(":00.000Z"), expected, "{time} in {zone}, {twice:?}");
        }
    }
}
