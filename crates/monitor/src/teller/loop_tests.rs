//! Telling, over a real `SQLite` file: once, whatever happens in between.

use std::{sync::Arc, time::Duration};

use chrono_tz::Tz;
use model::{ChangeId, IntegrationId, NoticeKind, Outcome, Slug, SystemSpec, TestClock};
use sqlx::{Connection, Executor as _, SqliteConnection};
use store::{Store, StoreUrl, Write};
use tempfile::TempDir;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use super::{
    Teller,
    fixture::{Bridge, at, muted, paused, slug, spec},
};
use crate::{Board, MonitorConfig, Tellers, testing::Bench};

/// How long a test waits before it gives up.
const WAIT: Duration = Duration::from_secs(40);

struct House {
    folder: TempDir,
    store: Store,
    bench: Bench,
    clock: TestClock,
    wake: Arc<Notify>,
    /// Of Team Blue, which has a mail and a chat.
    bridge: Bridge,
}

impl House {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&StoreUrl::sqlite(folder.path().join("house.db"))).await.expect("a store");
        let system = |name: &str| Write::PutSystem {
            spec: SystemSpec {
                slug: slug(name),
                name: name.to_owned(),
                kind: None,
                owner: None,
                description: None,
                depends_on: Vec::new(),
                formerly: None,
            },
            catalogue: None,
        };
        let orders = Write::PutIntegration { spec: spec("orders"), catalogue: None };
        store.apply(&[system("shop"), system("erp"), orders], at(0)).await.expect("a catalogue");
        let id = store.load().await.expect("it").integrations[0].id;
        let (bench, _, _) = Bench::idle(&[], &MonitorConfig::new("unused"));
        let mut bridge = Bridge::new(id, "orders");
        bridge.check("web", 1, Outcome::Ok);
        let clock = TestClock::at(at(0));
        Self { folder, store, bench, clock, wake: Arc::default(), bridge }
    }

    /// Who tells, as after a start of the program.
    async fn teller(&self) -> Teller {
        let channels = |owner: Option<&str>| match owner {
            Some("Team Blue") => vec![slug("chat"), slug("mail")],
            Some("Team Red") => vec![slug("pager")],
            _ => Vec::new(),
        };
        let tellers = Tellers {
            channels: Arc::new(channels),
            exists: Arc::new(|_: &Slug| true),
            address: "https://bridges.example".to_owned(),
            wake: Arc::clone(&self.wake),
        };
        let loaded = Teller::load(&self.store, &self.bench.executor, tellers, Tz::UTC).await.expect("what was told");
        Teller { clock: Arc::new(self.clock.clone()), ..loaded }
    }

    /// The board as it is that second.
    fn board(&self, second: i64) -> Arc<Board> {
        self.clock.set(at(second));
        Arc::new(Board { as_of: at(second), rows: vec![self.bridge.row(second)] })
    }

    /// What waits in the outbox for the mail, oldest first; the chat is told the same.
    async fn told(&self) -> Vec<(ChangeId, NoticeKind)> {
        let all = self.store.notices(self.bridge.integration.id, 50).await.expect("notices");
        let by = |channel: &str| -> Vec<(ChangeId, NoticeKind)> {
            let of = all.iter().rev().filter(|notice| notice.channel == slug(channel));
            of.map(|notice| (notice.change, notice.kind)).collect()
        };
        assert_eq!(by("mail"), by("chat"));
        by("mail")
    }

    async fn kinds(&self) -> Vec<NoticeKind> {
        self.told().await.into_iter().map(|(_, kind)| kind).collect()
    }

    /// By which channels a word of this kind was told.
    async fn by(&self, kind: NoticeKind) -> Vec<String> {
        let all = self.store.notices(self.bridge.integration.id, 50).await.expect("notices");
        let of = all.iter().filter(|notice| notice.kind == kind);
        let mut by: Vec<String> = of.map(|notice| notice.channel.to_string()).collect();
        by.sort();
        by
    }

    fn belongs_to(&mut self, owner: &str) {
        let mut integration = (*self.bridge.integration).clone();
        integration.spec.owner = Some(owner.to_owned());
        self.bridge.integration = Arc::new(integration);
    }

    async fn woken(&self) {
        timeout(WAIT, self.wake.notified()).await.expect("the courier is woken");
    }
}

#[tokio::test]
async fn a_change_is_told_when_it_begins_when_it_gets_worse_and_when_it_is_over() {
    use NoticeKind::{Began, Over, Worse};
    let mut house = House::start().await;
    house.bridge.check("api", 2, Outcome::Ok);
    let (show, shown) = watch::channel(house.board(2));
    let telling = tokio::spawn(house.teller().await.run(shown));

    for (second, outcome, told) in [
        (10, Outcome::Warn, vec![Began]),
        (20, Outcome::Failed, vec![Began, Worse]),
        (30, Outcome::Ok, vec![Began, Worse, Over]),
    ] {
        house.bridge.check("api", second, outcome);
        show.send_replace(house.board(second));
        house.woken().await;
        assert_eq!(house.kinds().await, told);
    }
    let changes: Vec<ChangeId> = house.told().await.into_iter().map(|(change, _)| change).collect();
    assert!(changes.iter().all(|change| *change == changes[0]), "{changes:?}");
    assert_eq!(house.store.told().await.expect("told"), []);

    // When no more boards are to come, then it ends.
    drop(show);
    timeout(WAIT, telling).await.expect("an end").expect("no panic");
    assert_eq!(house.kinds().await.len(), 3);
}

#[tokio::test]
async fn a_new_start_tells_nothing_again_and_knows_what_is_not_over() {
    let mut house = House::start().await;
    house.bridge.check("api", 10, Outcome::Failed);
    house.teller().await.look(&house.board(10)).await;
    let first = house.told().await;
    assert_eq!(first.len(), 1);

    // Given a start after it was told, when the same is seen again, then nothing is told.
    let mut teller = house.teller().await;
    house.bridge.check("api", 20, Outcome::Failed);
    teller.look(&house.board(20)).await;
    assert_eq!(house.told().await, first);

    // When it is over after yet another start, then that is told of the same change.
    house.bridge.check("api", 30, Outcome::Ok);
    house.teller().await.look(&house.board(30)).await;
    assert_eq!(house.told().await, [first[0], (first[0].0, NoticeKind::Over)]);
    house.teller().await.look(&house.board(31)).await;
    assert_eq!(house.told().await.len(), 2);
}

#[tokio::test]
async fn what_was_muted_is_told_when_that_ends_if_it_still_holds() {
    let mut house = House::start().await;
    let mut teller = house.teller().await;
    house.bridge.handling = muted(60);
    house.bridge.check("api", 10, Outcome::Failed);
    teller.look(&house.board(10)).await;
    teller.look(&house.board(59)).await;
    assert_eq!(house.kinds().await, []);

    teller.look(&house.board(60)).await;
    assert_eq!(house.kinds().await, [NoticeKind::Began]);

    // What passes while it is muted again: its end is told then, and nothing else.
    house.bridge.handling = muted(120);
    house.bridge.check("api", 70, Outcome::Ok);
    teller.look(&house.board(70)).await;
    assert_eq!(house.kinds().await.len(), 1);
    teller.look(&house.board(120)).await;
    assert_eq!(house.kinds().await, [NoticeKind::Began, NoticeKind::Over]);
}

#[tokio::test]
async fn what_is_no_longer_asked_is_not_over_and_its_trouble_is_told_once() {
    use NoticeKind::{Began, Over};
    type Done = fn(&mut Bridge);
    let ways: [(&str, Done, Done); 2] = [
        ("paused", |bridge| bridge.handle("api", paused()), |bridge| bridge.probe_handling.clear()),
        ("disabled", |bridge| bridge.enable("api", false), |bridge| bridge.enable("api", true)),
    ];
    for (what, aside, back) in ways {
        let mut house = House::start().await;
        let mut teller = house.teller().await;
        house.bridge.check("api", 10, Outcome::Failed);
        teller.look(&house.board(10)).await;

        // Given that its probe is set aside: then all that is asked is well, and that tells nothing of what is not.
        aside(&mut house.bridge);
        house.bridge.check("web", 20, Outcome::Ok);
        teller.look(&house.board(20)).await;
        assert_eq!(house.kinds().await, [Began], "{what}");

        // When it is asked again and the trouble is as it was, also after a start between, then that is the same.
        back(&mut house.bridge);
        let mut teller = house.teller().await;
        teller.look(&house.board(30)).await;
        house.bridge.check("api", 40, Outcome::Failed);
        teller.look(&house.board(40)).await;
        assert_eq!(house.kinds().await, [Began], "{what}");

        house.bridge.check("api", 50, Outcome::Ok);
        teller.look(&house.board(50)).await;
        let told = house.told().await;
        assert_eq!(told, [(told[0].0, Began), (told[0].0, Over)], "{what}");
    }
}

#[tokio::test]
async fn what_breaks_while_what_was_told_is_no_longer_asked_takes_its_place_and_each_is_told_once() {
    use NoticeKind::{Began, Over};
    let mut house = House::start().await;
    let mut teller = house.teller().await;
    house.bridge.check("api", 10, Outcome::Failed);
    teller.look(&house.board(11)).await;
    house.bridge.enable("api", false);
    house.bridge.check("web", 20, Outcome::Ok);
    teller.look(&house.board(20)).await;
    assert_eq!(house.kinds().await, [Began]);

    // When the other breaks, and the integration belongs to somebody else by then, then all who wait for the end of the first are told.
    house.belongs_to("Team Red");
    house.bridge.check("web", 30, Outcome::Failed);
    teller.look(&house.board(31)).await;
    let told = house.told().await;
    assert_eq!((told.len(), told[1].1), (2, Began));
    assert_ne!(told[0].0, told[1].0);
    assert_eq!(house.by(Began).await, ["chat", "chat", "mail", "mail", "pager"]);
    let kept = house.store.told().await.expect("told");
    assert_eq!(kept[0].1.change, told[1].0, "one change is open");

    // Looked at again, after a start, and with the first asked again and as it was: then nothing more is said of either.
    teller.look(&house.board(32)).await;
    let mut teller = house.teller().await;
    house.bridge.check("web", 40, Outcome::Failed);
    teller.look(&house.board(41)).await;
    house.bridge.enable("api", true);
    teller.look(&house.board(42)).await;
    house.bridge.enable("api", false);
    house.teller().await.look(&house.board(43)).await;
    assert_eq!(house.told().await, told);

    // When the second is over, then that is told of it alone: what nobody asks has no part in it.
    house.bridge.check("web", 50, Outcome::Ok);
    let mut teller = house.teller().await;
    teller.look(&house.board(51)).await;
    let mut ended = told.clone();
    ended.push((told[1].0, Over));
    assert_eq!(house.told().await, ended);

    // When the first is asked again and still down, then that is no news, and its end is told once it comes.
    house.bridge.enable("api", true);
    teller.look(&house.board(60)).await;
    assert_eq!(house.told().await, ended);
    house.bridge.check("api", 70, Outcome::Ok);
    teller.look(&house.board(71)).await;
    ended.push((told[0].0, Over));
    assert_eq!(house.told().await, ended);
}

#[tokio::test]
async fn a_probe_that_was_set_aside_before_keeps_no_later_change_open() {
    use NoticeKind::{Began, Over};
    let mut house = House::start().await;
    house.bridge.check("api", 10, Outcome::Failed);
    house.bridge.enable("api", false);
    let mut teller = house.teller().await;
    teller.look(&house.board(11)).await;
    assert_eq!(house.kinds().await, []);

    house.bridge.check("web", 20, Outcome::Failed);
    teller.look(&house.board(20)).await;
    house.bridge.check("web", 30, Outcome::Ok);
    teller.look(&house.board(30)).await;
    assert_eq!(house.kinds().await, [Began, Over]);
}

#[tokio::test]
async fn a_trouble_that_was_said_to_be_over_and_is_back_is_another_change() {
    let mut house = House::start().await;
    let mut teller = house.teller().await;
    house.bridge.check("api", 10, Outcome::Failed);
    teller.look(&house.board(10)).await;

    // Given that its probe counts no more: then the integration is well; when it counts again, the trouble is there as it was.
    house.bridge.counts("api", false);
    teller.look(&house.board(20)).await;
    house.bridge.counts("api", true);
    teller.look(&house.board(30)).await;

    let told = house.told().await;
    let kinds: Vec<NoticeKind> = told.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds, [NoticeKind::Began, NoticeKind::Over, NoticeKind::Began]);
    assert!(told[0].0 == told[1].0 && told[1].0 != told[2].0, "{told:?}");
}

#[tokio::test]
async fn while_the_store_is_away_nothing_is_forgotten_and_nothing_is_told_twice() {
    let mut house = House::start().await;
    let mut teller = house.teller().await;
    house.bridge.check("api", 10, Outcome::Failed);
    let file = house.folder.path().join("house.db");
    let mut lock = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.expect("a connection");
    lock.execute("begin immediate").await.expect("the lock");

    let board = house.board(10);
    teller.look(&board).await;
    assert!(teller.away && teller.told.is_empty());
    assert_eq!(house.kinds().await, []);

    // When it is back, the same board is enough.
    lock.execute("commit").await.expect("given back");
    teller.look(&board).await;
    assert!(!teller.away);
    assert_eq!(house.kinds().await, [NoticeKind::Began]);
    teller.look(&house.board(11)).await;
    assert_eq!(house.kinds().await, [NoticeKind::Began]);
}

#[tokio::test]
async fn an_owner_without_a_channel_is_told_nothing_and_that_is_remembered() {
    let mut house = House::start().await;
    house.belongs_to("Team Green");
    let mut teller = house.teller().await;
    house.bridge.check("api", 10, Outcome::Failed);
    teller.look(&house.board(10)).await;
    assert_eq!(house.kinds().await, []);
    assert_eq!(house.store.told().await.expect("told").len(), 1);
}

#[tokio::test]
async fn whoever_was_told_that_it_began_is_told_that_it_is_over() {
    use NoticeKind::{Began, Over, Worse};
    let mut house = House::start().await;
    let mut teller = house.teller().await;
    house.bridge.check("api", 10, Outcome::Failed);
    teller.look(&house.board(10)).await;

    // Given that it belongs to others by now: then they, who were told nothing of it, are not told that it is over.
    house.belongs_to("Team Red");
    house.bridge.check("api", 20, Outcome::Ok);
    teller.look(&house.board(20)).await;
    assert_eq!(house.by(Began).await, ["chat", "mail"]);
    assert_eq!(house.by(Over).await, ["chat", "mail"]);

    // What gets worse is told to those whose it is now, and to those who wait for its end.
    house.belongs_to("Team Blue");
    house.bridge.check("api", 30, Outcome::Warn);
    teller.look(&house.board(30)).await;
    house.belongs_to("Team Red");
    house.bridge.check("api", 40, Outcome::Failed);
    teller.look(&house.board(40)).await;
    assert_eq!(house.by(Worse).await, ["chat", "mail", "pager"]);
    house.bridge.check("api", 50, Outcome::Ok);
    teller.look(&house.board(50)).await;
    assert_eq!(house.by(Over).await, ["chat", "chat", "mail", "mail", "pager"]);
}

#[tokio::test]
async fn for_a_channel_that_is_gone_those_of_the_owner_are_told_the_end() {
    use NoticeKind::{Began, Over};
    let mut house = House::start().await;
    let mut teller = house.teller().await;
    house.bridge.check("api", 10, Outcome::Failed);
    teller.look(&house.board(10)).await;
    assert_eq!(house.by(Began).await, ["chat", "mail"]);

    house.belongs_to("Team Red");
    teller.tellers.exists = Arc::new(|channel: &Slug| *channel != slug("mail"));
    house.bridge.check("api", 20, Outcome::Ok);
    teller.look(&house.board(20)).await;
    assert_eq!(house.by(Over).await, ["chat", "pager"]);
}

#[tokio::test]
async fn what_the_store_refuses_keeps_nobody_else_from_being_told() {
    let mut house = House::start().await;
    let mut teller = house.teller().await;
    let mut stranger = Bridge::new(IntegrationId(9_999), "stranger");
    stranger.check("api", 10, Outcome::Failed);
    house.bridge.check("api", 10, Outcome::Failed);
    let board = Arc::new(Board { as_of: at(10), rows: vec![stranger.row(10), house.bridge.row(10)] });
    house.clock.set(at(10));

    teller.look(&board).await;

    assert_eq!(house.kinds().await, [NoticeKind::Began]);
    assert!(!teller.away, "it is not the store that is at fault");
}
