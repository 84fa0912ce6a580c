use model::{Outcome, Reason, Run};
use proptest::prelude::*;

use super::ProbeState;
use crate::{
    outcome::{Verdict, counting},
    state::fixture::{at, failed, id, run},
};

fn fold(runs: &[Run], down_after: u32, up_after: u32) -> ProbeState {
    runs.iter().fold(ProbeState::default(), |state, run| state.step(run, down_after, up_after))
}

/// One run every ten seconds, by a letter each: `o`k, `w`arn, `p`artial, `f`ailed, `m`issed, `u`nknown, `c`ancelled.
fn story(letters: &str) -> Vec<Run> {
    letters
        .chars()
        .zip((0..).step_by(10))
        .map(|(letter, second)| match letter {
            'o' => run(second, Outcome::Ok),
            'w' => run(second, Outcome::Warn),
            'p' => run(second, Outcome::Partial),
            'f' => failed(second, Reason::Auth, "401 Unauthorized", Some(401)),
            'm' => run(second, Outcome::Missed),
            'u' => run(second, Outcome::Unknown),
            'c' => run(second, Outcome::Cancelled),
            other => panic!("{other}"),
        })
        .collect()
}

#[test]
fn verdicts_follow_the_rules_of_confirming() {
    use Verdict::{Down, Up, Warn};
    // Runs, down_after, up_after; then verdict, second of its since, what is being confirmed.
    let table = [
        ("", 3, 1, None, None, None),
        ("o", 3, 1, Some(Up), Some(0), None),
        ("oo", 3, 1, Some(Up), Some(0), None),
        ("of", 3, 1, Some(Up), Some(0), Some((1, 3))),
        ("off", 3, 1, Some(Up), Some(0), Some((2, 3))),
        ("offf", 3, 1, Some(Down), Some(10), None),
        ("offff", 3, 1, Some(Down), Some(10), None),
        ("offo", 3, 1, Some(Up), Some(0), None),
        ("offofff", 3, 1, Some(Down), Some(40), None),
        ("f", 3, 1, None, None, Some((1, 3))),
        ("fff", 3, 1, Some(Down), Some(0), None),
        ("f", 1, 1, Some(Down), Some(0), None),
        ("f", 0, 1, Some(Down), Some(0), None),
        ("fo", 1, 1, Some(Up), Some(10), None),
        ("fo", 1, 3, Some(Down), Some(0), Some((1, 3))),
        ("foo", 1, 3, Some(Down), Some(0), Some((2, 3))),
        ("fooo", 1, 3, Some(Up), Some(10), None),
        ("foofooo", 1, 3, Some(Up), Some(40), None),
        ("foof", 1, 3, Some(Down), Some(0), None),
        ("w", 3, 1, Some(Warn), Some(0), None),
        ("oww", 3, 1, Some(Warn), Some(10), None),
        ("owo", 3, 1, Some(Up), Some(20), None),
        ("wfw", 3, 1, Some(Warn), Some(0), None),
        ("fw", 1, 1, Some(Warn), Some(10), None),
        ("op", 3, 1, Some(Up), Some(0), None),
        ("omm", 2, 1, Some(Down), Some(10), None),
        ("ofuf", 2, 1, Some(Down), Some(10), None),
        ("ofcu", 2, 1, Some(Up), Some(0), Some((1, 2))),
        ("uuu", 1, 1, None, None, None),
    ];
    for (letters, down_after, up_after, verdict, since, confirming) in table {
        let state = fold(&story(letters), down_after, up_after);
        let case = format!("{letters} {down_after}/{up_after}");
        assert_eq!(state.verdict, verdict, "{case}");
        assert_eq!(state.since, since.map(at), "{case}");
        assert_eq!(state.confirming(down_after, up_after), confirming, "{case}");
    }
}

#[test]
fn a_stretch_keeps_its_first_run_and_tells_what_the_newest_says() {
    // Given a probe that is okay, when it is refused once and cannot connect then,
    let runs = [
        run(0, Outcome::Ok),
        failed(10, Reason::Auth, "401 Unauthorized", Some(401)),
        failed(20, Reason::Connect, "connection refused", None),
    ];
    let state = fold(&runs, 2, 1);

    // then the stretch begins at the refusal and speaks of the connection.
    let trouble = state.trouble.clone().expect("trouble");
    assert_eq!((trouble.since, trouble.first, trouble.newest), (at(10), id(10), id(20)));
    assert_eq!((trouble.reason, trouble.message.as_deref()), (Some(Reason::Connect), Some("connection refused")));
    assert_eq!(trouble.status, None);

    assert_eq!(state.good.as_ref().map(|good| good.id), Some(id(0)));

    // And a good run ends it.
    assert_eq!(state.step(&run(30, Outcome::Ok), 2, 1).trouble, None);
}

#[test]
fn a_retried_attempt_and_a_run_of_the_past_move_nothing() {
    let state = fold(&story("oo"), 1, 1);
    let retried = Run { last_attempt: false, ..failed(20, Reason::Timeout, "no answer", None) };
    assert_eq!(state.step(&retried, 1, 1), state);
    assert_eq!(state.step(&failed(5, Reason::Timeout, "no answer", None), 1, 1), state);
}

#[test]
fn a_fault_of_our_own_is_the_newest_run_but_no_evidence() {
    let state = fold(&story("ou"), 1, 1);
    assert_eq!(state.last.as_ref().map(|last| last.outcome), Some(Outcome::Unknown));
    assert_eq!(state.judged.as_ref().map(|judged| judged.at), Some(at(0)));
    assert_eq!(state.verdict, Some(Verdict::Up));
}

#[test]
fn a_state_is_stored_as_json_and_an_empty_one_is_a_new_one() {
    let state = fold(&story("owff"), 3, 1);
    let text = serde_json::to_string(&state).expect("json");
    assert_eq!(serde_json::from_str::<ProbeState>(&text).expect("a state"), state);
    assert_eq!(serde_json::from_str::<ProbeState>("{}").expect("a state"), ProbeState::default());
}

fn letters() -> impl Strategy<Value = String> {
    "[owpfmuc]{0,40}"
}

proptest! {
    #[test]
    fn it_is_never_down_before_so_many_failures_in_a_row(letters in letters(), down_after in 1_u32..5, up_after in 1_u32..4) {
        let runs = story(&letters);
        let state = fold(&runs, down_after, up_after);
        // The longest row of failures, where only evidence of the opposite breaks a row.
        let (mut row, mut longest) = (0_u32, 0_u32);
        for run in &runs {
            match counting(run.outcome).verdict {
                Some(Verdict::Down) => { row += 1; longest = longest.max(row); }
                Some(_) => row = 0,
                None => {}
            }
        }
        if state.verdict == Some(Verdict::Down) {
            prop_assert!(longest >= down_after);
        }
        if row >= down_after {
            prop_assert_eq!(state.verdict, Some(Verdict::Down));
        }
        prop_assert_eq!(state.failures, row);
    }

    #[test]
    fn own_faults_change_no_verdict_wherever_they_fall(letters in letters(), down_after in 1_u32..5, up_after in 1_u32..4) {
        let all = story(&letters);
        let evidence: Vec<Run> = all.iter().filter(|run| counting(run.outcome).verdict.is_some()).cloned().collect();
        let (with, without) = (fold(&all, down_after, up_after), fold(&evidence, down_after, up_after));
        prop_assert_eq!(ProbeState { last: None, ..with }, ProbeState { last: None, ..without });
    }

    #[test]
    fn the_since_of_a_verdict_is_the_start_of_a_run_that_shows_it(letters in letters(), down_after in 1_u32..5) {
        let runs = story(&letters);
        let state = fold(&runs, down_after, 1);
        if let Some(verdict) = state.verdict {
            let first = runs.iter().find(|run| Some(run.started_at) == state.since).expect("a run of that moment");
            prop_assert_eq!(counting(first.outcome).verdict, Some(verdict));
        }
    }

    #[test]
    fn a_stored_state_goes_on_like_one_in_memory(letters in letters(), split in 0_usize..40) {
        let runs = story(&letters);
        let (before, after) = runs.split_at(split.min(runs.len()));
        let text = serde_json::to_string(&fold(before, 3, 2)).expect("json");
        let stored: ProbeState = serde_json::from_str(&text).expect("a state");
        let resumed = after.iter().fold(stored, |state, run| state.step(run, 3, 2));
        prop_assert_eq!(resumed, fold(&runs, 3, 2));
    }
}

#[test]
fn only_a_good_check_after_a_good_one_may_be_found_again_in_its_run() {
    let table = [
        ("o", false),
        ("oo", true),
        ("of", false),
        ("ofo", false),
        ("ffo", false),
        ("ow", false),
        ("ou", false),
        ("ouo", true),
    ];
    for (letters, expected) in table {
        let runs = story(letters);
        let before = fold(&runs[..runs.len() - 1], 2, 2);
        assert_eq!(fold(&runs, 2, 2).only_went_on_since(&before), expected, "{letters}");
    }
}
