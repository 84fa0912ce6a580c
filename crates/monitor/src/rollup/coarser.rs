//! Hours of minutes, and days of hours.

use model::{Held, Span, Step, Subject, Timestamp};
use rules::{bucket, outcome::is_excused, rollup::Accumulator};
use store::{Dirty, Figures};

use super::{AT_ONCE, FEW, Made, PAGE, RollUp, figures_of};
use crate::MonitorError;

/// Open buckets of more than a few subjects are made this often.
const SELDOM: Span = Span::minutes(10);

impl RollUp {
    pub(super) async fn coarser(&mut self, made: &mut Made<'_>, step: Step) -> Result<(), MonitorError> {
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

impl Made<'_> {
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
                let add = |run: Figures| {
                    if !is_excused(run.outcome, run.in_maintenance) {
                        sum.add(&figures_of(run));
                    }
                };
                self.store.each_run_figures(mark.subject, from, to, add).await?;
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
