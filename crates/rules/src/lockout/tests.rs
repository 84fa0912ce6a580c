use model::{Span, Timestamp};
use proptest::prelude::*;

use super::{Failures, wait};

const START: Timestamp = Timestamp(1_795_600_000_000);

fn failures(count: u32) -> Failures {
    Failures { count, last_at: START }
}

#[test]
fn five_are_free_then_each_doubles_the_wait_up_to_a_quarter_of_an_hour() {
    let table = [
        (1, None),
        (4, None),
        (5, Some(Span::seconds(1))),
        (6, Some(Span::seconds(2))),
        (7, Some(Span::seconds(4))),
        (14, Some(Span::seconds(512))),
        (15, Some(Span::minutes(15))),
        (16, Some(Span::minutes(15))),
        (u32::MAX, Some(Span::minutes(15))),
    ];
    for (count, expected) in table {
        assert_eq!(wait(&failures(count), START), expected, "{count}");
    }
}

#[test]
fn waiting_helps_and_a_clock_that_went_back_does_not_hurt() {
    let seventh = failures(7);
    assert_eq!(wait(&seventh, START + Span::ms(1_500)), Some(Span::ms(2_500)));
    assert_eq!(wait(&seventh, START + Span::seconds(4)), None);
    assert_eq!(wait(&seventh, START - Span::hours(5)), Some(Span::seconds(4)));
}

#[test]
fn an_hour_of_quiet_forgets_all() {
    let many = failures(40);
    assert!(!many.are_forgotten(START + Span::ms(3_599_999)));
    assert!(many.are_forgotten(START + Span::hours(1)));
    let (soon, late) = (START + Span::minutes(59), START + Span::hours(1));
    assert_eq!(Failures::one_more(None, START), failures(1));
    assert_eq!(Failures::one_more(Some(many), soon), Failures { count: 41, last_at: soon });
    assert_eq!(Failures::one_more(Some(many), late), Failures { count: 1, last_at: late });
}

#[test]
fn whoever_tries_as_soon_as_they_may_gets_109_tries_a_day() {
    // Five at once, ten within 1,023 s, then one every quarter of an hour.
    let (mut now, mut known, mut tries) = (START, None, 0);
    while now < START + Span::hours(24) {
        let failed = Failures::one_more(known, now);
        tries += 1;
        now = now + wait(&failed, now).unwrap_or_default();
        known = Some(failed);
    }
    assert_eq!(tries, 109);
}

proptest! {
    #[test]
    fn no_wait_is_longer_than_a_quarter_of_an_hour_and_each_ends(count: u32, later in -86_400_000_i64..86_400_000) {
        let now = START + Span::ms(later);
        let left = wait(&failures(count), now).unwrap_or_default();
        prop_assert!((Span::default()..=Span::minutes(15)).contains(&left), "{left}");
        prop_assert_eq!(wait(&failures(count), now.max(START) + left), None);
    }

    #[test]
    fn more_failures_wait_longer_and_more_time_waits_less(
        count in 0_u32..100,
        more in 0_u32..100,
        later in 0_i64..1_000_000,
        longer in 0_i64..1_000_000,
    ) {
        let left = |count, later| wait(&failures(count), START + Span::ms(later)).unwrap_or_default();
        prop_assert!(left(count + more, later) >= left(count, later));
        prop_assert!(left(count, later + longer) <= left(count, later));
    }

    #[test]
    fn failures_are_counted_one_by_one_until_they_are_forgotten(gaps in prop::collection::vec(0_i64..7_200, 1..60)) {
        let (mut now, mut known, mut expected) = (START, None, 0);
        for gap in gaps {
            now = now + Span::seconds(gap);
            expected = if gap >= 3_600 { 1 } else { expected + 1 };
            let failed = Failures::one_more(known, now);
            prop_assert_eq!(failed, Failures { count: expected, last_at: now });
            known = Some(failed);
        }
    }
}
