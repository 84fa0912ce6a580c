//! What runs move while failures do not count.

use model::{Outcome, Reason, Run};
use proptest::prelude::*;

use super::{
    ProbeState, SentState,
    fixture::{at, failed, run},
};
use crate::outcome::Verdict;

/// One run every ten seconds: `o`k, `w`arn, `f`ailed, `u`nknown; in capitals while failures do not count.
fn fold(letters: &str, down_after: u32, up_after: u32) -> ProbeState {
    letters.chars().zip((0..).step_by(10)).fold(ProbeState::default(), |state, (letter, second)| {
        let run = match letter.to_ascii_lowercase() {
            'o' => run(second, Outcome::Ok),
            'w' => run(second, Outcome::Warn),
            'f' => failed(second, Reason::Auth, "401 Unauthorized", Some(401)),
            _ => run(second, Outcome::Unknown),
        };
        if letter.is_ascii_uppercase() {
            state.step_in_maintenance(&run, up_after)
        } else {
            state.step(&run, down_after, up_after)
        }
    })
}

#[test]
fn failures_in_maintenance_move_no_verdict_and_maintenance_is_a_boundary() {
    use Verdict::{Down, Up, Warn};
    // Runs, then verdict, second of its since, failures in a row that count, second of the newest run.
    for (letters, verdict, since, failures, newest) in [
        ("oFFFFF", Some(Up), Some(0), 0, 50),
        ("FFFF", None, None, 0, 30),
        ("off", Some(Up), Some(0), 2, 20),
        ("offFf", Some(Up), Some(0), 1, 40),
        ("offFfff", Some(Down), Some(40), 3, 60),
        ("ofOff", Some(Up), Some(0), 2, 40),
        ("fffFF", Some(Down), Some(0), 3, 40),
        ("fffFO", Some(Up), Some(40), 0, 40),
        ("oUf", Some(Up), Some(0), 1, 20),
        ("oW", Some(Warn), Some(10), 0, 10),
    ] {
        let state = fold(letters, 3, 1);
        assert_eq!((state.verdict, state.since), (verdict, since.map(at)), "{letters}");
        assert_eq!(
            (state.failures, state.last.as_ref().map(|last| last.at)),
            (failures, Some(at(newest))),
            "{letters}"
        );
        assert_eq!(state.trouble.is_some(), failures > 0 || matches!(verdict, Some(Down | Warn)), "{letters}");
    }
    // Recovering is begun anew after it failed in maintenance.
    assert_eq!(fold("fffoFo", 3, 2).verdict, Some(Down));
    assert_eq!(fold("fffoFoo", 3, 2).verdict, Some(Up));
}

#[test]
fn what_an_integration_sends_or_owes_in_maintenance_is_not_held_against_it() {
    let missed = |second| Run { scheduled_at: Some(at(second)), ..run(second, Outcome::Missed) };
    let good = SentState::default().step(&run(0, Outcome::Ok), true);
    let broken = failed(10, Reason::Timeout, "no answer", None);

    // Given one that sent well, when it fails and misses in maintenance, then both are known and neither counts.
    let kept = good.step_in_maintenance(&broken, true).step_in_maintenance(&missed(20), true);
    assert_eq!((kept.failures, kept.missed_in_a_row(), kept.trouble.as_ref()), (0, 0, None));
    assert_eq!(kept.last.as_ref().map(|last| last.at), Some(at(10)));
    assert_eq!(kept.satisfied_at, Some(at(10)), "it came");

    // What was there before stays until something good ends it.
    let failing = good.step(&broken, true);
    let again = failing.step_in_maintenance(&failed(20, Reason::Timeout, "no answer", None), true);
    assert_eq!(
        (again.failures, again.trouble.as_ref().map(|trouble| trouble.newest)),
        (1, failing.trouble.map(|trouble| trouble.newest))
    );
    assert_eq!(again.step_in_maintenance(&run(30, Outcome::Ok), true).trouble, None);
    // A late word of an older run is not the newest.
    assert_eq!(kept.step_in_maintenance(&failed(5, Reason::Timeout, "", None), true).last, kept.last);
}

proptest! {
    #[test]
    fn whatever_fails_in_maintenance_never_brings_it_down(letters in "[owfuOWFU]{0,40}", down_after in 1_u32..4, up_after in 1_u32..3) {
        let with = fold(&letters, down_after, up_after);
        // As if those failures had been a boundary: what our side could not tell, with failures begun anew.
        let (mut row, mut longest) = (0_u32, 0_u32);
        for letter in letters.chars() {
            match letter {
                'f' => { row += 1; longest = longest.max(row); }
                'u' | 'U' => {}
                _ => row = 0,
            }
        }
        prop_assert!(with.verdict != Some(Verdict::Down) || longest >= down_after);
        prop_assert_eq!(with.is_soft_down(), with.failures > 0 && with.verdict != Some(Verdict::Down));
    }
}
