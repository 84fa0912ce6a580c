use proptest::prelude::*;

use super::{Flapping, HIGH, LOW};
use crate::{
    outcome::Verdict::{self, Down, Up, Warn},
    state::{
        ProbeState,
        fixture::{at, failed, run},
    },
};
use model::{Outcome, Reason, Run};

fn after(verdicts: impl IntoIterator<Item = Verdict>) -> Flapping {
    verdicts.into_iter().fold(Flapping::default(), Flapping::then)
}

#[test]
fn changes_weigh_more_the_newer_they_are() {
    let change = |steady: usize| after(std::iter::once(Up).chain(std::iter::repeat_n(Down, steady + 1)));
    // One change of twenty, fresh: 1.25 / 20; as old as can be: 0.75 / 20; then it is forgotten.
    for (steady, share, changes) in [(0, 6.25, 1), (19, 3.75, 1), (20, 0.0, 0)] {
        let flapping = change(steady);
        assert!((flapping.share() - share).abs() < 1e-9, "{steady}: {}", flapping.share());
        assert_eq!(flapping.changes(), changes, "{steady}");
    }
    // Every verdict another than the one before: all of it.
    let all = after((0..40).map(|index| [Up, Down][index % 2]));
    assert!((all.share() - 100.0).abs() < 1e-9);
    assert_eq!(all.changes(), 20);
    // A warning is a verdict of its own.
    assert_eq!(after([Up, Warn, Up]).changes(), 2);
}

#[test]
fn it_flaps_from_the_high_mark_to_the_low_one() {
    let mut flapping = after([Up]);
    let mut told = Vec::new();
    for index in 0..6 {
        flapping = flapping.then([Down, Up][index % 2]);
        told.push((flapping.share() >= HIGH, flapping.flaps()));
    }
    // Five fresh changes are 29.9 %, six 35 %.
    assert_eq!(told, [(false, false), (false, false), (false, false), (false, false), (false, false), (true, true)]);
    // Then it is steady: it goes on flapping below the high mark, and ends at the low one.
    let mut between = 0;
    while flapping.flaps() {
        flapping = flapping.then(Up);
        between += usize::from(flapping.share() < HIGH && flapping.share() > LOW);
    }
    assert!(between > 1, "{between}");
    assert!(flapping.share() <= LOW);
}

#[test]
fn only_hard_verdicts_are_looked_at() {
    // Given a probe that fails twice and is good again, over and over, and needs three to be down,
    let runs = (0..60).map(|check| if check % 3 == 2 { run(check, Outcome::Ok) } else { refused(check) });
    let state = runs.fold(ProbeState::default(), |state, run| state.step(&run, 3, 1));
    assert_eq!((state.verdict, state.flapping.changes(), state.flapping.flaps()), (Some(Up), 0, false));

    // and one that needs only two,
    let runs = (0..60).map(|check| if check % 3 == 2 { run(check, Outcome::Ok) } else { refused(check) });
    let state = runs.fold(ProbeState::default(), |state, run| state.step(&run, 2, 1));
    assert!(state.flapping.flaps());

    // then what our side could not tell changes nothing.
    let unknown = state.step(&run(60, Outcome::Unknown), 2, 1);
    assert_eq!(unknown.flapping, state.flapping);
}

#[test]
fn states_of_before_still_read_and_what_is_not_understood_is_forgotten() {
    let old = r#"{"verdict":"up","since":"2026-11-23T00:00:00.000Z","failures":0,"successes":3}"#;
    let state: ProbeState = serde_json::from_str(old).expect("a state");
    assert_eq!((state.verdict, state.since, state.flapping), (Some(Up), Some(at(0)), Flapping::default()));
    for odd in [r#"{"verdicts":"xyz"}"#, r#"{"verdicts":"uu","flaps":false}"#, "{}"] {
        assert_eq!(serde_json::from_str::<Flapping>(odd).expect(odd), Flapping::default(), "{odd}");
    }
}

fn refused(second: i64) -> Run {
    failed(second, Reason::Auth, "401 Unauthorized", Some(401))
}

proptest! {
    #[test]
    fn it_is_bounded_stored_and_forgets(verdicts in prop::collection::vec(prop::sample::select(vec![Up, Warn, Down]), 0..80)) {
        let flapping = after(verdicts.iter().copied());
        prop_assert!((0.0..=100.0 + 1e-9).contains(&flapping.share()));
        prop_assert!(flapping.changes() <= 20);
        prop_assert!(!flapping.flaps() || flapping.share() > LOW);
        prop_assert!(flapping.flaps() || flapping.share() < HIGH);
        let text = serde_json::to_string(&flapping).expect("json");
        prop_assert!(text.len() < 64);
        prop_assert_eq!(serde_json::from_str::<Flapping>(&text).expect("a history"), flapping);
        // Twenty-one equal ones, and nothing is left of what was before.
        let calm = std::iter::repeat_n(Down, 21).fold(flapping, Flapping::then);
        prop_assert_eq!(calm, after([Down]));
    }
}
