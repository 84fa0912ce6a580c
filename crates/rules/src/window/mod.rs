//! Maintenance windows and change freezes: when they are open, and over what.
//!
//! ```text
//! Opens -> (days, recur: which days | cadence: which moments) -> opening (on whose clocks, from when to when) -> Window
//! WindowSpec -> scope (over which integrations)
//! ```
//!
//! What is said by the clock holds by the clock, so a night from 22:00 to 06:00 lasts 7 or 9 hours when clocks change; what `lasts`
//! is a length of time. A time that a change of clock leaves out is the moment that the clock jumps to; of two equal times a
//! window opens at the first and closes at the second. A window is open at its first moment and closed at its last.
//!
//! Whatever is written, a question costs little: rules by the day are looked at for [`AHEAD`] at most, those by cron are passed over
//! from opening to opening, and no answer puts together more than [`MOST`] openings.

mod days;
mod local;
mod opening;
mod recur;
mod scope;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use model::{Fault, Opens, Schedule, Span, Timestamp};

use crate::schedule::Cadence;
use days::Pattern;
use opening::Length;

pub use opening::{Covered, Opening, union};
pub use scope::{is_over, open_over};

/// How far ahead a next opening is looked for: the calendar repeats itself in 28 years, but for turns of the century.
pub const AHEAD: Days = Days::new(40 * 366);
/// The most openings that one answer puts together.
pub const MOST: usize = 10_000;
/// The shortest opening of what `lasts`, and the longest.
pub const LASTS: (Span, Span) = (Span::minutes(1), Span::hours(31 * 24));
/// The longest single window.
pub const LONGEST: Span = Span::hours(366 * 24);

/// A window that was found to be right.
#[derive(Debug, Clone)]
pub struct Window(Shape);

#[derive(Debug, Clone)]
enum Shape {
    Once(Opening),
    Days { pattern: Pattern, length: Length, zone: Tz },
    Cron { cadence: Cadence, lasts: Span },
}

impl Window {
    /// Checks when a window opens. The fault names the field (`rrule.rule`) and what would be right.
    pub fn compile(opens: &Opens) -> Result<Self, Fault> {
        Ok(Self(match opens {
            Opens::Once { from, to } => {
                let opening = Opening { from: *from, to: *to };
                if to <= from {
                    return Err(Fault::at("once.to", "is not after `from`").allowed("a later moment than `from`"));
                }
                if opening.length() > LONGEST {
                    return Err(
                        Fault::at("once.to", "is too far away").allowed(format!("at most {LONGEST} after `from`"))
                    );
                }
                Shape::Once(opening)
            }
            Opens::Weekly { days, from, to, time_zone } => Shape::Days {
                pattern: Pattern::weekly(days)?,
                length: Length::Clock { from: from.naive(), to: to.naive() },
                zone: zone("weekly.time_zone", time_zone)?,
            },
            Opens::Monthly { on, from, to, time_zone } => Shape::Days {
                pattern: Pattern::monthly(*on)?,
                length: Length::Clock { from: from.naive(), to: to.naive() },
                zone: zone("monthly.time_zone", time_zone)?,
            },
            Opens::Cron { at, lasts, time_zone } => {
                zone("cron.time_zone", time_zone)?;
                let schedule = Schedule::Cron { cron: at.clone(), time_zone: time_zone.clone() };
                let cadence = Cadence::compile(&schedule).map_err(|message| {
                    Fault::at("cron.at", message).allowed(
                        "five fields: minute, hour, day of month, month, day of week; or six with seconds first",
                    )
                })?;
                Shape::Cron { cadence, lasts: lasting("cron.lasts", *lasts)? }
            }
            Opens::Rrule { rule, starts, lasts, time_zone } => {
                let zone = zone("rrule.time_zone", time_zone)?;
                Shape::Days {
                    pattern: Pattern::Rule(Box::new(recur::Rule::read(rule, starts.naive(), zone)?)),
                    length: Length::Lasts { from: starts.naive().time(), lasts: lasting("rrule.lasts", *lasts)? },
                    zone,
                }
            }
        }))
    }

    /// Whether it is open at this moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.is_open_between(at, at)
    }

    /// Whether it is open at some moment from `from` to `to`, both included.
    pub fn is_open_between(&self, from: Timestamp, to: Timestamp) -> bool {
        self.raw(from, to).next().is_some_and(|opening| opening.from <= to)
    }

    /// The opening that this moment lies in, with those that follow without a gap, as far as [`MOST`] of them reach.
    pub fn open_at(&self, at: Timestamp) -> Option<Opening> {
        // Most windows are closed most of the time, and looking ahead takes longer.
        if !self.is_open(at) {
            return None;
        }
        opening::merged(self.raw(at, Timestamp::MAX).take(MOST)).next()
    }

    /// The next opening that begins after this moment: of an open window the one after it has closed. `None` where none comes within
    /// [`AHEAD`], or where it does not close within [`MOST`] openings.
    pub fn next(&self, at: Timestamp) -> Option<Opening> {
        opening::merged(self.raw(at, Timestamp::MAX).take(MOST)).find(|opening| at < opening.from)
    }

    /// When it is open from `from` to `to` (left out): in order, without overlaps, and cut at both ends.
    pub fn covering(&self, from: Timestamp, to: Timestamp) -> Covered {
        let mut told_to = to;
        let raw = self.raw(from, to).take_while(|opening| opening.from < to).enumerate();
        let raw = raw.map_while(|(index, opening)| {
            if index < MOST {
                return Some(opening);
            }
            told_to = opening.from;
            None
        });
        let openings = opening::merged(raw).filter_map(|opening| opening.within(from, to)).collect();
        Covered { openings, told_to: told_to.max(from) }
    }

    /// What closes after `after`, in order of opening; what opens after `until` may be left out. Openings may overlap; some that others
    /// cover are left out.
    fn raw(&self, after: Timestamp, until: Timestamp) -> Box<dyn Iterator<Item = Opening> + '_> {
        let after = after.clamp(Timestamp::MIN, Timestamp::MAX);
        match &self.0 {
            Shape::Once(opening) => Box::new(std::iter::once(*opening).filter(move |opening| after < opening.to)),
            Shape::Days { pattern, length, zone } => {
                let around = after.utc().with_timezone(zone).date_naive();
                // A day more on both sides: clocks of a zone may be a day away from where the length was counted.
                let first = length.days().checked_add(2).and_then(|days| around.checked_sub_days(Days::new(days)));
                let until = until.utc().with_timezone(zone).date_naive();
                let last = until.checked_add_days(Days::new(1)).min(around.checked_add_days(AHEAD));
                let last = last.unwrap_or(NaiveDate::MAX);
                let days = first.unwrap_or(NaiveDate::MIN).iter_days().take_while(move |day| *day <= last);
                let openings = days.filter(|day| pattern.has(*day)).filter_map(|day| length.opening(day, *zone));
                Box::new(openings.filter(move |opening| after < opening.to))
            }
            Shape::Cron { cadence, lasts } => {
                let opening = |from: Timestamp| Opening { from, to: from + *lasts };
                let known = |from: &Timestamp| *from < Timestamp::MAX;
                let first = Some(cadence.next_after(after - *lasts, Span::default())).filter(known);
                let starts = std::iter::successors(first, move |from| {
                    let next = cadence.next_after(*from, Span::default());
                    // What begins while this is open adds nothing before the last of it does.
                    let last = cadence.last_at_or_before(*from + *lasts, Span::default());
                    Some(next.max(last)).filter(|next| from < next).filter(known)
                });
                Box::new(starts.map(opening))
            }
        }
    }
}

fn zone(field: &str, name: &str) -> Result<Tz, Fault> {
    name.parse().map_err(|_| {
        Fault::at(field, format!("`{name}` is not a time zone")).allowed("an IANA name such as Europe/Berlin")
    })
}

fn lasting(field: &str, lasts: Span) -> Result<Span, Fault> {
    let (least, most) = LASTS;
    if (least..=most).contains(&lasts) {
        return Ok(lasts);
    }
    Err(Fault::at(field, format!("`{lasts}` is no length of a window")).allowed(format!("{least} to {most}")))
}

#[cfg(test)]
mod tests;
