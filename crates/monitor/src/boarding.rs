//! Keeps the board: rows are made anew when a commit touched them, or when time alone may have changed what they say.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono_tz::Tz;
use model::{Counts, Event, IntegrationId, Level, ProbeSpec, Run, Slug, Span, Step, Timestamp};
use rules::{
    availability::hold,
    bucket,
    level::{StandingFacts, standing},
    state::ProbeState,
};
use tokio::sync::{broadcast, watch};

use crate::{
    Board, BoardProbe, BoardRow,
    desk::Desk,
    landscape::{Bridge, Landscape},
};

/// A row that is okay is looked at again after this at the latest: its answers tell for how long.
const CALM: Span = Span::minutes(1);
/// One that is not says how late something is.
const URGENT: Span = Span::seconds(5);

/// Maker of boards. Owned by the recorder, as states are.
pub(crate) struct Boarding {
    zone: Tz,
    rows: Vec<Arc<BoardRow>>,
    /// When time alone may change the row at the same place.
    review: Vec<Timestamp>,
    today: HashMap<IntegrationId, Counts>,
    midnight: Timestamp,
    touched: HashSet<IntegrationId>,
    board: watch::Sender<Arc<Board>>,
    events: broadcast::Sender<Event>,
}

impl Boarding {
    /// Without rows; `today` are the counts since midnight of the reporting zone.
    pub(crate) fn new(
        zone: Tz,
        today: HashMap<IntegrationId, Counts>,
        now: Timestamp,
        board: watch::Sender<Arc<Board>>,
        events: broadcast::Sender<Event>,
    ) -> Self {
        let midnight = bucket::start_of(Step::Day, zone, now);
        let (rows, review, touched) = (Vec::new(), Vec::new(), HashSet::new());
        Self { zone, rows, review, today, midnight, touched, board, events }
    }

    /// A run is safe: it counts, its row has to be made anew, and whoever listens hears of it.
    pub(crate) fn recorded(&mut self, integration: IntegrationId, run: &Run) {
        if run.started_at >= self.midnight {
            self.today.entry(integration).or_default().add(run.outcome);
        }
        self.touched.insert(integration);
        if self.events.receiver_count() > 0 {
            let _ = self.events.send(Event::Run {
                integration: run.integration.clone(),
                probe: run.probe.clone(),
                id: run.id,
                outcome: run.outcome,
                at: run.started_at,
            });
        }
    }

    /// The catalogue changed: every row is made anew, and listeners hear which integrations were touched.
    pub(crate) fn follow(&mut self, desk: &Desk, before: &Landscape) {
        let now = desk.now();
        let old: HashMap<IntegrationId, Arc<BoardRow>> =
            self.rows.drain(..).map(|row| (row.integration.id, row)).collect();
        self.review.clear();
        let mut changed: Vec<Slug> = Vec::new();
        for bridge in &desk.landscape.bridges {
            let row = self.row(desk, bridge, now);
            self.review.push(review(&row, desk, bridge, now));
            self.rows.push(Arc::new(row));
            let known = before.bridge(bridge.id());
            if !known
                .is_some_and(|known| known.integration == bridge.integration && known.baselines == bridge.baselines)
            {
                changed.push(bridge.slug().clone());
            }
        }
        let gone = before.bridges.iter().filter(|bridge| desk.landscape.bridge(bridge.id()).is_none());
        changed.extend(gone.map(|bridge| bridge.slug().clone()));
        if !changed.is_empty() {
            let _ = self.events.send(Event::Catalogue { integrations: changed });
        }
        for row in &self.rows {
            if let Some(before) = old.get(&row.integration.id) {
                self.tell(before, row, now);
            }
        }
        self.publish(now);
    }

    /// Makes the rows anew that were touched.
    pub(crate) fn refresh(&mut self, desk: &Desk) {
        if self.touched.is_empty() {
            return;
        }
        let now = desk.now();
        for integration in std::mem::take(&mut self.touched) {
            if let Some(place) = desk.landscape.place(integration) {
                self.remake(desk, place, now);
            }
        }
        self.publish(now);
    }

    /// Once a second: rows that time alone may have changed, and a new day.
    pub(crate) fn sweep(&mut self, desk: &Desk) {
        let now = desk.now();
        let midnight = bucket::start_of(Step::Day, self.zone, now);
        let new_day = midnight != self.midnight;
        if new_day {
            self.midnight = midnight;
            self.today.clear();
        }
        for place in 0..self.rows.len() {
            if new_day || self.review[place] <= now {
                self.remake(desk, place, now);
            }
        }
        self.publish(now);
    }

    fn remake(&mut self, desk: &Desk, place: usize, now: Timestamp) {
        let Some(bridge) = desk.landscape.bridges.get(place) else { return };
        let row = self.row(desk, bridge, now);
        self.review[place] = review(&row, desk, bridge, now);
        let before = std::mem::replace(&mut self.rows[place], Arc::new(row));
        self.tell(&before, &self.rows[place], now);
    }

    /// Says that a level, or one of its reasons, changed.
    fn tell(&self, before: &BoardRow, row: &BoardRow, now: Timestamp) {
        if before.standing.level != row.standing.level || before.standing.why != row.standing.why {
            let integration = row.integration.spec.slug.clone();
            let (from, to) = (before.standing.level, row.standing.level);
            let _ = self.events.send(Event::Level { integration, from, to, at: now });
        }
    }

    fn publish(&self, now: Timestamp) {
        self.board.send_replace(Arc::new(Board { as_of: now, rows: self.rows.clone() }));
    }

    fn row(&self, desk: &Desk, bridge: &Bridge, now: Timestamp) -> BoardRow {
        let unknown = ProbeState::default();
        let states: Vec<(&ProbeSpec, &ProbeState)> = bridge
            .probes
            .iter()
            .map(|watched| (watched.spec(), desk.probes.get(&watched.id()).unwrap_or(&unknown)))
            .collect();
        let sent = desk.sent.get(&bridge.id()).cloned().unwrap_or_default();
        let facts = StandingFacts {
            integration: &bridge.integration.spec,
            to_name: &bridge.to_name,
            probes: &states,
            sent: &sent,
            worth: None,
            period: "this month",
            zone: self.zone,
        };
        let standing = standing(&facts, now);
        let probes = bridge.probes.iter().zip(&states).map(|(watched, (_, state))| BoardProbe {
            probe: Arc::clone(&watched.probe),
            state: (*state).clone(),
            next_at: watched.next_at(),
        });
        BoardRow {
            integration: Arc::clone(&bridge.integration),
            from_name: bridge.from_name.clone(),
            to_name: bridge.to_name.clone(),
            via_names: bridge.via_names.clone(),
            standing,
            probes: probes.collect(),
            today: self.today.get(&bridge.id()).copied().unwrap_or_default(),
            baselines: bridge.baselines.clone(),
            sent,
        }
    }
}

/// When time alone may change a row: where the evidence of a probe ends, or soon.
fn review(row: &BoardRow, desk: &Desk, bridge: &Bridge, now: Timestamp) -> Timestamp {
    let soon = now + if row.standing.level == Level::Okay { CALM } else { URGENT };
    let ends = bridge.probes.iter().filter_map(|watched| {
        let judged = desk.probes.get(&watched.id())?.judged.as_ref()?;
        let every = watched.cadence.as_ref()?.every()?;
        Some(judged.at + hold(every, watched.spec().timeout) + Span::ms(1))
    });
    ends.filter(|end| now < *end).fold(soon, Timestamp::min)
}
