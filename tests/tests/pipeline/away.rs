//! The store is locked or away for a while: senders are told to come again, and no run is lost.

use model::{Clock as _, SystemClock, Timestamp};
use sqlx::{Connection as _, SqliteConnection};
use tests::{
    fleet::{self, Sender},
    house::TestHouse,
    postgres::Postgres,
    target::Target,
    wait::until,
};

const BRIDGES: usize = 2;
const PROBES: usize = 3;

/// Waits until each probe has asked so many times more.
async fn asked_again(target: &Target, times: u64) {
    let enough = target.asked() + times * u64::try_from(BRIDGES * PROBES).expect("a small number");
    until("the probes to go on", async || (target.asked() >= enough).then_some(())).await;
}

/// What was promised: after the store is back, everything that was acknowledged and asked until then is stored, once.
async fn nothing_is_lost(house: &TestHouse, target: &Target, sender: Sender, back_at: Timestamp) {
    let known = sender.acknowledged().len();
    until("senders to be acknowledged again", async || (sender.acknowledged().len() > known + 1).then_some(())).await;
    until("every probe's run to be stored", async || {
        let held = fleet::held(house.client(), &house.url(""), target, back_at).await;
        assert!(held.invented.is_empty(), "{held:#?}");
        held.is_whole().then_some(())
    })
    .await;
    let acknowledged = sender.end().await;
    assert_eq!(fleet::forgotten(house.client(), &house.url(""), "b0", &acknowledged).await, Vec::<String>::new());
    let figures = house.monitor().figures();
    assert!(figures.spooled_total > 0, "runs went by way of the spool: {figures:?}");
    assert_eq!(figures.lost_total, 0, "{figures:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_loses_nothing() {
    let target = Target::start().await;
    let house = TestHouse::with(&fleet::catalogue(&target, BRIDGES, PROBES)).await;
    let sender = Sender::start(house.client().clone(), &house.url(""), "b0", "order");
    until("a first run", async || (!sender.acknowledged().is_empty()).then_some(())).await;

    // When somebody else locks the file for longer than a sender waits.
    let database = house.folder().join("bridgewatch.db").display().to_string();
    let mut other = SqliteConnection::connect(&database).await.expect("the store opens");
    sqlx::query("begin exclusive").execute(&mut other).await.expect("the lock");
    let before = sender.acknowledged().len();
    asked_again(&target, 10).await;
    until("a sender to be told to come again", async || (sender.refused() > 0).then_some(())).await;
    assert!(sender.acknowledged().len() <= before + 1, "acknowledged what cannot be stored");
    let back_at = SystemClock.now();
    sqlx::query("rollback").execute(&mut other).await.expect("the lock is given back");

    nothing_is_lost(&house, &target, sender, back_at).await;
    other.close().await.expect("the connection can be closed");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_postgres_loses_nothing() {
    let mut postgres = Postgres::start();
    let target = Target::start().await;
    let catalogue = fleet::catalogue(&target, BRIDGES, PROBES);
    let house = TestHouse::on(&postgres.database().await, &catalogue).await;
    let sender = Sender::start(house.client().clone(), &house.url(""), "b0", "order");
    until("a first run", async || (!sender.acknowledged().is_empty()).then_some(())).await;

    // When the server is stopped for some seconds.
    tokio::task::block_in_place(|| postgres.stop());
    let before = sender.acknowledged().len();
    asked_again(&target, 5).await;
    assert!(sender.acknowledged().len() <= before + 1, "acknowledged what cannot be stored");
    let back_at = SystemClock.now();
    tokio::task::block_in_place(|| postgres.start_again());

    nothing_is_lost(&house, &target, sender, back_at).await;
    house.end().await;
}
