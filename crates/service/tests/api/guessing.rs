//! Wrong passwords: who waits, and who does not.

use std::sync::Arc;

use model::{Api as _, PersonId, Span, TestClock, api::AuditQuery};
use service::{Known, NotSignedIn, Visit};

use crate::{
    house::{House, now},
    sign_in::{PASSWORD, link, visit, with_admin},
};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_are_slowed_down_where_they_come_from() {
    let house = House::under(Arc::new(TestClock::at(now()))).await;
    with_admin(&house).await;
    let tried = async |email: &str, password: &str, from: &str| {
        house.service.sign_in(email, password, &visit(from)).await.map(|session| session.person)
    };
    for _ in 0..5 {
        assert_eq!(tried("ada@example.com", "wrong", "203.0.113.9").await, Err(NotSignedIn::Wrong));
        assert_eq!(tried("nobody@example.com", "wrong", "203.0.113.9").await, Err(NotSignedIn::Wrong));
    }
    // One cannot tell who is there from who is not, and the right password does not help from there.
    for email in ["ada@example.com", "nobody@example.com"] {
        assert_eq!(tried(email, PASSWORD, "203.0.113.9").await, Err(NotSignedIn::Wait(Span::seconds(1))));
    }
    assert!(tried("ada@example.com", PASSWORD, "192.0.2.1").await.is_ok(), "she comes from elsewhere");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_behind_the_same_address_keeps_nobody_out() {
    // Given somebody who posts Ada's address with wrong passwords from the office where she is too,
    let house = House::under(Arc::new(TestClock::at(now()))).await;
    let session = with_admin(&house).await;
    let office = visit("203.0.113.9");
    let sign_in = async |password: &str, visit: &Visit| {
        house.service.sign_in("Ada@example.com", password, visit).await.map(|session| session.person)
    };
    for _ in 0..5 {
        assert_eq!(sign_in("wrong", &office).await, Err(NotSignedIn::Wrong));
    }
    assert_eq!(sign_in(PASSWORD, &office).await, Err(NotSignedIn::Wait(Span::seconds(1))));

    // when she comes by a browser that is known to her, then her password is looked at;
    let in_browser = |person, password, number| {
        let known = Some(Known { person, password, browser: [number; 16] });
        Visit { known, ..office.clone() }
    };
    let mark = session.password.expect("she has one");
    let hers = in_browser(session.person, mark, 1);
    assert_eq!(sign_in(PASSWORD, &hers).await, Ok(session.person));
    // and she may change it where she is signed in, from the same office.
    let ada = house.service.caller_of_session(&session.token, office.from, true).await.expect("answered");
    let (_, new) = house.service.change_password(&ada, PASSWORD, "another four words").await.expect("changed");
    let waits = Err(NotSignedIn::Wait(Span::seconds(1)));
    assert_eq!(sign_in("another four words", &hers).await, waits, "no browser is known under the new one");
    let hers = in_browser(session.person, new, 1);

    // But whose browser is known to somebody else waits like everybody, and nobody may try without end.
    let theirs = in_browser(PersonId(404), new, 2);
    assert_eq!(sign_in("another four words", &theirs).await, waits);
    for _ in 0..5 {
        assert_eq!(sign_in("wrong", &hers).await, Err(NotSignedIn::Wrong));
        let changed = house.service.change_password(&ada, "wrong", PASSWORD).await;
        assert_eq!(changed, Err(NotSignedIn::Wrong));
    }
    assert_eq!(sign_in("another four words", &hers).await, Err(NotSignedIn::Wait(Span::seconds(1))));
    let changed = house.service.change_password(&ada, "another four words", PASSWORD).await;
    assert_eq!(changed, Err(NotSignedIn::Wait(Span::seconds(1))));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_known_before_a_reset_is_a_strange_one_after_it() {
    // Given somebody whose password was stolen, by a browser that is known to them since,
    let house = House::under(Arc::new(TestClock::at(now()))).await;
    let before = with_admin(&house).await;
    let stolen = visit("203.0.113.9");
    let known = |password| {
        let known = Known { person: before.person, password, browser: [1; 16] };
        Visit { known: Some(known), ..stolen.clone() }
    };
    let old = known(before.password.expect("they have one"));
    let sign_in = async |visit: &Visit| {
        house.service.sign_in("ada@example.com", "wrong", visit).await.map(|session| session.person)
    };
    for _ in 0..5 {
        assert_eq!(sign_in(&stolen).await, Err(NotSignedIn::Wrong));
    }
    assert_eq!(sign_in(&stolen).await, Err(NotSignedIn::Wait(Span::seconds(1))));
    assert_eq!(sign_in(&old).await, Err(NotSignedIn::Wrong), "it counts alone");

    // when they reset it, to the same word for all that anybody knows,
    let reset = house.api.reset_person(before.person).await.expect("a link");
    let home = visit("192.0.2.1");
    let after = house.service.choose_password(link(&reset.path), None, PASSWORD, &home).await.expect("chosen");

    // then that browser waits like everybody there, and the one that the link was used in is known.
    assert_eq!(sign_in(&old).await, Err(NotSignedIn::Wait(Span::seconds(1))));
    assert_eq!(sign_in(&known(after.password.expect("they have one"))).await, Err(NotSignedIn::Wrong));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_is_told_of_refused_sign_ins_without_what_was_typed() {
    let clock = TestClock::at(now());
    let house = House::under(Arc::new(clock.clone())).await;
    with_admin(&house).await;
    let tried = async |email: &str, from: &str| {
        assert_eq!(house.service.sign_in(email, "wrong", &visit(from)).await, Err(NotSignedIn::Wrong));
    };
    tried("ada@example.com", "203.0.113.9").await;
    tried("my secret password", "203.0.113.9").await;
    tried("nobody@example.com", "2001:db8::1").await;
    clock.advance(Span::minutes(1));
    tried("nobody@example.com", "203.0.113.9").await;

    let told = AuditQuery { action: Some("session.refuse".to_owned()), ..AuditQuery::default() };
    let told = house.api.audit(told).await.expect("the audit").items;
    let subjects: Vec<_> = told.iter().map(|entry| entry.subject.as_str()).collect();
    assert_eq!(subjects, ["address 203.0.113.9", "address 2001:db8::1", "address 203.0.113.9"], "once a minute");
    for entry in told {
        assert_eq!((entry.who.as_str(), entry.by.as_str()), ("nobody", "nobody"));
        assert_eq!((entry.before, entry.after), (None, None), "nor whether the account is there");
    }
    house.end().await;
}
