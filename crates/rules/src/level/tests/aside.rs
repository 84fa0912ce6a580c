//! What is paused, in maintenance, muted, acknowledged, explained, or unsteady.

use std::collections::BTreeMap;

use model::{Acknowledged, Handling, Level, Muted, Outcome, Paused, Reason, Slug, WindowKind};

use super::{Bridge, HOUR, bridge, failed, missed, oks, refused, run, worst};
use crate::{
    cause::Cause,
    level::{Circumstances, Maintenance, of_probe_in},
    state::fixture::at,
    window::Opening,
};
use chrono_tz::Tz;

fn down() -> Bridge {
    bridge().probed("api", &[refused(10), refused(20), refused(30)])
}

fn paused(until: Option<i64>) -> Handling {
    let paused = Paused { by: "Ada".to_owned(), since: at(20), until: until.map(at), note: None };
    Handling { paused: Some(paused), ..Handling::default() }
}

fn maintenance(kind: WindowKind) -> Circumstances<'static> {
    let opening = Opening { from: at(0), to: at(6 * HOUR) };
    Circumstances { maintenance: Some(Maintenance { kind, opening }), ..Circumstances::default() }
}

#[test]
fn what_somebody_paused_says_who_and_since_when() {
    let handling = paused(None);
    let circumstances = Circumstances { handling: Some(&handling), ..Circumstances::default() };
    let standing = down().within(circumstances, 35);
    assert_eq!(worst(&standing), (Level::Paused, "paused by Ada", Some(at(20))));
    assert_eq!(
        (standing.answers.stands.level, standing.answers.stands.says.as_str()),
        (Level::Paused, "paused by Ada since 00:00 UTC")
    );
    assert_eq!(standing.answers.runs.says, "paused by Ada since 00:00 UTC");
    assert_eq!(standing.why.len(), 1);

    // With an end, until then.
    let handling = paused(Some(HOUR));
    let circumstances = Circumstances { handling: Some(&handling), ..Circumstances::default() };
    assert_eq!(worst(&down().within(circumstances, 35)).1, "paused by Ada since 00:00, until 01:00 UTC");
    assert_eq!(down().within(circumstances, 35).since, Some(at(20)));
    assert_eq!(down().within(circumstances, HOUR).level, Level::Unknown, "asked again, and not heard of yet");
}

#[test]
fn a_paused_probe_moves_no_level_and_says_so_on_its_row() {
    let probes = BTreeMap::from([("api".parse::<Slug>().expect("a slug"), paused(None))]);
    let circumstances = Circumstances { probes: Some(&probes), ..Circumstances::default() };
    let bridge = down();
    let standing = bridge.within(circumstances, 35);
    assert_eq!((standing.level, standing.answers.stands.level), (Level::Unknown, Level::Paused));
    assert_eq!(standing.answers.stands.says, "1 probe paused");
    let both = down().probed("login", &oks(&[30])).within(circumstances, 35);
    assert_eq!((both.level, both.answers.stands.says.as_str()), (Level::Okay, "1 probe okay"));

    let (spec, state) = &bridge.probes[0];
    let row = of_probe_in(spec, state, "NetSuite", &circumstances, Tz::UTC, at(35));
    assert_eq!(
        (row.level, row.says.as_str(), row.since),
        (Level::Paused, "paused by Ada since 00:00 UTC", Some(at(20)))
    );
}

#[test]
fn in_maintenance_it_is_paused_and_its_probes_still_say_what_they_find() {
    for (kind, sentence) in [
        (WindowKind::Maintenance, "in maintenance until 06:00 UTC"),
        (WindowKind::Freeze, "in a change freeze until 06:00 UTC"),
    ] {
        let standing = down().within(maintenance(kind), 35);
        assert_eq!(worst(&standing), (Level::Paused, sentence, None));
        assert_eq!((standing.since, standing.answers.stands.says.as_str()), (Some(at(0)), sentence));
    }
    let circumstances = maintenance(WindowKind::Maintenance);
    let bridge = down().probed("login", &oks(&[30]));
    let says = |index: usize| {
        let (spec, state) = &bridge.probes[index];
        of_probe_in(spec, state, "NetSuite", &circumstances, Tz::UTC, at(35)).says
    };
    assert_eq!(says(0), "in maintenance until 06:00 UTC: 401 from NetSuite");
    assert_eq!(says(1), "in maintenance until 06:00 UTC");

    // When it closes, all counts again.
    let after = Circumstances {
        maintenance: circumstances
            .maintenance
            .map(|kept| Maintenance { opening: Opening { to: at(35), ..kept.opening }, ..kept }),
        ..circumstances
    };
    assert_eq!(down().within(after, 35).level, Level::Problem);
}

#[test]
fn what_was_done_about_a_trouble_and_what_explains_it_stand_behind_it() {
    let handling = Handling {
        muted: Some(Muted { by: "Ada".to_owned(), since: at(0), until: at(HOUR), note: None }),
        acknowledged: Some(Acknowledged { by: "Bo".to_owned(), at: at(31), note: None }),
        ..Handling::default()
    };
    let cause = Cause { system: "netsuite".parse().expect("a slug"), name: "NetSuite".to_owned(), since: at(5) };
    let circumstances = Circumstances { handling: Some(&handling), cause: Some(&cause), ..Circumstances::default() };
    let standing = down().within(circumstances, 35);
    let sentence =
        "401 from NetSuite (explained by NetSuite, down since 00:00 UTC; acknowledged by Bo; muted until 01:00 UTC)";
    assert_eq!(worst(&standing), (Level::Problem, sentence, Some(at(10))));
    assert_eq!(standing.answers.stands.says, format!("{sentence} since 00:00 UTC"));

    // A trouble that began after it was said is another one; what is okay needs no remark; a missed run has no cause elsewhere.
    let early = Handling {
        acknowledged: Some(Acknowledged { by: "Bo".to_owned(), at: at(9), note: None }),
        ..Handling::default()
    };
    let early = Circumstances { handling: Some(&early), ..Circumstances::default() };
    assert_eq!(worst(&down().within(early, 35)).1, "401 from NetSuite");
    assert_eq!(bridge().probed("api", &oks(&[30])).within(circumstances, 35).level, Level::Okay);
    let owed = bridge().promising(super::every(model::Span::hours(1)), None).sending(&[missed(HOUR), missed(2 * HOUR)]);
    let cause_only = Circumstances { cause: Some(&cause), ..Circumstances::default() };
    assert_eq!(worst(&owed.within(cause_only, 2 * HOUR)).1, "no orders yet, expected every 1 h");
}

#[test]
fn a_probe_that_goes_up_and_down_is_not_trusted_when_it_is_up() {
    let story = |last: i64| -> Vec<model::Run> {
        (0..=last).map(|check| if check % 6 < 3 { refused(check * 30) } else { run(check * 30, Outcome::Ok) }).collect()
    };
    // Three failures and three good ones, in turns: a hard change every three checks, and six are too many.
    let up = bridge().probed("api", &story(41)).at(41 * 30);
    assert_eq!((up.level, up.why[0].sentence.as_str()), (Level::Attention, "unsteady: changed 13 times lately"));
    let again = bridge().probed("api", &story(44)).at(44 * 30);
    assert_eq!((again.level, again.why[0].sentence.as_str()), (Level::Problem, "401 from NetSuite, unsteady"));
}

#[test]
fn what_our_side_cannot_tell_is_unknown_and_never_a_failure() {
    let unknown = |second| model::Run { reason: Some(Reason::Store), ..run(second, Outcome::Unknown) };
    let standing = bridge().probed("api", &[unknown(0), unknown(30), unknown(60)]).at(65);
    assert_eq!(
        (standing.level, standing.why[0].sentence.as_str()),
        (Level::Unknown, "nothing known: our store was away")
    );
    let after = bridge().probed("api", &[run(0, Outcome::Ok), unknown(30)]).at(35);
    assert_eq!(after.level, Level::Okay, "evidence holds");
    let failing = bridge().probed("api", &[failed(0, Reason::Timeout, "", None), unknown(30)]).at(35);
    assert_eq!(failing.level, Level::Attention);
}
