//! What owners are told, until it is told.

use model::{
    ChangeId, IntegrationId, Level, Notice, NoticeClaim, NoticeKind, NoticeMark, NoticeState, NoticeView, Reason, Slug,
    Span, Timestamp, hours::Cost,
};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use store::{Engine, NewNotice, Store, Telling};
use uuid::Uuid;

use crate::given::{Given, NOW, at, slug};

/// For so long a notice is out.
const LEASE: Span = Span::minutes(2);

pub fn change(number: u32) -> ChangeId {
    ChangeId(Uuid::from_u128(u128::from(number)))
}

/// What is told of a change, `number` seconds after `NOW`, to a channel.
pub fn notice(number: u32, kind: NoticeKind, channel: &str) -> Notice {
    Notice {
        change: change(number),
        kind,
        channel: slug(channel),
        at: at(i64::from(number)),
        integration: slug("orders"),
        name: "Orders".to_owned(),
        from: "CRM".to_owned(),
        to: "ERP".to_owned(),
        environment: "production".to_owned(),
        tier: 1.try_into().expect("a tier"),
        owner: Some("team-a\0".to_owned()),
        level: Level::Problem,
        sentence: "401 from ERP, says \"Größe\"\n'; drop table notices; --".to_owned(),
        reason: Some(Reason::Auth),
        since: at(0),
        until: (kind == NoticeKind::Over).then(|| at(9)),
        cost: Cost::HandWork { units: 0.1, unit: "orders".to_owned(), hours: 1.0 / 3.0 },
        runbook: None,
        link: "https://bridgewatch.example.com/integrations/orders".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    }
}

async fn tell(store: &Store, integration: IntegrationId, notices: Vec<Notice>) {
    let notices = notices.into_iter().map(|notice| NewNotice { integration_id: integration, notice }).collect();
    store.tell(&[Telling { integration_id: integration, told: None, notices }]).await.expect("told");
}

/// Takes all that is due of a channel.
pub async fn claimed(store: &Store, channel: &str, now: Timestamp) -> Vec<NoticeClaim> {
    store.claim_notices(&slug(channel), now, now + LEASE, 1_000).await.expect("taken")
}

pub async fn mark(store: &Store, claim: &NoticeClaim, how: NoticeMark, answer: &str) -> bool {
    store.mark_notice(claim.id, claim.attempt, at(500), how, answer).await.expect("marked")
}

fn changes(claims: &[NoticeClaim]) -> Vec<ChangeId> {
    claims.iter().map(|claim| claim.notice.change).collect()
}

/// What became of each, the newest first.
pub async fn states(store: &Store, integration: IntegrationId) -> Vec<(NoticeState, i64)> {
    let views = store.notices(integration, 1_000).await.expect("a list");
    views.iter().map(|view| (view.state, view.attempts)).collect()
}

pub async fn a_notice_comes_out_as_it_went_in(given: &Given) {
    let orders = given.bridge("orders").await;
    let both = vec![notice(1, NoticeKind::Began, "mail"), notice(1, NoticeKind::Over, "chat")];
    tell(&given.store, orders.integration, both.clone()).await;

    for (notice, channel) in both.into_iter().zip(["mail", "chat"]) {
        let claims = claimed(&given.store, channel, at(1)).await;
        assert_eq!(claims.len(), 1);
        assert_eq!((claims[0].attempt, claims[0].created_at), (1, at(1)));
        assert_eq!(claims[0].notice, notice);
    }
}

pub async fn a_change_is_told_once_to_each_channel(given: &Given) {
    let orders = given.bridge("orders").await;
    let told = || vec![notice(1, NoticeKind::Began, "mail"), notice(1, NoticeKind::Began, "chat")];
    let with_over = [told(), told(), vec![notice(1, NoticeKind::Over, "mail")]].concat();

    // Given that a change is told twice, and its own end is in it too.
    for _ in 0..2 {
        tell(&given.store, orders.integration, with_over.clone()).await;
    }
    assert_eq!(states(&given.store, orders.integration).await.len(), 3);

    // When it was sent long ago, it is not told again either.
    let claim = claimed(&given.store, "chat", at(1)).await.remove(0);
    assert!(mark(&given.store, &claim, NoticeMark::Sent, "ok").await);
    tell(&given.store, orders.integration, told()).await;
    assert_eq!(claimed(&given.store, "chat", at(100_000)).await, []);
}

pub async fn what_is_out_is_given_to_nobody_else_until_its_lease_ends(given: &Given) {
    let orders = given.bridge("orders").await;
    let three = (1..=3).map(|number| notice(number, NoticeKind::Began, "mail")).collect();
    tell(&given.store, orders.integration, three).await;

    let first = given.store.claim_notices(&slug("mail"), at(3), at(3) + LEASE, 2).await.expect("taken");
    assert_eq!(changes(&first), [change(1), change(2)], "the longest due first");
    assert_eq!(changes(&claimed(&given.store, "mail", at(4)).await), [change(3)]);
    assert_eq!(claimed(&given.store, "mail", at(3) + LEASE - Span::ms(1)).await, []);

    // Whoever had them is gone: they are taken anew, and the word of the old attempt no longer counts.
    let again = claimed(&given.store, "mail", at(3) + LEASE).await;
    assert_eq!(changes(&again), [change(1), change(2)]);
    assert_eq!(again[0].attempt, 2);
    assert!(!mark(&given.store, &first[0], NoticeMark::Failed, "late").await);
    assert!(mark(&given.store, &again[0], NoticeMark::Sent, "250 ok").await);
    assert!(!mark(&given.store, &again[0], NoticeMark::Failed, "twice").await, "what is settled stays so");
}

pub async fn marks_are_kept_and_only_what_waits_is_taken_again(given: &Given) {
    let orders = given.bridge("orders").await;
    let four = (1..=4).map(|number| notice(number, NoticeKind::Began, "mail")).collect();
    tell(&given.store, orders.integration, four).await;
    let claims = claimed(&given.store, "mail", at(4)).await;
    let marks = [NoticeMark::Sent, NoticeMark::Again(at(900)), NoticeMark::Failed, NoticeMark::GivenUp];
    for (claim, how) in claims.iter().zip(marks) {
        assert!(mark(&given.store, claim, how, "said\0 so").await);
    }

    let mut views = given.store.notices(orders.integration, 9).await.expect("a list");
    views.reverse();
    let kept = |number: u32, state| NoticeView {
        id: claims[usize::try_from(number).expect("small") - 1].id,
        change: change(number),
        kind: NoticeKind::Began,
        channel: slug("mail"),
        state,
        attempts: 1,
        next_at: (state == NoticeState::Waiting).then(|| at(900)),
        last_answer: Some("said\u{fffd} so".to_owned()),
        created_at: at(i64::from(number)),
        sent_at: (state == NoticeState::Sent).then(|| at(500)),
    };
    let states = [NoticeState::Sent, NoticeState::Waiting, NoticeState::Failed, NoticeState::GivenUp];
    assert_eq!(views, (1..).zip(states).map(|(number, state)| kept(number, state)).collect::<Vec<_>>());
    assert_eq!(claimed(&given.store, "mail", at(899)).await, []);
    assert_eq!(changes(&claimed(&given.store, "mail", at(900)).await), [change(2)]);
    assert_eq!(given.store.notices(orders.integration, 1).await.expect("a list")[0].change, change(4));
}

pub async fn what_comes_later_in_a_change_waits_for_what_came_before(given: &Given) {
    let orders = given.bridge("orders").await;
    let store = &given.store;
    let told = vec![
        notice(1, NoticeKind::Began, "mail"),
        notice(1, NoticeKind::Worse, "mail"),
        notice(1, NoticeKind::Over, "mail"),
        notice(2, NoticeKind::Over, "mail"),
        notice(1, NoticeKind::Over, "chat"),
    ];
    tell(store, orders.integration, told).await;
    let kinds = |claims: &[NoticeClaim]| {
        claims.iter().map(|claim| (claim.notice.change, claim.notice.kind)).collect::<Vec<_>>()
    };

    // Given that the beginning is out, and then waits for its next attempt.
    let first = claimed(store, "mail", at(9)).await;
    assert_eq!(kinds(&first), [(change(1), NoticeKind::Began), (change(2), NoticeKind::Over)]);
    assert_eq!(kinds(&claimed(store, "chat", at(9)).await), [(change(1), NoticeKind::Over)], "told elsewhere");
    assert!(mark(store, &first[0], NoticeMark::Again(at(60)), "busy").await);
    assert_eq!(claimed(store, "mail", at(59)).await, []);
    let due = store.due_channels().await.expect("channels");
    assert_eq!(due.iter().find(|(channel, _)| *channel == slug("mail")), Some(&(slug("mail"), at(60))));

    // When it is settled, be it in vain, the next goes, and then the end.
    let again = claimed(store, "mail", at(60)).await;
    assert_eq!(kinds(&again), [(change(1), NoticeKind::Began)]);
    assert!(mark(store, &again[0], NoticeMark::Failed, "no").await);
    let worse = claimed(store, "mail", at(60)).await;
    assert_eq!(kinds(&worse), [(change(1), NoticeKind::Worse)]);
    assert!(mark(store, &worse[0], NoticeMark::Sent, "ok").await);
    assert_eq!(kinds(&claimed(store, "mail", at(60)).await), [(change(1), NoticeKind::Over)]);
}

pub async fn channels_are_due_from_their_first_notice_on(given: &Given) {
    let orders = given.bridge("orders").await;
    let due = async || given.store.due_channels().await.expect("channels");
    assert_eq!(due().await, []);
    let told = [(5, "mail"), (3, "mail"), (1, "b"), (1, "a")];
    let told = told.map(|(number, channel)| notice(number, NoticeKind::Began, channel)).to_vec();
    tell(&given.store, orders.integration, told).await;
    assert_eq!(due().await, [(slug("a"), at(1)), (slug("b"), at(1)), (slug("mail"), at(3))]);

    let claim = claimed(&given.store, "a", at(1)).await.remove(0);
    assert_eq!(due().await.last(), Some(&(slug("a"), at(1) + LEASE)), "a lease that ends");
    assert!(mark(&given.store, &claim, NoticeMark::Sent, "ok").await);
    assert_eq!(due().await, [(slug("b"), at(1)), (slug("mail"), at(3))]);
}

pub async fn several_nodes_take_each_notice_once(given: &Given) {
    let orders = given.bridge("orders").await;
    let other = Store::open(&given.url).await.expect("a second store");
    let many = (0..200).map(|number| notice(number, NoticeKind::Began, "mail")).collect();
    tell(&given.store, orders.integration, many).await;
    let take = async |store: &Store| {
        let claims = store.claim_notices(&slug("mail"), at(200), at(200) + LEASE, 3).await.expect("taken");
        changes(&claims)
    };
    let mut all = Vec::new();
    loop {
        let (one, two) = tokio::join!(take(&given.store), take(&other));
        if one.is_empty() && two.is_empty() {
            break;
        }
        all.extend([one, two].concat());
    }
    all.sort_unstable();
    assert_eq!(all, (0..200).map(change).collect::<Vec<_>>());
    other.close().await;
}

pub async fn what_waits_is_there_after_reopening(given: &Given) {
    let orders = given.bridge("orders").await;
    tell(&given.store, orders.integration, vec![notice(1, NoticeKind::Began, "mail")]).await;
    let claim = claimed(&given.store, "mail", at(1)).await.remove(0);
    assert!(mark(&given.store, &claim, NoticeMark::Again(at(60)), "busy").await);
    given.store.close().await;

    let again = Store::open(&given.url).await.expect("opened again");
    let claims = claimed(&again, "mail", at(60)).await;
    assert_eq!((claims[0].attempt, &claims[0].notice), (2, &claim.notice));
}

pub async fn a_notice_that_cannot_be_read_stands_in_nobodys_way(given: &Given) {
    let orders = given.bridge("orders").await;
    let two = (1..=2).map(|number| notice(number, NoticeKind::Began, "mail")).collect();
    tell(&given.store, orders.integration, two).await;
    let spoil = format!("update notices set payload = '{{}}' where change_id = '{}'", change(1));
    match given.store.engine() {
        Engine::Sqlite => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(given.url.file().expect("a file"));
            let pool = SqlitePool::connect_with(options).await.expect("a connection");
            sqlx::query(AssertSqlSafe(spoil)).execute(&pool).await.expect("spoiled");
            pool.close().await;
        }
        Engine::Postgres => {
            let pool = PgPool::connect(&given.url.to_string()).await.expect("a connection");
            sqlx::query(AssertSqlSafe(spoil)).execute(&pool).await.expect("spoiled");
            pool.close().await;
        }
    }

    assert_eq!(changes(&claimed(&given.store, "mail", at(2)).await), [change(2)]);
    let views = given.store.notices(orders.integration, 9).await.expect("a list");
    assert_eq!(views[1].state, NoticeState::Failed);
    assert!(views[1].last_answer.as_deref().is_some_and(|why| why.contains("payload")), "{views:?}");
}

pub async fn old_notices_are_deleted_once_they_are_settled(given: &Given) {
    let orders = given.bridge("orders").await;
    let many = (0..1_005).map(|number| notice(number, NoticeKind::Began, "mail")).collect();
    tell(&given.store, orders.integration, many).await;
    let claims = given.store.claim_notices(&slug("mail"), at(2_000), at(3_000), 1_004).await.expect("taken");
    for claim in &claims {
        assert!(mark(&given.store, claim, NoticeMark::Sent, "ok").await);
    }
    let mut deleted = Vec::new();
    for _ in 0..3 {
        deleted.push(given.store.delete_settled_notices(at(1_003)).await.expect("deleted"));
    }
    assert_eq!(deleted, [1_000, 3, 0]);
    let left = states(&given.store, orders.integration).await;
    assert_eq!(left, [(NoticeState::Waiting, 0), (NoticeState::Sent, 1)], "what waits stays, however old");
    assert_eq!(given.store.delete_settled_notices(at(9_999)).await.expect("deleted"), 1);
    let slug: Slug = slug("mail");
    assert_eq!(given.store.due_channels().await.expect("channels"), [(slug, Timestamp(NOW.0 + 1_004_000))]);
}
