//! The state of one probe: soft first, hard after enough checks agree.

use model::{Run, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Flapping, LastRun, Stretch, stretched};
use crate::outcome::{Verdict, counting};

/// What the checks of a probe so far amount to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProbeState {
    /// The hard verdict; `None` until a first check gave one.
    pub verdict: Option<Verdict>,
    /// Since when the hard verdict holds: the start of the first run of the stretch that led to it.
    pub since: Option<Timestamp>,
    /// Failed checks in a row, 0 after a good one.
    pub failures: u32,
    /// Good checks in a row, 0 after a failed one.
    pub successes: u32,
    /// When the present row of good checks began.
    pub good_since: Option<Timestamp>,
    /// The stretch that failed (soft or hard) or warned, until checks are good again.
    pub trouble: Option<Stretch>,
    /// The newest good check.
    pub good: Option<LastRun>,
    /// The newest check, whatever its outcome.
    pub last: Option<LastRun>,
    /// The newest check that was evidence: neither our own fault nor cancelled.
    pub judged: Option<LastRun>,
    /// How often the hard verdict changed lately.
    #[serde(skip_serializing_if = "Flapping::is_new")]
    pub flapping: Flapping,
}

impl ProbeState {
    /// The state after one more run. `down_after` failed checks in a row make it down, `up_after` good ones bring it back
    /// (each at least 1). An attempt that is retried, and a run that began before the newest one seen, move nothing; our own
    /// faults and cancelled runs are kept as the newest run but move no verdict.
    #[must_use]
    pub fn step(&self, run: &Run, down_after: u32, up_after: u32) -> Self {
        let of_the_past = self.last.as_ref().is_some_and(|last| run.started_at < last.at);
        if !run.last_attempt || of_the_past {
            return self.clone();
        }
        let last = Some(LastRun::of(run));
        let Some(verdict) = counting(run.outcome).verdict else {
            return Self { last, ..self.clone() };
        };
        let judged = Self { judged: last.clone(), last, ..self.clone() };
        if verdict == Verdict::Down { judged.failed(run, down_after) } else { judged.succeeded(run, verdict, up_after) }
    }

    /// The same of a run while failures do not count. A good run counts as ever. A failed one is kept as the newest and moves no
    /// verdict; and as maintenance is a boundary, failures that were not yet enough before it do not add to those after it.
    #[must_use]
    pub fn step_in_maintenance(&self, run: &Run, up_after: u32) -> Self {
        let of_the_past = self.last.as_ref().is_some_and(|last| run.started_at < last.at);
        if !run.last_attempt || of_the_past || counting(run.outcome).verdict != Some(Verdict::Down) {
            return self.step(run, u32::MAX, up_after);
        }
        let soft = self.is_soft_down();
        Self {
            last: Some(LastRun::of(run)),
            failures: if soft { 0 } else { self.failures },
            trouble: self.trouble.clone().filter(|_| !soft),
            successes: 0,
            good_since: None,
            ..self.clone()
        }
    }

    /// Whether nothing moved since `before` but the newest good check: what is lost with such a state is found again in that run.
    pub fn only_went_on_since(&self, before: &Self) -> bool {
        let is_good = self.trouble.is_none() && self.failures == 0 && self.good.is_some() && self.last == self.good;
        is_good
            && before.trouble.is_none()
            && (self.verdict, self.since, self.good_since) == (before.verdict, before.since, before.good_since)
            && self.flapping == before.flapping
    }

    /// Whether it fails, but not for long enough to be down.
    pub fn is_soft_down(&self) -> bool {
        self.failures > 0 && self.verdict != Some(Verdict::Down)
    }

    /// While a change is being confirmed: how many checks of how many agree.
    pub fn confirming(&self, down_after: u32, up_after: u32) -> Option<(u32, u32)> {
        if self.is_soft_down() {
            Some((self.failures, down_after.max(1)))
        } else if self.verdict == Some(Verdict::Down) && self.successes > 0 {
            Some((self.successes, up_after.max(1)))
        } else {
            None
        }
    }

    fn failed(self, run: &Run, down_after: u32) -> Self {
        let was_down = self.verdict == Some(Verdict::Down);
        let goes_on = was_down || self.failures > 0;
        let trouble = stretched(self.trouble.as_ref().filter(|_| goes_on), run);
        let failures = self.failures.saturating_add(1);
        let falls = !was_down && failures >= down_after.max(1);
        Self {
            verdict: if falls { Some(Verdict::Down) } else { self.verdict },
            since: if falls { Some(trouble.since) } else { self.since },
            flapping: if was_down || falls { self.flapping.then(Verdict::Down) } else { self.flapping },
            failures,
            successes: 0,
            good_since: None,
            trouble: Some(trouble),
            ..self
        }
    }

    fn succeeded(self, run: &Run, verdict: Verdict, up_after: u32) -> Self {
        let successes = self.successes.saturating_add(1);
        let good = self.judged.clone();
        let good_since = self.good_since.or(Some(run.started_at));
        let still_down = self.verdict == Some(Verdict::Down) && successes < up_after.max(1);
        if still_down {
            return Self { failures: 0, successes, good_since, good, ..self };
        }
        let since = match self.verdict {
            Some(before) if before == verdict => self.since,
            Some(Verdict::Down) => good_since,
            _ => Some(run.started_at),
        };
        let warned = self.verdict == Some(Verdict::Warn) && self.failures == 0;
        let trouble = (verdict == Verdict::Warn).then(|| stretched(self.trouble.as_ref().filter(|_| warned), run));
        let flapping = self.flapping.then(verdict);
        Self { verdict: Some(verdict), since, failures: 0, successes, good_since, trouble, good, flapping, ..self }
    }
}

#[cfg(test)]
mod tests;
