//! From when to when: openings, put together and cut.

use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use model::{Span, Timestamp};

use super::local::{Twice, moment};

/// From its first moment to its last (left out).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opening {
    /// When it opens.
    pub from: Timestamp,
    /// When it closes.
    pub to: Timestamp,
}

impl Opening {
    /// How long it is.
    pub fn length(self) -> Span {
        self.to.since(self.from)
    }

    /// The part of it that lies from `from` to `to`.
    pub fn within(self, from: Timestamp, to: Timestamp) -> Option<Self> {
        let part = Self { from: self.from.max(from), to: self.to.min(to) };
        (part.from < part.to).then_some(part)
    }
}

/// When something is open within a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// In order, without overlaps or openings that touch.
    pub openings: Vec<Opening>,
    /// Up to where this is told: the end of what was asked, unless there were too many openings. Then ask again from here.
    pub told_to: Timestamp,
}

/// How long it is open on one of its days.
#[derive(Debug, Clone, Copy)]
pub(super) enum Length {
    /// By the clock; `to` at or before `from` is on the next day.
    Clock { from: NaiveTime, to: NaiveTime },
    /// By a length of time.
    Lasts { from: NaiveTime, lasts: Span },
}

impl Length {
    /// Days that it may reach beyond the one that it begins on.
    pub(super) fn days(self) -> u64 {
        match self {
            Self::Clock { .. } => 1,
            Self::Lasts { lasts, .. } => u64::try_from(lasts.as_ms() / 86_400_000).unwrap_or(0).saturating_add(1),
        }
    }

    /// The opening that begins on this day; `None` where a change of clock leaves nothing of it.
    pub(super) fn opening(self, day: NaiveDate, zone: Tz) -> Option<Opening> {
        let opening = match self {
            Self::Clock { from, to } => {
                let last = if to <= from { day.checked_add_days(Days::new(1))? } else { day };
                let opens = moment(day.and_time(from), zone, Twice::First);
                Opening { from: opens, to: moment(last.and_time(to), zone, Twice::Second) }
            }
            Self::Lasts { from, lasts } => {
                let opens = moment(day.and_time(from), zone, Twice::First);
                Opening { from: opens, to: opens + lasts }
            }
        };
        (opening.from < opening.to).then_some(opening)
    }
}

/// Openings in order of their beginning -> the same time without overlaps; those that touch become one.
pub(super) fn merged(openings: impl Iterator<Item = Opening>) -> impl Iterator<Item = Opening> {
    let mut openings = openings.peekable();
    std::iter::from_fn(move || {
        let mut whole = openings.next()?;
        while let Some(next) = openings.next_if(|next| next.from <= whole.to) {
            whole.to = whole.to.max(next.to);
        }
        Some(whole)
    })
}

/// The time in which any of these is open, in order and without overlaps.
pub fn union(mut openings: Vec<Opening>) -> Vec<Opening> {
    openings.retain(|opening| opening.from < opening.to);
    openings.sort_unstable();
    merged(openings.into_iter()).collect()
}
