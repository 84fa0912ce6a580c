use std::{collections::HashMap, sync::Arc};

use chrono_tz::UTC;
use model::{Event, IntegrationId, Outcome, Span, Timestamp};
use serde_json::json;
use tokio::sync::{broadcast, watch};

use super::{Boarding, SETTLE};
use crate::{
    Board, MonitorConfig,
    desk::Desk,
    landscape::Landscape,
    testing::{Bench, START, probe, run},
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
    scene.boarding.refresh(&scene.desk);
    assert_eq!((scene.shown(), scene.heard()), (1, 1));

    // When more come right after it, then they wait, and so does word of them: whoever hears of a run finds it on the board.
    scene.bench.pass(Span::ms(20)).await;
    scene.runs(3);
    scene.boarding.refresh(&scene.desk);
    assert_eq!((scene.shown(), scene.heard()), (1, 0));

    // When the next sweep comes, then all of them show.
    scene.boarding.sweep(&scene.desk);
    assert_eq!((scene.shown(), scene.heard()), (4, 3));
}

#[tokio::test(start_paused = true)]
async fn whoever_is_told_that_a_run_is_stored_finds_it_at_once() {
    let mut scene = Scene::new();
    scene.runs(1);
    scene.boarding.awaited(BRIDGE);
    scene.boarding.refresh(&scene.desk);
    assert_eq!((scene.shown(), scene.heard()), (1, 1));
}
