//! Runs on their way in and back.

use std::collections::BTreeMap;

use model::{Origin, Outcome, Reason, Run, Slug, Subject, Timestamp};
use store::{Batch, Engine, Figures, RunRecord, RunsFilter, StoreError};

use crate::given::{Given, NOW, at, created, id, slug};

pub async fn a_run_comes_back_as_it_was(given: &Given) {
    let orders = given.bridge("orders").await;
    let whole: Run = serde_json::from_value(serde_json::json!({
        "id": id(1), "integration": "orders", "probe": "api", "origin": "integration", "external_id": "job-1",
        "environment": "staging", "scheduled_at": at(1), "started_at": at(2), "duration_ms": 40, "latency_us": 39_500,
        "outcome": "partial", "reason": "data_rejected", "message": "2 of 9 refused", "cause": "erp", "in_maintenance": true,
        "attempt": 2, "last_attempt": false, "skipped": 3,
        "records": { "read": 9, "written": 7, "failed": 2, "skipped": 0 }, "units": 7.5, "units_counted": 7.25,
        "run_counted": true, "measures": { "backlog": 4.0, "alter": -0.5 }, "business_key": "batch-1", "event_at": at(-9),
        "delivered_at": at(3), "touches": 1, "touch_s": 90,
        "phases": { "dns_us": 1, "connect_us": 2, "tls_us": 3, "first_byte_us": 4, "transfer_us": 5 },
        "assertions": [{ "expr": "status == 200", "passed": false, "warns": true, "left": "401", "right": "200" }],
        "exchange": {
            "request": { "method": "GET", "url": "http://localhost", "headers": [["accept", "*/*"]] },
            "response": { "status": 401, "headers": [], "body": { "excerpt": "nein", "bytes": 4, "cut": false } },
        },
        "steps": [{ "name": "load", "outcome": "ok", "started_at": at(2), "duration_ms": 12 }],
        "demo_history": true,
    }))
    .expect("a run");
    let record = RunRecord { run: whole, integration_id: orders.integration, probe_id: Some(orders.probe) };

    given.recorded(vec![record.clone()]).await;

    assert_eq!(given.store.run(id(1)).await.expect("readable"), Some(record));
}

pub async fn a_bare_run_comes_back_as_it_was(given: &Given) {
    let orders = given.bridge("orders").await;
    given.recorded(vec![orders.asked(1)]).await;
    assert_eq!(given.store.run(id(1)).await.expect("readable"), Some(orders.asked(1)));
    assert_eq!(given.store.run(id(2)).await.expect("readable"), None);
}

pub async fn every_batch_size_binds_what_it_names(given: &Given) {
    let orders = given.bridge("orders").await;
    // 341 = 256 + 64 + 16 + 5: large and small texts; short and long rows, with and without details
    let mut runs: Vec<RunRecord> = (0..341).map(|number| orders.asked(number)).collect();
    let sent = (1_000..1_341).map(|number| {
        let mut record = orders.sent(number, "x", "").record;
        record.run.external_id = None;
        record.run.steps = vec![serde_json::from_str(r#"{"name":"load","outcome":"ok"}"#).expect("a step")];
        record
    });
    runs.extend(sent);
    runs.extend((2_000..2_341).map(|number| {
        let mut record = orders.failed(number, Reason::Connect);
        record.run.in_maintenance = number.is_multiple_of(2);
        record.run.cause = number.is_multiple_of(3).then(|| slug("erp"));
        record
    }));
    given.recorded(runs.clone()).await;
    for record in runs {
        assert_eq!(given.store.run(record.run.id).await.expect("readable"), Some(record));
    }
}

pub async fn what_was_let_alone_or_explained_says_so_wherever_it_is_read(given: &Given) {
    let orders = given.bridge("orders").await;
    let mut explained = orders.failed(1, Reason::Connect);
    explained.run.cause = Some(slug("erp"));
    let mut kept = orders.asked(2);
    kept.run.in_maintenance = true;
    let mut sent = orders.sent(3, "job", "a");
    (sent.record.run.in_maintenance, sent.record.run.cause) = (true, Some(slug("crm")));
    given.recorded(vec![explained.clone(), kept.clone(), orders.asked(4)]).await;
    assert_eq!(given.sent(vec![sent.clone()]).await, created(&[3]));

    for record in [explained, kept, orders.asked(4), sent.record] {
        assert_eq!(given.run(record.run.id).await, record.run);
    }
    let rows = given.store.runs(&RunsFilter { limit: 9, ..RunsFilter::default() }).await.expect("a list");
    let said: Vec<_> =
        rows.iter().map(|row| (row.id, row.in_maintenance, row.cause.as_ref().map(Slug::as_str))).collect();
    let expected = [(id(4), false, None), (id(3), true, Some("crm")), (id(2), true, None), (id(1), false, Some("erp"))];
    assert_eq!(said, expected);
    let good = given.store.last_good_before(orders.integration, Some(orders.probe), at(4)).await.expect("a run");
    assert_eq!(good.map(|row| (row.id, row.in_maintenance)), Some((id(2), true)));
    let figures = given.store.run_figures(Subject::All, NOW, at(60)).await.expect("figures");
    assert_eq!(figures.iter().map(|one| one.in_maintenance).collect::<Vec<_>>(), [false, true, true, false]);
}

pub async fn texts_survive_whatever_they_hold(given: &Given) {
    let orders = given.bridge("orders").await;
    let long = "ä".repeat(200_000);
    let cases = [
        ("nul \0 nul", "nul \u{fffd} nul"),
        ("尺寸 → 🌉 'quoted' \"too\" \\ $1 %", "尺寸 → 🌉 'quoted' \"too\" \\ $1 %"),
        (&long, &long),
        ("", ""),
    ];
    for (number, (told, kept)) in (1..).zip(cases) {
        let mut record = orders.asked(number);
        record.run.message = Some(told.to_owned());
        record.run.measures = [(told.to_owned(), 1.0)].into();
        given.recorded(vec![record]).await;
        let run = given.run(id(number)).await;
        assert_eq!(run.message.as_deref(), Some(kept));
        assert_eq!(run.measures.into_keys().next().as_deref(), Some(told), "JSON keeps every sign");
    }
}

pub async fn the_ends_of_i64_survive(given: &Given) {
    let orders = given.bridge("orders").await;
    for (number, end) in [(1, i64::MIN), (2, i64::MAX)] {
        let mut record = orders.sent(number, "", "").record;
        record.run.external_id = None;
        record.run.started_at = Timestamp(end);
        record.run.latency_us = Some(end);
        record.run.records.read = Some(end);
        record.run.skipped = Some(i32::MIN);
        record.run.attempt = i32::MAX;
        given.recorded(vec![record.clone()]).await;
        assert_eq!(given.run(id(number)).await, record.run);
    }
}

pub async fn numbers_that_are_not_finite_are_left_out(given: &Given) {
    let orders = given.bridge("orders").await;
    let mut record = orders.asked(1);
    record.run.units = Some(f64::NAN);
    record.run.units_counted = f64::INFINITY;
    record.run.measures = [("a", f64::NAN), ("b", 2.0)].map(|(name, value)| (name.to_owned(), value)).into();
    given.recorded(vec![record]).await;
    let run = given.run(id(1)).await;
    assert_eq!((run.units, run.units_counted.to_bits()), (None, 0));
    assert_eq!(run.measures, BTreeMap::from([("b".to_owned(), 2.0)]));
}

pub async fn a_replayed_batch_writes_nothing_twice(given: &Given) {
    let orders = given.bridge("orders").await;
    let batch = Batch { runs: vec![orders.asked(1), orders.asked(2)], ..Batch::default() };
    assert_eq!(given.store.record(&batch).await.expect("recorded").runs, 2);
    assert_eq!(given.store.record(&batch).await.expect("recorded").runs, 0);
}

pub async fn a_promise_is_missed_once(given: &Given) {
    let orders = given.bridge("orders").await;
    let missed = |number, deadline, probe| {
        let mut record = orders.asked(number);
        record.run.origin = Origin::Expectation;
        record.run.outcome = Outcome::Missed;
        record.run.scheduled_at = Some(at(deadline));
        record.probe_id = probe;
        record
    };
    let runs = vec![
        missed(1, 60, None),
        missed(2, 60, None),
        missed(3, 60, Some(orders.probe)),
        missed(4, 60, Some(orders.probe)),
        missed(5, 120, None),
    ];
    let recorded = given.store.record(&Batch { runs, ..Batch::default() }).await.expect("recorded");
    assert_eq!(recorded.runs, 3);
    assert_eq!(given.store.run(id(2)).await.expect("readable"), None);
}

pub async fn the_last_state_of_a_batch_wins(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    let batch = Batch {
        probe_states: vec![
            (orders.probe, "1".to_owned()),
            (pay.probe, "2".to_owned()),
            (orders.probe, "{\"ü\":null}".to_owned()),
        ],
        sent_states: vec![(pay.integration, "{}".to_owned())],
        ..Batch::default()
    };
    given.store.record(&batch).await.expect("recorded");
    given.store.record(&Batch::default()).await.expect("nothing to record is no fault");
    let states = given.store.probe_states().await.expect("states");
    assert_eq!(states, [(orders.probe, "{\"ü\":null}".to_owned()), (pay.probe, "2".to_owned())]);
    assert_eq!(given.store.sent_states().await.expect("states"), [(pay.integration, "{}".to_owned())]);
}

pub async fn a_bad_row_is_named(given: &Given) {
    let orders = given.bridge("orders").await;
    given.recorded(vec![orders.failed(1, Reason::Auth)]).await;
    let spoil = "update runs set outcome = 'great'";
    match given.store.engine() {
        Engine::Sqlite => {
            let file = given.url.file().expect("a file");
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
            let pool = sqlx::SqlitePool::connect_with(options).await.expect("a connection");
            sqlx::query(spoil).execute(&pool).await.expect("spoilt");
        }
        Engine::Postgres => {
            let pool = sqlx::PgPool::connect(&given.url.to_string()).await.expect("a connection");
            sqlx::query(spoil).execute(&pool).await.expect("spoilt");
        }
    }
    let error = given.store.run(id(1)).await.expect_err("no outcome");
    let named =
        matches!(&error, StoreError::Row { table: "runs", column: "outcome", row, .. } if *row == id(1).to_string());
    assert!(named && !error.is_passing(), "{error}");
    let figures: Result<Vec<Figures>, _> = given.store.run_figures(Subject::All, NOW, at(60)).await;
    assert!(figures.is_err());
}
