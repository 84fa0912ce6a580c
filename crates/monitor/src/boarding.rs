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
    level::{Circumstances, StandingFacts, standing},
    outcome::is_excused,
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

/// What probes bring makes a row anew so often at most, and listeners hear of its runs then: what comes every few milliseconds is read
/// by nobody in between.
pub(crate) const SETTLE: Span = Span::ms(500);

/// What came of one integration since its row was made.
#[derive(Default)]
struct Touched {
    /// What is told of it once the row shows it.
    told: Vec<Event>,
    /// Whoever was told that it is stored may look at once.
    at_once: bool,
}

/// Maker of boards. Owned by the recorder, as states are.
pub(crate) struct Boarding {
    zone: Tz,
    rows: Vec<Arc<BoardRow>>,
    /// When the row at the same place was made.
    made: Vec<Timestamp>,
    /// When time alone may change the row at the same place.
    review: Vec<Timestamp>,
    today: HashMap<IntegrationId, Counts>,
    midnight: Timestamp,
    /// Whose rows have to be made anew.
    touched: HashMap<IntegrationId, Touched>,
    /// What is told once the board shows it.
    news: Vec<Event>,
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
        let (rows, made, review, touched, news) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new(), Vec::new());
        Self { zone, rows, made, review, today, midnight, touched, news, board, events }
    }

    /// A run is safe: it counts, its row has to be made anew, and whoever listens hears of it.
    pub(crate) fn recorded(&mut self, integration: IntegrationId, run: &Run) {
        if run.started_at >= self.midnight && !is_excused(run.outcome, run.in_maintenance) {
            self.today.entry(integration).or_default().add(run.outcome);
        }
        let touched = self.touched.entry(integration).or_default();
        if self.events.receiver_count() > 0 {
            touched.told.push(Event::Run {
                integration: run.integration.clone(),
                probe: run.probe.clone(),
                id: run.id,
                outcome: run.outcome,
                at: run.started_at,
            });
        }
    }

    /// Somebody is told that a run of this integration is stored, and may look at once.
    pub(crate) fn awaited(&mut self, integration: IntegrationId) {
        self.touched.entry(integration).or_default().at_once = true;
    }

    /// The catalogue changed: every row is made anew, and listeners hear which integrations were touched.
    pub(crate) fn follow(&mut self, desk: &Desk, before: &Landscape) {
        let now = desk.now();
        let old: HashMap<IntegrationId, Arc<BoardRow>> =
            self.rows.drain(..).map(|row| (row.integration.id, row)).collect();
        self.review.clear();
        self.made = vec![now; desk.landscape.bridges.len()];
        let mut changed: Vec<Slug> = Vec::new();
        for bridge in &desk.landscape.bridges {
            let row = self.row(desk, bridge, now);
            self.review.push(review(&row, desk, bridge, now));
            self.rows.push(Arc::new(row));
            let known = before.bridge(bridge.id());
            if !known.is_some_and(|known| is_same(known, bridge)) {
                changed.push(bridge.slug().clone());
            }
        }
        let gone = before.bridges.iter().filter(|bridge| desk.landscape.bridge(bridge.id()).is_none());
        changed.extend(gone.map(|bridge| bridge.slug().clone()));
        if !changed.is_empty() {
            self.news.push(Event::Catalogue { integrations: changed });
        }
        let levels = self.rows.iter().filter_map(|row| level(old.get(&row.integration.id)?, row, now));
        self.news.extend(levels);
        self.publish(now);
    }

    /// Makes the rows anew that were touched (these are by their causes), save those that nobody waits for and that are younger than
    /// [`SETTLE`]: the next sweep makes them. So it does with all of them while a verdict moved and its cause was not looked for.
    pub(crate) fn refresh(&mut self, desk: &Desk, touched: Vec<IntegrationId>) {
        let now = desk.now();
        for integration in touched {
            self.touched.entry(integration).or_default();
        }
        let age = if desk.lacks_causes() { Span::hours(1) } else { SETTLE };
        if self.remake_touched(desk, now, age) > 0 {
            self.publish(now);
        }
    }

    /// Once in [`SETTLE`]: rows that were touched (these are by what stands around them) or that time alone may have changed, and a
    /// new day.
    pub(crate) fn sweep(&mut self, desk: &Desk, touched: HashSet<IntegrationId>) {
        let now = desk.now();
        for integration in touched {
            self.touched.entry(integration).or_default();
        }
        self.remake_touched(desk, now, Span::ms(0));
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

    /// Makes the touched rows anew that are as old as this at least; answers how many.
    fn remake_touched(&mut self, desk: &Desk, now: Timestamp, age: Span) -> usize {
        let mut remade = 0;
        for (integration, touched) in std::mem::take(&mut self.touched) {
            // An integration that is gone has no row, and no run of it is news.
            let Some(place) = desk.landscape.place(integration) else { continue };
            if !touched.at_once && now.since(self.made[place]) < age {
                self.touched.insert(integration, touched);
                continue;
            }
            self.news.extend(touched.told);
            self.remake(desk, place, now);
            remade += 1;
        }
        remade
    }

    fn remake(&mut self, desk: &Desk, place: usize, now: Timestamp) {
        let Some(bridge) = desk.landscape.bridges.get(place) else { return };
        let row = self.row(desk, bridge, now);
        self.review[place] = review(&row, desk, bridge, now);
        self.made[place] = now;
        let before = std::mem::replace(&mut self.rows[place], Arc::new(row));
        self.news.extend(level(&before, &self.rows[place], now));
    }

    /// Shows the board, and tells of what it shows.
    fn publish(&mut self, now: Timestamp) {
        self.board.send_replace(Arc::new(Board { as_of: now, rows: self.rows.clone() }));
        for event in self.news.drain(..) {
            // Nobody may be listening.
            let _ = self.events.send(event);
        }
    }

    fn row(&self, desk: &Desk, bridge: &Bridge, now: Timestamp) -> BoardRow {
        let unknown = ProbeState::default();
        let states: Vec<(&ProbeSpec, &ProbeState)> = bridge
            .probes
            .iter()
            .map(|watched| (watched.spec(), desk.probes.get(&watched.id()).unwrap_or(&unknown)))
            .collect();
        let sent = desk.sent.get(&bridge.id()).cloned().unwrap_or_default();
        let (maintenance, cause) = (desk.maintenance(bridge), desk.cause(bridge.slug()));
        let facts = StandingFacts {
            integration: &bridge.integration.spec,
            to_name: &bridge.to_name,
            probes: &states,
            sent: &sent,
            worth: None,
            period: "this month",
            zone: self.zone,
            circumstances: Circumstances {
                handling: Some(&bridge.handling),
                probes: Some(&bridge.probe_handling),
                maintenance,
                cause,
            },
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
            handling: bridge.handling.clone(),
            probe_handling: Arc::clone(&bridge.probe_handling),
            maintenance,
            cause: cause.cloned(),
            sent,
        }
    }
}

/// Whether nothing was written of an integration, and nothing done with it.
fn is_same(known: &Bridge, bridge: &Bridge) -> bool {
    known.integration == bridge.integration
        && known.baselines == bridge.baselines
        && known.handling == bridge.handling
        && known.probe_handling == bridge.probe_handling
}

/// That a level, or one of its reasons, changed.
fn level(before: &BoardRow, row: &BoardRow, now: Timestamp) -> Option<Event> {
    let changed = before.standing.level != row.standing.level || before.standing.why != row.standing.why;
    changed.then(|| Event::Level {
        integration: row.integration.spec.slug.clone(),
        from: before.standing.level,
        to: row.standing.level,
        at: now,
    })
}

/// When time alone may change a row: where the evidence of a probe, a pause or a silence ends, or soon. Windows are looked at apart.
fn review(row: &BoardRow, desk: &Desk, bridge: &Bridge, now: Timestamp) -> Timestamp {
    let soon = now + if row.standing.level == Level::Okay { CALM } else { URGENT };
    let ends = bridge.probes.iter().filter_map(|watched| {
        let judged = desk.probes.get(&watched.id())?.judged.as_ref()?;
        let every = watched.cadence.as_ref()?.every()?;
        Some(judged.at + hold(every, watched.spec().timeout) + Span::ms(1))
    });
    let handled = std::iter::once(&bridge.handling).chain(bridge.probe_handling.values());
    let handled = handled.flat_map(|handling| {
        let paused = handling.paused.as_ref().and_then(|paused| paused.until);
        [paused, handling.muted.as_ref().map(|muted| muted.until)].into_iter().flatten()
    });
    ends.chain(handled).filter(|end| now < *end).fold(soon, Timestamp::min)
}

#[cfg(test)]
mod tests;
