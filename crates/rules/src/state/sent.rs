//! The state of what an integration sends and of what it promised to send.

use model::{Outcome, Run, RunId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LastRun, Stretch, stretched};

/// Promised runs that did not come, in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// How many.
    pub in_a_row: u32,
    /// The deadline of the first of them.
    pub since: Timestamp,
    /// The `missed` run of the first.
    pub first: RunId,
    /// The deadline of the newest.
    pub newest_deadline: Timestamp,
    /// The `missed` run of the newest.
    pub newest: RunId,
}

/// What the runs that an integration sent, and those it owed, amount to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SentState {
    /// The newest run that it sent, `running` ones left out.
    pub last: Option<LastRun>,
    /// The newest that was `ok`, `warn` or `partial`.
    pub last_good: Option<LastRun>,
    /// Failed runs in a row.
    pub failures: u32,
    /// The stretch of runs that failed, or the one that warned or delivered only a part; gone with the next `ok`.
    pub trouble: Option<Stretch>,
    /// What it promised and did not send; gone with the next run that satisfies the promise.
    pub missed: Option<Missed>,
    /// When the newest run that satisfies the promise began.
    pub satisfied_at: Option<Timestamp>,
    /// When the next promised run is due.
    pub next_due: Option<Timestamp>,
    /// That moment and the grace.
    pub next_deadline: Option<Timestamp>,
}

impl SentState {
    /// The state after one more run that it sent, or a `missed` one. `satisfies` tells whether the run keeps the promise
    /// (always, unless least units are promised); it is not asked for a `missed` run. `running`, `cancelled` and `unknown`
    /// runs say nothing of success; a run that began before the newest one changes only what that could not tell.
    #[must_use]
    pub fn step(&self, run: &Run, satisfies: bool) -> Self {
        if run.outcome == Outcome::Missed {
            return self.clone().owed(run);
        }
        let kept = if satisfies { self.clone().kept(run.started_at) } else { self.clone() };
        if kept.last.as_ref().is_some_and(|last| run.started_at < last.at) {
            return kept;
        }
        let last = Some(LastRun::of(run));
        match run.outcome {
            Outcome::Ok => Self { last_good: last.clone(), last, failures: 0, trouble: None, ..kept },
            Outcome::Warn | Outcome::Partial => {
                let before = kept.trouble.as_ref().filter(|_| kept.failures == 0);
                let trouble = Some(stretched(before, run));
                Self { last_good: last.clone(), last, failures: 0, trouble, ..kept }
            }
            Outcome::Failed => {
                let trouble = Some(stretched(kept.trouble.as_ref().filter(|_| kept.failures > 0), run));
                Self { last, failures: kept.failures.saturating_add(1), trouble, ..kept }
            }
            Outcome::Unknown | Outcome::Cancelled => Self { last, ..kept },
            Outcome::Running | Outcome::Missed => kept,
        }
    }

    /// The same of a run while failures do not count: what failed is kept as the newest, and neither it nor a missed run is held
    /// against the integration. All else counts as ever.
    #[must_use]
    pub fn step_in_maintenance(&self, run: &Run, satisfies: bool) -> Self {
        match run.outcome {
            Outcome::Missed => self.clone(),
            Outcome::Failed => {
                let kept = if satisfies { self.clone().kept(run.started_at) } else { self.clone() };
                let is_newest = kept.last.as_ref().is_none_or(|last| last.at <= run.started_at);
                Self { last: if is_newest { Some(LastRun::of(run)) } else { kept.last.clone() }, ..kept }
            }
            _ => self.step(run, satisfies),
        }
    }

    /// With when the next promised run is due and its deadline; `None` where nothing is promised.
    #[must_use]
    pub fn expecting(self, next_due: Option<Timestamp>, next_deadline: Option<Timestamp>) -> Self {
        Self { next_due, next_deadline, ..self }
    }

    /// Missed in a row until now.
    pub fn missed_in_a_row(&self) -> u32 {
        self.missed.as_ref().map_or(0, |missed| missed.in_a_row)
    }

    /// After a promised run did not come by its deadline, which the `missed` run is dated at. The same deadline twice is one.
    fn owed(self, run: &Run) -> Self {
        let deadline = run.scheduled_at.unwrap_or(run.started_at);
        let missed = match &self.missed {
            Some(before) if deadline <= before.newest_deadline => before.clone(),
            Some(before) => Missed {
                in_a_row: before.in_a_row.saturating_add(1),
                newest_deadline: deadline,
                newest: run.id,
                ..before.clone()
            },
            None => Missed { in_a_row: 1, since: deadline, first: run.id, newest_deadline: deadline, newest: run.id },
        };
        Self { missed: Some(missed), ..self }
    }

    /// After a run that keeps the promise began at `at`. A late word of an older run than the one that kept it last is no news.
    fn kept(self, at: Timestamp) -> Self {
        if self.satisfied_at.is_some_and(|before| at < before) {
            return self;
        }
        Self { missed: None, satisfied_at: Some(at), ..self }
    }
}

#[cfg(test)]
mod tests;
