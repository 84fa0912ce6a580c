//! What people do with what is watched, windows, and what owners are told.

use model::{Clock, Handling, Level, NoticeKind, Outcome, Paused, Span, SystemClock, WindowSpec};
use monitor::{BoardRow, MonitorError};
use serde_json::json;
use store::Write;

use super::{House, anywhere, name, serve, tcp};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_is_told_that_it_began_and_that_it_is_over_and_a_new_start_between_tells_nothing() {
    let (address, server) = serve(anywhere()).await;
    server.abort();
    let _ = server.await;
    let house = House::start(json!({}), vec![tcp(address, "1s")]).await;
    assert_eq!(house.told(1).await, [NoticeKind::Began]);

    let house = house.again().await;
    house.shows("it is still down", |row| row.standing.level == Level::Problem && row.today.failed > 3).await;
    let (_, _server) = serve(address).await;

    assert_eq!(house.told(2).await, [NoticeKind::Over, NoticeKind::Began]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_holds_at_once_and_until_it_is_taken_back() {
    let (address, _server) = serve(anywhere()).await;
    let house = House::start(json!({}), vec![tcp(address, "1s")]).await;
    house.shows("it answers", |row| row.standing.level == Level::Okay).await;
    let handle = |handling| Write::HandleProbe { integration: name("bridge"), probe: name("api"), handling };

    let paused = Paused { by: "Ada".to_owned(), since: SystemClock.now(), until: None, note: None };
    house.write(handle(Handling { paused: Some(paused), ..Handling::default() })).await;

    let row = house.row();
    assert_eq!((row.standing.answers.stands.level, row.probes[0].next_at), (Level::Paused, None));
    let asked = house.handle.run_now(&name("bridge"), &name("api")).await;
    assert!(matches!(asked, Err(MonitorError::Refused(_))), "{asked:?}");

    house.write(handle(Handling::default())).await;
    let before = house.row().today.ok;
    house.shows("it is asked again", |row| row.standing.level == Level::Okay && row.today.ok > before).await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_maintenance_a_failure_is_recorded_and_does_not_count() {
    let (address, server) = serve(anywhere()).await;
    server.abort();
    let _ = server.await;
    // Asked by hand alone.
    let mut probe = tcp(address, "30d");
    probe["retry_interval"] = json!("30d");
    let house = House::start(json!({}), vec![probe]).await;
    let now = SystemClock.now();
    let spec = json!({"slug": "patch", "once": {"from": now, "to": now + Span::hours(1)}, "systems": ["erp"]});
    let spec = serde_json::from_value(spec).expect("a window");

    house.write(Write::PutWindow { spec, catalogue: None }).await;
    let row = house.row();
    assert_eq!(row.standing.level, Level::Paused);
    assert!(row.standing.why[0].sentence.starts_with("in maintenance until"), "{:?}", row.standing.why);
    let run = house.handle.run_now(&name("bridge"), &name("api")).await.expect("a run");
    assert_eq!((run.outcome, run.in_maintenance), (Outcome::Failed, true));
    let stored = house.store.run(run.id).await.expect("an answer").expect("the run");
    assert!(stored.run.in_maintenance);

    // When the window is gone, then the next one counts, and only that.
    house.write(Write::RetireWindow { slug: name("patch") }).await;
    house.handle.run_now(&name("bridge"), &name("api")).await.expect("a run");
    let counts = |row: &BoardRow| row.standing.level == Level::Attention && row.today.failed > 0;
    let row = house.shows("it counts", counts).await;
    assert_eq!((row.today.failed, row.probes[0].state.failures), (1, 1));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_late_is_judged_by_the_windows_of_back_then() {
    let house = House::start(json!({}), Vec::new()).await;
    let now = SystemClock.now();
    let put = |slug: &str| {
        let once = json!({"from": now - Span::hours(3), "to": now + Span::hours(1)});
        let spec = serde_json::from_value::<WindowSpec>(json!({"slug": slug, "once": once, "systems": ["erp"]}));
        Write::PutWindow { spec: spec.expect("a window"), catalogue: None }
    };
    // Given a window that was deleted an hour ago, and one of the same time that is written only now
    house.store.apply(&[put("then")], now - Span::hours(3)).await.expect("written");
    let retired = house.store.apply(&[Write::RetireWindow { slug: name("then") }], now - Span::hours(1)).await;
    retired.expect("retired");
    house.write(put("now")).await;

    let failed = |minutes: i64| json!({"outcome": "failed", "started_at": now - Span::minutes(minutes)});
    let late = house.send(json!([failed(120), failed(30)])).await.expect("stored");
    let fresh = house.send(json!([{"outcome": "failed"}])).await.expect("stored");

    let mut excused = Vec::new();
    for receipt in late.iter().chain(&fresh) {
        excused.push(house.store.run(receipt.id).await.expect("an answer").expect("the run").run.in_maintenance);
    }
    assert_eq!(excused, [true, false, true]);
    house.end().await;
}
