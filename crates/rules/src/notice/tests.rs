use model::{Level, Timestamp};
use proptest::prelude::*;

use super::{Notice, Situation, Told, decide};
use crate::outcome::Verdict;

const CALM: Situation = Situation {
    level: Level::Okay,
    hard: Some(Verdict::Up),
    missed: 0,
    began: None,
    acknowledged: false,
    muted_until: None,
    in_maintenance: false,
    flapping: false,
    unproven: false,
};
const DOWN: Situation = Situation { level: Level::Problem, hard: Some(Verdict::Down), ..CALM };
const WARN: Situation = Situation { level: Level::Attention, hard: Some(Verdict::Warn), ..CALM };
/// Failing, and not for long enough to be down.
const SOFT: Situation = Situation { level: Level::Attention, ..CALM };
const MISSED: Situation = Situation { level: Level::Attention, missed: 1, ..CALM };
const UNHEARD: Situation = Situation { level: Level::Unknown, ..CALM };
const PAUSED: Situation = Situation { level: Level::Paused, hard: Some(Verdict::Down), ..CALM };

/// What is told of one situation a second after the other.
fn history(situations: &[Situation]) -> Vec<Notice> {
    let mut told: Told = None;
    let mut notices = Vec::new();
    for (second, situation) in (0_i64..).zip(situations) {
        let now = Timestamp(second * 1_000);
        let notice = decide(told, *situation, now);
        told = notice.told(told, situation.level, now);
        notices.push(notice);
    }
    notices
}

#[test]
fn each_change_is_told_once_and_once_when_it_is_over() {
    use Notice::{Began, None, Over, Worse};
    let muted = |situation| Situation { muted_until: Some(Timestamp(2_000)), ..situation };
    let kept = |situation| Situation { in_maintenance: true, ..situation };
    let flaps = |situation| Situation { flapping: true, ..situation };
    let seen = |situation| Situation { acknowledged: true, ..situation };
    let unproven = |situation| Situation { unproven: true, ..situation };
    let table = [
        ("down and up", vec![CALM, DOWN, DOWN, CALM, CALM], vec![None, Began, None, Over, None]),
        ("what is being confirmed is not told", vec![CALM, SOFT, CALM], vec![None, None, None]),
        ("nor is it the end", vec![DOWN, SOFT, CALM], vec![Began, None, Over]),
        ("down at first sight", vec![DOWN], vec![Began]),
        (
            "a missed run, then two",
            vec![MISSED, Situation { level: Level::Problem, missed: 2, ..CALM }, CALM],
            vec![Began, Worse, Over],
        ),
        (
            "a warning that becomes a failure",
            vec![WARN, DOWN, DOWN, WARN, DOWN, CALM],
            vec![Began, Worse, None, None, None, Over],
        ),
        ("silence is no recovery", vec![DOWN, UNHEARD, CALM], vec![Began, None, Over]),
        ("nor a trouble", vec![CALM, UNHEARD, CALM], vec![None, None, None]),
        ("paused and resumed", vec![DOWN, PAUSED, CALM], vec![Began, None, Over]),
        ("paused while it is down", vec![PAUSED, PAUSED, DOWN], vec![None, None, Began]),
        (
            "muted: what holds afterwards is told then",
            vec![muted(DOWN), muted(DOWN), muted(DOWN)],
            vec![None, None, Began],
        ),
        ("muted: what passes is never told", vec![muted(DOWN), muted(CALM), CALM], vec![None, None, None]),
        ("muted: the end is told then", vec![DOWN, muted(CALM), CALM], vec![Began, None, Over]),
        ("maintenance", vec![kept(DOWN), kept(CALM), CALM], vec![None, None, None]),
        ("down after maintenance", vec![kept(DOWN), DOWN], vec![None, Began]),
        ("it flaps", vec![DOWN, flaps(CALM), flaps(DOWN), flaps(CALM), CALM], vec![Began, None, None, None, Over]),
        ("seen before it is told", vec![seen(DOWN), seen(DOWN), CALM], vec![None, None, None]),
        ("seen after it was told", vec![DOWN, seen(DOWN), CALM], vec![Began, None, Over]),
        ("paused, and all else is well", vec![DOWN, unproven(CALM), DOWN, CALM], vec![Began, None, None, Over]),
        (
            "the same, and another gets worse",
            vec![WARN, unproven(CALM), unproven(DOWN), CALM],
            vec![Began, None, Worse, Over],
        ),
        ("seen, and worse", vec![WARN, seen(WARN), seen(DOWN), CALM], vec![Began, None, Worse, Over]),
    ];
    for (what, situations, notices) in table {
        assert_eq!(history(&situations), notices, "{what}");
    }
}

#[test]
fn what_breaks_while_nothing_proves_the_end_of_what_was_told_is_another_change_if_it_began_after_that() {
    use Notice::{Another, Began, None, Over, Worse};
    // Said in second 1, and in a second of its own what broke besides; the probe of which it was said is no longer asked.
    let aside = |situation, began: i64| Situation { unproven: true, began: Some(Timestamp(began)), ..situation };
    let asked = |situation, began: i64| Situation { began: Some(Timestamp(began)), ..situation };
    let seen = |situation| Situation { acknowledged: true, ..situation };
    let muted = |situation| Situation { muted_until: Some(Timestamp(4_000)), ..situation };
    let kept = |situation| Situation { in_maintenance: true, ..situation };
    let flaps = |situation| Situation { flapping: true, ..situation };
    let set_aside = Situation { unproven: true, ..CALM };
    let table = [
        ("it began after", vec![CALM, DOWN, aside(DOWN, 1_001)], vec![None, Began, Another]),
        ("it is told once", vec![CALM, DOWN, aside(DOWN, 1_500), aside(DOWN, 1_500)], vec![None, Began, Another, None]),
        ("it was there already", vec![CALM, DOWN, aside(DOWN, 1_000), aside(DOWN, 900)], vec![None, Began, None, None]),
        ("what was told is still asked", vec![CALM, DOWN, asked(DOWN, 1_500)], vec![None, Began, None]),
        ("all is well", vec![CALM, DOWN, set_aside, set_aside], vec![None, Began, None, None]),
        ("it is being confirmed", vec![CALM, DOWN, Situation { unproven: true, ..SOFT }], vec![None, Began, None]),
        ("milder than what was told", vec![CALM, DOWN, aside(WARN, 1_500)], vec![None, Began, Another]),
        (
            "the milder one gets worse",
            vec![CALM, DOWN, aside(WARN, 1_500), aside(DOWN, 1_500)],
            vec![None, Began, Another, Worse],
        ),
        ("worse than what was told", vec![CALM, WARN, aside(DOWN, 1_500)], vec![None, Began, Another]),
        ("worse, and there already", vec![CALM, WARN, aside(DOWN, 900)], vec![None, Began, Worse]),
        ("a run that was owed", vec![CALM, DOWN, aside(MISSED, 1_500)], vec![None, Began, Another]),
        (
            "and then it is over",
            vec![CALM, DOWN, aside(DOWN, 1_500), CALM, CALM],
            vec![None, Began, Another, Over, None],
        ),
        (
            "one after the other",
            vec![CALM, DOWN, aside(DOWN, 1_500), set_aside, aside(DOWN, 3_500)],
            vec![None, Began, Another, None, Another],
        ),
        ("seen before it is told", vec![CALM, WARN, seen(aside(DOWN, 1_500))], vec![None, Began, None]),
        (
            "muted at first",
            vec![CALM, DOWN, muted(aside(DOWN, 1_500)), set_aside, aside(DOWN, 1_500)],
            vec![None, Began, None, None, Another],
        ),
        ("in maintenance", vec![CALM, DOWN, kept(aside(DOWN, 1_500))], vec![None, Began, None]),
        ("it flaps", vec![CALM, DOWN, flaps(aside(DOWN, 1_500))], vec![None, Began, None]),
        (
            "by a clock that goes before ours",
            vec![CALM, DOWN, aside(DOWN, 2_500), aside(DOWN, 2_500)],
            vec![None, Began, None, Another],
        ),
        (
            "by one that is years off",
            vec![CALM, DOWN, aside(DOWN, i64::MAX), aside(DOWN, i64::MAX)],
            vec![None, Began, None, None],
        ),
    ];
    for (what, situations, notices) in table {
        assert_eq!(history(&situations), notices, "{what}");
    }
}

fn situations() -> impl Strategy<Value = Vec<Situation>> {
    let hard = prop::option::of(prop::sample::select(vec![Verdict::Up, Verdict::Warn, Verdict::Down]));
    let often = prop::bool::weighted(0.2);
    let muted = prop::option::of(0_i64..60);
    let began = prop::option::of(0_i64..60);
    let one = (prop::sample::select(Level::ALL), hard, 0_u32..3, began, often, muted, often, often, often);
    let one = one.prop_map(|(level, hard, missed, began, acknowledged, muted, in_maintenance, flapping, unproven)| {
        Situation {
            level,
            hard,
            missed,
            began: began.map(|second| Timestamp(second * 1_000)),
            acknowledged,
            muted_until: muted.map(|second| Timestamp(second * 1_000)),
            in_maintenance,
            flapping,
            unproven,
        }
    });
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn beginnings_and_ends_take_turns(situations in situations()) {
        let (mut open, mut worse, mut said) = (false, false, Timestamp::MIN);
        for (second, (notice, situation)) in (0_i64..).zip(history(&situations).into_iter().zip(&situations)) {
            match notice {
                Notice::Began => {
                    prop_assert!(!open, "two beginnings in a row");
                    prop_assert!(!situation.acknowledged);
                    (open, worse) = (true, situation.level == Level::Problem);
                }
                Notice::Worse => {
                    prop_assert!(open && !worse, "worse without a beginning, or twice");
                    worse = true;
                }
                Notice::Another => {
                    prop_assert!(open && situation.unproven, "another, and the one before can still end");
                    prop_assert!(situation.began.is_some_and(|began| said < began), "it was there already");
                    prop_assert!(!situation.acknowledged);
                    worse = situation.level == Level::Problem;
                }
                Notice::Over => {
                    prop_assert!(open, "an end without a beginning");
                    prop_assert_eq!(situation.level, Level::Okay);
                    prop_assert!(!situation.unproven, "over, and nothing proves it");
                    open = false;
                }
                Notice::None => {}
            }
            if notice != Notice::None {
                prop_assert!(!situation.in_maintenance && !situation.flapping);
                said = Timestamp(second * 1_000);
            }
        }
    }

    #[test]
    fn when_all_is_quiet_and_okay_nothing_stays_open(situations in situations()) {
        let calm = [situations.as_slice(), &[CALM, CALM]].concat();
        let notices = history(&calm);
        let (began, over) = notices.iter().fold((0, 0), |(began, over), notice| {
            (began + usize::from(*notice == Notice::Began), over + usize::from(*notice == Notice::Over))
        });
        prop_assert_eq!(began, over);
        prop_assert_eq!(notices.last(), Some(&Notice::None));
    }

    #[test]
    fn asked_again_about_the_same_it_says_nothing_more(situations in situations()) {
        let mut told: Told = None;
        for (second, situation) in (0_i64..).zip(situations) {
            let now = Timestamp(second * 1_000);
            let notice = decide(told, situation, now);
            told = notice.told(told, situation.level, now);
            prop_assert_eq!(decide(told, situation, now), Notice::None);
        }
    }
}
