//! `kill -9` under load: what was acknowledged, and what was asked a moment before, is there after the next start.

use std::path::Path;

use model::{Clock as _, Span, SystemClock, Timestamp};
use reqwest::Client;
use sqlx::{Connection as _, SqliteConnection};
use tests::{
    child::Serving,
    fleet::{self, Sender},
    target::Target,
    wait::until,
};

use crate::BINARY;

/// Within this a probe's run is safe.
const COMMIT: Span = Span::ms(250);

async fn start(folder: &Path) -> Serving {
    BINARY.serve(folder, &["--catalogue", "catalogue.yaml"]).await
}

async fn store_of(folder: &Path) -> SqliteConnection {
    let database = folder.join("data/bridgewatch.db").display().to_string();
    SqliteConnection::connect(&database).await.expect("the store opens")
}

/// What the next start finds: nothing is gone, nothing is there that was not, and the file is whole.
async fn everything_is_there(
    folder: &Path,
    client: &Client,
    target: &Target,
    killed_at: Timestamp,
    acknowledged: &[String],
) {
    let server = start(folder).await;
    assert_eq!(fleet::forgotten(client, &server.url(""), "b0", acknowledged).await, Vec::<String>::new());
    let held = fleet::held(client, &server.url(""), target, killed_at - COMMIT).await;
    assert!(held.is_whole(), "killed at {killed_at}: {held:#?}");
    server.end().await;
    let mut store = store_of(folder).await;
    let integrity: String =
        sqlx::query_scalar("pragma integrity_check").fetch_one(&mut store).await.expect("it can be checked");
    assert_eq!(integrity, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_or_asked_a_moment_before_survives() {
    // Given a server under load: 20 probes a second, and four senders that never pause.
    let folder = tempfile::tempdir().expect("a folder");
    let target = Target::start().await;
    std::fs::write(folder.path().join("catalogue.yaml"), fleet::catalogue(&target, 5, 4)).expect("a catalogue");
    let mut server = start(folder.path()).await;
    let client = server.set_up().await;
    let senders = ["n", "e", "s", "w"].map(|name| Sender::start(client.clone(), &server.url(""), "b0", name));
    until("enough runs of both kinds", async || {
        let acknowledged: usize = senders.iter().map(|sender| sender.acknowledged().len()).sum();
        (acknowledged >= 200 && target.asked() >= 100).then_some(())
    })
    .await;

    // When it is killed.
    let killed_at = SystemClock.now();
    server.kill().await;

    let mut acknowledged = Vec::new();
    for sender in senders {
        acknowledged.extend(sender.end().await);
    }
    everything_is_there(folder.path(), &client, &target, killed_at, &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_store_that_is_away_survives() {
    // Given a server whose store somebody else locks, so that its probes' runs wait on the spool.
    let folder = tempfile::tempdir().expect("a folder");
    let target = Target::start().await;
    std::fs::write(folder.path().join("catalogue.yaml"), fleet::catalogue(&target, 5, 4)).expect("a catalogue");
    let mut server = start(folder.path()).await;
    let client = server.set_up().await;
    until("the first runs", async || (target.asked() >= 20).then_some(())).await;
    let mut other = store_of(folder.path()).await;
    sqlx::query("begin exclusive").execute(&mut other).await.expect("the lock");
    let locked = target.asked();
    until("runs on the spool", async || {
        let spool = std::fs::metadata(folder.path().join("data/spool/runs.jsonl"));
        let waits = spool.is_ok_and(|spool| spool.len() > 0);
        (waits && target.asked() >= locked + 60).then_some(())
    })
    .await;

    // When it is killed, and the lock is gone.
    let killed_at = SystemClock.now();
    server.kill().await;
    sqlx::query("rollback").execute(&mut other).await.expect("the lock is given back");
    other.close().await.expect("the connection can be closed");

    everything_is_there(folder.path(), &client, &target, killed_at, &[]).await;
}
