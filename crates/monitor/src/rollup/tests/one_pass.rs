//! Reading everybody's runs at once must find what reading each integration finds.

use std::collections::{BTreeSet, HashMap};

use model::{Held, IntegrationId, Outcome, Subject};
use rules::rollup::Accumulator;
use serde_json::{Value, json};

use super::{super::minute::Minute, *};

impl House {
    /// Runs of three integrations in the minute of [`START`], and one before it.
    async fn busy_minute(&self) {
        let stored = self.store.load().await.expect("the catalogue");
        let changes = [
            (0, Some("api"), -30, json!({})),
            (0, Some("api"), 5, json!({"outcome": "failed", "last_attempt": false})),
            (0, Some("api"), 10, json!({"outcome": "failed", "attempt": 2, "latency_us": 700})),
            (0, Some("web"), 20, json!({"environment": "staging", "latency_us": 40, "measures": {"backlog": 7.5}})),
            (0, Some("gone"), 21, json!({"latency_us": 3})),
            (0, None, 30, json!({"origin": "integration", "units_counted": 2.5, "run_counted": true})),
            (0, Some("api"), 60, json!({"latency_us": 1})),
            (1, Some("api"), 1, json!({"outcome": "unknown", "latency_us": 9})),
            (1, Some("web"), 40, json!({"outcome": "warn", "latency_us": 90, "measures": {"backlog": 0.1}})),
            (1, Some("web"), 41, json!({"latency_us": 91, "measures": {"backlog": 0.2, "age": 3.0}})),
            (2, None, 50, json!({"origin": "integration", "outcome": "failed"})),
            (2, None, 51, json!({"origin": "integration", "outcome": "running"})),
        ];
        for (bridge, name, second, change) in changes {
            let integration = &stored.integrations[bridge];
            let of = |probe: &&model::Probe| {
                probe.integration_id == integration.id && Some(probe.spec.slug.as_str()) == name
            };
            let probe = stored.probes.iter().find(of).map(|probe| probe.id);
            assert_eq!(probe.is_some(), name.is_some());
            let at = START + Span::seconds(second);
            let mut fields =
                serde_json::to_value(run(self.bench.executor.ids.next(at), at, Outcome::Ok)).expect("JSON");
            let change: serde_json::Map<String, Value> = serde_json::from_value(change).expect("an object");
            fields.as_object_mut().expect("an object").extend(change);
            self.record_of(integration.id, serde_json::from_value(fields).expect("a run"), probe).await;
        }
    }

    /// The roll-ups of these subjects, of the minute of [`START`], and how many readings of runs it took.
    async fn minute(&self, subjects: &[Subject]) -> (usize, HashMap<Subject, Rollup>) {
        let now = START + MINUTE;
        let (store, landscape, horizon) = (&self.store, &self.landscape, Timestamp::MIN);
        let made = Made { store, landscape, zone: Tz::UTC, now, horizon, written: 0 };
        let minute = made.read(START, subjects.iter().copied().collect()).await.expect("read");
        let readings = minute.sources().len();
        (readings, minute.finish().flatten().map(|rollup| (rollup.subject, rollup)).collect())
    }
}

#[tokio::test]
async fn one_pass_finds_what_reading_each_integration_finds() {
    let house = House::with(&[&["api", "web", "gone"], &["api", "web"], &["api"]], "1m").await;
    house.busy_minute().await;
    let stored = house.store.load().await.expect("the catalogue");
    let mut subjects = Vec::new();
    for integration in &stored.integrations {
        subjects.extend([Subject::Sent(integration.id), Subject::Integration(integration.id)]);
    }
    subjects.extend(stored.probes.iter().map(|probe| Subject::Probe(probe.id)));
    assert_eq!(subjects.len(), 12);

    let (readings, mut whole) = house.minute(&[&subjects[..], &[Subject::All]].concat()).await;
    assert_eq!(readings, 1, "one pass");
    let all = whole.remove(&Subject::All).expect("all of production");
    let (readings, by_home) = house.minute(&subjects).await;
    assert_eq!(readings, 4, "three integrations and the probe that is gone");
    assert_eq!(by_home, whole);
    for subject in &subjects {
        let (_, alone) = house.minute(&[*subject]).await;
        assert_eq!(alone[subject], whole[subject], "{subject}");
    }

    let mut sum = Accumulator::new(Subject::All, Step::Minute, START);
    let runs = house.store.run_figures(Subject::All, START, START + MINUTE).await.expect("runs");
    runs.into_iter().filter(|run| run.environment == "production").for_each(|run| sum.add(&figures_of(run)));
    assert_eq!(all, sum.finish(Held::default()));
    assert_eq!((all.counts.ok, all.counts.warn, all.counts.failed, all.counts.unknown), (3, 1, 3, 1));

    let first = stored.integrations[0].id;
    let probe = |name: &str| {
        let named =
            stored.probes.iter().find(|probe| probe.integration_id == first && probe.spec.slug.as_str() == name);
        &whole[&Subject::Probe(named.expect("a probe").id)]
    };
    let held = |up: i64, down: i64| Held {
        up_ms: up * 1_000,
        down_ms: down * 1_000,
        unknown_ms: (60 - up - down) * 1_000,
        ..Held::default()
    };
    let integration = &whole[&Subject::Integration(first)];
    assert_eq!(probe("api").held, held(10, 50), "an attempt that is not the last says nothing");
    assert_eq!(probe("web").held, held(40, 0));
    assert_eq!((probe("gone").held, probe("gone").counts.ok), (held(0, 0), 1));
    assert_eq!((integration.held, integration.counts.ok, integration.counts.failed), (held(0, 50), 3, 2));
    assert_eq!((whole[&Subject::Sent(first)].units, whole[&Subject::Sent(first)].unit_runs), (2.5, 1));
}

#[test]
fn many_integrations_or_all_of_production_are_read_in_one_pass() {
    let landscape = Landscape::default();
    let sources = |subjects: BTreeSet<Subject>| Minute::new(&landscape, START, START, subjects, Vec::new()).sources();
    let sent = |count: i64| (1..=count).map(|id| Subject::Sent(IntegrationId(id)));
    assert_eq!(sources(BTreeSet::new()), []);
    assert_eq!(sources(sent(16).collect()).len(), 16);
    assert_eq!(sources(sent(17).collect()), [Subject::All]);
    assert_eq!(sources(sent(1).chain([Subject::All]).collect()), [Subject::All]);
}
