//! When nobody is asked: the pause of an integration and that of its probe, put together.

use model::{Handling, Timestamp};

/// From when to when, the end left out; [`Timestamp::MAX`]: until somebody resumes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pauses(Vec<(Timestamp, Timestamp)>);

impl Pauses {
    /// All that these say. Pauses that are over are kept, so that the same rows always give the same.
    pub(crate) fn of<'a>(handled: impl IntoIterator<Item = &'a Handling>) -> Self {
        let pauses = handled.into_iter().filter_map(|handling| handling.paused.as_ref());
        Self(pauses.map(|paused| (paused.since, paused.until.unwrap_or(Timestamp::MAX))).collect())
    }

    /// Whether one holds at `t`.
    pub(crate) fn hold_at(&self, t: Timestamp) -> bool {
        self.0.iter().any(|(since, until)| *since <= t && t < *until)
    }

    /// Whether one of them holds from `from` to `to`.
    pub(crate) fn hold_throughout(&self, from: Timestamp, to: Timestamp) -> bool {
        self.0.iter().any(|(since, until)| *since <= from && to <= *until)
    }

    /// Whether one ends only when somebody resumes it.
    pub(crate) fn are_endless(&self) -> bool {
        self.0.iter().any(|(_, until)| *until >= Timestamp::MAX)
    }

    /// The first moment at or after `t` at which none holds.
    pub(crate) fn end(&self, t: Timestamp) -> Timestamp {
        let mut end = t;
        while let Some((_, until)) = self.0.iter().find(|(since, until)| *since <= end && end < *until) {
            end = *until;
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use model::Paused;

    use super::*;

    fn paused(since: i64, until: Option<i64>) -> Handling {
        let paused = Paused { by: "Ada".to_owned(), since: Timestamp(since), until: until.map(Timestamp), note: None };
        Handling { paused: Some(paused), ..Handling::default() }
    }

    #[test]
    fn two_pauses_end_when_neither_holds() {
        let pauses = Pauses::of(&[paused(10, Some(20)), Handling::default(), paused(15, Some(30))]);
        for (t, holds, end) in [(9, false, 9), (10, true, 30), (19, true, 30), (29, true, 30), (30, false, 30)] {
            assert_eq!((pauses.hold_at(Timestamp(t)), pauses.end(Timestamp(t))), (holds, Timestamp(end)), "{t}");
        }
        assert!(pauses.hold_throughout(Timestamp(10), Timestamp(20)));
        assert!(!pauses.hold_throughout(Timestamp(29), Timestamp(31)));
        assert!(!pauses.are_endless());
    }

    #[test]
    fn a_pause_without_an_end_has_none() {
        let pauses = Pauses::of([&paused(10, None)]);
        assert!(pauses.are_endless() && pauses.hold_at(Timestamp(1_000_000)));
        assert_eq!(pauses.end(Timestamp(10)), Timestamp::MAX);
        assert_eq!(Pauses::default().end(Timestamp(7)), Timestamp(7));
    }
}
