//! Which minutes are made, of which subjects, and from which runs.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use model::{Span, Step, Subject, Timestamp};
use rules::{availability::hold, bucket};
use store::Dirty;
use tokio::time::{Instant, sleep};

use super::{AT_ONCE, FEW, MINUTE, Made, PAGE, RollUp, minute::Minute};
use crate::{MonitorError, landscape::Landscape};

/// A second with more runs than this is followed by a rest of twice the time that reading it took.
const BUSY_SECOND: u32 = 1_000;
/// A minute is made within the next one: sixty such rests are half of it.
const LONGEST_REST: Duration = Duration::from_millis(500);

impl RollUp {
    pub(super) async fn minutes(&mut self, made: &mut Made<'_>) -> Result<(), MonitorError> {
        let this_minute = made.now.floor(MINUTE);
        let mut fill = self.to_fill(made.landscape, this_minute);
        loop {
            let dirty = made.store.take_dirty(Step::Minute, PAGE).await?;
            let whole = dirty.len() < PAGE as usize;
            let (over, open): (Vec<Dirty>, Vec<Dirty>) = dirty.into_iter().partition(|mark| mark.bucket < this_minute);
            let last = whole || over.is_empty();
            let mut work: BTreeMap<Timestamp, BTreeSet<Subject>> = std::mem::take(&mut fill);
            let mut done: HashMap<(Subject, Timestamp), Dirty> = HashMap::new();
            for mark in over {
                work.entry(mark.bucket).or_default().insert(mark.subject);
                done.insert((mark.subject, mark.bucket), mark);
            }
            for (minute, subjects) in work {
                made.minute(minute, subjects, &done).await?;
            }
            if last {
                if open.len() <= FEW {
                    let subjects = open.iter().map(|mark| mark.subject).collect();
                    // The marks stay: the minute is made once more when it is over.
                    made.minute(this_minute, subjects, &HashMap::new()).await?;
                }
                self.filled_to = Some(this_minute);
                return Ok(());
            }
        }
    }

    /// The minutes that are over and that active probes do not have yet. After a start these are the last two, so that the
    /// minute of a restart is told whole.
    fn to_fill(&self, landscape: &Landscape, this_minute: Timestamp) -> BTreeMap<Timestamp, BTreeSet<Subject>> {
        let from = self.filled_to.unwrap_or(this_minute - Span::minutes(2)).max(this_minute - Span::hours(1));
        let mut subjects = BTreeSet::new();
        for watched in landscape.probes.values().filter(|watched| watched.active) {
            subjects.insert(Subject::Probe(watched.id()));
            subjects.insert(Subject::Integration(watched.probe.integration_id));
        }
        bucket::starts(Step::Minute, self.zone, from, this_minute)
            .into_iter()
            .map(|minute| (minute, subjects.clone()))
            .collect()
    }
}

impl<'a> Made<'a> {
    /// Makes one minute of these subjects.
    async fn minute(
        &mut self,
        minute: Timestamp,
        subjects: BTreeSet<Subject>,
        done: &HashMap<(Subject, Timestamp), Dirty>,
    ) -> Result<(), MonitorError> {
        let mark = |subject: Subject| done.get(&(subject, minute)).copied();
        if minute < self.horizon {
            let marks: Vec<Dirty> = subjects.iter().copied().filter_map(mark).collect();
            return self.long_ago(minute, &subjects, &marks).await;
        }
        let mut rollups = Vec::new();
        for family in self.read(minute, subjects).await?.finish() {
            rollups.extend(family);
            if rollups.len() >= AT_ONCE {
                let marks: Vec<Dirty> = rollups.iter().filter_map(|rollup| mark(rollup.subject)).collect();
                self.put(&std::mem::take(&mut rollups), &marks, Some(Step::Hour)).await?;
            }
        }
        if rollups.is_empty() {
            return Ok(());
        }
        let marks: Vec<Dirty> = rollups.iter().filter_map(|rollup| mark(rollup.subject)).collect();
        self.put(&rollups, &marks, Some(Step::Hour)).await
    }

    /// A minute of these subjects with all that tells of it taken in.
    pub(super) async fn read(
        &self,
        minute: Timestamp,
        subjects: BTreeSet<Subject>,
    ) -> Result<Minute<'a>, MonitorError> {
        let windows = self.store.windows_between(minute, minute + MINUTE).await?;
        let mut making = Minute::new(self.landscape, minute, self.now, subjects, windows);
        self.verdicts_before(minute, &mut making).await?;
        for source in making.sources() {
            if source == Subject::All {
                self.read_gently(source, minute, &mut making).await?;
            } else {
                self.store.each_run_figures(source, minute, minute + MINUTE, |run| making.add(source, run)).await?;
            }
        }
        Ok(making)
    }

    /// Takes in everybody's runs of a minute, second by second. Nobody waits for a minute that is over, so reading a busy one leaves most of
    /// the time to the checks that go on meanwhile, and holds no snapshot for long, which would keep the log of the store growing.
    async fn read_gently(
        &self,
        source: Subject,
        minute: Timestamp,
        making: &mut Minute<'a>,
    ) -> Result<(), MonitorError> {
        for second in 0..60 {
            let (from, begun) = (minute + Span::seconds(second), Instant::now());
            let mut runs = 0;
            let each = |run| {
                runs += 1;
                making.add(source, run);
            };
            self.store.each_run_figures(source, from, from + Span::seconds(1), each).await?;
            if runs > BUSY_SECOND {
                sleep((begun.elapsed() * 2).min(LONGEST_REST)).await;
            }
        }
        Ok(())
    }

    /// Takes in the verdict that each probe went into the minute with.
    async fn verdicts_before(&self, minute: Timestamp, making: &mut Minute<'a>) -> Result<(), MonitorError> {
        let probes = making.active_probes();
        let longest = probes.iter().map(|watched| hold(watched.period_at(minute), watched.spec().timeout)).max();
        let Some(longest) = longest else { return Ok(()) };
        let ids: Vec<_> = probes.iter().map(|watched| watched.id()).collect();
        for run in self.store.verdict_runs_before(&ids, minute - longest, minute).await? {
            making.hear(run.probe_id, run.started_at, run.outcome);
        }
        Ok(())
    }

    /// What came too late for minutes: only what integrations sent is still there as raw rows, for its hour.
    async fn long_ago(
        &self,
        minute: Timestamp,
        subjects: &BTreeSet<Subject>,
        marks: &[Dirty],
    ) -> Result<(), MonitorError> {
        let hour = bucket::start_of(Step::Hour, self.zone, minute);
        let sent = subjects.iter().filter(|subject| matches!(subject, Subject::Sent(_)));
        let next: Vec<_> = sent.map(|subject| (*subject, Step::Hour, hour)).collect();
        Ok(self.store.put_rollups(&[], marks, &next).await?)
    }
}
