mod one_pass;

use std::{
    collections::{BTreeMap, HashMap as Map},
    sync::Arc,
};

use model::{Held, IntegrationId, Origin, Outcome, ProbeId, Run, Slug, Subject, SystemSpec};
use rules::rollup::Accumulator;
use serde_json::json;
use store::{Batch, RunRecord, StoreUrl, Write};

use super::*;
use crate::{
    MonitorConfig,
    testing::{Bench, START, probe, run},
    watched::Watched,
};

struct House {
    _folder: tempfile::TempDir,
    store: Store,
    landscape: Landscape,
    bench: Bench,
    rollup: RollUp,
}

impl House {
    /// One integration with one probe that asks this often.
    async fn start(every: &str) -> Self {
        Self::with(&[&["api"]], every).await
    }

    /// An integration for each list of probes. A probe named `gone` is in the store only.
    async fn with(bridges: &[&[&str]], every: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&StoreUrl::sqlite(folder.path().join("house.db"))).await.expect("a store");
        let (bench, _, _) = Bench::idle(&[], &MonitorConfig::new("unused"));
        let slug = |text: &str| Slug::parse(text).expect("a slug");
        let system = |name| Write::PutSystem {
            spec: SystemSpec {
                slug: slug(name),
                name: name.to_owned(),
                kind: None,
                owner: None,
                description: None,
                depends_on: Vec::new(),
                formerly: None,
            },
            catalogue: None,
        };
        let mut writes = vec![system("a"), system("b")];
        for (index, probes) in bridges.iter().enumerate() {
            let name = format!("bridge-{index}");
            let spec = json!({"slug": name, "name": "A bridge", "from": "a", "to": "b"});
            let spec = serde_json::from_value(spec).expect("an integration");
            writes.push(Write::PutIntegration { spec, catalogue: None });
            for one in *probes {
                let spec = probe(one, every, &json!({}), &json!({}));
                writes.push(Write::PutProbe { integration: slug(&name), spec, ping_key: None });
            }
        }
        store.apply(&writes, START).await.expect("a catalogue");
        let mut snapshot = store.load().await.expect("it");
        snapshot.probes.retain(|probe| probe.spec.slug != slug("gone"));
        let landscape = Landscape::make(snapshot, &Landscape::default(), &bench.maker);
        let rollup = RollUp::new(Tz::UTC, Keep::default());
        Self { _folder: folder, store, landscape, bench, rollup }
    }

    fn watched(&self) -> Arc<Watched> {
        self.landscape.probes.values().next().cloned().expect("a probe")
    }

    async fn record(&self, run: Run, probe_id: Option<ProbeId>) {
        self.record_of(self.landscape.bridges[0].id(), run, probe_id).await;
    }

    async fn record_of(&self, integration_id: IntegrationId, run: Run, probe_id: Option<ProbeId>) {
        let own = probe_id.map_or(Subject::Sent(integration_id), Subject::Probe);
        let minute = run.started_at.floor(MINUTE);
        let dirty = [own, Subject::Integration(integration_id), Subject::All].map(|subject| (subject, minute)).to_vec();
        let runs = vec![RunRecord { run, integration_id, probe_id }];
        self.store.record(&Batch { runs, dirty, ..Batch::default() }).await.expect("recorded");
    }

    async fn roll_up(&mut self, now: Timestamp) {
        self.rollup.run(&self.store, &self.landscape, now, &self.bench.gauges).await.expect("rolled up");
    }

    async fn of(&self, subject: Subject, step: Step, from: Timestamp) -> Vec<Rollup> {
        self.store.rollups(subject, step, from, from + Span::hours(1)).await.expect("roll-ups")
    }
}

#[tokio::test]
async fn held_time_has_no_gaps_and_late_runs_replace_their_buckets() {
    let mut house = House::start("5m").await;
    let hour = bucket::start_of(Step::Hour, Tz::UTC, START);
    let told: Map<i64, Outcome> = Map::from([(0, Outcome::Ok), (5, Outcome::Failed), (10, Outcome::Ok)]);
    let probe = house.watched().id();
    for minute in 0..60 {
        let at = hour + Span::minutes(minute);
        if let Some(outcome) = told.get(&minute) {
            let id = house.bench.executor.ids.next(at);
            house.record(run(id, at, *outcome), Some(probe)).await;
        }
        house.roll_up(at + MINUTE).await;
    }

    let integration = house.landscape.bridges[0].id();
    for subject in [Subject::Probe(probe), Subject::Integration(integration)] {
        let minutes = house.of(subject, Step::Minute, hour).await;
        assert_eq!(minutes.len(), 60, "{subject}");
        assert!(minutes.iter().all(|minute| minute.held.total_ms() == 60_000), "{subject}");
        let [whole] = house.of(subject, Step::Hour, hour).await.try_into().expect("one hour");
        let (up, down) = (Span::minutes(15).as_ms() + 1_000, Span::minutes(5).as_ms());
        let unknown = Span::hours(1).as_ms() - up - down;
        assert_eq!(whole.held, Held { up_ms: up, down_ms: down, unknown_ms: unknown, ..Held::default() }, "{subject}");
        assert_eq!((whole.counts.ok, whole.counts.failed), (2, 1), "{subject}");
    }

    let late = hour + Span::minutes(3);
    let id = house.bench.executor.ids.next(late);
    let sent = Run { origin: Origin::Integration, ..run(id, late, Outcome::Failed) };
    house.record(sent, None).await;
    house.roll_up(hour + Span::hours(1) + MINUTE).await;

    let [whole] = house.of(Subject::Integration(integration), Step::Hour, hour).await.try_into().expect("one hour");
    assert_eq!((whole.counts.ok, whole.counts.failed), (2, 2));
    assert_eq!(whole.held.down_ms, Span::minutes(5).as_ms(), "what was sent says nothing of the probes");
    let [sent] = house.of(Subject::Sent(integration), Step::Hour, hour).await.try_into().expect("one hour");
    assert_eq!((sent.counts.failed, sent.held), (1, Held::default()));
}

#[tokio::test]
async fn what_comes_after_its_raw_rows_are_gone_takes_nothing_away() {
    let mut house = House::start("5m").await;
    let hour = bucket::start_of(Step::Hour, Tz::UTC, START);
    let integration = house.landscape.bridges[0].id();
    let kept = |subject| {
        let mut sum = Accumulator::new(subject, Step::Hour, hour);
        let figures = RunFigures {
            outcome: Outcome::Ok,
            latency_us: Some(5),
            measures: BTreeMap::new(),
            units_counted: 0.0,
            run_counted: false,
        };
        sum.add(&figures);
        sum.finish(Held::default())
    };
    let before = kept(Subject::Integration(integration));
    house.store.put_rollups(std::slice::from_ref(&before), &[], &[]).await.expect("put");

    let id = house.bench.executor.ids.next(hour);
    house.record(Run { origin: Origin::Integration, ..run(id, hour, Outcome::Failed) }, None).await;
    house.roll_up(hour + Span::hours(24 * 30)).await;

    let [whole] = house.of(Subject::Integration(integration), Step::Hour, hour).await.try_into().expect("one hour");
    assert_eq!(whole, before);
    let [sent] = house.of(Subject::Sent(integration), Step::Hour, hour).await.try_into().expect("one hour");
    assert_eq!(sent.counts.failed, 1);
}

#[tokio::test]
async fn what_failed_in_maintenance_counts_for_nothing_and_that_time_is_told_apart() {
    let mut house = House::start("1m").await;
    let (opens, closes) = (START + Span::seconds(20), START + Span::seconds(50));
    let spec = json!({"slug": "patch", "once": {"from": opens, "to": closes}, "integrations": ["bridge-0"]});
    let spec = serde_json::from_value(spec).expect("a window");
    house.store.apply(&[Write::PutWindow { spec, catalogue: None }], START).await.expect("a window");
    let probe = house.watched().id();
    for (second, outcome, in_maintenance) in [(1, Outcome::Ok, false), (30, Outcome::Failed, true)] {
        let at = START + Span::seconds(second);
        let run = run(house.bench.executor.ids.next(at), at, outcome);
        house.record(Run { in_maintenance, ..run }, Some(probe)).await;
    }
    // Retired before the minute is made: it tells of the past all the same.
    let slug = Slug::parse("patch").expect("a slug");
    house.store.apply(&[Write::RetireWindow { slug }], START + MINUTE).await.expect("retired");

    house.roll_up(START + MINUTE).await;

    let integration = house.landscape.bridges[0].id();
    for subject in [Subject::Probe(probe), Subject::Integration(integration)] {
        let [made] = house.of(subject, Step::Minute, START).await.try_into().expect("one minute");
        assert_eq!((made.counts.ok, made.counts.failed, made.counts.error_rate()), (1, 0, Some(0.0)), "{subject}");
        let held = Held { up_ms: 29_000, unknown_ms: 1_000, maintenance_ms: 30_000, ..Held::default() };
        assert_eq!(made.held, held, "{subject}");
    }
}
