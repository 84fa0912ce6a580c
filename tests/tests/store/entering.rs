//! What people and programs come in by: sessions and tokens.

use model::PersonId;
use store::{Expired, LinkPurpose, TokenHolder, TokenOwner, Write};

use crate::{
    given::{Given, NOW, at, entry, person, slug},
    identity::{DAY, IDLE, added, begun, holds, linked, session, stored, token, tokened},
};

pub async fn a_session_holds_until_it_idles_or_ends(given: &Given) {
    let jo = added(given, person("jo@example.org")).await;
    let id = begun(given, jo, "session").await;
    let signed_in = given.store.session("session", at(60), IDLE).await.expect("readable").expect("a session");
    assert_eq!((signed_in.session.id, signed_in.session.person, signed_in.person.id), (id, jo, jo));
    assert_eq!(signed_in.session.browser.as_deref(), Some("Firefox on Linux"));
    assert_eq!(signed_in.person.last_seen_at, Some(NOW));
    assert!(!holds(given, "another", at(60)).await);

    let mut used = 0;
    while used < 7 * DAY {
        assert!(holds(given, "session", at(used)).await);
        assert!(!holds(given, "session", at(used + DAY / 2)).await, "idle for twelve hours");
        used += DAY / 2 - 1;
        if let Some(signed_in) = given.store.session("session", at(used), IDLE).await.expect("readable") {
            given.store.touch_session(&signed_in.session, at(used)).await.expect("touched");
        }
    }
    assert!(!holds(given, "session", at(7 * DAY)).await, "seven days, however much it is used");
    assert_eq!(given.store.sessions(jo, at(7 * DAY), IDLE).await.expect("a list"), []);
}

pub async fn a_session_notes_its_use_once_a_minute(given: &Given) {
    let jo = added(given, person("jo@example.org")).await;
    begun(given, jo, "session").await;
    let first = given.store.session("session", NOW, IDLE).await.expect("readable").expect("a session").session;
    let mut told = Vec::new();
    for second in [59, 60, 61, 119, 120] {
        // by the record of the first request, as requests that come side by side do
        told.push(given.store.touch_session(&first, at(second)).await.expect("touched"));
    }
    assert_eq!(told, [false, true, false, false, true]);
    let signed_in = given.store.session("session", at(120), IDLE).await.expect("readable").expect("a session");
    assert_eq!((signed_in.session.last_used_at, signed_in.person.last_seen_at), (at(120), Some(at(120))));
}

pub async fn sessions_are_ended_one_or_all_but_nobody_elses(given: &Given) {
    let (jo, kim) = (added(given, person("jo@example.org")).await, added(given, person("kim@example.org")).await);
    let one = begun(given, jo, "one").await;
    let two = begun(given, jo, "two").await;
    begun(given, jo, "three").await;
    let theirs = begun(given, kim, "theirs").await;
    assert!(!given.store.end_session(jo, theirs, None).await.expect("not ended"));
    assert!(given.store.end_session(jo, one, None).await.expect("ended"));
    assert!(!given.store.end_session(jo, one, None).await.expect("not ended"), "it is ended already");
    assert_eq!(given.store.sessions(jo, NOW, IDLE).await.expect("a list").len(), 2);

    assert_eq!(given.store.end_sessions(jo, Some(two), None).await.expect("ended"), 1);
    assert!(holds(given, "two", NOW).await);
    assert_eq!(given.store.end_sessions(jo, None, None).await.expect("ended"), 1);
    assert!(!holds(given, "two", NOW).await && holds(given, "theirs", NOW).await);
    assert!(given.store.end_session(kim, theirs, None).await.expect("ended"));
    assert!(begun(given, jo, "four").await > theirs, "a number is never given again");
}

pub async fn a_token_opens_until_it_is_revoked_or_expired(given: &Given) {
    let jo = added(given, person("jo@example.org")).await;
    let owner = TokenOwner::Person(jo);
    let laptop = given.store.add_token(&token(owner, "laptop", Some(at(DAY))), NOW, None).await.expect("written");
    let laptop = laptop.expect("an active person");
    let bearer = given.store.token("laptop", NOW).await.expect("readable").expect("a token");
    assert_eq!((bearer.token.id, bearer.person.map(|person| person.id)), (laptop, Some(jo)));
    assert!(given.store.token("laptop", at(DAY)).await.expect("readable").is_none(), "expired");
    assert!(given.store.token("desktop", NOW).await.expect("readable").is_none(), "never made");

    let mut told = Vec::new();
    for second in [1, 60, 61] {
        told.push(given.store.touch_token(&bearer.token, at(second)).await.expect("touched"));
    }
    assert_eq!(told, [true, false, true], "once a minute");
    let other = TokenOwner::Person(PersonId(jo.0 + 1));
    assert!(!given.store.revoke_token(laptop, Some(other), at(70), None).await.expect("not revoked"));
    assert!(given.store.revoke_token(laptop, Some(owner), at(70), None).await.expect("revoked"));
    assert!(!given.store.revoke_token(laptop, None, at(80), None).await.expect("not revoked again"));
    assert!(given.store.token("laptop", at(71)).await.expect("readable").is_none(), "revoked");
    let listed = given.store.tokens(Some(owner)).await.expect("a list").remove(0);
    assert_eq!((listed.last_used_at, listed.revoked_at), (Some(at(61)), Some(at(70))));
}

pub async fn a_token_is_of_a_person_or_of_an_integration(given: &Given) {
    let jo = added(given, person("jo@example.org")).await;
    let orders = given.bridge("orders").await;
    for (owner, name) in [(TokenOwner::Person(jo), "laptop"), (TokenOwner::Integration(orders.integration), "job")] {
        given
            .store
            .add_token(&token(owner, name, None), NOW, None)
            .await
            .expect("written")
            .expect("its owner is there");
    }
    let bearer = given.store.token("job", at(100 * DAY)).await.expect("readable").expect("it never expires");
    assert_eq!(bearer.token.holder, TokenHolder::Integration { id: orders.integration, slug: slug("orders") });
    assert_eq!(bearer.person, None);
    let names = async |of| {
        let tokens = given.store.tokens(of).await.expect("a list");
        tokens.into_iter().map(|token| token.name).collect::<Vec<_>>()
    };
    assert_eq!(names(None).await, ["job", "laptop"], "the newest first");
    assert_eq!(names(Some(TokenOwner::Person(jo))).await, ["laptop"]);
    assert_eq!(names(Some(TokenOwner::Integration(orders.integration))).await, ["job"]);

    given.store.apply(&[Write::RetireIntegration { slug: slug("orders") }], at(1)).await.expect("retired");
    assert!(given.store.token("job", at(2)).await.expect("readable").is_none(), "its integration is retired");
    let late = token(TokenOwner::Integration(orders.integration), "late", None);
    assert_eq!(given.store.add_token(&late, at(2), None).await.expect("not written"), None);

    given.bridge("orders").await;
    assert!(given.store.token("job", at(3)).await.expect("readable").is_none(), "who revives it gets no token with it");
    let listed = given.store.tokens(Some(TokenOwner::Integration(orders.integration))).await.expect("a list");
    assert_eq!(listed.iter().map(|token| token.revoked_at).collect::<Vec<_>>(), [Some(at(1))]);
    assert!(given.store.token("laptop", at(3)).await.expect("readable").is_some(), "nobody else's");
}

pub async fn a_provider_vouches_at_a_sign_in_and_at_nothing_else(given: &Given) {
    let jo = added(given, person("jo@example.org")).await;
    let vouched_at = async || stored(given, jo).await.vouched_at;
    begun(given, jo, "by password").await;
    assert_eq!(vouched_at().await, None);
    let begin = async |name: &str, now| {
        let begun = given.store.begin_session(&session(jo, name, true), now, None).await;
        begun.expect("written").expect("an active person");
    };
    begin("vouched", at(60)).await;
    assert_eq!(vouched_at().await, Some(at(60)));

    let used = given.store.session("vouched", at(DAY / 4), IDLE).await.expect("readable").expect("a session");
    assert_eq!(used.person.vouched_at, Some(at(60)));
    assert!(given.store.touch_session(&used.session, at(DAY / 4)).await.expect("touched"));
    tokened(given, jo, "laptop").await;
    let bearer = given.store.token("laptop", at(DAY)).await.expect("readable").expect("a token");
    assert_eq!(bearer.person.and_then(|person| person.vouched_at), Some(at(60)), "using a session is no sign-in");
    begin("again", at(2 * DAY)).await;
    assert_eq!(vouched_at().await, Some(at(2 * DAY)));
}

pub async fn who_is_shut_out_loses_sessions_and_tokens_at_once(given: &Given) {
    let (jo, kim) = (added(given, person("jo@example.org")).await, added(given, person("kim@example.org")).await);
    for (who, name) in [(jo, "jo"), (kim, "kim")] {
        begun(given, who, name).await;
        tokened(given, who, name).await;
    }
    tokened(given, jo, "more").await;
    let let_in = async |name: &str| {
        let bearer = given.store.token(name, at(2)).await.expect("readable");
        (holds(given, name, at(2)).await, bearer.is_some())
    };
    let told = entry("person.shut_out", "person jo@example.org");

    assert!(given.store.shut_out(jo, at(1), Some(&told)).await.expect("written"));
    assert_eq!((let_in("jo").await, let_in("more").await), ((false, false), (false, false)));
    assert_eq!(let_in("kim").await, (true, true), "nobody else");
    assert!(!given.store.shut_out(jo, at(2), Some(&told)).await.expect("not written"), "there is nothing left to take");
    let audit = given.store.audit_after(0, 10).await.expect("the audit");
    assert_eq!(audit.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["person.shut_out"]);

    tokened(given, jo, "only a token").await;
    assert!(given.store.shut_out(jo, at(2), None).await.expect("written"));
    assert!(!let_in("only a token").await.1);
}

pub async fn old_sessions_and_links_are_deleted(given: &Given) {
    let jo = added(given, person("jo@example.org")).await;
    begun(given, jo, "session").await;
    linked(given, LinkPurpose::Reset, Some(jo), "link").await;
    linked(given, LinkPurpose::Setup, None, "setup").await;
    for (what, end, expected) in [(Expired::Sessions, 7 * DAY, 1), (Expired::Links, DAY, 2)] {
        assert_eq!(given.store.delete_expired(what, at(end)).await.expect("deleted"), 0, "{what:?}");
        assert_eq!(given.store.delete_expired(what, at(end + 1)).await.expect("deleted"), expected, "{what:?}");
    }
}
