//! The binary, killed again and again while bridges break and come back. A kill falls anywhere: into a run, a decision, a
//! transaction, or between the relay's taking a mail and our keeping that it did. What is held here in the end: of each bridge the
//! owner has one message that it broke and one that it is over. The relay may have one of them twice, under the same `Message-ID`,
//! to the byte.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::Path,
};

use sqlx::{Connection as _, SqliteConnection};
use tests::{
    child::Serving,
    relay::{MailRelay, Taken},
    target::Target,
    wait::until,
};

use super::bridges::{catalogue, settings};
use crate::BINARY;

/// Bridges that break at once, and times that some do.
const TOGETHER: usize = 4;
const TIMES: usize = 2;
/// Bridges that stand throughout, of which each asks once a second: moments are told by how often their target was asked.
const STEADY: usize = 8;
/// How long lives last at most while bridges break, and as many while they come back: so many asks.
const LIVES: [Life; 5] = [Life::Asks(8), Life::Asks(8), Life::Mail, Life::Asks(24), Life::Asks(24)];

/// How a life ends.
#[derive(Clone, Copy)]
enum Life {
    /// At a random moment, before so many asks.
    Asks(u64),
    /// As soon as the relay has one more mail, which it has not said yet; or when there is none left.
    Mail,
}

/// A number that looks like chance and is the same at each run.
fn chance(life: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    ("strike", life).hash(&mut hasher);
    hasher.finish()
}

struct Scene {
    folder: tempfile::TempDir,
    relay: MailRelay,
    steady: Target,
    settings: String,
    lives: usize,
}

impl Scene {
    async fn server(&self) -> Serving {
        BINARY.serve_with(self.folder.path(), &["--catalogue", "catalogue.yaml"], &[], &self.settings).await
    }

    /// A server that is killed while it tells this of these bridges.
    async fn short_life(&mut self, life: Life, kind: &str, bridges: &BTreeSet<String>) {
        let (asked, taken) = (self.steady.asked(), self.relay.taken().len());
        let mut server = self.server().await;
        self.lives += 1;
        let moment = chance(self.lives);
        until("the moment", async || {
            let over = match life {
                Life::Asks(most) => self.steady.asked() >= asked + moment % most,
                Life::Mail => self.relay.taken().len() > taken || bridges.is_subset(&self.of(kind)),
            };
            over.then_some(())
        })
        .await;
        server.kill().await;
        leases_end(self.folder.path()).await;
    }

    /// What the relay took, by `Message-ID`: `Problem` or `Over`, of which bridge, and how often.
    fn told(&self) -> BTreeMap<String, (&'static str, String, usize)> {
        let mut told = BTreeMap::new();
        for mail in self.relay.taken() {
            let (kind, bridge) = about(&mail);
            told.entry(mail.header("Message-ID")).or_insert((kind, bridge, 0)).2 += 1;
        }
        told
    }

    /// Of which bridges the relay has this.
    fn of(&self, kind: &str) -> BTreeSet<String> {
        self.told().into_values().filter(|(of, ..)| *of == kind).map(|(_, bridge, _)| bridge).collect()
    }

    /// Waits until the relay has this of these bridges, and nothing is left to be sent.
    async fn all_told(&self, kind: &str, bridges: &BTreeSet<String>) {
        until(kind, async || bridges.is_subset(&self.of(kind)).then_some(())).await;
        until("nothing to wait in the outbox", async || {
            let mut store = store_of(self.folder.path()).await;
            let waiting = sqlx::query_scalar("select count(*) from notices where state = 'waiting'");
            let waiting: i64 = waiting.fetch_one(&mut store).await.expect("a count");
            store.close().await.expect("the connection can be closed");
            (waiting == 0).then_some(())
        })
        .await;
    }
}

fn about(mail: &Taken) -> (&'static str, String) {
    let subject = mail.header("Subject");
    let kind = if subject.starts_with("Over after ") { "Over" } else { "Problem" };
    let runbook = mail.body();
    let bridge = runbook.split_once("Runbook: https://wiki.example.com/").and_then(|(_, rest)| rest.split_once("\r\n"));
    let (bridge, _) = bridge.unwrap_or_else(|| panic!("no runbook in {}", mail.mail));
    assert!(kind == "Over" || subject.starts_with("Problem: Bridge "), "{subject}");
    (kind, bridge.to_owned())
}

/// As if the two minutes had passed in which nobody else takes what the killed one had under way; nobody runs meanwhile.
async fn leases_end(folder: &Path) {
    const TEXT: &str = "update notices set next_at = created_at where state = 'waiting'";
    let mut store = store_of(folder).await;
    sqlx::query(TEXT).execute(&mut store).await.expect("the outbox can be written");
    store.close().await.expect("the connection can be closed");
}

async fn store_of(folder: &Path) -> SqliteConnection {
    let database = folder.join("data/bridgewatch.db").display().to_string();
    SqliteConnection::connect(&database).await.expect("the store opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn however_often_it_is_killed_each_change_is_told_under_one_id() {
    // Given bridges that stand, an owner who is told of them, and a relay that takes its time to say that it has a mail.
    let (relay, steady) = (MailRelay::slow(), Target::start().await);
    let mut targets = Vec::new();
    for _ in 0..TOGETHER * TIMES {
        targets.push(Target::start().await);
    }
    let name = |number: usize| format!("b{number}");
    let names: Vec<String> = (0..targets.len() + STEADY).map(name).collect();
    let url = |number: usize| targets.get(number).unwrap_or(&steady).url("/");
    let bridges: Vec<(&str, String)> = names.iter().map(String::as_str).zip((0..).map(url)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("catalogue.yaml"), catalogue(&bridges)).expect("a catalogue");
    let settings = settings(&relay);
    let mut scene = Scene { folder, relay, steady, settings, lives: 0 };
    let server = scene.server().await;
    until("all to be asked", async || targets.iter().all(|target| target.asked() >= 2).then_some(())).await;
    server.end().await;

    // When some break and come back, and the server is killed meanwhile at random moments, and is there again at the end.
    for (time, targets) in targets.chunks_mut(TOGETHER).enumerate() {
        let broken: BTreeSet<String> = (0..targets.len()).map(|number| name(time * TOGETHER + number)).collect();
        for kind in ["Problem", "Over"] {
            for target in &mut *targets {
                if kind == "Problem" {
                    target.stop().await;
                } else {
                    target.start_again().await;
                }
            }
            for life in LIVES {
                scene.short_life(life, kind, &broken).await;
            }
            let server = scene.server().await;
            scene.all_told(kind, &broken).await;
            server.end().await;
        }
    }

    // Then the relay has of each bridge that broke one message of each kind, and of no other any.
    let expected: BTreeSet<String> = (0..TOGETHER * TIMES).map(name).collect();
    let told = scene.told();
    for kind in ["Problem", "Over"] {
        let bridges: Vec<&String> = told.values().filter(|(of, ..)| *of == kind).map(|(_, bridge, _)| bridge).collect();
        assert_eq!(bridges.iter().copied().cloned().collect::<BTreeSet<_>>(), expected, "{kind}");
        assert_eq!(bridges.len(), expected.len(), "{kind}: one id each: {told:#?}");
    }
    is_one_mail_each(&scene.relay.taken());
    let repeated: usize = told.values().map(|(.., count)| count - 1).sum();
    let kills = scene.lives;
    assert!(repeated > 0, "no kill fell between the relay's taking a mail and our keeping that it did");
    assert!(repeated <= kills * 2, "{repeated} doubles of {kills} kills, of two at once each");
    println!("{} messages, {kills} kills, {repeated} repeated under the same id", told.len());

    // And the store knows that all were taken.
    let mut store = store_of(scene.folder.path()).await;
    let states = sqlx::query_as("select state, count(*) from notices group by state");
    let states: Vec<(String, i64)> = states.fetch_all(&mut store).await.expect("states");
    let all = i64::try_from(told.len()).expect("few");
    assert_eq!(states, [("sent".to_owned(), all)]);
    let open: i64 = sqlx::query_scalar("select count(*) from told").fetch_one(&mut store).await.expect("a count");
    assert_eq!(open, 0, "nothing that began is still open");
}

/// What came twice is the same to the byte, and what is over stands below what began.
fn is_one_mail_each(taken: &[Taken]) {
    let mut first: BTreeMap<String, &Taken> = BTreeMap::new();
    for mail in taken {
        let one = *first.entry(mail.header("Message-ID")).or_insert(mail);
        assert_eq!(one.mail, mail.mail);
    }
    for mail in taken.iter().filter(|mail| about(mail).0 == "Over") {
        let began = first.get(&mail.header("In-Reply-To")).map(|began| about(began));
        assert_eq!(began, Some(("Problem", about(mail).1)));
    }
}
