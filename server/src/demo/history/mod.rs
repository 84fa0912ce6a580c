//! The past of the demo: 90 days, folded over the script by the same pure functions as the engine uses. No figure is written by
//! hand.
//!
//! ```text
//! schedule -> answer or report (script) -> assess -> state -> roll-up
//!     newest part, before the engine starts:  states, runs of 4 h, hours of some 48 h, minutes of the open hour
//!     rest, while the server serves:          days before that, newest first; the other runs and minutes of 48 h
//! ```

mod buckets;
mod checks;
mod flow;
mod made;
mod seen;
mod sent;
mod told;

#[cfg(test)]
mod tests;

use chrono_tz::Tz;
use model::{Rollup, Span, Step, Subject, Timestamp};
use rules::bucket;
use store::{Batch, RunRecord, Store};

use super::story::{PAST, RUNS, Story};
use crate::ServerError;

use buckets::Period;
use flow::Flow;
use told::Told;

/// What a check before a stretch may still be evidence for reaches this far into it: two of the longest periods and a timeout.
const REACH: Span = Span::minutes(25);
/// Runs of probes this old can wait until the server serves; what the first page refers to is younger, or was sent.
const FRESH: Span = Span::hours(4);
/// Days that come first of the rest: costs are counted from them.
const WEEK: usize = 8;
/// Rows of one transaction: few, since the engine writes beside it.
const AT_ONCE: usize = 250;
const MINUTE: Span = Span::minutes(1);

/// A stretch of the past.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    /// Where it begins.
    pub from: Timestamp,
    /// Where it ends; nothing after is known.
    pub until: Timestamp,
    /// From here on runs hold what was said on the wire.
    pub detail_from: Timestamp,
}

/// The past of one landscape.
pub struct History {
    flows: Vec<Flow>,
    story: Story,
    zone: Tz,
}

impl History {
    /// Of the landscape that the store holds.
    pub async fn of(database: &Store, story: &Story, zone: Tz) -> Result<Self, ServerError> {
        let mut flows = Flow::all(database.load().await?, zone)?;
        flows.retain(Flow::is_evidenced);
        Ok(Self { flows, story: story.clone(), zone })
    }

    /// Stores the newest part, which the engine goes on from: runs, states, and the roll-ups that "today" is counted from. The
    /// minute that is open is marked, so that the engine makes the open hour and day itself.
    pub async fn store_newest(&self, store: &Store) -> Result<(), ServerError> {
        let (batch, rollups) = self.newest()?;
        for part in rollups.chunks(AT_ONCE * 4) {
            store.put_rollups(part, &[], &[]).await?;
        }
        store.record(&batch).await?;
        Ok(())
    }

    /// Folds the newest part.
    pub(crate) fn newest(&self) -> Result<(Batch, Vec<Rollup>), ServerError> {
        let (now, from) = (self.story.told_at, self.newest_from());
        let (hour, minute) = (bucket::start_of(Step::Hour, self.zone, now), now.floor(MINUTE));
        let today = bucket::start_of(Step::Day, self.zone, now);
        let (mut batch, mut rollups) = (Batch::default(), Vec::new());
        for flow in &self.flows {
            let told = Told::of(flow, &self.story, Stretch { from: from - REACH, until: now, detail_from: now - RUNS });
            let hours = buckets::of_runs(flow, &told, Step::Hour, self.zone, Period { from, to: hour });
            let over: Vec<Rollup> = hours.iter().filter(|part| part.bucket < today).cloned().collect();
            rollups.extend(buckets::coarser(&over, Step::Day, self.zone));
            rollups.extend(hours);
            rollups.extend(buckets::of_runs(flow, &told, Step::Minute, self.zone, Period { from: hour, to: minute }));
            let marked =
                flow.subjects().into_iter().flat_map(|subject| [(subject, minute - MINUTE), (subject, minute)]);
            batch.dirty.extend(marked);
            told.record(flow, now - RUNS, now - FRESH, &mut batch)?;
        }
        let all = [Step::Minute, Step::Hour, Step::Day].map(|step| buckets::of_all(&rollups, step));
        rollups.extend(all.into_iter().flatten());
        batch.dirty.extend([(Subject::All, minute - MINUTE), (Subject::All, minute)]);
        batch.runs.sort_by_key(|record| record.run.id);
        Ok((batch, rollups))
    }

    /// How many pieces [`Self::rest`] gives.
    pub fn pieces(&self) -> usize {
        self.days().len() + self.hours().len() + 1
    }

    /// The rest, newest first, each piece folded when it is asked for.
    pub fn rest(&self) -> impl Iterator<Item = Piece> {
        let mut week = self.days();
        let before = week.split_off(week.len().min(WEEK));
        let day = |day| Piece::Rollups(self.day(day));
        week.into_iter()
            .map(day)
            .chain(std::iter::once_with(|| Piece::Runs(self.older_runs())))
            .chain(before.into_iter().map(day))
            .chain(self.hours().into_iter().map(|hour| Piece::Rollups(self.minutes(hour))))
    }

    /// The days before the newest part, newest first.
    fn days(&self) -> Vec<Timestamp> {
        let mut days = bucket::starts(Step::Day, self.zone, self.story.told_at - PAST, self.newest_from());
        days.reverse();
        days
    }

    /// The hours of which minutes are kept, newest first; those of the open one are there already.
    fn hours(&self) -> Vec<Timestamp> {
        let open = bucket::start_of(Step::Hour, self.zone, self.story.told_at);
        let mut hours = bucket::starts(Step::Hour, self.zone, self.story.told_at - RUNS, open);
        hours.reverse();
        hours
    }

    /// The roll-ups of one of [`Self::days`]: its hours and itself.
    fn day(&self, day: Timestamp) -> Vec<Rollup> {
        let period = Period { from: day, to: bucket::end_of(Step::Day, self.zone, day) };
        let hours = self.folded(Step::Hour, period);
        let mut rollups = buckets::coarser(&hours, Step::Day, self.zone);
        rollups.extend(hours);
        rollups
    }

    /// The minutes of one of [`Self::hours`].
    fn minutes(&self, hour: Timestamp) -> Vec<Rollup> {
        self.folded(Step::Minute, Period { from: hour, to: bucket::end_of(Step::Hour, self.zone, hour) })
    }

    /// The roll-ups of every integration, and of all of them together.
    fn folded(&self, step: Step, period: Period) -> Vec<Rollup> {
        let stretch = Stretch { from: period.from - REACH, until: period.to, detail_from: Timestamp::MAX };
        let of = |flow| buckets::of_runs(flow, &Told::of(flow, &self.story, stretch), step, self.zone, period);
        let mut rollups: Vec<Rollup> = self.flows.iter().flat_map(of).collect();
        rollups.extend(buckets::of_all(&rollups, step));
        rollups
    }

    /// The runs of probes that are kept and were not stored with the newest part.
    fn older_runs(&self) -> Vec<RunRecord> {
        let (now, from) = (self.story.told_at, self.story.told_at - RUNS);
        // From where the newest part is folded, so that checks fall on the same moments.
        let stretch = Stretch { from: self.newest_from() - REACH, until: now, detail_from: from };
        let mut runs = Vec::new();
        for flow in &self.flows {
            for (id, checks) in Told::of(flow, &self.story, stretch).checks {
                let older = checks.runs.into_iter().filter(|run| (from..now - FRESH).contains(&run.started_at));
                runs.extend(older.map(|run| RunRecord { run, integration_id: flow.id, probe_id: Some(id) }));
            }
        }
        runs.sort_by_key(|record| record.run.id);
        runs
    }

    /// The midnight before the part of which runs are kept.
    fn newest_from(&self) -> Timestamp {
        bucket::start_of(Step::Day, self.zone, self.story.told_at - RUNS)
    }
}

/// A part of the rest.
pub enum Piece {
    /// Roll-ups.
    Rollups(Vec<Rollup>),
    /// Runs of probes.
    Runs(Vec<RunRecord>),
}

impl Piece {
    /// Stores it a few rows at a time.
    pub async fn store(self, store: &Store) -> Result<(), ServerError> {
        match self {
            Self::Rollups(rollups) => {
                for part in rollups.chunks(AT_ONCE) {
                    store.put_rollups(part, &[], &[]).await?;
                }
            }
            Self::Runs(runs) => {
                for part in runs.chunks(AT_ONCE) {
                    store.record(&Batch { runs: part.to_vec(), ..Batch::default() }).await?;
                }
            }
        }
        Ok(())
    }
}
