//! Who did what.

use futures::TryStreamExt as _;
use model::{AuditEntry, PersonId, Role, SessionId, TokenId};
use serde_json::json;
use sqlx::{PgPool, SqlitePool};
use store::{
    AuditFilter, Engine, NewEntry, PasswordHash, PersonChange, PersonChanged, PersonSpec, ProviderSubject, Store,
    TellChange, TokenOwner, Write,
};

use crate::{
    given::{Given, NOW, at, entry, hash, integration, person, probe, slug},
    identity::{session, token},
};

fn filter() -> AuditFilter {
    AuditFilter { limit: 100, ..AuditFilter::default() }
}

async fn numbers(given: &Given, filter: &AuditFilter) -> Vec<i64> {
    given.store.audit_entries(filter).await.expect("entries").into_iter().map(|entry| entry.seq).collect()
}

async fn all(given: &Given) -> Vec<AuditEntry> {
    given.store.audit_in_order().try_collect().await.expect("entries")
}

fn assert_chained(entries: &[AuditEntry]) {
    let mut previous = AuditEntry::BEGINNING;
    for (entry, number) in entries.iter().zip(1..) {
        assert_eq!((entry.seq, entry.previous.as_str()), (number, previous));
        assert_eq!(entry.hash, hash(previous, &entry.to_hash()));
        previous = &entry.hash;
    }
}

/// What somebody does who has the database.
async fn tamper(given: &Given, text: &'static str) {
    match given.store.engine() {
        Engine::Sqlite => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(given.url.file().expect("a file"));
            let pool = SqlitePool::connect_with(options).await.expect("a connection");
            sqlx::query(text).execute(&pool).await.expect("executed");
            pool.close().await;
        }
        Engine::Postgres => {
            let pool = PgPool::connect(&given.url.to_string()).await.expect("a connection");
            sqlx::query(text).execute(&pool).await.expect("executed");
            pool.close().await;
        }
    }
}

pub async fn entries_are_chained(given: &Given) {
    assert_eq!(given.store.audit_head().await.expect("readable"), None);
    let change = NewEntry {
        at: at(1),
        from: Some("192.0.2.7".to_owned()),
        before: Some(json!({ "tier": 2, "name": "Größe" })),
        after: Some(json!(null)),
        ..entry("integration.change", "integration orders")
    };
    given.store.audit(&entry("person.sign_in", "person jo@example.org")).await.expect("added");
    given.store.audit(&change).await.expect("added");

    let entries = all(given).await;
    assert_chained(&entries);
    let second = &entries[1];
    assert_eq!((second.at, &second.who, &second.by, &second.from), (change.at, &change.who, &change.by, &change.from));
    assert_eq!((&second.action, &second.subject), (&change.action, &change.subject));
    assert_eq!((&second.before, &second.after), (&change.before, &change.after));
    assert_eq!(given.store.audit_head().await.expect("readable"), Some((2, second.hash.clone())));
}

pub async fn a_write_and_its_entry_are_one(given: &Given) {
    let put = || Write::PutIntegration { spec: integration("orders"), catalogue: None };
    let tell = || Write::Audit(entry("integration.create", "integration orders"));
    given.store.apply(&[put(), tell()], NOW).await.expect("applied");
    assert_eq!((all(given).await.len(), given.store.catalogue_revision().await.expect("a revision")), (1, 1));

    let nowhere = Write::PutProbe { integration: slug("nowhere"), spec: probe("api"), ping_key: None };
    given.store.apply(&[tell(), nowhere], NOW).await.expect_err("no integration");
    assert_eq!(all(given).await.len(), 1, "what was not done is not told");

    given.store.apply(&[tell()], NOW).await.expect("applied");
    assert_eq!((all(given).await.len(), given.store.catalogue_revision().await.expect("a revision")), (2, 1));
}

pub async fn what_was_not_done_is_not_told(given: &Given) {
    let (store, told) = (&given.store, entry("something", "done"));
    let tell = Some(&told);
    let as_told = |_: &PersonSpec, _: &PersonSpec| told.clone();
    let tell_change: Option<TellChange<'_>> = Some(&as_told);
    let jo = store.add_person(&person("jo@example.org"), NOW, None).await.expect("written").expect("nobody is that");
    let nobody = PersonId(jo.0 + 1);
    let password = PasswordHash("two".to_owned());
    let at_company = ProviderSubject { provider: "company".to_owned(), subject: "1".to_owned() };
    let session = session(nobody, "x", false);
    let change = PersonChange { name: Some("Sam".to_owned()), ..PersonChange::default() };
    store.add_person(&person("jo@example.org"), NOW, tell).await.expect("not written");
    store.change_person(nobody, &change, tell_change).await.expect("not written");
    store.set_password(nobody, &password, None, NOW, tell).await.expect("not written");
    store.set_provider(nobody, &at_company, tell).await.expect("not written");
    store.add_token(&token(TokenOwner::Person(nobody), "token", None), NOW, tell).await.expect("not written");
    store.begin_session(&session, NOW, tell).await.expect("not written");
    store.set_password_by_link("nothing", &password, None, NOW, tell).await.expect("not written");
    store.set_up_by_link("nothing", &person("sam@example.org"), NOW, tell).await.expect("not written");
    store.end_session(jo, SessionId(404), tell).await.expect("not written");
    store.end_sessions(jo, None, tell).await.expect("not written");
    store.shut_out(jo, NOW, tell).await.expect("not written");
    store.revoke_token(TokenId(404), None, NOW, tell).await.expect("not written");
    store.delete_secret("NOTHING", tell).await.expect("not written");
    assert_eq!(all(given).await, []);

    store.change_person(jo, &change, tell_change).await.expect("written");
    store.set_password(jo, &password, None, NOW, tell).await.expect("written");
    assert_chained(&all(given).await);
    assert_eq!(all(given).await.len(), 2);
}

pub async fn a_change_of_a_person_is_told_as_it_was_made(given: &Given) {
    let jo = given.store.add_person(&person("jo@example.org"), NOW, None).await.expect("written").expect("nobody yet");
    let tell = |before: &PersonSpec, after: &PersonSpec| NewEntry {
        before: Some(json!([before.name, before.role])),
        after: Some(json!([after.name, after.role])),
        ..entry("person.change", "person jo@example.org")
    };
    let named = PersonChange { name: Some("Sam".to_owned()), ..PersonChange::default() };
    let promoted = PersonChange { role: Some(Role::Engineer), ..PersonChange::default() };
    // Whoever comes second changes what the first has made, whatever either of them knew.
    let (one, two) = tokio::join!(
        given.store.change_person(jo, &named, Some(&tell)),
        given.store.change_person(jo, &promoted, Some(&tell))
    );
    assert_eq!((one.expect("changed"), two.expect("changed")), (PersonChanged::Done, PersonChanged::Done));

    let entries = all(given).await;
    let first = person("jo@example.org");
    assert_eq!(entries[0].before, Some(json!([first.name, first.role])));
    assert_eq!(entries[1].before, entries[0].after);
    assert_eq!(entries[1].after, Some(json!(["Sam", "engineer"])));
}

pub async fn each_filter_leaves_what_it_names(given: &Given) {
    let entries = [
        NewEntry { at: at(1), ..entry("integration.change", "integration orders") },
        NewEntry {
            at: at(2),
            who: "kim@example.org".to_owned(),
            after: Some(json!({ "tier": 1, "name": "Größe Ä" })),
            ..entry("integration.retire", "integration pay")
        },
        NewEntry { at: at(3), from: Some("192.0.2.7".to_owned()), ..entry("person.invite", "person sam@example.org") },
    ];
    given.store.apply(&entries.map(Write::Audit), NOW).await.expect("applied");
    let text = |text: &str| Some(text.to_owned());
    for (filter, expected) in [
        (filter(), vec![3, 2, 1]),
        (AuditFilter { who: text("jo@example.org"), ..filter() }, vec![3, 1]),
        (AuditFilter { who: text("jo"), ..filter() }, vec![]),
        (AuditFilter { action: text("integration."), ..filter() }, vec![2, 1]),
        (AuditFilter { action: text("integration.change"), ..filter() }, vec![1]),
        (AuditFilter { action: text("integration_"), ..filter() }, vec![]),
        (AuditFilter { action: text("change"), ..filter() }, vec![]),
        (AuditFilter { subject: text("integration pay"), ..filter() }, vec![2]),
        (AuditFilter { from: Some(at(2)), to: Some(at(3)), ..filter() }, vec![2]),
        (AuditFilter { text: text("TIER"), ..filter() }, vec![2]),
        (AuditFilter { text: text("GRöße Ä"), ..filter() }, vec![2]),
        (AuditFilter { text: text("kim"), ..filter() }, vec![2]),
        (AuditFilter { text: text("192.0.2"), ..filter() }, vec![3]),
        (AuditFilter { text: text("Invite"), ..filter() }, vec![3]),
        (AuditFilter { text: text("%"), ..filter() }, vec![]),
        (AuditFilter { text: text(""), who: text("jo@example.org"), ..filter() }, vec![3, 1]),
        (AuditFilter { before: Some(3), ..filter() }, vec![2, 1]),
        (AuditFilter { limit: 2, ..filter() }, vec![3, 2]),
        (AuditFilter { limit: 0, ..filter() }, vec![]),
    ] {
        assert_eq!(numbers(given, &filter).await, expected, "{filter:?}");
    }
}

pub async fn pages_go_on(given: &Given) {
    let writes: Vec<_> = (0..7).map(|_| Write::Audit(entry("person.sign_in", "person jo@example.org"))).collect();
    given.store.apply(&writes, NOW).await.expect("applied");
    let mut page = AuditFilter { limit: 3, ..AuditFilter::default() };
    let mut seen = Vec::new();
    loop {
        let some = numbers(given, &page).await;
        let Some(&last) = some.last() else { break };
        page.before = Some(last);
        seen.extend(some);
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
}

pub async fn all_entries_come_in_their_order(given: &Given) {
    assert_eq!(all(given).await, []);
    let writes: Vec<_> =
        (0..1_005).map(|number| Write::Audit(entry("probe.run", &format!("probe {number}")))).collect();
    given.store.apply(&writes, NOW).await.expect("applied");
    let entries = all(given).await;
    assert_eq!(entries.len(), 1_005);
    assert_chained(&entries);
    let some = given.store.audit_after(1_000, 3).await.expect("entries");
    assert_eq!(some.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1_001, 1_002, 1_003]);
}

pub async fn what_is_hashed_is_what_is_read(given: &Given) {
    let odd = json!({
        "numbers": [0.1, 1.0 / 3.0, 5e-324, 1.797_693_134_862_315_7e308, 9_007_199_254_740_993_i64, u64::MAX, i64::MIN, -0.0],
        "texts": ["nothing\0", "\u{1f600}", "'; drop table audit; --", "\\u0000", ""],
        "deep": { "b": [null, true], "a": {} },
    });
    let told = NewEntry {
        who: "jo\0@example.org".to_owned(),
        from: Some("::1\0".to_owned()),
        before: Some(odd.clone()),
        after: Some(odd.clone()),
        ..entry("integration.change", "integration\0 größe")
    };
    given.store.apply(&[Write::Audit(told.clone()), Write::Audit(told)], NOW).await.expect("applied");
    let entries = all(given).await;
    assert_chained(&entries);
    assert_eq!((entries[0].who.as_str(), entries[0].before.as_ref()), ("jo\u{fffd}@example.org", Some(&odd)));
}

pub async fn two_stores_add_to_one_chain(given: &Given) {
    let other = Store::open(&given.url).await.expect("a second store");
    let told = entry("person.sign_in", "person jo@example.org");
    for _ in 0..10 {
        let (one, two) = tokio::join!(given.store.audit(&told), other.audit(&told));
        one.expect("added");
        two.expect("added");
    }
    let entries = all(given).await;
    assert_eq!(entries.len(), 20);
    assert_chained(&entries);
    other.close().await;
}

pub async fn an_end_that_was_taken_away_leaves_a_gap(given: &Given) {
    let told = entry("person.sign_in", "person jo@example.org");
    let numbers = async || all(given).await.into_iter().map(|entry| entry.seq).collect::<Vec<_>>();
    for _ in 0..3 {
        given.store.audit(&told).await.expect("added");
    }
    let head = given.store.audit_head().await.expect("readable").expect("an end");
    tamper(given, "delete from audit where seq = 3").await;
    assert_eq!(given.store.audit_head().await.expect("readable"), Some(head.clone()), "this is what is missing");
    given.store.audit(&told).await.expect("added");
    assert_eq!(numbers().await, [1, 2, 4]);
    assert_eq!(all(given).await[2].previous, head.1);

    tamper(given, "delete from audit_head").await;
    given.store.audit(&told).await.expect("added");
    assert_eq!(numbers().await, [1, 2, 4, 5], "without it the last entry serves");
}
