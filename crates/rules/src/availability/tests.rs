use model::{Held, Span, Timestamp};
use proptest::prelude::*;

use super::{Mark, Timeline, availability, hold};
use crate::{
    outcome::Verdict::{self, Down, Up, Warn},
    window::{Opening, union},
};

const END: Timestamp = Timestamp(1_000);

fn mark(at: i64, verdict: Verdict) -> Mark {
    Mark { at: Timestamp(at), verdict, until: Timestamp(at + 200) }
}

fn held(marks: &[Mark]) -> (i64, i64, i64, i64) {
    let held = Timeline::new(marks, Timestamp(0), END).held();
    (held.up_ms, held.warn_ms, held.down_ms, held.unknown_ms)
}

#[test]
fn a_verdict_holds_until_the_next_run_but_not_for_ever() {
    assert_eq!(hold(Span::seconds(30), Span::seconds(10)), Span::seconds(70));
    let table = [
        (vec![], (0, 0, 0, 1_000)),
        (vec![mark(0, Up)], (200, 0, 0, 800)),
        (vec![mark(0, Up), mark(100, Down), mark(150, Up)], (300, 0, 50, 650)),
        (vec![mark(150, Up), mark(0, Up), mark(100, Down)], (300, 0, 50, 650)),
        (vec![mark(-100, Down), mark(900, Warn)], (0, 100, 100, 800)),
        (vec![mark(-300, Down), mark(1_000, Down)], (0, 0, 0, 1_000)),
        (vec![mark(0, Up), mark(0, Down)], (0, 0, 200, 800)),
    ];
    for (marks, expected) in table {
        assert_eq!(held(&marks), expected, "{marks:?}");
    }
}

#[test]
fn an_integration_is_at_each_instant_the_worst_of_its_probes() {
    let line = |marks: &[Mark]| Timeline::new(marks, Timestamp(0), END);
    // Given one probe that is up until 350 and is not heard of again, and one that is down from 100 to 150 and ends at 300,
    let one = line(&[mark(0, Up), mark(150, Up)]);
    let other = line(&[mark(0, Up), mark(100, Down), mark(150, Warn)]);

    // when they are put together, then down wins over warn, warn over silence, and silence over up.
    let both = Timeline::worst(&[one, other], Timestamp(0), END);
    assert_eq!(both.held(), Held { up_ms: 100, down_ms: 50, warn_ms: 200, unknown_ms: 650, maintenance_ms: 0 });
    assert_eq!(
        both.held_between(Timestamp(90), Timestamp(160)),
        Held { up_ms: 10, down_ms: 50, warn_ms: 10, ..Held::default() }
    );
    assert_eq!(Timeline::worst(&[], Timestamp(0), END).held().unknown_ms, 1_000);
}

#[test]
fn time_in_maintenance_is_neither_up_nor_down() {
    // Given a probe that is up, fails from 200 on, and is up again from 600 on,
    let line = Timeline::new(
        &[mark(0, Up), mark(200, Down), mark(400, Down), mark(600, Up), mark(800, Up)],
        Timestamp(0),
        END,
    );
    let opening = |from, to| Opening { from: Timestamp(from), to: Timestamp(to) };

    // when maintenance lasts from 150 to 550, and a moment at the end,
    let kept = line.clone().with_maintenance(&[opening(-50, -10), opening(150, 550), opening(990, 2_000)]);

    // then only what failed after it counts.
    assert_eq!(kept.held(), Held { up_ms: 540, down_ms: 50, maintenance_ms: 410, ..Held::default() });
    assert_eq!(
        kept.held_between(Timestamp(100), Timestamp(200)),
        Held { up_ms: 50, maintenance_ms: 50, ..Held::default() }
    );
    assert_eq!(availability(kept.held()).1.to_string(), "1");
    assert_eq!(line.clone().with_maintenance(&[]), line);
}

#[test]
fn no_percentage_is_given_below_95_percent_coverage() {
    let of = |up_ms, warn_ms, down_ms, unknown_ms| {
        availability(Held { up_ms, warn_ms, down_ms, unknown_ms, maintenance_ms: 7 })
    };
    assert_eq!(of(90, 5, 0, 5), (Some(1.0), 0.95));
    assert_eq!(of(40, 10, 50, 0), (Some(0.5), 1.0));
    assert_eq!(of(94, 0, 0, 6), (None, 0.94));
    assert_eq!(of(0, 0, 0, 100), (None, 0.0));
    assert_eq!(availability(Held::default()), (None, 0.0));
}

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let verdict = prop::sample::select(vec![Up, Warn, Down]);
    let one = (-500_i64..1_500, verdict, 0_i64..600).prop_map(|(at, verdict, hold)| Mark {
        at: Timestamp(at),
        verdict,
        until: Timestamp(at + hold),
    });
    prop::collection::vec(one, 0..20)
}

/// What the rules say of one instant, looked up the slow way.
fn verdict_at(marks: &[Mark], t: i64) -> Option<Verdict> {
    let newest = marks.iter().filter(|mark| mark.at.0 <= t).max_by_key(|mark| (mark.at, mark.verdict))?;
    (t < newest.until.0).then_some(newest.verdict)
}

proptest! {
    #[test]
    fn held_time_adds_up_to_the_bucket_and_agrees_with_each_instant(sets in prop::collection::vec(marks(), 0..4), from in 0_i64..999) {
        let lines: Vec<Timeline> = sets.iter().map(|marks| Timeline::new(marks, Timestamp(0), END)).collect();
        for (marks, line) in sets.iter().zip(&lines) {
            prop_assert_eq!(line.held().total_ms(), 1_000);
            let down = (0..1_000).filter(|&t| verdict_at(marks, t) == Some(Down)).count();
            prop_assert_eq!(line.held().down_ms, i64::try_from(down).expect("a count"));
        }
        let whole = Timeline::worst(&lines, Timestamp(0), END);
        prop_assert_eq!(whole.held().total_ms(), 1_000);
        let down = (0..1_000).filter(|&t| sets.iter().any(|marks| verdict_at(marks, t) == Some(Down))).count();
        prop_assert_eq!(whole.held().down_ms, i64::try_from(down).expect("a count"));
        let cut = Timestamp(from);
        prop_assert_eq!(whole.held_between(Timestamp(0), cut).plus(whole.held_between(cut, END)), whole.held());
    }

    #[test]
    fn maintenance_takes_its_time_from_all_else(marks in marks(), openings in prop::collection::vec((-100_i64..1_100, 0_i64..300), 0..6)) {
        let openings = openings.into_iter().map(|(from, length)| Opening { from: Timestamp(from), to: Timestamp(from + length) });
        let openings = union(openings.collect());
        let line = Timeline::new(&marks, Timestamp(0), END);
        let kept = line.clone().with_maintenance(&openings).held();
        let is_kept = |t: i64| openings.iter().any(|opening| opening.from.0 <= t && t < opening.to.0);
        let count = |wanted: &dyn Fn(i64) -> bool| i64::try_from((0..1_000).filter(|&t| wanted(t)).count()).expect("a count");
        prop_assert_eq!(kept.total_ms(), 1_000);
        prop_assert_eq!(kept.maintenance_ms, count(&is_kept));
        prop_assert_eq!(kept.down_ms, count(&|t| !is_kept(t) && verdict_at(&marks, t) == Some(Down)));
        prop_assert_eq!(kept.up_ms, count(&|t| !is_kept(t) && verdict_at(&marks, t) == Some(Up)));
    }
}
