//! What is decided of a row, and in which words it is told.

use std::sync::Arc;

use chrono_tz::Tz;
use model::{ChangeId, Classification, IntegrationId, Level, NoticeKind, Outcome, Reason, WindowKind, hours::Cost};
use rules::{level::Maintenance, window::Opening};
use store::ToldRow;

use super::{
    fixture::{Bridge, acknowledged, at, muted, paused, slug},
    notice::{Word, began, over_at, worse},
    situation::{began_with, decision},
};

const NOW: i64 = 100;

fn bridge() -> Bridge {
    Bridge::new(IntegrationId(1), "orders")
}

fn told(level: Level) -> ToldRow {
    let change = ChangeId(uuid::Uuid::from_u128(7));
    let sentence = "no connection to ERP: connection refused".to_owned();
    ToldRow { change, level, since: at(10), sentence, reason: Some(Reason::Connect), at: at(11) }
}

/// What happened, in words and as it is done, and what is told of it.
type Case = (&'static str, fn(&mut Bridge), Option<NoticeKind>);

const BEGAN: Option<NoticeKind> = Some(NoticeKind::Began);

fn decided(table: &[Case]) {
    for (what, happened, expected) in table {
        let mut bridge = bridge();
        happened(&mut bridge);
        let row = bridge.row(NOW);
        assert_eq!(decision(None, &row, at(NOW)), *expected, "{what}: {:#?}", row.standing.why);
    }
}

/// Its probe `api` is down, and then something else is so.
fn down(bridge: &mut Bridge, moreover: impl FnOnce(&mut Bridge)) {
    bridge.check("api", 10, Outcome::Failed);
    moreover(bridge);
}

#[test]
fn what_is_told_first_is_what_is_hard_and_what_nobody_takes_care_of() {
    use Outcome::{Failed, Missed, Ok, Warn};
    let table: [Case; 13] = [
        (
            "all is well",
            |bridge| {
                bridge.check("api", 10, Ok);
                bridge.check("web", 10, Ok);
            },
            None,
        ),
        ("nothing is known", |_| {}, None),
        ("down", |bridge| down(bridge, |_| {}), BEGAN),
        ("a warning", |bridge| bridge.check("api", 10, Warn), BEGAN),
        ("one sent run failed", |bridge| bridge.sends(10, Failed), None),
        (
            "two in a row",
            |bridge| {
                bridge.sends(10, Failed);
                bridge.sends(20, Failed);
            },
            BEGAN,
        ),
        ("a promised run was missed", |bridge| bridge.sends(10, Missed), BEGAN),
        ("muted", |bridge| down(bridge, |bridge| bridge.handling = muted(NOW + 1)), None),
        ("no longer muted", |bridge| down(bridge, |bridge| bridge.handling = muted(NOW)), BEGAN),
        ("seen", |bridge| down(bridge, |bridge| bridge.handling = acknowledged(11)), None),
        ("another was seen", |bridge| down(bridge, |bridge| bridge.handling = acknowledged(9)), BEGAN),
        ("paused", |bridge| down(bridge, |bridge| bridge.handling = paused()), None),
        (
            "in maintenance",
            |bridge| {
                down(bridge, |bridge| {
                    let opening = Opening { from: at(0), to: at(NOW + 1) };
                    bridge.maintenance = Some(Maintenance { kind: WindowKind::Maintenance, opening });
                });
            },
            None,
        ),
    ];
    decided(&table);
}

#[test]
fn what_was_done_with_its_probes_speaks_for_the_whole_while_it_covers_every_one_in_trouble() {
    use Outcome::{Failed, Missed, Ok};
    let table: [Case; 7] = [
        ("its probe is muted", |bridge| down(bridge, |bridge| bridge.handle("api", muted(NOW + 1))), None),
        (
            "the trouble of its probe was seen",
            |bridge| down(bridge, |bridge| bridge.handle("api", acknowledged(11))),
            None,
        ),
        (
            "the trouble of its probe before was seen",
            |bridge| down(bridge, |bridge| bridge.handle("api", acknowledged(9))),
            BEGAN,
        ),
        (
            "one is muted, and another is down as well",
            |bridge| {
                bridge.check("api", 10, Failed);
                bridge.check("web", 10, Failed);
                bridge.handle("api", muted(NOW + 1));
            },
            BEGAN,
        ),
        (
            "one is muted, and the trouble of the other was seen",
            |bridge| {
                bridge.check("api", 10, Failed);
                bridge.check("web", 10, Failed);
                bridge.handle("api", muted(NOW + 1));
                bridge.handle("web", acknowledged(11));
            },
            None,
        ),
        (
            "its probe is muted, and a promised run was missed",
            |bridge| {
                bridge.check("api", 10, Failed);
                bridge.handle("api", muted(NOW + 1));
                bridge.sends(10, Missed);
            },
            BEGAN,
        ),
        (
            "a paused probe was down",
            |bridge| {
                bridge.check("api", 10, Failed);
                bridge.check("web", 10, Ok);
                bridge.handle("api", paused());
            },
            None,
        ),
    ];
    decided(&table);
}

/// Its probe `api` is down at every other check, the newest among them.
fn flaps(bridge: &mut Bridge) {
    for (second, outcome) in (10..).step_by(10).zip([Outcome::Failed, Outcome::Ok].into_iter().cycle().take(9)) {
        bridge.check("api", second, outcome);
    }
}

#[test]
fn a_probe_that_flaps_is_not_told_and_hides_nothing_else() {
    let table: [Case; 4] = [
        ("one flaps", flaps, None),
        (
            "another is down, and does not flap",
            |bridge| {
                flaps(bridge);
                bridge.check("web", 10, Outcome::Failed);
            },
            BEGAN,
        ),
        (
            "the trouble of the other was seen",
            |bridge| {
                flaps(bridge);
                bridge.check("web", 10, Outcome::Failed);
                bridge.handle("web", acknowledged(11));
            },
            None,
        ),
        (
            "a promised run was missed",
            |bridge| {
                flaps(bridge);
                bridge.sends(10, Outcome::Missed);
            },
            BEGAN,
        ),
    ];
    decided(&table);
}

#[test]
fn what_was_told_is_followed_until_it_is_over() {
    use NoticeKind::{Over, Worse};
    let after = |level: Level, outcomes: &[Outcome]| {
        let mut bridge = bridge();
        bridge.check("web", 5, Outcome::Ok);
        for (second, outcome) in (10..).step_by(10).zip(outcomes) {
            bridge.check("api", second, *outcome);
        }
        decision(Some(&told(level)), &bridge.row(NOW), at(NOW))
    };
    assert_eq!(after(Level::Attention, &[Outcome::Warn]), None);
    assert_eq!(after(Level::Attention, &[Outcome::Warn, Outcome::Failed]), Some(Worse));
    assert_eq!(after(Level::Problem, &[Outcome::Failed]), None);
    assert_eq!(after(Level::Problem, &[Outcome::Failed, Outcome::Warn]), None, "better, and not over");
    assert_eq!(after(Level::Problem, &[Outcome::Failed, Outcome::Ok]), Some(Over));
    assert_eq!(after(Level::Problem, &[]), None, "nothing known is not over");
}

#[test]
fn what_breaks_after_what_was_told_is_told_too_once_that_is_no_longer_asked() {
    // Given that `api` is down since 10, of which the owner was told at 11
    let table: [Case; 9] = [
        ("it is still asked", |bridge| bridge.check("web", 12, Outcome::Failed), None),
        (
            "it is disabled",
            |bridge| {
                bridge.enable("api", false);
                bridge.check("web", 12, Outcome::Failed);
            },
            BEGAN,
        ),
        (
            "it is paused, and the other only warns",
            |bridge| {
                bridge.handle("api", paused());
                bridge.check("web", 12, Outcome::Warn);
            },
            BEGAN,
        ),
        (
            "the other was down when that was told",
            |bridge| {
                bridge.enable("api", false);
                bridge.check("web", 11, Outcome::Failed);
                bridge.check("web", 20, Outcome::Failed);
            },
            None,
        ),
        (
            "a run is missed besides what was down then",
            |bridge| {
                bridge.enable("api", false);
                bridge.check("web", 11, Outcome::Failed);
                bridge.sends(20, Outcome::Missed);
            },
            None,
        ),
        (
            "a run is missed",
            |bridge| {
                bridge.enable("api", false);
                bridge.sends(20, Outcome::Missed);
            },
            BEGAN,
        ),
        (
            "two sent runs failed",
            |bridge| {
                bridge.enable("api", false);
                bridge.sends(20, Outcome::Failed);
                bridge.sends(30, Outcome::Failed);
            },
            BEGAN,
        ),
        (
            "somebody takes care of the other",
            |bridge| {
                bridge.enable("api", false);
                bridge.check("web", 12, Outcome::Failed);
                bridge.handle("web", acknowledged(13));
            },
            None,
        ),
        (
            "the other is muted",
            |bridge| {
                bridge.enable("api", false);
                bridge.check("web", 12, Outcome::Failed);
                bridge.handle("web", muted(NOW + 1));
            },
            None,
        ),
    ];
    for (what, happened, expected) in &table {
        let mut bridge = bridge();
        bridge.check("api", 10, Outcome::Failed);
        happened(&mut bridge);
        let row = bridge.row(NOW);
        assert_eq!(decision(Some(&told(Level::Problem)), &row, at(NOW)), *expected, "{what}: {:#?}", row.standing.why);
    }
}

#[test]
fn a_change_is_known_by_the_run_that_began_it() {
    let mut down = bridge();
    down.check("api", 10, Outcome::Failed);
    let first = began_with(&down.row(NOW)).expect("a run");
    down.check("api", 20, Outcome::Failed);
    assert_eq!(began_with(&down.row(NOW)), Some(first), "however long it goes on");

    let mut owes = bridge();
    owes.sends(10, Outcome::Missed);
    let missed = owes.sent.missed.as_ref().map(|missed| missed.first);
    assert!(missed.is_some());
    assert_eq!(began_with(&owes.row(NOW)), missed);
    assert_eq!(began_with(&bridge().row(NOW)), None);
}

#[test]
fn of_what_is_marked_red_a_notice_says_nothing_that_was_in_an_answer() {
    let mut bridge = bridge();
    bridge.check("api", 10, Outcome::Failed);
    let sentence = "`json.iban == 'DE02'` does not hold: DE03 == DE02".to_owned();
    let said = ToldRow { sentence, ..told(Level::Problem) };
    let before = told(Level::Problem);
    let mut sentence = |classification, instead_of| {
        let mut integration = (*bridge.integration).clone();
        integration.spec.classification = classification;
        bridge.integration = Arc::new(integration);
        let (kind, until, cost, zone) = (NoticeKind::Over, Some(at(30)), Cost::None, Tz::UTC);
        let word = Word { kind, said: &said, instead_of, until, cost, zone, address: "https://b.example" };
        word.to(&[slug("mail")], &bridge.row(NOW), at(NOW)).remove(0).notice.sentence
    };
    assert_eq!(sentence(None, None), said.sentence);
    assert_eq!(sentence(Some(Classification::Red), None), "an assertion does not hold");
    let begins = "an assertion does not hold (this takes the place of what was told before, ";
    let both = sentence(Some(Classification::Red), Some(&before));
    assert!(both.starts_with(begins) && both.ends_with(": no connection to ERP)"), "{both}");
}

#[test]
fn a_notice_says_what_since_when_and_where_to_look() {
    let mut bridge = bridge();
    bridge.check("web", 5, Outcome::Ok);
    bridge.check("api", 10, Outcome::Failed);
    let row = bridge.row(NOW);
    let first = began(ChangeId(uuid::Uuid::from_u128(7)), &row, at(NOW));
    assert_eq!((first.level, first.since, first.reason), (Level::Problem, at(10), Some(Reason::Connect)));
    assert_eq!(first.sentence, "no connection to ERP: connection refused");

    let word = |kind, said, until| {
        let (cost, zone) = (Cost::None, Tz::Europe__Berlin);
        let word = Word { kind, said, instead_of: None, until, cost, zone, address: "https://b.example/x/" };
        word.to(&[slug("mail"), slug("chat")], &row, at(NOW))
    };
    let notices = word(NoticeKind::Began, &first, None);
    assert_eq!(notices.len(), 2);
    assert_ne!(notices[0].notice.key(), notices[1].notice.key());
    let notice = &notices[0].notice;
    assert_eq!((notice.channel.as_str(), notice.link.as_str()), ("mail", "https://b.example/x/integrations/orders"));
    assert_eq!((notice.time_zone.as_str(), notice.owner.as_deref()), ("Europe/Berlin", Some("Team Blue")));
    assert_eq!((notice.from.as_str(), notice.to.as_str(), notice.tier.get()), ("Shop", "ERP", 1));
    assert_eq!((notice.since, notice.until, notice.at), (at(10), None, at(NOW)));

    let worst = worse(&told(Level::Attention), &row, at(NOW));
    assert_eq!((worst.change, worst.since, worst.level), (told(Level::Attention).change, at(10), Level::Problem));

    bridge.check("api", 30, Outcome::Ok);
    let up = bridge.row(NOW);
    assert_eq!(over_at(&first, &up, at(NOW)), at(30), "since it is up again");
    let late = ToldRow { since: at(40), ..first.clone() };
    assert_eq!(over_at(&late, &up, at(NOW)), at(NOW), "never before it began");
    let over = word(NoticeKind::Over, &first, Some(at(30))).remove(0).notice;
    assert_eq!((over.level, over.until, over.sentence), (Level::Problem, Some(at(30)), first.sentence));
}
