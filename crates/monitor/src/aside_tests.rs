//! What is paused, in maintenance or explained by something else, under paused time.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use model::{
    Expectation, Handling, IntegrationId, Outcome, Paused, Run, Schedule, Slug, Span, Subject, System, SystemId,
    Timestamp, WindowId,
};
use rules::outcome::Verdict;
use serde_json::json;
use store::WindowRow;

use crate::{
    MonitorConfig,
    desk::Desk,
    landscape::Landscape,
    schedule::Command,
    stored::Stored,
    testing::{Bench, START, probe, run, snapshot},
};

const BRIDGE: IntegrationId = IntegrationId(1);

fn limits() -> MonitorConfig {
    MonitorConfig::new("unused")
}

fn slug(text: &str) -> Slug {
    text.parse().expect("a slug")
}

fn paused(since: Timestamp, until: Option<Timestamp>) -> Handling {
    let paused = Paused { by: "Ada".to_owned(), since, until, note: None };
    Handling { paused: Some(paused), ..Handling::default() }
}

#[tokio::test(start_paused = true)]
async fn who_is_paused_is_not_asked_and_goes_on_by_the_calendar() {
    let every = |slug: &str| probe(slug, "10s", &json!({"host": slug}), &json!({}));
    let probes = [vec![every("a"), every("b")]];
    let bench = Bench::start(&probes, &limits()).await;
    bench.pass(Span::seconds(30)).await;
    let (first, of_b) = (bench.asked_at("a")[0], bench.asked_at("b").len());
    let since =
        |from: Timestamp| -> Vec<Timestamp> { bench.asked_at("a").into_iter().filter(|at| *at > from).collect() };
    let handled = |before: &Landscape, handling: Option<Handling>| {
        let mut stored = Stored::from(snapshot(&probes));
        let id = stored.catalogue.probes[0].id;
        stored.handling.probes.extend(handling.map(|handling| (id, handling)));
        Arc::new(Landscape::make(stored, before, &bench.maker))
    };

    // Given a pause with an end, when that has come, then it is asked again, at the moments at which it would have been.
    let pauses = bench.clock.now();
    let until = pauses + Span::seconds(35);
    let landscape = handled(&bench.landscape, Some(paused(pauses, Some(until))));
    bench.schedule.send(Command::Landscape(Arc::clone(&landscape))).await.expect("a schedule");
    bench.pass(Span::ms(1)).await;
    let named = |landscape: &Landscape, name: &str| {
        landscape.probes.values().find(|watched| watched.spec().slug == slug(name)).cloned().expect("a probe")
    };
    assert!(named(&landscape, "a").next_at().is_some_and(|next| until <= next && next < until + Span::seconds(10)));
    bench.pass(Span::seconds(60)).await;
    let asked = since(pauses);
    assert!((2..=3).contains(&asked.len()) && asked.iter().all(|at| until <= *at), "{asked:?}");
    assert!(asked.iter().all(|at| (at.since(first).as_ms() + 5) % 10_000 <= 10), "{first} {asked:?}");

    // Given one without an end, when time passes, then it is never due, and back when somebody resumes it.
    let pauses = bench.clock.now();
    let landscape = handled(&landscape, Some(paused(pauses, None)));
    bench.schedule.send(Command::Landscape(Arc::clone(&landscape))).await.expect("a schedule");
    bench.pass(Span::seconds(60)).await;
    assert_eq!((since(pauses), named(&landscape, "a").next_at()), (Vec::new(), None));
    let resumed = bench.clock.now();
    let landscape = handled(&landscape, None);
    bench.schedule.send(Command::Landscape(Arc::clone(&landscape))).await.expect("a schedule");
    bench.pass(Span::seconds(10)).await;
    assert_eq!(since(resumed).len(), 1);

    // And nothing of it was felt beside it.
    let beside = bench.asked_at("b").len() - of_b;
    assert!((12..=14).contains(&beside), "{beside}");
    assert_eq!(bench.tasks.failure(), None);
}

/// Lets time pass until this is so.
async fn until(bench: &Bench, what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..100_000 {
        if is_so() {
            return;
        }
        bench.pass(Span::ms(1)).await;
    }
    panic!("{what}");
}

#[tokio::test(start_paused = true)]
async fn a_check_that_waits_when_its_probe_is_paused_or_planned_anew_is_given_up_in_silence() {
    for pauses in [true, false] {
        let every = |every: &str| [vec![probe("a", every, &json!({}), &json!({}))]];
        let bench = Bench::start(&every("10s"), &limits()).await;
        let before = bench.landscape.probes.values().next().expect("a probe");
        // Given a check whose turn it is not yet
        let turn = before.turn.acquire().await.expect("its turn");
        until(&bench, "a check waits", || bench.gauges.asking.load(Ordering::Relaxed) == 1).await;

        // When its probe is paused for a while, or asks at other moments from now on
        let now = bench.clock.now();
        let mut stored = Stored::from(snapshot(&every(if pauses { "10s" } else { "1d" })));
        if pauses {
            let handling = paused(now, Some(now + Span::hours(1)));
            stored.handling.probes.push((stored.catalogue.probes[0].id, handling));
        }
        let landscape = Arc::new(Landscape::make(stored, &bench.landscape, &bench.maker));
        let after = landscape.probes.values().next().expect("a probe");
        bench.schedule.send(Command::Landscape(Arc::clone(&landscape))).await.expect("a schedule");
        until(&bench, "it is followed", || after.next_at().is_some()).await;
        drop(turn);

        // then it neither asks nor says that it was late.
        until(&bench, "it waits no longer", || bench.gauges.asking.load(Ordering::Relaxed) == 0).await;
        assert_eq!((before.next_at(), bench.asked().len()), (None, 0), "paused: {pauses}");
        bench.pass(Span::ms(10)).await;
        assert!(bench.runs().is_empty(), "{:?}", bench.runs());
    }
}

#[tokio::test(start_paused = true)]
async fn a_promise_is_not_missed_while_it_is_paused_and_is_made_anew_when_that_is_over() {
    let (bench, _commands, _inbox) = Bench::idle(&[Vec::new()], &limits());
    let subject = Subject::Sent(BRIDGE);
    let promising = |before: &Landscape, handling: Option<Handling>| {
        let mut stored = Stored::from(snapshot(&[Vec::new()]));
        let schedule = Schedule::Every { every: Span::seconds(10) };
        stored.catalogue.integrations[0].spec.expect =
            Some(Expectation { schedule, grace: Span::seconds(1), min_units: None });
        stored.handling.integrations.extend(handling.map(|handling| (BRIDGE, handling)));
        Arc::new(Landscape::make(stored, before, &bench.maker))
    };
    let mut desk = bench.desk();
    desk.follow(promising(&bench.landscape, None));
    bench.pass(Span::seconds(12)).await;
    desk.deadline(subject);
    assert_eq!(desk.missed.len(), 1, "it is owed as ever");

    let now = bench.clock.now();
    desk.follow(promising(&bench.landscape, Some(paused(now, Some(now + Span::minutes(1))))));
    bench.pass(Span::seconds(50)).await;
    desk.deadline(subject);
    desk.look_around();
    assert_eq!((desk.missed.len(), desk.sent[&BRIDGE].next_due), (1, None));

    bench.pass(Span::seconds(10)).await;
    desk.look_around();
    assert_eq!(desk.sent[&BRIDGE].next_due, Some(bench.clock.now() + Span::seconds(10)));
    bench.pass(Span::seconds(12)).await;
    desk.deadline(subject);
    assert_eq!(desk.missed.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_did_not_come_is_excused_by_a_window_anywhere_between_due_and_deadline() {
    let (bench, _commands, _inbox) = Bench::idle(&[Vec::new()], &limits());
    // Given a run every hour with a grace of ten minutes, and a window within the grace of the first
    let schedule = Schedule::Every { every: Span::hours(1) };
    let mut stored = Stored::from(snapshot(&[Vec::new()]));
    stored.catalogue.integrations[0].spec.expect =
        Some(Expectation { schedule, grace: Span::minutes(10), min_units: None });
    let due = START + Span::hours(1);
    let once = json!({"from": due + Span::minutes(3), "to": due + Span::minutes(5)});
    let spec = serde_json::from_value(json!({"slug": "patch", "once": once, "everything": true}));
    stored.windows.push(WindowRow { id: WindowId(1), spec: spec.expect("a window"), catalogue: None });
    let mut desk = bench.desk();
    desk.follow(Arc::new(Landscape::make(stored, &bench.landscape, &bench.maker)));
    assert_eq!(desk.sent[&BRIDGE].next_due, Some(due));

    // When neither comes, then only the second is held against it.
    for excused in [true, false] {
        desk.missed.clear();
        bench.pass(Span::minutes(75)).await;
        desk.deadline(Subject::Sent(BRIDGE));
        let told: Vec<bool> = desk.missed.iter().map(|missed| missed.run.in_maintenance).collect();
        assert_eq!(told, [excused]);
        assert_eq!(desk.sent[&BRIDGE].missed_in_a_row(), u32::from(!excused));
    }
}

/// A desk that knows `bridge-0` and `bridge-1`, both from `a` to `b`, and these windows.
fn desk(bench: &Bench, windows: Vec<WindowRow>) -> Desk {
    let probes = || vec![probe("api", "10s", &json!({}), &json!({}))];
    let mut stored = Stored::from(snapshot(&[probes(), probes()]));
    stored.windows = windows;
    stored.catalogue.systems = ["a", "b"]
        .iter()
        .map(|name| System {
            id: SystemId(1),
            spec: serde_json::from_value(json!({"slug": name, "name": name.to_uppercase()})).expect("a system"),
            catalogue: None,
            created_at: START,
            retired_at: None,
        })
        .collect();
    let mut desk = bench.desk();
    desk.follow(Arc::new(Landscape::make(stored, &bench.landscape, &bench.maker)));
    desk
}

/// The probe of one of them fails now.
fn fails(desk: &mut Desk, bridge: usize) -> Run {
    let watched = Arc::clone(&desk.landscape.bridges[bridge].probes[0]);
    let now = desk.now();
    let integration = watched.integration().clone();
    let mut failed = Run { integration, ..run(desk.ids.next(now), now, Outcome::Failed) };
    desk.attempt(&watched, &mut failed);
    failed
}

fn verdict(desk: &Desk, bridge: usize) -> Option<Verdict> {
    desk.probes.get(&desk.landscape.bridges[bridge].probes[0].id()).and_then(|state| state.verdict)
}

#[tokio::test(start_paused = true)]
async fn what_fails_in_maintenance_says_so_and_moves_no_verdict_until_the_window_closes() {
    let window = |counts: bool| {
        let spec = json!({
            "slug": "patch", "once": {"from": START, "to": START + Span::minutes(1)}, "counts": counts,
            "integrations": ["bridge-0"],
        });
        WindowRow { id: WindowId(1), spec: serde_json::from_value(spec).expect("a window"), catalogue: None }
    };
    let (bench, _commands, _inbox) = Bench::idle(&[], &limits());
    let mut watched_as_ever = desk(&bench, vec![window(true)]);
    assert!(!fails(&mut watched_as_ever, 0).in_maintenance, "a freeze in which failures count");

    let mut desk = desk(&bench, vec![window(false)]);
    for _ in 0..3 {
        assert!(fails(&mut desk, 0).in_maintenance);
        assert!(!fails(&mut desk, 1).in_maintenance, "it is over the other one");
        bench.pass(Span::seconds(1)).await;
    }
    assert_eq!((verdict(&desk, 0), verdict(&desk, 1)), (None, Some(Verdict::Down)));
    assert!(desk.maintenance(&desk.landscape.bridges[0]).is_some());

    bench.pass(Span::minutes(1)).await;
    assert_eq!(desk.look_around(), HashSet::from([BRIDGE]));
    assert!(desk.maintenance(&desk.landscape.bridges[0]).is_none());
    for _ in 0..3 {
        assert!(!fails(&mut desk, 0).in_maintenance);
        bench.pass(Span::seconds(1)).await;
    }
    assert_eq!(verdict(&desk, 0), Some(Verdict::Down));
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_a_down_system_explains_is_recorded_with_it() {
    let (bench, _commands, _inbox) = Bench::idle(&[], &limits());
    let mut desk = desk(&bench, Vec::new());

    // Given that all that asks a system fails, when that is found, then it is their cause, and the next failures say so.
    for _ in 0..3 {
        assert_eq!((fails(&mut desk, 0).cause, fails(&mut desk, 1).cause), (None, None));
        bench.pass(Span::seconds(1)).await;
    }
    assert_eq!(desk.look_around(), HashSet::from([BRIDGE, IntegrationId(2)]));
    assert_eq!(desk.cause(&slug("bridge-0")).map(|cause| cause.name.as_str()), Some("B"));
    assert_eq!((fails(&mut desk, 0).cause, fails(&mut desk, 1).cause), (Some(slug("b")), Some(slug("b"))));
    assert_eq!(desk.look_around(), HashSet::new(), "nothing is new");

    // When one of them is answered, then the system stands, and who still fails is at fault itself.
    bench.pass(Span::seconds(1)).await;
    let (watched, now) = (Arc::clone(&desk.landscape.bridges[1].probes[0]), desk.now());
    desk.attempt(&watched, &mut run(desk.ids.next(now), now, Outcome::Ok));
    assert_eq!(desk.look_around(), HashSet::from([BRIDGE, IntegrationId(2)]));
    assert_eq!(fails(&mut desk, 0).cause, None);
}

#[tokio::test(start_paused = true)]
async fn whoever_hears_first_of_a_failure_hears_its_cause_and_the_looking_is_bounded() {
    let (bench, _commands, _inbox) = Bench::idle(&[], &limits());
    let mut desk = desk(&bench, Vec::new());
    let both = || HashSet::from([BRIDGE, IntegrationId(2)]);
    let at_once = |desk: &mut Desk| -> HashSet<IntegrationId> { desk.look_for_causes_at_once().into_iter().collect() };

    // Given that all that asks a system fails, when the commit comes that makes them down, then their cause is found before the board
    // shows them, and before that nothing is looked for.
    for found in [HashSet::new(), HashSet::new(), both()] {
        bench.pass(Span::seconds(1)).await;
        fails(&mut desk, 0);
        fails(&mut desk, 1);
        assert_eq!(at_once(&mut desk), found);
    }
    assert!(desk.cause(&slug("bridge-0")).is_some() && !desk.lacks_causes());

    // When a verdict moves right after that, then it waits for a later look.
    bench.pass(Span::ms(20)).await;
    let (watched, now) = (Arc::clone(&desk.landscape.bridges[1].probes[0]), desk.now());
    desk.attempt(&watched, &mut run(desk.ids.next(now), now, Outcome::Ok));
    assert_eq!(at_once(&mut desk), HashSet::new());
    assert!(desk.lacks_causes());
    bench.pass(Span::ms(80)).await;
    assert_eq!(at_once(&mut desk), both());
    assert!(!desk.lacks_causes());
}
