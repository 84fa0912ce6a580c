//! Retention, backups, and what happens around a store.

use std::collections::BTreeMap;

use model::{Counts, Held, Reason, Rollup, Step, Subject};
use store::{Batch, Engine, Expired, RunsFilter, SentRecorded, Store, StoreError, StoreUrl, restore};

use crate::given::{Given, at, created, id};

pub async fn retention_deletes_a_thousand_at_a_time(given: &Given) {
    let orders = given.bridge("orders").await;
    given.recorded((0..1_005).map(|number| orders.asked(number)).collect()).await;
    let expired = |what| given.store.delete_expired(what, at(1_004));
    let mut deleted = Vec::new();
    for _ in 0..3 {
        deleted.push(expired(Expired::OkProbeRuns).await.expect("deleted"));
    }
    assert_eq!(deleted, [1_000, 4, 0]);
    assert!(given.store.run(id(1_004)).await.expect("readable").is_some());

    let minute = |minute: i64| Rollup {
        subject: Subject::All,
        step: Step::Minute,
        bucket: at(minute * 60),
        counts: Counts::default(),
        held: Held::default(),
        latency: None,
        measures: BTreeMap::new(),
        units: 0.0,
        unit_runs: 0,
    };
    let mut rollups: Vec<Rollup> = (0..1_002).map(minute).collect();
    rollups.push(Rollup { step: Step::Hour, ..minute(0) });
    given.store.put_rollups(&rollups, &[], &[]).await.expect("put");
    for (what, expected) in [(Expired::MinuteRollups, 1_000), (Expired::MinuteRollups, 1), (Expired::HourRollups, 1)] {
        assert_eq!(given.store.delete_expired(what, at(1_001 * 60)).await.expect("deleted"), expected, "{what:?}");
    }
    given.store.give_back_space().await.expect("given back");
}

pub async fn retention_keeps_what_is_younger_or_not_named(given: &Given) {
    let orders = given.bridge("orders").await;
    let mut failed = orders.failed(2, Reason::Auth);
    failed.run.steps = vec![serde_json::from_str(r#"{"name":"load","outcome":"failed"}"#).expect("a step")];
    given.recorded(vec![orders.asked(1), failed, orders.asked(9)]).await;
    let mut sent = orders.sent(3, "job", "a");
    sent.record.run.business_key = Some("order-1".to_owned());
    given.sent(vec![sent.clone()]).await;

    assert_eq!(given.store.delete_expired(Expired::OkProbeRuns, at(5)).await.expect("deleted"), 1);
    let left = given.store.runs(&RunsFilter { limit: 10, ..RunsFilter::default() }).await.expect("a list");
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [9, 3, 2].map(id));

    assert_eq!(given.store.delete_expired(Expired::Runs, at(5)).await.expect("deleted"), 2);
    sent.record.run.id = id(13);
    assert_eq!(given.sent(vec![sent]).await, created(&[13]), "its external id is free again");
    let run = given.run(id(13)).await;
    assert!(!run.run_counted, "its business key is not");
}

pub async fn two_stores_share_one_database(given: &Given) {
    let other = Store::open(&given.url).await.expect("a second store");
    let orders = given.bridge("orders").await;
    let group = |number, name: &str| Batch {
        groups: vec![store::SentGroup { runs: vec![orders.sent(number, name, "a")] }],
        ..Batch::default()
    };
    for number in 0..20 {
        let (name, mine, theirs) = (format!("job-{number}"), number * 2, number * 2 + 1);
        let (mine_batch, theirs_batch) = (group(mine, &name), group(theirs, &name));
        let (one, two) = tokio::join!(given.store.record(&mine_batch), other.record(&theirs_batch));
        let (one, two) = (one.expect("recorded").groups.remove(0), two.expect("recorded").groups.remove(0));
        let same = |number| store::GroupRecorded::Stored(vec![SentRecorded::Same(id(number))]);
        let first_wins =
            (&one, &two) == (&created(&[mine]), &same(mine)) || (&one, &two) == (&same(theirs), &created(&[theirs]));
        assert!(first_wins, "{one:?} {two:?}");
    }
    other.close().await;
    given.store.ping().await.expect("the first goes on");
}

pub async fn readers_read_while_a_writer_writes(given: &Given) {
    let orders = given.bridge("orders").await;
    let writing = async {
        for batch in 0..20 {
            given.recorded((batch * 100..(batch + 1) * 100).map(|number| orders.asked(number)).collect()).await;
        }
    };
    let reading = async {
        let mut seen = 0;
        while seen < 2_000 {
            let rows = given.store.runs(&RunsFilter { limit: 3_000, ..RunsFilter::default() }).await.expect("a list");
            assert!(rows.len() >= seen && rows.len() % 100 == 0, "whole batches only: {}", rows.len());
            seen = rows.len();
        }
    };
    tokio::join!(writing, reading);
}

pub async fn everything_is_there_after_reopening(given: &Given) {
    let orders = given.bridge("orders").await;
    given.recorded(vec![orders.asked(1)]).await;
    let before = given.store.load().await.expect("loaded");
    given.store.close().await;
    let error = given.store.ping().await.expect_err("it is closed");
    assert!(error.is_passing());

    let again = Store::open(&given.url).await.expect("opened again");
    assert_eq!(again.load().await.expect("loaded"), before);
    assert!(again.run(id(1)).await.expect("readable").is_some());
    assert_eq!(again.engine(), given.store.engine());
}

pub async fn two_that_open_at_once_both_find_the_tables(given: &Given) {
    let url = match given.store.engine() {
        Engine::Sqlite => StoreUrl::sqlite(given.folder.path().join("other.db")),
        Engine::Postgres => tests::postgres::Postgres::shared().database().await.parse().expect("a URL"),
    };
    let (one, two) = tokio::join!(Store::open(&url), Store::open(&url));
    for store in [one.expect("opened"), two.expect("opened")] {
        assert_eq!(store.load().await.expect("loaded").systems, []);
    }
}

pub async fn settings_are_kept(given: &Given) {
    assert_eq!(given.store.setting("demo").await.expect("read"), None);
    for value in ["one", "zwei ü"] {
        given.store.set_setting("demo", value).await.expect("kept");
        assert_eq!(given.store.setting("demo").await.expect("read").as_deref(), Some(value));
    }
}

pub async fn nothing_prints_a_password(given: &Given) {
    let shown = format!("{:?} {}", given.store, given.store.url());
    assert!(shown.contains(&given.url.to_string()), "{shown}");
    let away: StoreUrl = "postgres://bw:geheim@127.0.0.1:1/bw".parse().expect("a URL");
    let error = Store::open(&away).await.expect_err("nobody listens there");
    let told = format!("{error} {error:?}");
    assert!(error.is_passing() && told.contains("bw:***@127.0.0.1:1/bw") && !told.contains("geheim"), "{told}");
}

#[tokio::test]
async fn a_backup_made_in_use_is_restored() {
    let given = Given::sqlite().await;
    let orders = given.bridge("orders").await;
    given.recorded(vec![orders.asked(1)]).await;
    let (database, backup) = (given.url.file().expect("a file"), given.folder.path().join("backup.db"));
    given.store.backup(&backup).await.expect("a backup");
    given.recorded(vec![orders.asked(2)]).await;
    let before = std::fs::read(&backup).expect("its bytes");
    let error = given.store.backup(&backup).await.expect_err("it may be the only good one");
    assert!(error.to_string().contains("not replaced"), "{error}");
    assert!(std::fs::read(&backup).expect("its bytes") == before, "the older copy is as it was");

    let error = restore(&backup, database).await.expect_err("the store is open");
    assert!(error.to_string().contains("in use"), "{error}");
    assert!(given.store.run(id(2)).await.expect("readable").is_some());
    given.store.close().await;
    restore(&backup, database).await.expect("restored");

    let restored = Store::open(&given.url).await.expect("opened");
    assert!(restored.run(id(1)).await.expect("readable").is_some());
    assert_eq!(restored.run(id(2)).await.expect("readable"), None);
    restored.close().await;
    let kept = StoreUrl::sqlite(given.folder.path().join("data/bridgewatch.db.before-restore"));
    let kept = Store::open(&kept).await.expect("what was there is kept");
    assert!(kept.run(id(2)).await.expect("readable").is_some());
}

#[tokio::test]
async fn what_is_no_backup_is_refused_and_changes_nothing() {
    let given = Given::sqlite().await;
    let folder = given.folder.path();
    let database = given.url.file().expect("a file");
    given.store.set_setting("whose", "mine").await.expect("kept");
    let backup = folder.join("backup.db");
    given.store.backup(&backup).await.expect("a backup");
    given.store.close().await;

    let whole = std::fs::read(&backup).expect("its bytes");
    let text = folder.join("notes.txt");
    std::fs::write(&text, "no database").expect("written");
    let damaged = folder.join("damaged.db");
    let mut bytes = whole;
    let half = bytes.len() / 2;
    bytes[4_096..half].fill(0xaa);
    std::fs::write(&damaged, bytes).expect("written");
    let newer = folder.join("newer.db");
    std::fs::copy(&backup, &newer).expect("copied");
    execute(&newer, "insert into _sqlx_migrations values (9999, 'later', current_timestamp, true, x'00', 0)").await;
    let foreign = folder.join("foreign.db");
    execute(&foreign, "create table notes (id integer)").await;

    for (file, says) in [
        (&text, "cannot be read"),
        (&damaged, ""),
        (&newer, "9999"),
        (&foreign, "no Bridgewatch store"),
        (&folder.join("none.db"), "no such file"),
        (&database.to_path_buf(), "the store itself"),
    ] {
        let error = restore(file, database).await.expect_err("no backup");
        assert!(matches!(error, StoreError::Backup { .. }) && error.to_string().contains(says), "{error}");
    }
    let store = Store::open(&given.url).await.expect("untouched");
    assert_eq!(store.setting("whose").await.expect("read").as_deref(), Some("mine"));
    assert!(store.backup(&foreign).await.expect_err("it is somebody else's").to_string().contains("not replaced"));
    let foreign = StoreUrl::sqlite(foreign);
    assert!(matches!(Store::open(&foreign).await.expect_err("it is somebody else's"), StoreError::Url { .. }));
}

#[tokio::test]
async fn postgres_is_not_backed_up_to_a_file() {
    let given = Given::postgres().await;
    let error = given.store.backup(&given.folder.path().join("backup.db")).await.expect_err("not this way");
    assert!(error.to_string().contains("pg_dump"), "{error}");
}

async fn execute(file: &std::path::Path, text: &'static str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.expect("a connection");
    sqlx::query(text).execute(&pool).await.expect("executed");
    pool.close().await;
}
