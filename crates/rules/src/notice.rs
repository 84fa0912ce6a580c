//! Whether a change is told to the owner: once when it begins, once if it gets worse, once when it is over. One of which nothing can
//! prove any more that it is over is not waited for: a trouble that began after it was told is another change, which takes its place.
//!
//! What was told is the only memory ([`Told`], kept by the store), so a restart and an edit tell nothing twice. Told is what is
//! hard: a hard verdict, a promised run that was missed, or a problem of any kind; what is still being confirmed is not. While somebody
//! muted it, in maintenance, while it is paused and while nothing but a flapping probe troubles it nothing is said at all, and what
//! holds afterwards is said then. What was acknowledged before it was told is not told, nor its end; one that gets worse after that is
//! told again.

use model::{Level, Timestamp};

use crate::outcome::Verdict;

/// What the owner was told last of the change that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Its level.
    pub level: Level,
    /// When.
    pub at: Timestamp,
}

/// What the owner was told last; `None` if the last word was that it is over.
pub type Told = Option<Said>;

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    /// Nothing.
    None,
    /// Something broke.
    Began,
    /// What was told of got worse: attention became a problem. Once between a beginning and its end.
    Worse,
    /// Something else broke after the last word, and nothing proves that what was told is over: another change begins, and takes the
    /// place of the one that was open.
    Another,
    /// It is over.
    Over,
}

/// How an integration stands when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by its name, and none follows from another")]
pub struct Situation {
    /// Its level now.
    pub level: Level,
    /// The worst hard verdict of its probes that count; `None` while none is known.
    pub hard: Option<Verdict>,
    /// Promised runs missed in a row.
    pub missed: u32,
    /// When the oldest of what is in trouble now, and is worth a word, began; `None`: nothing is.
    pub began: Option<Timestamp>,
    /// Whether somebody acknowledged the present trouble.
    pub acknowledged: bool,
    /// Until when it is muted, if somebody did.
    pub muted_until: Option<Timestamp>,
    /// Whether it is in maintenance or a freeze in which failures do not count.
    pub in_maintenance: bool,
    /// Whether one of its probes flaps, and nothing else is wrong.
    pub flapping: bool,
    /// Whether a probe whose trouble was told is no longer asked, since it is paused or disabled: nothing proves that it is good again.
    pub unproven: bool,
}

impl Situation {
    /// Whether it is in trouble that is worth a word.
    fn is_trouble(self) -> bool {
        let is_hard = matches!(self.hard, Some(Verdict::Warn | Verdict::Down)) || self.missed > 0;
        self.level == Level::Problem || self.level == Level::Attention && is_hard
    }

    /// Whether all that is in trouble began after what was said, which nothing can show to be over. What began by then belongs to it. A
    /// moment that is still to come (a clock of others) is waited for, so that what is told now is never told again.
    fn is_another(self, said: Said, now: Timestamp) -> bool {
        self.unproven && self.is_trouble() && self.began.is_some_and(|began| said.at < began && began <= now)
    }

    /// Whether nothing is said for now.
    fn is_silent(self, now: Timestamp) -> bool {
        self.in_maintenance || self.flapping || self.muted_until.is_some_and(|until| now < until)
    }
}

/// What is to be told at `now`, after `told`. Over it is only on evidence: a level of `okay`, and no probe that was told of and is not asked
/// any more. Where nothing is known or it is paused, an open change stays open, until another takes its place.
pub fn decide(told: Told, situation: Situation, now: Timestamp) -> Notice {
    if situation.is_silent(now) {
        return Notice::None;
    }
    match told {
        None if situation.is_trouble() && !situation.acknowledged => Notice::Began,
        Some(said) if situation.is_another(said, now) => {
            if situation.acknowledged {
                Notice::None
            } else {
                Notice::Another
            }
        }
        Some(Said { level: Level::Attention, .. }) if situation.level == Level::Problem => Notice::Worse,
        Some(_) if situation.level == Level::Okay && !situation.unproven => Notice::Over,
        _ => Notice::None,
    }
}

impl Notice {
    /// What the owner was told after this notice of this level at `at`; it is kept in the transaction in which the notice is put into the
    /// outbox.
    pub fn told(self, before: Told, level: Level, at: Timestamp) -> Told {
        match self {
            Self::None => before,
            Self::Began | Self::Worse | Self::Another => Some(Said { level, at }),
            Self::Over => None,
        }
    }
}

#[cfg(test)]
mod tests;
