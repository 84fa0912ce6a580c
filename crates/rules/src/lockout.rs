//! How long to wait after wrong passwords. Failures are counted for an account and where it is tried from: the network, a browser that
//! is known to it, or a session. So nobody locks another out of where they usually are.

use model::{Span, Timestamp};

/// So many failures cost nothing.
const FREE: u32 = 5;
/// After the last free one; doubled by each further failure.
const FIRST: Span = Span::seconds(1);
const MOST: Span = Span::minutes(15);
/// After so long without a failure all are forgotten.
const QUIET: Span = Span::hours(1);

/// The failures of one account, tried from one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many in a row, at least 1.
    pub count: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl Failures {
    /// One more, at `now`, after those before it.
    #[must_use]
    pub fn one_more(before: Option<Self>, now: Timestamp) -> Self {
        let count = before.filter(|before| !before.are_forgotten(now)).map_or(0, |before| before.count);
        Self { count: count.saturating_add(1), last_at: now }
    }

    /// Whether they count no longer, so that they need not be kept.
    pub fn are_forgotten(&self, now: Timestamp) -> bool {
        now.since(self.last_at) >= QUIET
    }
}

/// How long until the next try is looked at; `None`: now. Five tries are free, the sixth waits 1 s after the fifth, then 2 s,
/// 4 s ... at most 15 min. A clock that went back makes no wait longer.
pub fn wait(failures: &Failures, now: Timestamp) -> Option<Span> {
    let doublings = failures.count.checked_sub(FREE)?;
    let whole = Span::ms(FIRST.as_ms().saturating_mul(1_i64 << doublings.min(62))).min(MOST);
    let left = whole.as_ms() - now.since(failures.last_at).as_ms();
    (left > 0).then_some(Span::ms(left))
}

#[cfg(test)]
mod tests;
