use model::{Outcome, Reason, Run};

use super::{Missed, SentState};
use crate::state::fixture::{at, failed, id, run};

fn missed(second: i64) -> Run {
    Run { scheduled_at: Some(at(second)), ..run(second, Outcome::Missed) }
}

fn fold(runs: &[Run]) -> SentState {
    runs.iter().fold(SentState::default(), |state, run| state.step(run, true))
}

#[test]
fn a_good_run_keeps_the_promise_and_clears_what_was_wrong() {
    // Given two missed runs and a failed one,
    let state = fold(&[missed(10), missed(20), failed(25, Reason::Timeout, "no answer", None)]);
    assert_eq!((state.missed_in_a_row(), state.failures), (0, 1), "a failed run came too");

    // when a good one comes,
    let state = state.step(&run(30, Outcome::Ok), true);

    // then nothing is left of it.
    assert_eq!((state.missed_in_a_row(), state.failures, state.trouble.clone()), (0, 0, None));
    assert_eq!((state.satisfied_at, state.last_good.map(|good| good.at)), (Some(at(30)), Some(at(30))));
}

#[test]
fn missed_runs_are_counted_in_a_row_and_each_deadline_once() {
    let state = fold(&[run(0, Outcome::Ok), missed(10), missed(20), missed(20), missed(10)]);
    let expected = Missed { in_a_row: 2, since: at(10), first: id(10), newest_deadline: at(20), newest: id(20) };
    assert_eq!(state.missed, Some(expected));
    assert_eq!(state.satisfied_at, Some(at(0)), "what was sent is not forgotten");
}

#[test]
fn a_run_with_too_few_units_came_but_does_not_keep_the_promise() {
    let state = fold(&[missed(10)]).step(&run(15, Outcome::Ok), false);
    assert_eq!((state.missed_in_a_row(), state.satisfied_at), (1, None));
    assert_eq!(state.last.map(|last| last.at), Some(at(15)));
}

#[test]
fn failures_and_parts_are_stretches_of_their_own() {
    let part = |second| run(second, Outcome::Partial);
    let fail = |second| failed(second, Reason::DataRejected, "no such customer", None);
    let table = [
        (vec![part(10), part(20)], 0, Some((10, 20))),
        (vec![part(10), fail(20)], 1, Some((20, 20))),
        (vec![fail(10), fail(20)], 2, Some((10, 20))),
        (vec![fail(10), part(20)], 0, Some((20, 20))),
        (vec![fail(10), run(15, Outcome::Cancelled), fail(20)], 2, Some((10, 20))),
        (vec![fail(10), run(15, Outcome::Running)], 1, Some((10, 10))),
        (vec![fail(10), run(20, Outcome::Ok)], 0, None),
    ];
    for (runs, failures, stretch) in table {
        let state = fold(&runs);
        let seconds = state.trouble.as_ref().map(|trouble| (trouble.since, trouble.newest));
        assert_eq!((state.failures, seconds), (failures, stretch.map(|(from, to)| (at(from), id(to)))), "{runs:?}");
    }
}

#[test]
fn a_late_word_of_an_older_run_does_not_become_the_newest() {
    let state = fold(&[run(20, Outcome::Ok), failed(10, Reason::Timeout, "no answer", None)]);
    assert_eq!((state.last.map(|last| last.at), state.failures, state.satisfied_at), (Some(at(20)), 0, Some(at(20))));
}

#[test]
fn a_late_word_of_an_older_run_does_not_make_up_for_a_missed_one() {
    let state = fold(&[run(20, Outcome::Ok), missed(30), run(10, Outcome::Ok)]);
    assert_eq!(state.missed_in_a_row(), 1);
    assert_eq!(state.step(&run(25, Outcome::Ok), true).missed_in_a_row(), 0, "but one that is only late does");
}

#[test]
fn a_running_run_has_come_but_has_not_ended() {
    let state = fold(&[missed(10), run(15, Outcome::Running)]);
    assert_eq!((state.missed_in_a_row(), state.last), (0, None));
}
