//! Roll-ups: minutes from raw rows, hours from minutes, days from hours. A bucket is made anew and replaced, never added to.
//!
//! The recorder marks the minutes of what it commits; a minute that is made marks its hour, an hour its day. Minutes are made once
//! they are over, each for every active probe whether it ran in it or not, so that the time a verdict held has no gaps. Hours
//! add up the time of their minutes; what no minute tells of (the engine was down) is unknown. Buckets that are not over yet
//! are made each time only while they are few; of many subjects the open hour and day follow every ten minutes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono_tz::Tz;
use model::{Held, IntegrationId, Origin, ProbeId, Rollup, Span, Step, Subject, Timestamp, settings::Keep};
use rules::{
    availability::{Mark, Timeline, hold},
    bucket,
    outcome::counting,
    rollup::{Accumulator, RunFigures},
};
use store::{Dirty, Figures, Store};

use crate::{MonitorError, figures::Gauges, landscape::Landscape, watched::Watched};

/// Open buckets of at most so many subjects are made every time.
const FEW: usize = 64;
/// Those of more subjects are made this often.
const SELDOM: Span = Span::minutes(10);
/// Marks taken at once.
const PAGE: u32 = 2_000;
/// Roll-ups written at once.
const AT_ONCE: usize = 250;
/// The environment whose runs are in [`Subject::All`].
const PRODUCTION: &str = "production";
const MINUTE: Span = Span::minutes(1);

/// Maker of roll-ups; one at a time.
pub(crate) struct RollUp {
    zone: Tz,
    keep: Keep,
    /// Every active probe has its minutes up to here.
    filled_to: Option<Timestamp>,
    /// When the open hours and days of many subjects were made last.
    open_made: [Timestamp; 2],
}

impl RollUp {
    /// Of this reporting zone.
    pub(crate) fn new(zone: Tz, keep: Keep) -> Self {
        Self { zone, keep, filled_to: None, open_made: [Timestamp::MIN; 2] }
    }

    /// Makes what has to be made. Answers how many roll-ups were written.
    pub(crate) async fn run(
        &mut self,
        store: &Store,
        landscape: &Landscape,
        now: Timestamp,
        gauges: &Gauges,
    ) -> Result<u64, MonitorError> {
        let mut made = Made { store, landscape, zone: self.zone, now, horizon: self.horizon(now), written: 0 };
        self.minutes(&mut made).await?;
        self.coarser(&mut made, Step::Hour).await?;
        self.coarser(&mut made, Step::Day).await?;
        gauges.rollups.fetch_add(made.written, std::sync::atomic::Ordering::Relaxed);
        Ok(made.written)
    }

    /// Before this moment raw rows or minutes may be gone, and nothing can be made anew of them.
    fn horizon(&self, now: Timestamp) -> Timestamp {
        let days = self.keep.ok_probe_runs_days.min(self.keep.minutes_days);
        now - Span::hours(i64::from(days) * 24) + Span::hours(1)
    }

    async fn minutes(&mut self, made: &mut Made<'_>) -> Result<(), MonitorError> {
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

    async fn coarser(&mut self, made: &mut Made<'_>, step: Step) -> Result<(), MonitorError> {
        let open_made = &mut self.open_made[usize::from(step == Step::Day)];
        let seldom = made.now.since(*open_made) >= SELDOM;
        loop {
            let dirty = made.store.take_dirty(step, PAGE).await?;
            let whole = dirty.len() < PAGE as usize;
            let zone = made.zone;
            let is_over = |mark: &Dirty| bucket::end_of(step, zone, mark.bucket) <= made.now;
            let (mut work, open): (Vec<Dirty>, Vec<Dirty>) = dirty.into_iter().partition(is_over);
            if seldom || open.len() <= FEW {
                work.extend(open);
            }
            if work.is_empty() {
                break;
            }
            for marks in work.chunks(AT_ONCE) {
                made.coarser(step, marks).await?;
            }
            if whole {
                break;
            }
        }
        if seldom {
            *open_made = made.now;
        }
        Ok(())
    }
}

/// One call's work.
struct Made<'a> {
    store: &'a Store,
    landscape: &'a Landscape,
    zone: Tz,
    now: Timestamp,
    horizon: Timestamp,
    written: u64,
}

/// A run as roll-ups see it.
struct Seen {
    at: Timestamp,
    probe: Option<ProbeId>,
    origin: Origin,
    last_attempt: bool,
    figures: RunFigures,
}

impl From<Figures> for Seen {
    fn from(run: Figures) -> Self {
        Self {
            at: run.started_at,
            probe: run.probe_id,
            origin: run.origin,
            last_attempt: run.last_attempt,
            figures: RunFigures {
                outcome: run.outcome,
                latency_us: run.latency_us,
                measures: run.measures,
                units_counted: run.units_counted,
                run_counted: run.run_counted,
            },
        }
    }
}

impl Made<'_> {
    async fn put(&mut self, rollups: &[Rollup], done: &[Dirty], step: Option<Step>) -> Result<(), MonitorError> {
        let next: Vec<_> = step.map_or_else(Vec::new, |step| {
            let next = |rollup: &Rollup| (rollup.subject, step, bucket::start_of(step, self.zone, rollup.bucket));
            rollups.iter().map(next).collect()
        });
        self.store.put_rollups(rollups, done, &next).await?;
        self.written += u64::try_from(rollups.len()).unwrap_or(0);
        Ok(())
    }

    /// Makes one minute of these subjects.
    async fn minute(
        &mut self,
        minute: Timestamp,
        subjects: BTreeSet<Subject>,
        done: &HashMap<(Subject, Timestamp), Dirty>,
    ) -> Result<(), MonitorError> {
        let marks = |subjects: &[Subject]| -> Vec<Dirty> {
            subjects.iter().filter_map(|subject| done.get(&(*subject, minute)).copied()).collect()
        };
        if minute < self.horizon {
            return self.long_ago(minute, &subjects.iter().copied().collect::<Vec<_>>(), marks).await;
        }
        let mut families: BTreeMap<Option<IntegrationId>, Vec<Subject>> = BTreeMap::new();
        for subject in subjects {
            families.entry(self.family(subject)).or_default().push(subject);
        }
        let before = self.verdicts_before(minute, &families).await?;
        let (mut rollups, mut made) = (Vec::new(), Vec::new());
        for (family, subjects) in families {
            match family {
                Some(integration) => rollups.extend(self.of_family(minute, integration, &subjects, &before).await?),
                None => {
                    for subject in &subjects {
                        rollups.push(self.alone(minute, *subject).await?);
                    }
                }
            }
            made.extend(subjects);
            if rollups.len() >= AT_ONCE {
                self.put(&std::mem::take(&mut rollups), &marks(&std::mem::take(&mut made)), Some(Step::Hour)).await?;
            }
        }
        if rollups.is_empty() { Ok(()) } else { self.put(&rollups, &marks(&made), Some(Step::Hour)).await }
    }

    /// What came too late for minutes: only what integrations sent is still there as raw rows, for its hour.
    async fn long_ago(
        &mut self,
        minute: Timestamp,
        subjects: &[Subject],
        marks: impl Fn(&[Subject]) -> Vec<Dirty>,
    ) -> Result<(), MonitorError> {
        let hour = bucket::start_of(Step::Hour, self.zone, minute);
        let sent = subjects.iter().filter(|subject| matches!(subject, Subject::Sent(_)));
        let next: Vec<_> = sent.map(|subject| (*subject, Step::Hour, hour)).collect();
        Ok(self.store.put_rollups(&[], &marks(subjects), &next).await?)
    }

    /// The integration whose runs tell of a subject.
    fn family(&self, subject: Subject) -> Option<IntegrationId> {
        match subject {
            Subject::Probe(probe) => self.landscape.probes.get(&probe).map(|watched| watched.probe.integration_id),
            Subject::Sent(id) | Subject::Integration(id) => Some(id),
            Subject::All => None,
        }
    }

    /// The verdict that each probe of these integrations went into the minute with.
    async fn verdicts_before(
        &self,
        minute: Timestamp,
        families: &BTreeMap<Option<IntegrationId>, Vec<Subject>>,
    ) -> Result<HashMap<ProbeId, Mark>, MonitorError> {
        let bridges = families.keys().flatten().filter_map(|id| self.landscape.bridge(*id));
        let probes: Vec<&Watched> = bridges
            .flat_map(|bridge| bridge.probes.iter().map(AsRef::as_ref))
            .filter(|watched| watched.active)
            .collect();
        let longest = probes.iter().map(|watched| hold(watched.period_at(minute), watched.spec().timeout)).max();
        let Some(longest) = longest else { return Ok(HashMap::new()) };
        let ids: Vec<ProbeId> = probes.iter().map(|watched| watched.id()).collect();
        let runs = self.store.verdict_runs_before(&ids, minute - longest, minute).await?;
        let marks = runs.into_iter().filter_map(|run| {
            let watched = self.landscape.probes.get(&run.probe_id)?;
            Some((run.probe_id, mark(watched, run.started_at, counting(run.outcome).verdict?)))
        });
        Ok(marks.collect())
    }

    /// Roll-ups of an integration, of its probes and of what it sent, from one reading of its runs.
    async fn of_family(
        &self,
        minute: Timestamp,
        integration: IntegrationId,
        subjects: &[Subject],
        before: &HashMap<ProbeId, Mark>,
    ) -> Result<Vec<Rollup>, MonitorError> {
        let end = minute + MINUTE;
        let runs = self.store.run_figures(Subject::Integration(integration), minute, end).await?;
        let runs: Vec<Seen> = runs.into_iter().map(Seen::from).collect();
        let until = end.min(self.now);
        let timeline = |watched: &Watched| {
            let own = runs.iter().filter(|run| run.probe == Some(watched.id()) && run.last_attempt);
            let marks = own.filter_map(|run| Some(mark(watched, run.at, counting(run.figures.outcome).verdict?)));
            let marks: Vec<Mark> = before.get(&watched.id()).copied().into_iter().chain(marks).collect();
            Timeline::new(&marks, minute, until)
        };
        let held = |subject: Subject| match subject {
            Subject::Probe(probe) => self.landscape.probes.get(&probe).map(|watched| timeline(watched).held()),
            Subject::Integration(id) => self.landscape.bridge(id).map(|bridge| {
                let counts = bridge.probes.iter().filter(|watched| watched.active && watched.spec().counts);
                let lines: Vec<Timeline> = counts.map(|watched| timeline(watched)).collect();
                Timeline::worst(&lines, minute, until).held()
            }),
            Subject::Sent(_) | Subject::All => Some(Held::default()),
        };
        let rollup = |subject: &Subject| {
            let mut sum = Accumulator::new(*subject, Step::Minute, minute);
            for run in runs.iter().filter(|run| belongs(run, *subject)) {
                sum.add(&run.figures);
            }
            let unknown = Held { unknown_ms: until.since(minute).as_ms(), ..Held::default() };
            sum.finish(held(*subject).unwrap_or(unknown))
        };
        Ok(subjects.iter().map(rollup).collect())
    }

    /// The roll-up of a subject that no integration of now tells of: all of production, or a probe that is gone.
    async fn alone(&self, minute: Timestamp, subject: Subject) -> Result<Rollup, MonitorError> {
        let end = minute + MINUTE;
        let mut sum = Accumulator::new(subject, Step::Minute, minute);
        for run in self.store.run_figures(subject, minute, end).await? {
            if subject != Subject::All || run.environment == PRODUCTION {
                sum.add(&Seen::from(run).figures);
            }
        }
        Ok(sum.finish(self.told_of(subject, minute, end, Held::default())))
    }

    /// Makes hours of minutes, or days of hours.
    async fn coarser(&mut self, step: Step, marks: &[Dirty]) -> Result<(), MonitorError> {
        let (finer, next) = if step == Step::Hour { (Step::Minute, Some(Step::Day)) } else { (Step::Hour, None) };
        let mut rollups = Vec::with_capacity(marks.len());
        for mark in marks {
            let (from, to) = (mark.bucket, bucket::end_of(step, self.zone, mark.bucket));
            let mut sum = Accumulator::new(mark.subject, step, from);
            let mut held = Held::default();
            if step == Step::Hour && from < self.horizon {
                if !matches!(mark.subject, Subject::Sent(_)) {
                    continue;
                }
                for run in self.store.run_figures(mark.subject, from, to).await? {
                    sum.add(&Seen::from(run).figures);
                }
            } else {
                for part in self.store.rollups(mark.subject, finer, from, to).await? {
                    held = held.plus(part.held);
                    sum.absorb(&part);
                }
            }
            rollups.push(sum.finish(self.told_of(mark.subject, from, to, held)));
        }
        self.put(&rollups, marks, next).await
    }

    /// With what nothing tells of as unknown, up to now. What was sent, and all of production, have no verdict.
    fn told_of(&self, subject: Subject, from: Timestamp, to: Timestamp, held: Held) -> Held {
        if matches!(subject, Subject::Sent(_) | Subject::All) {
            return Held::default();
        }
        let untold = to.min(self.now).since(from).as_ms() - held.total_ms();
        Held { unknown_ms: held.unknown_ms + untold.max(0), ..held }
    }
}

/// What a probe's run says, for as long as it says so.
fn mark(watched: &Watched, at: Timestamp, verdict: rules::outcome::Verdict) -> Mark {
    Mark::new(at, verdict, watched.period_at(at), watched.spec().timeout)
}

/// Whether a run of an integration belongs to one of its subjects.
fn belongs(run: &Seen, subject: Subject) -> bool {
    match subject {
        Subject::Probe(probe) => run.probe == Some(probe),
        Subject::Sent(_) => run.origin != Origin::Probe,
        Subject::Integration(_) | Subject::All => true,
    }
}

#[cfg(test)]
#[path = "rollup_tests.rs"]
mod tests;
