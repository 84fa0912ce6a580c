//! What is known of a window without asking it again: every failed run wants to know, and a window opens seldom.

use model::Timestamp;
use rules::window::{Opening, Window};

/// The time around the last look in which a window stays as it was: open throughout, or closed throughout.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// Its opening, if it was open.
    pub(super) open: Option<Opening>,
    closed: Option<Opening>,
}

impl Known {
    /// What a window says at `now`.
    pub(super) fn look(window: &Window, now: Timestamp) -> Self {
        if let Some(open) = window.open_at(now) {
            return Self { open: Some(open), closed: None };
        }
        let to = window.next(now).map_or(Timestamp::MAX, |next| next.from);
        Self { open: None, closed: Some(Opening { from: now, to }) }
    }

    /// Whether it is open then; `None`: that has to be asked.
    pub(super) fn is_open(self, at: Timestamp) -> Option<bool> {
        let holds = |time: Option<Opening>| time.is_some_and(|time| time.from <= at && at < time.to);
        if holds(self.open) { Some(true) } else { holds(self.closed).then_some(false) }
    }
}

#[cfg(test)]
mod tests {
    use model::{Opens, Span};

    use super::*;
    use crate::testing::START;

    #[test]
    fn what_one_look_tells_is_what_the_window_says_and_nothing_is_told_beyond() {
        let at = |minute: i64| START + Span::minutes(minute);
        let window = Window::compile(&Opens::Once { from: at(10), to: at(20) }).expect("a window");
        for (looked, told_from, told_to) in [(0, 0, 10), (9, 9, 10), (10, 10, 20), (15, 10, 20), (20, 20, 1_000)] {
            let known = Known::look(&window, at(looked));
            for minute in 0..40 {
                let told = (told_from..told_to).contains(&minute).then(|| window.is_open(at(minute)));
                assert_eq!(known.is_open(at(minute)), told, "looked at {looked}, asked of {minute}");
            }
        }
        assert_eq!(Known::default().is_open(at(0)), None);
    }
}
