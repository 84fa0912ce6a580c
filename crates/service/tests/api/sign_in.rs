//! People: set up, invited, signed in, signed out.

use std::{net::IpAddr, sync::Arc};

use model::{
    Api, Caller, PersonState, ProblemKind, Role, SignIn, Span, TestClock,
    api::{AuditQuery, NewLink},
};
use serde_json::json;
use service::{NewSession, NotSignedIn, Visit};

use crate::house::{House, clash, faulty, now, refused, slug};

pub const PASSWORD: &str = "four unrelated words here";

pub fn visit(address: &str) -> Visit {
    Visit { from: address.parse().ok(), browser: Some("Firefox".to_owned()), known: None }
}

/// With an administrator who is signed in.
pub async fn with_admin(house: &House) -> NewSession {
    let path = house.service.setup_link().await.expect("answered").expect("nobody is there yet");
    let form = json!({"email": "Ada@Example.com", "name": "Ada", "password": PASSWORD});
    house.service.set_up(link(&path), &form, &visit("192.0.2.1")).await.expect("set up")
}

/// Whom a session makes of who has it.
pub async fn caller(house: &House, session: &NewSession) -> Caller {
    let from: Option<IpAddr> = "192.0.2.1".parse().ok();
    house.service.caller_of_session(&session.token, from, true).await.expect("answered")
}

pub fn link(path: &str) -> &str {
    path.rsplit('/').next().expect("a path")
}

pub async fn invited(house: &House, email: &str, role: Role) -> NewLink {
    house.api.invite(json!({"email": email, "name": "Bob", "role": role})).await.expect("invited")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_is_set_up_by_a_link_that_works_once() {
    let house = House::empty().await;
    let stale = house.service.setup_link().await.expect("answered").expect("a link");
    let path = house.service.setup_link().await.expect("answered").expect("a link");
    let form = json!({"email": "Ada@Example.com", "name": "Ada", "password": PASSWORD});
    let set_up = async |path: &str, form| house.service.set_up(link(path), form, &visit("192.0.2.1")).await;
    assert!(matches!(set_up(&stale, &form).await, Err(NotSignedIn::Problem(_))), "a later start makes another");
    let seen = house.service.link(link(&path)).await.expect("answered").expect("it works");
    assert_eq!((seen.role, seen.email), (Role::Admin, None));
    let weak = json!({"email": "ada", "name": "Ada"});
    let Err(NotSignedIn::Problem(why)) = set_up(&path, &weak).await else { panic!("that is no form") };
    assert_eq!(faulty::<()>(Err(why)), ["email", "password"]);

    let session = set_up(&path, &form).await.expect("set up");

    let me = house.service.acting_as(caller(&house, &session).await).me().await.expect("somebody");
    assert_eq!((me.identity.email.as_deref(), me.identity.role), (Some("ada@example.com"), Role::Admin));
    assert_eq!(me.signed_in_by, Some(SignIn::Password));
    assert_eq!(house.service.setup_link().await, Ok(None), "there is somebody now");
    assert!(set_up(&path, &form).await.is_err(), "it was used");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invited_person_chooses_a_password_and_comes_back_with_it() {
    let house = House::empty().await;
    let first = invited(&house, "bob@example.com", Role::Viewer).await;
    assert!(clash(house.api.invite(json!({"email": "BOB@example.com", "role": "admin"})).await).contains("already"));
    let again = house.api.reset_person(first.person.id).await.expect("another link");
    assert!(again.path.starts_with("/invitation/"), "who never came is invited again");
    let from = visit("192.0.2.7");
    let choose =
        async |path: &str, password| house.service.choose_password(link(path), Some("Bob Bee"), password, &from).await;
    assert!(choose(&first.path, PASSWORD).await.is_err(), "another link takes its place");
    let Err(NotSignedIn::Problem(why)) = choose(&again.path, "bob").await else { panic!("that is no password") };
    assert_eq!(faulty::<()>(Err(why)), ["password"]);
    assert_eq!(house.service.sign_in("bob@example.com", PASSWORD, &from).await, Err(NotSignedIn::Wrong), "not yet");

    choose(&again.path, PASSWORD).await.expect("chosen");

    assert_eq!(
        house.api.person(first.person.id).await.expect("there").name,
        "Bob Bee",
        "they know what they are called"
    );
    assert!(choose(&again.path, PASSWORD).await.is_err(), "once");
    let session = house.service.sign_in(" Bob@Example.com ", PASSWORD, &from).await.expect("signed in");
    let bob = house.service.acting_as(caller(&house, &session).await);
    assert_eq!(refused(bob.people().await), ProblemKind::Forbidden);
    assert_eq!(house.api.person(first.person.id).await.expect("there").state, PersonState::Active);
    let reset = house.api.reset_person(first.person.id).await.expect("a link");
    assert!(reset.path.starts_with("/reset/"));
    choose(&reset.path, "four other words altogether").await.expect("chosen");
    assert_eq!(caller(&house, &session).await, Caller::Nobody, "a new password ends what was begun by the old one");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_unused_when_old_and_when_somebody_ends_them() {
    let clock = TestClock::at(now());
    let house = House::under(Arc::new(clock.clone())).await;
    let first = with_admin(&house).await;
    let ada = async |session: &NewSession| caller(&house, session).await;
    let sign_in = async || house.service.sign_in("ada@example.com", PASSWORD, &visit("192.0.2.1")).await.expect("in");

    clock.advance(Span::hours(11));
    assert_ne!(ada(&first).await, Caller::Nobody);
    clock.advance(Span::hours(11));
    assert_ne!(ada(&first).await, Caller::Nobody, "it was used meanwhile");
    clock.advance(Span::hours(11));
    let look = house.service.caller_of_session(&first.token, None, false).await.expect("answered");
    assert_ne!(look, Caller::Nobody, "a page that looks by itself still may");
    clock.advance(Span::hours(1));
    assert_eq!(ada(&first).await, Caller::Nobody, "unused for 12 h, whatever the page did by itself");

    let second = sign_in().await;
    for _ in 0..27 {
        clock.advance(Span::hours(6));
        assert_ne!(ada(&second).await, Caller::Nobody);
    }
    clock.advance(Span::hours(6));
    assert_eq!(ada(&second).await, Caller::Nobody, "7 days old, however much it was used");

    let (here, there) = (sign_in().await, sign_in().await);
    let api = house.service.acting_as(ada(&here).await);
    let sessions = api.sessions().await.expect("a list").items;
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| !session.is_this).expect("the other one");
    assert_eq!((other.address.as_deref(), other.browser.as_deref()), (Some("192.0.2.1"), Some("Firefox")));
    api.end_session(other.id).await.expect("ended");
    assert_eq!(refused(api.end_session(other.id).await), ProblemKind::NotFound);
    assert_eq!(ada(&there).await, Caller::Nobody);
    house.service.sign_out(api.caller()).await.expect("signed out");
    assert_eq!(ada(&here).await, Caller::Nobody);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_in_the_audit_and_no_secret_is() {
    let house = House::empty().await;
    let session = with_admin(&house).await;
    let ada = house.service.acting_as(caller(&house, &session).await);
    let probe = json!({"slug": "api", "kind": "http", "every": "1h", "options": {"url": "http://127.0.0.1:9/", "bearer": "hush hush"}});
    let orders = json!({"slug": "orders", "name": "Orders", "from": "a", "to": "b", "probes": [probe]});
    ada.create_integration(orders).await.expect("made");
    ada.change_integration(slug("orders"), json!({"tier": 1})).await.expect("changed");
    ada.put_secret("ERP", json!({"value": "hush hush", "hosts": ["*"]})).await.expect("put");
    let token = ada.add_token(json!({"name": "nightly"})).await.expect("made");

    let entries = house.api.audit(AuditQuery::default()).await.expect("the audit").items;

    let told: Vec<(&str, &str)> =
        entries.iter().rev().map(|entry| (entry.action.as_str(), entry.subject.as_str())).collect();
    assert_eq!(
        told,
        [
            ("person.set_up_link", "first administrator"),
            ("person.set_up", "person ada@example.com"),
            ("session.begin", "person ada@example.com"),
            ("integration.create", "integration orders"),
            ("integration.change", "integration orders"),
            ("secret.add", "secret ERP"),
            ("token.add", "token nightly"),
        ]
    );
    let change = &entries[2];
    assert_eq!((change.who.as_str(), change.by.as_str()), ("ada@example.com", "person"));
    assert_eq!(change.from.as_deref(), Some("192.0.2.1"));
    assert_eq!(change.before.as_ref().map(|before| &before["tier"]), Some(&json!(3)));
    assert_eq!(change.after.as_ref().map(|after| &after["tier"]), Some(&json!(1)));
    let all = serde_json::to_string(&entries).expect("JSON");
    for secret in ["hush", PASSWORD, session.token.as_str(), token.token.as_str(), "argon2"] {
        assert!(!all.contains(secret), "{secret} is in the audit");
    }
    let verified = service::offline::verify_audit(&house.store, None).await.expect("read").expect("whole");
    assert_eq!((verified.entries, &verified.head), (7, &entries[0].hash));
    house.end().await;
}
