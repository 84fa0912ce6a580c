//! Lists and look-ups.

use model::{Origin, Outcome, Reason, RunRow, Subject, Timestamp};
use store::{RunRecord, RunsFilter, Stretch};

use crate::given::{Given, NOW, at, id};

fn filter() -> RunsFilter {
    RunsFilter { limit: 100, ..RunsFilter::default() }
}

async fn numbers(given: &Given, filter: RunsFilter) -> Vec<u32> {
    let rows = given.store.runs(&filter).await.expect("a list");
    rows.iter().map(number).collect()
}

fn number(row: &RunRow) -> u32 {
    u32::try_from(row.id.0.as_u128()).expect("a number of the case")
}

pub async fn each_filter_leaves_what_it_names(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    given
        .recorded(vec![orders.asked(1), orders.failed(2, Reason::Auth), pay.asked(3), pay.failed(4, Reason::Dns)])
        .await;
    given.sent(vec![pay.sent(5, "job", "a")]).await;
    let (integration, probe) = (Some(pay.integration), Some(pay.probe));
    let cases = [
        (filter(), vec![5, 4, 3, 2, 1]),
        (RunsFilter { integration, ..filter() }, vec![5, 4, 3]),
        (RunsFilter { among: Some(vec![orders.integration]), ..filter() }, vec![2, 1]),
        (RunsFilter { among: Some(vec![orders.integration, pay.integration]), ..filter() }, vec![5, 4, 3, 2, 1]),
        (RunsFilter { among: Some(vec![orders.integration]), integration, ..filter() }, vec![]),
        (RunsFilter { among: Some(vec![pay.integration]), outcome: Some(Outcome::Failed), ..filter() }, vec![4]),
        (RunsFilter { among: Some(Vec::new()), ..filter() }, vec![]),
        (RunsFilter { probe, ..filter() }, vec![4, 3]),
        (RunsFilter { integration: Some(orders.integration), probe, ..filter() }, vec![]),
        (RunsFilter { origin: Some(Origin::Integration), ..filter() }, vec![5]),
        (RunsFilter { outcome: Some(Outcome::Failed), ..filter() }, vec![4, 2]),
        (RunsFilter { outcome: Some(Outcome::Ok), ..filter() }, vec![5, 3, 1]),
        (RunsFilter { integration, outcome: Some(Outcome::Failed), ..filter() }, vec![4]),
        (RunsFilter { reason: Some(Reason::Auth), ..filter() }, vec![2]),
        (RunsFilter { from: Some(at(2)), to: Some(at(4)), ..filter() }, vec![3, 2]),
        (RunsFilter { limit: 2, ..filter() }, vec![5, 4]),
        (RunsFilter { limit: 0, ..filter() }, vec![]),
    ];
    for (filter, expected) in cases {
        assert_eq!(numbers(given, filter.clone()).await, expected, "{filter:?}");
    }
    let row = &given.store.runs(&RunsFilter { probe, ..filter() }).await.expect("a list")[0];
    assert_eq!((row.integration.as_str(), row.integration_name.as_str()), ("pay", "PAY"));
    assert_eq!(row.probe.as_ref().map(model::Slug::as_str), Some("api"));
}

pub async fn pages_go_on_where_starts_are_equal(given: &Given) {
    let orders = given.bridge("orders").await;
    let at_once = |number| {
        let mut record = orders.asked(number);
        record.run.started_at = at(0);
        record
    };
    given.recorded((1..=7).map(at_once).collect()).await;
    for by_probe in [None, Some(orders.probe)] {
        let mut page = RunsFilter { limit: 3, probe: by_probe, ..RunsFilter::default() };
        let mut seen = Vec::new();
        loop {
            let rows = given.store.runs(&page).await.expect("a page");
            let Some(last) = rows.last() else { break };
            page.before = Some((last.started_at, last.id));
            seen.extend(rows.iter().map(number));
        }
        assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    }
}

pub async fn searches_take_signs_as_they_are_and_letters_of_either_case(given: &Given) {
    let orders = given.bridge("orders").await;
    let says = |number, message: &str| {
        let mut record = orders.asked(number);
        record.run.message = Some(message.to_owned());
        record
    };
    given
        .recorded(vec![
            says(1, "401 from NetSuite"),
            says(2, "50% of c:\\dir_a"),
            says(3, "50 of c:/dirXa"),
            says(4, "Größe"),
        ])
        .await;
    let mut sent = orders.sent(5, "JOB-77", "a");
    sent.record.run.business_key = Some("Order-99".to_owned());
    given.sent(vec![sent]).await;
    for (text, expected) in [
        ("netSUITE", vec![1]),
        ("50%", vec![2]),
        ("dir_a", vec![2]),
        ("c:\\d", vec![2]),
        ("GRößE", vec![4]),
        ("grÖße", vec![]),
        ("job-7", vec![5]),
        ("ORDER-9", vec![5]),
        ("%", vec![2]),
        ("", vec![5, 4, 3, 2, 1]),
        ("nothing\0", vec![]),
    ] {
        assert_eq!(numbers(given, RunsFilter { text: Some(text.to_owned()), ..filter() }).await, expected, "{text:?}");
    }
}

pub async fn the_last_good_run_and_the_stretch_since(given: &Given) {
    let orders = given.bridge("orders").await;
    let runs = vec![orders.asked(1), orders.asked(2), orders.failed(3, Reason::Auth), orders.failed(4, Reason::Auth)];
    given.recorded(runs).await;
    given.recorded(vec![orders.failed(5, Reason::Dns)]).await;
    given.sent(vec![orders.sent(6, "job", "a")]).await;
    let store = &given.store;

    let good =
        store.last_good_before(orders.integration, Some(orders.probe), at(5)).await.expect("a run").expect("one");
    assert_eq!(number(&good), 2);
    let sent = store.last_good_before(orders.integration, None, at(9)).await.expect("a run").expect("one");
    assert_eq!(number(&sent), 6, "what the integration sent, not its probes");
    assert_eq!(store.last_good_before(orders.integration, None, at(6)).await.expect("a run"), None);

    let stretch = |reason, after, until| store.stretch(orders.integration, Some(orders.probe), reason, after, until);
    let like = stretch(Some(Reason::Auth), Some(good.started_at), at(5)).await.expect("a stretch");
    assert_eq!(like, Stretch { since: Some(at(3)), runs: 2 });
    let all = stretch(None, None, at(4)).await.expect("a stretch");
    assert_eq!(all, Stretch { since: Some(at(3)), runs: 2 });
    assert_eq!(stretch(None, Some(at(5)), at(9)).await.expect("a stretch"), Stretch::default());
}

pub async fn figures_are_of_the_subject_and_the_time(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    let mut measured = orders.asked(1);
    measured.run.measures = [("backlog".to_owned(), 3.5)].into();
    measured.run.latency_us = Some(42);
    given.recorded(vec![measured, orders.failed(2, Reason::Auth), pay.asked(3)]).await;
    let mut running = orders.sent(4, "begun", "a");
    running.record.run.outcome = Outcome::Running;
    given.sent(vec![running]).await;
    given.sent(vec![orders.sent(5, "job", "a")]).await;

    for (subject, expected) in [
        (Subject::Probe(orders.probe), vec![1, 2]),
        (Subject::Sent(orders.integration), vec![5]),
        (Subject::Integration(orders.integration), vec![1, 2, 5]),
        (Subject::All, vec![1, 2, 3, 5]),
    ] {
        let figures = given.store.run_figures(subject, NOW, at(60)).await.expect("figures");
        let starts: Vec<_> = figures.iter().map(|one| (one.started_at.0 - NOW.0) / 1_000).collect();
        assert_eq!(starts, expected, "{subject}");
    }
    let figures = given.store.run_figures(Subject::All, at(1), at(2)).await.expect("figures");
    assert_eq!(figures.len(), 1, "the end is not in");
    assert_eq!((figures[0].latency_us, figures[0].measures.get("backlog")), (Some(42), Some(&3.5)));
}

pub async fn the_newest_verdict_of_each_probe(given: &Given) {
    let mut bridges = Vec::new();
    for number in 0..20 {
        bridges.push(given.bridge(&format!("bridge-{number}")).await);
    }
    let (one, two) = (&bridges[0], &bridges[1]);
    let mut unknown = one.asked(3);
    unknown.run.outcome = Outcome::Unknown;
    let mut retried = one.failed(4, Reason::Dns);
    retried.run.last_attempt = false;
    given.recorded(vec![one.asked(1), one.failed(2, Reason::Dns), unknown, retried, two.asked(5), two.asked(6)]).await;
    let few = [one.probe, two.probe];
    let many: Vec<_> = bridges.iter().map(|bridge| bridge.probe).collect();
    for probes in [&few[..], &many] {
        let verdicts = given.store.verdict_runs_before(probes, NOW, at(6)).await.expect("verdicts");
        let told: Vec<_> = verdicts.iter().map(|one| (one.probe_id, one.run, one.outcome)).collect();
        assert_eq!(told, [(one.probe, id(2), Outcome::Failed), (two.probe, id(5), Outcome::Ok)]);
    }
    let later = given.store.verdict_runs_before(&few, at(3), at(6)).await.expect("verdicts");
    assert_eq!(later.len(), 1, "what began before the time searched is left out");
}

pub async fn what_failed_in_maintenance_is_no_verdict(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    let kept = |mut record: RunRecord| {
        record.run.in_maintenance = true;
        record
    };
    let mut missed = kept(orders.asked(4));
    (missed.run.outcome, missed.run.origin) = (Outcome::Missed, Origin::Expectation);
    let runs = vec![
        orders.failed(1, Reason::Auth),
        kept(orders.asked(2)),
        kept(orders.failed(3, Reason::Auth)),
        missed,
        kept(pay.failed(5, Reason::Dns)),
    ];
    given.recorded(runs).await;

    let probes = [orders.probe, pay.probe];
    let verdicts = async |before: Timestamp| {
        let verdicts = given.store.verdict_runs_before(&probes, NOW, before).await.expect("verdicts");
        verdicts.into_iter().map(|one| (one.probe_id, one.run, one.outcome)).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(at(9)).await, [(orders.probe, id(2), Outcome::Ok)], "what was well counts as ever");

    // When maintenance is over, what fails counts again.
    given.recorded(vec![orders.failed(6, Reason::Auth)]).await;
    assert_eq!(verdicts(at(9)).await, [(orders.probe, id(6), Outcome::Failed)]);
}
