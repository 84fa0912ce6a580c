//! The past of the demo: 90 days, folded over the script by the same pure functions as the engine uses. No figure is written by
//! hand.
//!
//! ```text
//! schedule -> answer or report (script) -> assess -> state -> roll-up
//!     newest part, before the engine starts:  runs of 48 h, states, hours since the midnight before, open hour's minutes
//!     rest, while the server serves:          days before that, newest first, then the minutes of 48 h
//! ```

mod buckets;
mod checks;
mod flow;
mod made;
mod sent;

#[cfg(test)]
mod tests;

use chrono_tz::Tz;
use model::{ProbeId, Rollup, Run, Span, Step, Subject, Timestamp};
use rules::bucket;
use store::{Batch, RunRecord, SentGroup, SentRecord, Store};

use super::story::{PAST, RUNS, Story};
use crate::ServerError;

use buckets::Period;
use checks::Checks;
use flow::{Flow, Way};
use sent::Sent;

/// What a check before a stretch may still be evidence for reaches this far into it: two of the longest periods and a timeout.
const REACH: Span = Span::minutes(25);
/// Roll-ups of one transaction: small, since the engine writes beside it.
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

/// What one integration did in a stretch.
pub(crate) struct Told {
    /// Of each of its probes.
    pub checks: Vec<(ProbeId, Checks)>,
    /// What it sent and owed.
    pub sent: Option<Sent>,
}

impl Told {
    fn of(flow: &Flow, story: &Story, stretch: Stretch) -> Self {
        let checks = flow.probes.iter().map(|watch| {
            let checks = match watch.way {
                Way::Pings => sent::pings(flow, watch, story, stretch),
                Way::Http(..) | Way::Tcp(..) => checks::fold(flow, watch, story, stretch),
            };
            (watch.id, checks)
        });
        Self { checks: checks.collect(), sent: sent::fold(flow, story, stretch) }
    }

    /// Every run, each with its probe.
    fn runs(&self) -> impl Iterator<Item = (&Run, Option<ProbeId>)> {
        let checks = self.checks.iter().flat_map(|(id, checks)| checks.runs.iter().map(|run| (run, Some(*id))));
        let sent = self.sent.iter().flat_map(|sent| sent.runs.iter().map(|(run, _)| run).chain(&sent.missed));
        checks.chain(sent.map(|run| (run, None)))
    }

    /// What of it is stored: runs that were recorded since `from`, and the states.
    fn record(self, flow: &Flow, from: Timestamp, batch: &mut Batch) -> Result<(), ServerError> {
        let json = |why: serde_json::Error| ServerError::Config(format!("a state of the demo: {why}"));
        let record = |run: Run, probe_id| RunRecord { run, integration_id: flow.id, probe_id };
        for (id, checks) in self.checks {
            batch.probe_states.push((id, serde_json::to_string(&checks.state).map_err(json)?));
            let runs = checks.runs.into_iter().filter(|run| run.started_at >= from);
            batch.runs.extend(runs.map(|run| record(run, Some(id))));
        }
        if let Some(sent) = self.sent {
            batch.sent_states.push((flow.id, serde_json::to_string(&sent.state).map_err(json)?));
            let missed = sent.missed.into_iter().filter(|run| run.started_at >= from);
            batch.runs.extend(missed.map(|run| record(run, None)));
            let runs = sent.runs.into_iter().filter(|(run, _)| run.started_at >= from);
            batch.groups.extend(runs.map(|(run, content_hash)| SentGroup {
                runs: vec![SentRecord { record: record(run, None), content_hash }],
            }));
        }
        Ok(())
    }
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
        let t0 = std::time::Instant::now();
        let (batch, rollups) = self.newest()?;
        eprintln!("folded {:?} {} runs {} groups {} rollups", t0.elapsed(), batch.runs.len(), batch.groups.len(), rollups.len());
        for part in rollups.chunks(AT_ONCE * 4) {
            store.put_rollups(part, &[], &[]).await?;
        }
        eprintln!("put {:?}", t0.elapsed());
        store.record(&batch).await?;
        eprintln!("recorded {:?}", t0.elapsed());
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
            let marked = flow.subjects().into_iter().flat_map(|subject| [(subject, minute - MINUTE), (subject, minute)]);
            batch.dirty.extend(marked);
            told.record(flow, now - RUNS, &mut batch)?;
        }
        let all = [Step::Minute, Step::Hour, Step::Day].map(|step| buckets::of_all(&rollups, step));
        rollups.extend(all.into_iter().flatten());
        batch.dirty.extend([(Subject::All, minute - MINUTE), (Subject::All, minute)]);
        batch.runs.sort_by_key(|record| record.run.id);
        Ok((batch, rollups))
    }

    /// The days before the newest part, newest first.
    pub fn days(&self) -> Vec<Timestamp> {
        let mut days = bucket::starts(Step::Day, self.zone, self.story.told_at - PAST, self.newest_from());
        days.reverse();
        days
    }

    /// The roll-ups of one of [`Self::days`]: its hours and itself.
    pub fn day(&self, day: Timestamp) -> Vec<Rollup> {
        let period = Period { from: day, to: bucket::end_of(Step::Day, self.zone, day) };
        let stretch = Stretch { from: day - REACH, until: period.to, detail_from: Timestamp::MAX };
        let mut rollups = Vec::new();
        for flow in &self.flows {
            let told = Told::of(flow, &self.story, stretch);
            let hours = buckets::of_runs(flow, &told, Step::Hour, self.zone, period);
            rollups.extend(buckets::coarser(&hours, Step::Day, self.zone));
            rollups.extend(hours);
        }
        let all = [Step::Hour, Step::Day].map(|step| buckets::of_all(&rollups, step));
        rollups.extend(all.into_iter().flatten());
        rollups
    }

    /// The minutes of the part of which runs are kept, up to the open hour, whose minutes are there already; an hour at a time.
    pub fn minutes(&self) -> impl Iterator<Item = Vec<Rollup>> {
        let hour = bucket::start_of(Step::Hour, self.zone, self.story.told_at);
        let mut hours = bucket::starts(Step::Hour, self.zone, self.story.told_at - RUNS, hour);
        hours.reverse();
        hours.into_iter().map(|from| {
            let period = Period { from, to: bucket::end_of(Step::Hour, self.zone, from) };
            let stretch = Stretch { from: from - REACH, until: period.to, detail_from: Timestamp::MAX };
            let mut rollups = Vec::new();
            for flow in &self.flows {
                let told = Told::of(flow, &self.story, stretch);
                rollups.extend(buckets::of_runs(flow, &told, Step::Minute, self.zone, period));
            }
            rollups.extend(buckets::of_all(&rollups, Step::Minute));
            rollups
        })
    }

    /// The midnight before the part of which runs are kept.
    fn newest_from(&self) -> Timestamp {
        bucket::start_of(Step::Day, self.zone, self.story.told_at - RUNS)
    }
}

/// Stores roll-ups a few at a time.
pub async fn put(store: &Store, rollups: &[Rollup]) -> Result<(), ServerError> {
    for part in rollups.chunks(AT_ONCE) {
        store.put_rollups(part, &[], &[]).await?;
    }
    Ok(())
}
