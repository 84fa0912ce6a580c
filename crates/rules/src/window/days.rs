//! Which days a window opens on.

use chrono::{Datelike, NaiveDate};
use model::{DayOfMonth, Fault, Weekday};

use super::recur::Rule;

/// A set of days.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// Days of the week, one bit each from Monday on.
    Weekly(u8),
    /// A day of every month.
    Monthly(DayOfMonth),
    /// By a rule.
    Rule(Box<Rule>),
}

impl Pattern {
    pub(super) fn weekly(days: &[Weekday]) -> Result<Self, Fault> {
        if days.is_empty() {
            return Err(
                Fault::at("weekly.days", "names no day").allowed("one or more of mon, tue, wed, thu, fri, sat, sun")
            );
        }
        Ok(Self::Weekly(days.iter().fold(0, |bits, day| bits | 1 << of_monday(*day))))
    }

    pub(super) fn monthly(on: DayOfMonth) -> Result<Self, Fault> {
        let (field, number, most) = match on {
            DayOfMonth::Day { day } => ("monthly.day", day, 31),
            DayOfMonth::Nth { nth, .. } => ("monthly.nth", nth, 5),
        };
        if number == 0 || number.unsigned_abs() > most {
            return Err(Fault::at(field, format!("`{number}` is out of range"))
                .allowed(format!("1 to {most}, or -1 (the last) to -{most}")));
        }
        Ok(Self::Monthly(on))
    }

    /// Whether it holds this day.
    pub(super) fn has(&self, day: NaiveDate) -> bool {
        match self {
            Self::Weekly(bits) => bits & (1 << day.weekday().num_days_from_monday()) != 0,
            Self::Monthly(DayOfMonth::Day { day: number }) => is_day(day, *number),
            Self::Monthly(DayOfMonth::Nth { nth, weekday }) => {
                day.weekday().num_days_from_monday() == of_monday(*weekday) && is_nth(day, *nth)
            }
            Self::Rule(rule) => rule.has(day),
        }
    }
}

/// Days after Monday.
pub(super) const fn of_monday(day: Weekday) -> u32 {
    match day {
        Weekday::Mon => 0,
        Weekday::Tue => 1,
        Weekday::Wed => 2,
        Weekday::Thu => 3,
        Weekday::Fri => 4,
        Weekday::Sat => 5,
        Weekday::Sun => 6,
    }
}

/// Whether it is the day of its month with this number; -1 is the last.
pub(super) fn is_day(day: NaiveDate, number: i8) -> bool {
    from_front_or_back(number, day.day(), u32::from(day.num_days_in_month()) + 1 - day.day())
}

/// Whether it is the `nth` of its month's days of the same weekday; -1 is the last.
pub(super) fn is_nth(day: NaiveDate, nth: i8) -> bool {
    let after = u32::from(day.num_days_in_month()) - day.day();
    from_front_or_back(nth, (day.day() - 1) / 7 + 1, after / 7 + 1)
}

fn from_front_or_back(number: i8, front: u32, back: u32) -> bool {
    u32::from(number.unsigned_abs()) == if number > 0 { front } else { back }
}
