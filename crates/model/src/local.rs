//! Times on the clocks of a zone that is named beside them.

use std::fmt;

use chrono::{NaiveDateTime, NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

/// A time on the clock, to the minute: `02:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = String, example = "02:00"))]
pub struct TimeOfDay(NaiveTime);

/// A moment on the clocks of a zone that is named beside it, to the minute: `2026-11-28T22:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = String, example = "2026-11-28T22:00"))]
pub struct LocalTime(NaiveDateTime);

/// Said of a text that is neither of both.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{text}` is not {wanted}")]
pub struct NotATime {
    text: String,
    wanted: &'static str,
}

impl TimeOfDay {
    /// What it may be.
    pub const ALLOWED: &'static str = "a time such as 02:00, from 00:00 to 23:59";

    /// Reads `02:00`, in two digits each.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        let time = NaiveTime::parse_from_str(text, "%H:%M").ok().map(Self);
        time.filter(|time| time.to_string() == text)
            .ok_or_else(|| NotATime { text: text.to_owned(), wanted: Self::ALLOWED })
    }

    /// As `chrono` has it.
    pub fn naive(self) -> NaiveTime {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl LocalTime {
    /// What it may be.
    pub const ALLOWED: &'static str = "a moment without a zone such as 2026-11-28T22:00, in the years 1970 to 9999";

    /// Reads `2026-11-28T22:00`.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        let moment = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok().map(Self);
        moment
            .filter(|moment| moment.to_string() == text && text.len() == 16 && text >= "1970")
            .ok_or_else(|| NotATime { text: text.to_owned(), wanted: Self::ALLOWED })
    }

    /// As `chrono` has it.
    pub fn naive(self) -> NaiveDateTime {
        self.0
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%dT%H:%M").fmt(f)
    }
}

macro_rules! as_text {
    ($($name:ident)*) => { $(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    )* };
}

as_text! { TimeOfDay LocalTime }

#[cfg(test)]
mod tests {
    use super::{LocalTime, TimeOfDay};

    #[test]
    fn times_are_read_as_they_are_written_or_not_at_all() {
        for right in ["00:00", "02:05", "23:59"] {
            assert_eq!(TimeOfDay::parse(right).expect(right).to_string(), right);
        }
        for wrong in ["", "2:00", "24:00", "02:60", "02:00:00", "+2:00", "noon"] {
            assert!(TimeOfDay::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(LocalTime::parse("2026-11-28T22:00").expect("a moment").to_string(), "2026-11-28T22:00");
        for wrong in ["2026-11-28", "2026-11-28T22:00Z", "2026-1-8T22:00", "1969-12-31T22:00", "+10000-01-01T00:00"] {
            assert!(LocalTime::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
