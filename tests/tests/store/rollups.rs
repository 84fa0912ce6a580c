//! Roll-ups, sums, and the marks that ask for them.

use std::collections::BTreeMap;

use model::{Counts, Held, IntegrationId, ProbeId, Rollup, Step, Subject, Timestamp, rollup::Summary};
use store::{Batch, Dirty, Family, Sums, UnitsAt};

use crate::given::{Given, NOW, at};

const HOUR: i64 = 3_600;
const SENT: Subject = Subject::Sent(IntegrationId(1));

fn rollup(subject: Subject, step: Step, bucket: Timestamp) -> Rollup {
    Rollup {
        subject,
        step,
        bucket,
        counts: Counts { ok: 1, warn: 2, partial: 3, failed: 4, missed: 5, unknown: 6, cancelled: 7 },
        held: Held { up_ms: 8, warn_ms: 9, down_ms: 10, unknown_ms: 11, maintenance_ms: 12 },
        latency: None,
        measures: BTreeMap::new(),
        units: 1.5,
        unit_runs: 13,
    }
}

fn summary(sketch: &[u8]) -> Summary {
    Summary { count: 3, sum: 7.25, min: -1.0, max: 9.5, sketch: sketch.to_vec() }
}

pub async fn a_rollup_comes_back_as_it_was_and_is_replaced_as_a_whole(given: &Given) {
    let mut whole = rollup(Subject::Probe(ProbeId(7)), Step::Minute, NOW);
    whole.latency = Some(summary(&[1, 0, 255]));
    whole.measures =
        [("backlog", &[2, 2][..]), ("age", &[][..])].map(|(name, sketch)| (name.to_owned(), summary(sketch))).into();
    given.store.put_rollups(std::slice::from_ref(&whole), &[], &[]).await.expect("put");
    let read = || given.store.rollups(Subject::Probe(ProbeId(7)), Step::Minute, NOW, at(60));
    assert_eq!(read().await.expect("read"), [whole]);

    let bare = rollup(Subject::Probe(ProbeId(7)), Step::Minute, NOW);
    let first = Rollup { unit_runs: 0, ..bare.clone() };
    given.store.put_rollups(&[first, bare.clone()], &[], &[]).await.expect("put");
    assert_eq!(read().await.expect("read"), [bare], "the last of one bucket wins; nothing of the former is left");

    let others = [
        given.store.rollups(Subject::Probe(ProbeId(7)), Step::Hour, NOW, at(60)).await,
        given.store.rollups(Subject::Probe(ProbeId(70)), Step::Minute, NOW, at(60)).await,
        given.store.rollups(Subject::Probe(ProbeId(7)), Step::Minute, at(1), at(60)).await,
        given.store.rollups(Subject::Probe(ProbeId(7)), Step::Minute, at(-60), NOW).await,
    ];
    assert!(others.into_iter().all(|read| read.expect("read").is_empty()));
}

pub async fn every_number_of_rollups_is_written(given: &Given) {
    let rollups: Vec<Rollup> = (0..341).map(|minute| rollup(SENT, Step::Minute, at(minute * 60))).collect();
    given.store.put_rollups(&rollups, &[], &[]).await.expect("put");
    assert_eq!(given.store.rollups(SENT, Step::Minute, NOW, at(341 * 60)).await.expect("read"), rollups);
}

pub async fn sums_are_bigints_grouped_by_subject(given: &Given) {
    let large = i64::from(u32::MAX) * 1_000;
    let mut one = rollup(Subject::Integration(IntegrationId(2)), Step::Hour, at(0));
    one.counts.ok = large;
    let rollups = [
        one,
        rollup(Subject::Integration(IntegrationId(2)), Step::Hour, at(HOUR)),
        rollup(Subject::Integration(IntegrationId(10)), Step::Hour, at(HOUR)),
        rollup(Subject::Integration(IntegrationId(10)), Step::Hour, at(2 * HOUR)),
        rollup(Subject::Integration(IntegrationId(10)), Step::Day, at(HOUR)),
        rollup(Subject::All, Step::Hour, at(HOUR)),
        rollup(SENT, Step::Hour, at(HOUR)),
    ];
    given.store.put_rollups(&rollups, &[], &[]).await.expect("put");

    let sums = given.store.sums(Family::Integrations, Step::Hour, at(0), at(2 * HOUR)).await.expect("sums");

    let Rollup { counts, held, .. } = rollup(SENT, Step::Hour, NOW);
    let ten = Sums { subject: Subject::Integration(IntegrationId(10)), counts, held, units: 1.5, unit_runs: 13 };
    let two = Sums {
        subject: Subject::Integration(IntegrationId(2)),
        counts: Counts { ok: large + 1, ..counts.plus(counts) },
        held: held.plus(held),
        units: 3.0,
        unit_runs: 26,
    };
    assert_eq!(sums, [ten, two], "by key, byte by byte");
    let all = given.store.sums(Family::All, Step::Hour, at(0), at(2 * HOUR)).await.expect("sums");
    assert_eq!(all.iter().map(|sums| sums.subject).collect::<Vec<_>>(), [Subject::All]);
    assert_eq!(given.store.sums(Family::Probes, Step::Hour, at(0), at(2 * HOUR)).await.expect("sums"), []);
}

pub async fn units_are_read_by_hour_and_by_day(given: &Given) {
    let other = Subject::Sent(IntegrationId(2));
    let none = Rollup { units: 0.0, unit_runs: 0, ..rollup(SENT, Step::Hour, at(HOUR)) };
    let rollups = [
        rollup(SENT, Step::Hour, at(0)),
        none,
        rollup(SENT, Step::Hour, at(2 * HOUR)),
        rollup(other, Step::Hour, at(0)),
        rollup(other, Step::Day, at(0)),
        rollup(Subject::Integration(IntegrationId(1)), Step::Day, at(0)),
    ];
    given.store.put_rollups(&rollups, &[], &[]).await.expect("put");
    let units =
        |number, hour| UnitsAt { integration: IntegrationId(number), at: at(hour * HOUR), units: 1.5, runs: 13 };
    let hours = given.store.units_by_hour(IntegrationId(1), at(0), at(3 * HOUR)).await.expect("units");
    assert_eq!(hours, [units(1, 0), units(1, 2)]);
    assert_eq!(given.store.units(Step::Day, at(0), at(1)).await.expect("units"), [units(2, 0)]);
    assert_eq!(given.store.units(Step::Hour, at(0), at(1)).await.expect("units"), [units(1, 0), units(2, 0)]);
}

pub async fn marks_made_meanwhile_are_not_cleared(given: &Given) {
    let mark = |minutes: &[i64]| Batch {
        dirty: minutes.iter().map(|&minute| (SENT, at(minute * 60))).collect(),
        ..Batch::default()
    };
    given.store.record(&mark(&[2, 1, 1])).await.expect("recorded");
    let taken = given.store.take_dirty(Step::Minute, 10).await.expect("taken");
    let marked = |minute: i64, marks| Dirty { subject: SENT, step: Step::Minute, bucket: at(minute * 60), marks };
    assert_eq!(taken, [marked(1, 1), marked(2, 1)], "the oldest first");
    assert_eq!(given.store.take_dirty(Step::Minute, 1).await.expect("taken"), [marked(1, 1)]);

    given.store.record(&mark(&[2])).await.expect("recorded while the buckets are made");
    given.store.put_rollups(&[], &taken, &[(SENT, Step::Hour, at(0))]).await.expect("put");

    assert_eq!(given.store.take_dirty(Step::Minute, 10).await.expect("taken"), [marked(2, 2)]);
    let hours = given.store.take_dirty(Step::Hour, 10).await.expect("taken");
    assert_eq!(hours, [Dirty { subject: SENT, step: Step::Hour, bucket: at(0), marks: 1 }]);
}

pub async fn every_number_of_marks_is_cleared(given: &Given) {
    let mark = |minutes: std::ops::Range<i64>| Batch {
        dirty: minutes.map(|minute| (SENT, at(minute * 60))).collect(),
        ..Batch::default()
    };
    given.store.record(&mark(0..342)).await.expect("recorded");
    let taken = given.store.take_dirty(Step::Minute, 341).await.expect("taken");
    assert_eq!(taken.len(), 341);
    given.store.record(&mark(100..101)).await.expect("recorded while the buckets are made");
    given.store.put_rollups(&[], &taken, &[]).await.expect("put");

    let left = given.store.take_dirty(Step::Minute, 1_000).await.expect("taken");
    let left: Vec<_> = left.into_iter().map(|mark| (mark.bucket, mark.marks)).collect();
    assert_eq!(left, [(at(100 * 60), 2), (at(341 * 60), 1)]);
}
