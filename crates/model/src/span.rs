//! A length of time as people write it.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// A length of time in whole milliseconds, written `30s`, `5m`, `1h 30m`, `250ms`, `2days` in catalogue and API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = String, example = "30s"))]
pub struct Span(i64);

/// Said of a text that is no [`Span`].
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{text}` is not a length of time: write 250ms, 30s, 5m, 1h 30m or 2days")]
pub struct NotASpan {
    /// What was written.
    pub text: String,
}

impl Span {
    /// So many milliseconds.
    pub const fn ms(ms: i64) -> Self {
        Self(ms)
    }

    /// So many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds * 1_000)
    }

    /// So many minutes.
    pub const fn minutes(minutes: i64) -> Self {
        Self::seconds(minutes * 60)
    }

    /// So many hours.
    pub const fn hours(hours: i64) -> Self {
        Self::minutes(hours * 60)
    }

    /// Reads `30s`, `1h 30m` and the like; a unit is needed, whole milliseconds are the finest.
    pub fn parse(text: &str) -> Result<Self, NotASpan> {
        let wrong = || NotASpan { text: text.to_owned() };
        let duration = humantime::parse_duration(text.trim()).map_err(|_| wrong())?;
        if duration.subsec_nanos() % 1_000_000 != 0 {
            return Err(wrong());
        }
        i64::try_from(duration.as_millis()).map(Self).map_err(|_| wrong())
    }

    /// In milliseconds.
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// For timers; a negative length is none.
    pub fn as_duration(self) -> Duration {
        Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(self.as_duration()).fmt(f)
    }
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn spans_are_read_and_written_as_people_do() {
        for (text, ms) in [("250ms", 250), ("30s", 30_000), ("1h 30m", 5_400_000), ("2days", 172_800_000)] {
            let span = Span::parse(text).expect(text);
            assert_eq!(span.as_ms(), ms);
            assert_eq!(span.to_string(), text);
        }
        for wrong in ["", "30", "-5s", "1us", "soon"] {
            assert!(Span::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
