//! The past, folded over the real landscape: what it says at the first start, and that its roll-ups add up.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use model::{Counts, IntegrationId, Level, Outcome, Reason, Rollup, Slug, Span, Standing, Step, Subject, Timestamp};
use rules::{
    bucket,
    level::{StandingFacts, standing},
    state::{ProbeState, SentState},
};
use store::{Batch, Store, StoreUrl};

use super::{History, MINUTE, REACH, Stretch, Told, buckets, buckets::Period, flow::Flow};
use crate::demo::{landscape, story::Story};

const ZONE: Tz = Tz::UTC;

/// A store with the landscape of a demo that starts for the first time at the moment of the story.
struct Stage {
    store: Store,
    history: History,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn at(now: &str) -> Self {
        let now = Timestamp::parse(now).expect("a moment");
        let folder = tempfile::tempdir().expect("a folder");
        let database = Store::open(&StoreUrl::sqlite(folder.path().join("demo.db"))).await.expect("a store");
        let story = Story::at(now, ZONE.name()).expect("a story");
        let (ports, outbox) = landscape::nowhere();
        let wanted = landscape::read(&story, ZONE, &ports, outbox).expect("the landscape");
        let applied = service::offline::apply(&database, probe::kinds(), wanted, false, [7; 32], now).await;
        assert!(applied.expect("a plan").applied);
        let history = History::of(&database, &story, ZONE).await.expect("a history");
        Self { store: database, history, _folder: folder }
    }

    /// How every integration stands once the newest part is folded.
    async fn standings(&self, batch: &Batch) -> BTreeMap<Slug, Standing> {
        let states: BTreeMap<_, ProbeState> =
            batch.probe_states.iter().map(|(id, text)| (*id, serde_json::from_str(text).expect("a state"))).collect();
        let sent: BTreeMap<IntegrationId, SentState> =
            batch.sent_states.iter().map(|(id, text)| (*id, serde_json::from_str(text).expect("a state"))).collect();
        let snapshot = self.store.load().await.expect("the catalogue");
        let names: BTreeMap<_, _> = snapshot.systems.iter().map(|one| (&one.spec.slug, &one.spec.name)).collect();
        let of = |integration: &model::Integration| {
            let probes: Vec<_> = snapshot
                .probes
                .iter()
                .filter(|probe| probe.integration_id == integration.id)
                .filter_map(|probe| Some((&probe.spec, states.get(&probe.id)?)))
                .collect();
            let silent = SentState::default();
            let facts = StandingFacts {
                integration: &integration.spec,
                to_name: names[&integration.spec.to],
                probes: &probes,
                sent: sent.get(&integration.id).unwrap_or(&silent),
                worth: None,
                period: "November",
                zone: ZONE,
                circumstances: rules::level::Circumstances::default(),
            };
            standing(&facts, self.history.story.told_at)
        };
        snapshot.integrations.iter().map(|one| (one.spec.slug.clone(), of(one))).collect()
    }
}

fn counts(rollups: &[Rollup], of: impl Fn(&Rollup) -> bool) -> Counts {
    rollups.iter().filter(|part| of(part)).fold(Counts::default(), |sum, part| sum.plus(part.counts))
}

#[tokio::test]
async fn at_the_first_start_the_six_stories_stand_on_the_first_page() {
    let stage = Stage::at("2026-11-23T13:09:30Z").await;
    let (batch, _) = stage.history.newest().expect("the newest part");
    let standings = stage.standings(&batch).await;

    let told = |slug: &str| {
        let standing = &standings[&Slug::parse(slug).expect("a slug")];
        let why = standing.why.first();
        (
            standing.level,
            why.map_or_else(String::new, |why| why.sentence.clone()),
            why.and_then(|why| why.since).map_or_else(String::new, |since| since.to_string()),
        )
    };
    let (level, sentence, since) = told("orders-to-netsuite");
    assert_eq!((level, sentence.as_str()), (Level::Problem, "401 from NetSuite"));
    assert!(since.starts_with("2026-11-23T09:41"), "{since}");
    let (level, sentence, since) = told("web-orders-to-salesforce");
    assert_eq!((level, sentence.as_str(), since.as_str()), (Level::Problem, "no orders", "2026-11-23T06:00:00.000Z"));
    let (level, sentence, _) = told("payroll-export");
    assert_eq!((level, sentence.as_str()), (Level::Attention, "expected 02:00 Berlin, 12 h 9 min late"));
    let (level, sentence, since) = told("leads-to-salesforce");
    assert_eq!(level, Level::Attention);
    assert!(sentence.starts_with("slower than 150 ms") && since.starts_with("2026-11-21T14:1"), "{sentence} {since}");
    let (level, sentence, _) = told("usage-to-billing");
    assert_eq!(level, Level::Attention);
    assert!(sentence.contains("503") && sentence.contains("taken"), "{sentence}");
    assert_eq!(told("contracts-to-salesforce").0, Level::Unknown);

    for healthy in [
        "people-to-okta",
        "opportunities-to-warehouse",
        "supplier-invoices-to-netsuite",
        "tickets-to-jira",
        "kpi-digest-to-slack",
        "stock-to-web-shop",
        "confirmations-by-mail",
    ] {
        assert_eq!(told(healthy).0, Level::Okay, "{healthy}: {:?}", told(healthy));
    }
    assert_eq!(told("expenses-to-netsuite").0, Level::Paused);
}

#[tokio::test]
async fn every_reason_names_a_run_that_is_stored() {
    let stage = Stage::at("2026-11-23T03:20:00Z").await;
    let (batch, _) = stage.history.newest().expect("the newest part");
    let stored: Vec<_> = batch
        .runs
        .iter()
        .chain(batch.groups.iter().flat_map(|group| group.runs.iter().map(|sent| &sent.record)))
        .map(|record| &record.run)
        .collect();
    for (slug, standing) in stage.standings(&batch).await {
        for why in standing.why.iter().filter(|why| why.level >= Level::Attention) {
            let run = why.run.unwrap_or_else(|| panic!("{slug}: {} names no run", why.sentence));
            let run =
                stored.iter().find(|stored| stored.id == run).unwrap_or_else(|| panic!("{slug}: {run} is not stored"));
            assert!(run.demo_history && run.outcome != Outcome::Ok, "{slug}");
            if why.reason == Some(Reason::Auth) && why.probe.is_some() {
                let response = run.exchange.as_ref().and_then(|exchange| exchange.response.as_ref());
                assert_eq!(response.and_then(|response| response.status), Some(401));
            }
        }
    }
}

#[tokio::test]
async fn the_newest_part_is_stored_as_it_was_folded_and_once() {
    let stage = Stage::at("2026-11-23T13:09:30Z").await;
    let (batch, rollups) = stage.history.newest().expect("the newest part");
    stage.history.store_newest(&stage.store).await.expect("stored");
    let again = stage.store.record(&batch).await.expect("recorded");
    assert_eq!(again.runs, 0, "the same runs have the same ids");

    let today = bucket::start_of(Step::Day, ZONE, stage.history.story.told_at);
    let hours =
        counts(&rollups, |part| part.subject == Subject::All && part.step == Step::Hour && part.bucket >= today);
    let minutes = counts(&rollups, |part| part.subject == Subject::All && part.step == Step::Minute);
    let open = stage.history.story.told_at.floor(MINUTE);
    let runs = |record: &&store::RunRecord| (today..open).contains(&record.run.started_at);
    let sent = batch.groups.iter().flat_map(|group| group.runs.iter().map(|sent| &sent.record));
    let older = stage.history.older_runs();
    let of_today = batch.runs.iter().chain(&older).chain(sent).filter(runs).count();
    assert_eq!(usize::try_from(hours.plus(minutes).judged()), Ok(of_today));
}

#[tokio::test]
async fn the_runs_of_probes_follow_each_other_without_a_gap_and_under_ids_of_their_own() {
    let stage = Stage::at("2026-11-23T13:09:30Z").await;
    let (batch, _) = stage.history.newest().expect("the newest part");
    let of_probes: Vec<_> = stage.history.older_runs().into_iter().chain(batch.runs).collect();
    let ids: BTreeSet<_> = of_probes.iter().map(|record| record.run.id).collect();
    assert_eq!(ids.len(), of_probes.len());
    for flow in &stage.history.flows {
        for watch in &flow.probes {
            let mut began: Vec<_> = of_probes
                .iter()
                .filter(|record| record.probe_id == Some(watch.id))
                .map(|record| record.run.started_at)
                .collect();
            began.sort();
            let longest = began.windows(2).map(|pair| pair[1].since(pair[0])).max().expect("runs");
            assert!(longest <= Span::minutes(11), "{}/{}: {longest}", flow.slug, watch.spec.slug);
        }
    }
}

#[tokio::test]
async fn every_probe_has_a_past_with_all_of_its_measures() {
    let stage = Stage::at("2026-11-23T13:09:30Z").await;
    let runs = stage.history.older_runs();
    for watch in stage.history.flows.iter().flat_map(|flow| &flow.probes) {
        let of_it: Vec<_> = runs.iter().filter(|record| record.probe_id == Some(watch.id)).collect();
        let known = |name: &String| of_it.iter().all(|record| record.run.measures.contains_key(name));
        let slug = &watch.spec.slug;
        assert!(!of_it.is_empty(), "{slug}");
        // One of the six stories is told by failures, of which nothing can be measured.
        let mut measures = watch.spec.measures.keys().filter(|_| slug.as_str() != "api");
        assert!(measures.all(known), "{slug}");
    }
}

#[tokio::test]
async fn a_day_adds_up_to_its_runs_whatever_the_steps_between() {
    let stage = Stage::at("2026-11-23T13:09:30Z").await;
    let history = &stage.history;
    let day = bucket::start_of(Step::Day, ZONE, history.story.flaky_since - Span::hours(24));
    let period = Period { from: day, to: bucket::end_of(Step::Day, ZONE, day) };
    let stretch = Stretch { from: day - REACH, until: period.to, detail_from: Timestamp::MAX };
    let plain = |rollups: Vec<Rollup>| -> BTreeMap<String, (Counts, model::Held, String, i64)> {
        let figures =
            |part: &Rollup| (part.counts, part.held, units(part), part.latency.as_ref().map_or(0, |all| all.count));
        rollups.iter().map(|part| (part.subject.to_string(), figures(part))).collect()
    };
    for flow in &history.flows {
        let told = Told::of(flow, &history.story, stretch);
        let of = |step| buckets::of_runs(flow, &told, step, ZONE, period);
        let at_once = plain(of(Step::Day));
        let by_hours = plain(buckets::coarser(&of(Step::Hour), Step::Day, ZONE));
        let hours = buckets::coarser(&of(Step::Minute), Step::Hour, ZONE);
        let by_minutes = plain(buckets::coarser(&hours, Step::Day, ZONE));
        assert_eq!(at_once, by_hours, "{}", flow.slug);
        assert_eq!(at_once, by_minutes, "{}", flow.slug);
        assert!(at_once.values().any(|(counts, ..)| counts.judged() > 0), "{}", flow.slug);
        watched_without_gaps(flow, &at_once);
    }
}

/// To three digits: sums of fractions differ in their last ones with the order in which they are added.
fn units(part: &Rollup) -> String {
    format!("{:.3}", part.units)
}

/// Of every probe all of the day is known: the schedule leaves no gaps between days.
fn watched_without_gaps(flow: &Flow, day: &BTreeMap<String, (Counts, model::Held, String, i64)>) {
    for watch in &flow.probes {
        let (_, held, ..) = day[&Subject::Probe(watch.id).to_string()];
        assert_eq!((held.unknown_ms, held.total_ms()), (0, Span::hours(24).as_ms()), "{}", watch.spec.slug);
    }
}

#[tokio::test]
async fn the_days_before_tell_of_outages_and_go_back_to_the_beginning() {
    let stage = Stage::at("2026-11-23T13:09:30Z").await;
    let days = stage.history.days();
    assert!(days.is_sorted_by(|one, next| one > next));
    assert_eq!(days.len(), 88);
    let out = bucket::start_of(Step::Day, ZONE, stage.history.story.told_at - Span::hours(20 * 24 + 5));
    let calm = stage.history.day(days[0]);
    let stormy = stage.history.day(out);
    let failed =
        |rollups: &[Rollup]| counts(rollups, |part| part.subject == Subject::All && part.step == Step::Day).failed;
    assert_eq!(failed(&calm), 0);
    assert!(failed(&stormy) >= 12);
}
