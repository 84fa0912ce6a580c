//! What owners were told last, and telling them more.

use model::{IntegrationId, Level, NoticeKind, NoticeMark, NoticeState, Reason};
use store::{NewNotice, Store, Telling, ToldRow, Write};

use crate::{
    given::{Given, NOW, at, integration, slug},
    outbox::{change, claimed, mark, notice, states},
};

/// That it broke, `number` seconds after `NOW`.
fn broken(number: u32) -> ToldRow {
    ToldRow {
        change: change(number),
        level: Level::Problem,
        since: at(i64::from(number)),
        sentence: "401 from ERP, says \"Größe\"\n'; drop table told; --".to_owned(),
        reason: Some(Reason::Auth),
        at: at(i64::from(number) + 30),
    }
}

/// What an owner is told of a change by mail and chat.
fn telling(integration_id: IntegrationId, number: u32, kind: NoticeKind) -> Telling {
    let notices = ["mail", "chat"].map(|channel| NewNotice { integration_id, notice: notice(number, kind, channel) });
    Telling { integration_id, told: (kind != NoticeKind::Over).then(|| broken(number)), notices: notices.into() }
}

async fn told(store: &Store) -> Vec<(IntegrationId, ToldRow)> {
    store.told().await.expect("what was told")
}

pub async fn what_was_told_comes_back_until_it_is_over(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    assert_eq!(told(&given.store).await, []);

    let bare = ToldRow { reason: None, level: Level::Attention, sentence: "nul \0".to_owned(), ..broken(2) };
    let second = Telling { told: Some(bare.clone()), notices: Vec::new(), integration_id: pay.integration };
    given.store.tell(&[telling(orders.integration, 1, NoticeKind::Began), second]).await.expect("told");

    let bare = ToldRow { sentence: "nul \u{fffd}".to_owned(), ..bare };
    assert_eq!(told(&given.store).await, [(orders.integration, broken(1)), (pay.integration, bare)]);
    assert_eq!(states(&given.store, orders.integration).await.len(), 2, "by mail and by chat");
    assert_eq!(states(&given.store, pay.integration).await, [], "nobody was to be told, and that is remembered too");

    // When it gets worse, the same change is told of as it is now; when it is over, none is open.
    let worse = ToldRow { level: Level::Problem, at: at(99), ..broken(2) };
    let telling_worse = Telling { told: Some(worse.clone()), ..telling(pay.integration, 2, NoticeKind::Worse) };
    given.store.tell(&[telling_worse, telling(orders.integration, 1, NoticeKind::Over)]).await.expect("told");
    assert_eq!(told(&given.store).await, [(pay.integration, worse)]);
    assert_eq!(states(&given.store, orders.integration).await.len(), 4);
}

pub async fn what_is_told_and_that_it_was_told_are_one(given: &Given) {
    let orders = given.bridge("orders").await;
    let nowhere = IntegrationId(4_711);
    let of_nothing = Telling { notices: Vec::new(), ..telling(nowhere, 2, NoticeKind::Began) };
    for wrong in [telling(nowhere, 2, NoticeKind::Began), of_nothing] {
        let both = [telling(orders.integration, 1, NoticeKind::Began), wrong];
        given.store.tell(&both).await.expect_err("there is no such integration");
        assert_eq!(states(&given.store, orders.integration).await, [], "nobody was told");
        assert_eq!(told(&given.store).await, [], "nor is it taken for told");
    }

    given.store.tell(&[telling(orders.integration, 1, NoticeKind::Began)]).await.expect("told");
    assert_eq!(states(&given.store, orders.integration).await, [(NoticeState::Waiting, 0); 2]);
    assert_eq!(told(&given.store).await, [(orders.integration, broken(1))]);
}

pub async fn the_same_told_again_changes_nothing(given: &Given) {
    let orders = given.bridge("orders").await;
    let began = [telling(orders.integration, 1, NoticeKind::Began)];
    given.store.tell(&began).await.expect("told");
    let first = given.store.notices(orders.integration, 9).await.expect("a list");

    // Given that nobody knows whether it was committed, when it is told again, also by another node, then it is there once.
    let other = Store::open(&given.url).await.expect("a second store");
    let (one, two) = tokio::join!(given.store.tell(&began), other.tell(&began));
    one.expect("told");
    two.expect("told");
    assert_eq!(given.store.notices(orders.integration, 9).await.expect("a list"), first);
    assert_eq!(told(&other).await, [(orders.integration, broken(1))]);

    // When it was sent meanwhile, it is not sent again.
    let claim = claimed(&given.store, "mail", at(1)).await.remove(0);
    assert!(mark(&given.store, &claim, NoticeMark::Sent, "ok").await);
    other.tell(&began).await.expect("told");
    assert_eq!(claimed(&given.store, "mail", at(100_000)).await, []);

    // When its end is told twice, it is told once, and nothing is open.
    let over = [telling(orders.integration, 1, NoticeKind::Over)];
    for _ in 0..2 {
        given.store.tell(&over).await.expect("told");
        assert_eq!(told(&given.store).await, []);
        assert_eq!(states(&given.store, orders.integration).await.len(), 4);
    }
    other.close().await;
}

pub async fn what_was_told_is_there_after_reopening(given: &Given) {
    let orders = given.bridge("orders").await;
    given.store.tell(&[telling(orders.integration, 1, NoticeKind::Began)]).await.expect("told");
    let edit = Write::PutIntegration { spec: integration("orders"), catalogue: None };
    given.store.apply(&[edit], at(1)).await.expect("edited");
    given.store.close().await;

    let again = Store::open(&given.url).await.expect("opened again");
    assert_eq!(told(&again).await, [(orders.integration, broken(1))]);
    assert_eq!(claimed(&again, "chat", at(1)).await.len(), 1);
}

pub async fn many_are_told_at_once(given: &Given) {
    let spec = |number: usize| integration(&format!("bridge-{number}"));
    let writes: Vec<Write> =
        (0..341).map(|number| Write::PutIntegration { spec: spec(number), catalogue: None }).collect();
    given.store.apply(&writes, NOW).await.expect("applied");
    let ids: Vec<IntegrationId> =
        given.store.load().await.expect("loaded").integrations.into_iter().map(|one| one.id).collect();
    let all = |kind| -> Vec<Telling> { (0..).zip(&ids).map(|(number, &id)| telling(id, number, kind)).collect() };

    given.store.tell(&all(NoticeKind::Began)).await.expect("told");
    let mut expected: Vec<_> = (0..).zip(&ids).map(|(number, &id)| (id, broken(number))).collect();
    expected.sort_by_key(|(id, _)| *id);
    assert_eq!(told(&given.store).await, expected);

    given.store.tell(&all(NoticeKind::Over)[..340]).await.expect("told");
    assert_eq!(told(&given.store).await, [(ids[340], broken(340))], "the others are over");
    given.store.tell(&[]).await.expect("nothing to tell is no fault");
}

pub async fn the_last_of_several_words_says_what_was_told(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    let words = [
        telling(orders.integration, 1, NoticeKind::Began),
        telling(pay.integration, 2, NoticeKind::Over),
        telling(orders.integration, 1, NoticeKind::Over),
        telling(pay.integration, 3, NoticeKind::Began),
    ];
    given.store.tell(&words).await.expect("told");
    assert_eq!(told(&given.store).await, [(pay.integration, broken(3))]);
    assert_eq!(states(&given.store, orders.integration).await.len(), 4, "each word is told all the same");
}

pub async fn nothing_is_told_of_what_is_retired(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    let began = [telling(orders.integration, 1, NoticeKind::Began), telling(pay.integration, 2, NoticeKind::Began)];
    given.store.tell(&began).await.expect("told");
    given.store.apply(&[Write::RetireIntegration { slug: slug("orders") }], at(1)).await.expect("retired");
    assert_eq!(told(&given.store).await, [(pay.integration, broken(2))]);

    // When a word of it comes late, it is kept from its owner, and the other is told.
    let late = [telling(orders.integration, 4, NoticeKind::Began), telling(pay.integration, 2, NoticeKind::Over)];
    given.store.tell(&late).await.expect("told");
    assert_eq!(states(&given.store, orders.integration).await.len(), 2);
    assert_eq!(states(&given.store, pay.integration).await.len(), 4);

    // When it is revived, no change of it is open.
    let revive = Write::PutIntegration { spec: integration("orders"), catalogue: None };
    given.store.apply(&[revive], at(2)).await.expect("revived");
    assert_eq!(told(&given.store).await, []);
}
