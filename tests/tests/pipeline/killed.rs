//! `kill -9` under load: what was acknowledged, and what was asked a moment before, is there after the next start.

use model::{Clock as _, Span, SystemClock};
use sqlx::{Connection as _, SqliteConnection};
use tests::{
    client,
    fleet::{self, Sender},
    target::Target,
    wait::until,
};

use crate::BINARY;

/// Within this a probe's run is committed.
const COMMIT: Span = Span::ms(250);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_or_asked_a_moment_before_survives() {
    // Given a server under load: 20 probes a second, and four senders that never pause.
    let folder = tempfile::tempdir().expect("a folder");
    let target = Target::start().await;
    std::fs::write(folder.path().join("catalogue.yaml"), fleet::catalogue(&target, 5, 4)).expect("a catalogue");
    let start = || BINARY.serve(folder.path(), &["--catalogue", "catalogue.yaml"]);
    let mut server = start().await;
    let senders: Vec<Sender> =
        ["n", "e", "s", "w"].into_iter().map(|name| Sender::start(client(), &server.url(""), "b0", name)).collect();
    until("enough runs of both kinds", async || {
        let acknowledged: usize = senders.iter().map(|sender| sender.acknowledged().len()).sum();
        (acknowledged >= 200 && target.asked() >= 100).then_some(())
    })
    .await;

    // When it is killed and started again.
    let killed_at = SystemClock.now();
    server.kill().await;
    let mut acknowledged = Vec::new();
    for sender in senders {
        acknowledged.extend(sender.end().await);
    }
    let server = start().await;

    // Then nothing is gone, and nothing is there that was not.
    assert_eq!(fleet::forgotten(&client(), &server.url(""), "b0", &acknowledged).await, Vec::<String>::new());
    let held = fleet::held(&client(), &server.url(""), &target, killed_at - COMMIT).await;
    assert!(held.is_whole(), "killed at {killed_at}: {held:#?}");
    server.end().await;
    let database = folder.path().join("data/bridgewatch.db").display().to_string();
    let mut store = SqliteConnection::connect(&database).await.expect("the store opens");
    let integrity: String =
        sqlx::query_scalar("pragma integrity_check").fetch_one(&mut store).await.expect("it can be checked");
    assert_eq!(integrity, "ok");
}
