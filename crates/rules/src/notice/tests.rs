use model::{Level, Timestamp};
use proptest::prelude::*;

use super::{Notice, Situation, Told, decide};
use crate::outcome::Verdict;

const CALM: Situation = Situation {
    level: Level::Okay,
    hard: Some(Verdict::Up),
    missed: 0,
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
        let notice = decide(told, *situation, Timestamp(second * 1_000));
        told = notice.told(told, situation.level);
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

fn situations() -> impl Strategy<Value = Vec<Situation>> {
    let hard = prop::option::of(prop::sample::select(vec![Verdict::Up, Verdict::Warn, Verdict::Down]));
    let often = prop::bool::weighted(0.2);
    let muted = prop::option::of(0_i64..60);
    let one = (prop::sample::select(Level::ALL), hard, 0_u32..3, often, muted, often, often, often);
    let one =
        one.prop_map(|(level, hard, missed, acknowledged, muted, in_maintenance, flapping, unproven)| Situation {
            level,
            hard,
            missed,
            acknowledged,
            muted_until: muted.map(|second| Timestamp(second * 1_000)),
            in_maintenance,
            flapping,
            unproven,
        });
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn beginnings_and_ends_take_turns(situations in situations()) {
        let (mut open, mut worse) = (false, false);
        for (notice, situation) in history(&situations).into_iter().zip(&situations) {
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
        let now = Timestamp(30_000);
        for situation in situations {
            let notice = decide(told, situation, now);
            told = notice.told(told, situation.level);
            prop_assert_eq!(decide(told, situation, now), Notice::None);
        }
    }
}
