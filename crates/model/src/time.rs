//! Moments, and the clocks that tell them.

use std::{
    fmt,
    ops::{Add, Sub},
    sync::Arc,
    sync::atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, SecondsFormat, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use crate::Span;

/// A moment: UTC epoch milliseconds in the store, RFC 3339 with milliseconds at the edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = String, format = DateTime))]
pub struct Timestamp(pub i64);

/// Said of a text that is no [`Timestamp`].
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` is not a time: write RFC 3339, such as 2026-11-23T09:41:00Z")]
pub struct NotATimestamp(pub String);

impl Timestamp {
    /// The first moment that a page, chart or export may name: 0001-01-01.
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// The last: 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Result<Self, NotATimestamp> {
        let wrong = || NotATimestamp(text.to_owned());
        let moment = Self(DateTime::parse_from_rfc3339(text).map_err(|_| wrong())?.timestamp_millis());
        if (Self::MIN..=Self::MAX).contains(&moment) { Ok(moment) } else { Err(wrong()) }
    }

    /// As `chrono` has it; moments outside the years 1 to 9999 are held at their ends.
    pub fn utc(self) -> DateTime<Utc> {
        let ms = self.0.clamp(Self::MIN.0, Self::MAX.0);
        Utc.timestamp_millis_opt(ms).single().unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// The start of the `step`-long bucket (counted from the epoch, so UTC) that this moment lies in.
    #[must_use]
    pub fn floor(self, step: Span) -> Self {
        Self(self.0 - self.0.rem_euclid(step.as_ms().max(1)))
    }

    /// How long since `earlier`; none if it lies ahead.
    pub fn since(self, earlier: Self) -> Span {
        Span::ms((self.0 - earlier.0).max(0))
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.as_ms()))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;

    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.as_ms()))
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment.timestamp_millis())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Who tells the time. Passed in wherever time matters, so that tests and the demo's history can set it.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock; the only place that asks it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine's clock")]
    fn now(&self) -> Timestamp {
        Utc::now().into()
    }
}

/// A clock that stands until it is moved.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// Stands at `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.0)))
    }

    /// Moves on.
    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.as_ms(), Ordering::SeqCst);
    }

    /// Moves to a moment.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.0, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, Timestamp};

    #[test]
    fn moments_are_rfc_3339_at_the_edges() {
        let moment = Timestamp::parse("2026-11-23T10:41:00+01:00").expect("a moment");
        assert_eq!(moment.to_string(), "2026-11-23T09:41:00.000Z");
        assert_eq!(moment.floor(Span::hours(1)).to_string(), "2026-11-23T09:00:00.000Z");
        assert!(Timestamp::parse("yesterday").is_err());
    }

    #[test]
    fn moments_before_the_epoch_fall_into_their_own_bucket() {
        assert_eq!(Timestamp(-1).floor(Span::minutes(1)), Timestamp(-60_000));
    }
}
