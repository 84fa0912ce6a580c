//! What an integration promised of its own runs, and what of it was kept.
//!
//! A promise always owes exactly one thing next: an [`Owed`] with its due moment and its deadline (due + grace). What has come
//! since settles it, and the next is owed. Nothing here keeps state: from the due moment alone everything else follows, so a
//! restart goes on where it stopped and the demo's history settles the same way under a clock of its own.
//!
//! Which runs settle which due moment:
//!
//! - `every`: the due moment is one period after the run that settled the last one (or after the promise was made, or after
//!   the due moment that was missed). Any run later than that and not after the deadline settles it.
//! - cron: due moments come from the calendar, and a run belongs to the due moment it is nearest to. It settles the due
//!   moment D if it began after the middle between the previous due moment and D, and not after D + grace; never before the
//!   previous deadline has passed. So a second run of tonight does not stand for tomorrow's, and neither does one that
//!   came too late.
//! - `min_units`: moreover the units of the runs since the last one was settled (`every`) or since the previous deadline (cron) must
//!   reach it.
//!
//! What counts is when a run began, and that it came, not how it ended: a failed run is told of by its outcome.

use model::{Expectation, Span, Timestamp};

use crate::schedule::Cadence;

/// An expectation that was found to be right.
#[derive(Debug, Clone)]
pub struct Promise {
    cadence: Cadence,
    grace: Span,
    min_units: Option<f64>,
}

/// What is owed next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// Units count from here on (this moment left out): ask the store for the runs that began after it.
    pub from: Timestamp,
    /// A run that began after this moment may settle it. Never before `from`.
    pub near: Timestamp,
    /// When it is due.
    pub due: Timestamp,
    /// The last moment that is in time: due + grace. A `missed` run is dated here.
    pub deadline: Timestamp,
}

/// A run that the integration sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Came {
    /// When it began.
    pub at: Timestamp,
    /// The units that count, 0 when it told of none.
    pub units: f64,
}

/// What has become of a promise up to a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What did not come in time, in order: a `missed` run each.
    pub missed: Vec<Owed>,
    /// When it was last kept: the start of the run that settled it.
    pub kept_at: Option<Timestamp>,
    /// How often it was kept.
    pub kept: u32,
    /// What is owed now. Its deadline lies ahead, unless more than [`MOST_AT_ONCE`] were missed: then settle again.
    pub next: Owed,
}

/// So many missed ones are told of at once at most, so that a promise of every second that nobody looked at for a year does
/// not become thirty million rows in one go.
pub const MOST_AT_ONCE: usize = 1_000;

impl Promise {
    /// Checks an expectation; the error says what would be right.
    pub fn compile(expectation: &Expectation) -> Result<Self, String> {
        let Expectation { schedule, grace, min_units } = expectation;
        let cadence = Cadence::compile(schedule)?;
        if !(Span::default()..=Span::hours(366 * 24)).contains(grace) {
            return Err(format!("a grace of `{grace}` cannot be kept: write 0s to 366days"));
        }
        if min_units.is_some_and(|units| !units.is_finite() || units <= 0.0) {
            return Err("`min_units` must be a number above 0; leave it out if any run will do".to_owned());
        }
        Ok(Self { cadence, grace: *grace, min_units: *min_units })
    }

    /// What is owed first when the promise was made at `made`.
    pub fn first(&self, made: Timestamp) -> Owed {
        self.owed(self.due_after(made))
    }

    /// The due moment that follows `t`: for `every` one period after it, for cron the next of the calendar.
    pub fn due_after(&self, t: Timestamp) -> Timestamp {
        match self.cadence.every() {
            Some(period) => t + period,
            None => self.cadence.next_after(t, Span::default()),
        }
    }

    /// The last moment that is in time.
    pub fn deadline(&self, due: Timestamp) -> Timestamp {
        due + self.grace
    }

    /// How long the promise lets go by between two runs at `t`, grace left out.
    pub fn period_at(&self, t: Timestamp) -> Span {
        self.cadence.period_at(t)
    }

    /// Everything about a due moment, from the moment alone.
    pub fn owed(&self, due: Timestamp) -> Owed {
        let deadline = self.deadline(due);
        if let Some(period) = self.cadence.every() {
            let from = due - period;
            return Owed { from, near: from, due, deadline };
        }
        let previous = self.cadence.last_at_or_before(due - Span::ms(1), Span::default());
        let from = self.deadline(previous);
        let middle = previous + Span::ms(due.since(previous).as_ms() / 2);
        Owed { from, near: from.max(middle), due, deadline }
    }

    /// Settles what is owed with the runs that `came` (in order of their start; those at or before `owed.from` are not looked at) up
    /// to `now`. A run that begins at the deadline is in time, so it is missed once `now` lies after it.
    pub fn settle(&self, owed: Owed, came: &[Came], now: Timestamp) -> Settled {
        let mut settled = Settled { missed: Vec::new(), kept_at: None, kept: 0, next: owed };
        while settled.missed.len() < MOST_AT_ONCE {
            let owed = settled.next;
            if let Some(at) = self.kept_at(owed, came) {
                settled.kept_at = Some(at);
                settled.kept += 1;
                settled.next = self.owed(self.due_after(if self.cadence.every().is_some() { at } else { owed.due }));
            } else if owed.deadline < now {
                settled.missed.push(owed);
                settled.next = self.owed(self.due_after(owed.due));
            } else {
                break;
            }
        }
        settled
    }

    /// The start of the run with which all that was owed had come, if it came in time.
    fn kept_at(&self, owed: Owed, came: &[Came]) -> Option<Timestamp> {
        let mut units = 0.0;
        let mut near = false;
        let begun = came.partition_point(|run| run.at <= owed.from);
        for run in came[begun..].iter().take_while(|run| run.at <= owed.deadline) {
            units += run.units;
            near |= run.at > owed.near;
            if near && self.min_units.is_none_or(|least| units >= least) {
                return Some(run.at);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
