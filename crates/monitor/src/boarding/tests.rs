use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono_tz::UTC;
use model::{Event, Handling, IntegrationId, Level, Muted, Outcome, Run, Span, Timestamp};
use serde_json::json;
use tokio::sync::{broadcast, watch};

use super::{Boarding, SETTLE};
use crate::{
    Board, MonitorConfig,
    desk::Desk,
    landscape::Landscape,
    stored::Stored,
    testing::{Bench, START, probe, run, snapshot},
};

const BRIDGE: IntegrationId = IntegrationId(1);

/// A board of one integration, as it shows itself and as it is heard.
struct Scene {
    bench: Bench,
    desk: Desk,
    boarding: Boarding,
    board: watch::Receiver<Arc<Board>>,
    events: broadcast::Receiver<Event>,
}

impl Scene {
    fn new() -> Self {
        let config = MonitorConfig::new("unused");
        let (bench, _, _) = Bench::idle(&[vec![probe("a", "1s", &json!({}), &json!({}))]], &config);
        let (show, board) = watch::channel(Arc::new(Board { as_of: Timestamp::MIN, rows: Vec::new() }));
        let (tell, events) = broadcast::channel(64);
        let mut boarding = Boarding::new(UTC, HashMap::new(), START, show, tell);
        let desk = bench.desk();
        boarding.follow(&desk, &Landscape::default());
        let mut scene = Self { bench, desk, boarding, board, events };
        scene.heard();
        scene
    }

    fn runs(&mut self, count: usize) {
        for _ in 0..count {
            let now = self.desk.now();
            self.boarding.recorded(BRIDGE, &run(self.desk.ids.next(now), now, Outcome::Ok));
        }
    }

    fn shown(&self) -> i64 {
        self.board.borrow().rows[0].today.ok
    }

    fn heard(&mut self) -> usize {
        std::iter::from_fn(|| self.events.try_recv().ok()).filter(|event| matches!(event, Event::Run { .. })).count()
    }
}

#[tokio::test(start_paused = true)]
async fn what_many_checks_bring_shows_once_it_has_settled_and_is_told_of_then() {
    // Given a row that was made long ago, when a run comes, then it shows at once.
    let mut scene = Scene::new();
    scene.bench.pass(SETTLE).await;
    scene.runs(1);
    scene.boarding.refresh(&scene.desk, Vec::new());
    assert_eq!((scene.shown(), scene.heard()), (1, 1));

    // When more come right after it, then they wait, and so does word of them: whoever hears of a run finds it on the board.
    scene.bench.pass(Span::ms(20)).await;
    scene.runs(3);
    scene.boarding.refresh(&scene.desk, Vec::new());
    assert_eq!((scene.shown(), scene.heard()), (1, 0));

    // When the next sweep comes, then all of them show.
    scene.boarding.sweep(&scene.desk, HashSet::new());
    assert_eq!((scene.shown(), scene.heard()), (4, 3));
}

#[tokio::test(start_paused = true)]
async fn what_failed_in_maintenance_is_told_of_and_not_counted() {
    let mut scene = Scene::new();
    let now = scene.desk.now();
    let failed = run(scene.desk.ids.next(now), now, Outcome::Failed);
    for in_maintenance in [true, false] {
        scene.boarding.recorded(BRIDGE, &Run { in_maintenance, ..failed.clone() });
    }
    scene.boarding.awaited(BRIDGE);
    scene.boarding.refresh(&scene.desk, Vec::new());
    let counted = scene.board.borrow().rows[0].today.failed;
    assert_eq!((counted, scene.heard()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_row_of_which_nobody_has_looked_for_the_cause_is_made_after_that() {
    // Given a first run of a probe, which moves its verdict
    let mut scene = Scene::new();
    scene.bench.pass(SETTLE).await;
    let (watched, now) = (Arc::clone(&scene.desk.landscape.bridges[0].probes[0]), scene.desk.now());
    let mut first = run(scene.desk.ids.next(now), now, Outcome::Ok);
    scene.desk.attempt(&watched, &mut first);
    scene.boarding.recorded(BRIDGE, &first);

    scene.boarding.refresh(&scene.desk, Vec::new());
    assert_eq!(scene.shown(), 0);

    let touched = scene.desk.look_for_causes_at_once();
    scene.boarding.refresh(&scene.desk, touched);
    assert_eq!(scene.shown(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_told_that_a_run_is_stored_finds_it_at_once() {
    let mut scene = Scene::new();
    scene.runs(1);
    scene.boarding.awaited(BRIDGE);
    scene.boarding.refresh(&scene.desk, Vec::new());
    assert_eq!((scene.shown(), scene.heard()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_calm_is_made_anew_when_a_silence_ends() {
    // Given an integration that is okay for a long time to come, and muted for half a minute
    let mut scene = Scene::new();
    let muted = Muted { by: "Ada".to_owned(), since: START, until: scene.desk.now() + Span::seconds(30), note: None };
    let mut stored = Stored::from(snapshot(&[vec![probe("a", "1h", &json!({}), &json!({}))]]));
    stored.handling.integrations.push((BRIDGE, Handling { muted: Some(muted), ..Handling::default() }));
    let before = Arc::clone(&scene.desk.landscape);
    scene.desk.follow(Arc::new(Landscape::make(stored, &before, &scene.bench.maker)));
    let watched = Arc::clone(&scene.desk.landscape.bridges[0].probes[0]);
    let now = scene.desk.now();
    scene.desk.attempt(&watched, &mut run(scene.desk.ids.next(now), now, Outcome::Ok));
    scene.boarding.follow(&scene.desk, &before);
    let first = Arc::clone(&scene.board.borrow().rows[0]);
    assert_eq!(first.standing.level, Level::Okay);

    for (seconds, is_the_same) in [(29, true), (1, false)] {
        scene.bench.pass(Span::seconds(seconds)).await;
        scene.boarding.sweep(&scene.desk, HashSet::new());
        assert_eq!(Arc::ptr_eq(&first, &scene.board.borrow().rows[0]), is_the_same);
    }
}
