//! Which minutes have to be rolled up anew.

use std::collections::HashSet;

use model::{Origin, Outcome, Span, Subject, Timestamp};
use store::RunRecord;

/// So many seconds before the end of a minute its marks are written again, as a roll-up may be about to take them.
const MARK_AGAIN: Span = Span::seconds(15);

/// What of the present minute is marked for the roll-up already.
#[derive(Default)]
pub(super) struct Marks {
    minute: Option<Timestamp>,
    stored: HashSet<Subject>,
}

impl Marks {
    /// The minutes that these runs make dirty. What a batch of this minute has marked before is left out, unless the minute is
    /// about to end: a roll-up that takes it must find the mark of every run that was not there when it looked.
    pub(super) fn of<'a>(
        &mut self,
        runs: impl Iterator<Item = &'a RunRecord>,
        now: Timestamp,
    ) -> Vec<(Subject, Timestamp)> {
        let minute = now.floor(Span::minutes(1));
        if self.minute != Some(minute) {
            *self = Self { minute: Some(minute), stored: HashSet::new() };
        }
        let ends_soon = now + MARK_AGAIN >= minute + Span::minutes(1);
        let known = |(subject, at): &(Subject, Timestamp)| *at == minute && !ends_soon && self.stored.contains(subject);
        let marks: HashSet<_> = runs.flat_map(marks_of).filter(|mark| !known(mark)).collect();
        marks.into_iter().collect()
    }

    /// These marks are stored.
    pub(super) fn stored(&mut self, marks: &[(Subject, Timestamp)]) {
        let of_now = marks.iter().filter(|(_, at)| Some(*at) == self.minute);
        self.stored.extend(of_now.map(|(subject, _)| *subject));
    }
}

/// What has to be rolled up anew for a run.
pub(super) fn marks_of(record: &RunRecord) -> impl Iterator<Item = (Subject, Timestamp)> {
    let minute = record.run.started_at.floor(Span::minutes(1));
    let probe = record.probe_id.map(Subject::Probe);
    let sent = (record.run.origin != Origin::Probe).then_some(Subject::Sent(record.integration_id));
    let all = [probe, sent, Some(Subject::Integration(record.integration_id)), Some(Subject::All)];
    let counted = record.run.outcome != Outcome::Running;
    all.into_iter().flatten().filter(move |_| counted).map(move |subject| (subject, minute))
}

#[cfg(test)]
mod tests {
    use model::{IntegrationId, ProbeId};

    use super::*;
    use crate::{
        ids::RunIds,
        testing::{START, run},
    };

    fn of(marks: &mut Marks, started: Timestamp, now: Timestamp) -> Vec<(Subject, Timestamp)> {
        let run = run(RunIds::new(1).next(now), started, Outcome::Ok);
        let record = RunRecord { run, integration_id: IntegrationId(1), probe_id: Some(ProbeId(2)) };
        let mut made = marks.of(std::iter::once(&record), now);
        made.sort();
        made
    }

    #[test]
    fn a_minute_is_marked_once_for_each_subject_and_again_before_it_ends() {
        let (mut marks, minute) = (Marks::default(), START.floor(Span::minutes(1)));
        let first = of(&mut marks, minute, minute);
        let all = [Subject::Probe(ProbeId(2)), Subject::Integration(IntegrationId(1)), Subject::All];
        assert_eq!(first, all.map(|subject| (subject, minute)));
        assert_eq!(of(&mut marks, minute, minute + Span::seconds(1)), first, "not stored yet");

        marks.stored(&first);

        assert_eq!(of(&mut marks, minute, minute + Span::seconds(2)), []);
        assert_eq!(of(&mut marks, minute, minute + Span::seconds(50)), first, "a roll-up may be about to take it");
        let next = minute + Span::minutes(1);
        assert_eq!(of(&mut marks, minute, next), first, "late, so that it may be rolled up already");
        assert_eq!(of(&mut marks, next, next).len(), 3);
    }
}
