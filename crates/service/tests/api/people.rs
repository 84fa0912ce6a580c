//! People: changed, reset, and never left without an administrator.

use futures::future::join;
use model::{
    Api, Caller, NewToken, PersonId, PersonState, ProblemKind, Role,
    api::{AuditQuery, NewLink},
};
use serde_json::json;
use service::NotSignedIn;

use crate::{
    house::{House, clash, faulty, refused},
    sign_in::{PASSWORD, caller, invited, link, visit, with_admin},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_person_holds_at_once() {
    let house = House::empty().await;
    let admin = with_admin(&house).await;
    let NewLink { person, path, .. } = invited(&house, "bob@example.com", Role::Admin).await;
    let session =
        house.service.choose_password(link(&path), None, PASSWORD, &visit("192.0.2.7")).await.expect("chosen");
    let bob = async || house.service.acting_as(caller(&house, &session).await);
    bob().await.people().await.expect("an administrator");

    let changed = house.api.change_person(person.id, json!({"role": "viewer", "scope": {"departments": ["Sales"]}}));
    assert_eq!(changed.await.expect("changed").role, Role::Viewer);
    assert_eq!(refused(bob().await.people().await), ProblemKind::Forbidden);
    assert_eq!(faulty(house.api.change_person(person.id, json!({"role": "admin"})).await), ["scope"]);
    assert_eq!(faulty(house.api.change_person(person.id, json!({"state": "invited", "x": 1})).await), ["x", "state"]);

    house.api.change_person(person.id, json!({"state": "disabled"})).await.expect("changed");
    assert_eq!(caller(&house, &session).await, Caller::Nobody);
    let again = house.service.sign_in("bob@example.com", PASSWORD, &visit("192.0.2.7")).await;
    assert_eq!(again.map(|session| session.person), Err(NotSignedIn::Wrong));
    let last = house.api.change_person(admin.person, json!({"role": "viewer"})).await;
    assert!(clash(last).contains("Nobody would be left"));
    assert_eq!(refused(house.api.change_person(PersonId(404), json!({})).await), ProblemKind::NotFound);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_takes_what_was_made_under_the_old_one() {
    // Given Bob, and somebody who had his browser for a moment and made a token in it,
    let house = House::empty().await;
    let invitation = invited(&house, "bob@example.com", Role::Engineer).await;
    let from = visit("192.0.2.7");
    let session = house.service.choose_password(link(&invitation.path), None, PASSWORD, &from).await.expect("chosen");
    let elsewhere = house.service.sign_in("bob@example.com", PASSWORD, &from).await.expect("signed in");
    let bob = house.service.acting_as(caller(&house, &session).await);
    let token = bob.add_token(json!({"name": "laptop"})).await.expect("made");

    // when he changes his password,
    house.service.change_password(bob.caller(), PASSWORD, "another four words").await.expect("changed");

    // then he stays where he is, nothing else opens anything, and the audit says so.
    assert_ne!(caller(&house, &session).await, Caller::Nobody);
    assert_eq!(caller(&house, &elsewhere).await, Caller::Nobody);
    assert_eq!(refused(house.service.caller_of_token(&token.token, None).await), ProblemKind::SignIn);
    let told = AuditQuery { action: Some("password.change".to_owned()), ..AuditQuery::default() };
    let told = house.api.audit(told).await.expect("the audit").items;
    assert_eq!(told[0].after, Some(json!({"sessions": "others ended", "tokens": "revoked"})));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_by_link_ends_what_the_old_password_opened() {
    // Given somebody with a session and a token, and an administrator who hands them a link,
    let house = House::empty().await;
    let invitation = invited(&house, "bob@example.com", Role::Engineer).await;
    let from = visit("192.0.2.7");
    let session = house.service.choose_password(link(&invitation.path), None, PASSWORD, &from).await.expect("chosen");
    let bob = house.service.acting_as(caller(&house, &session).await);
    let token = bob.add_token(json!({"name": "laptop"})).await.expect("made");
    let opens = async |token: &NewToken| house.service.caller_of_token(&token.token, None).await.map(drop);
    let reset = house.api.reset_person(invitation.person.id).await.expect("a link");
    assert_eq!(opens(&token).await, Ok(()), "the link alone ends nothing");

    // when they use it,
    let anew = house.service.choose_password(link(&reset.path), None, PASSWORD, &from).await.expect("chosen");

    // then nothing of before opens anything, the audit says so, and they are in.
    assert_eq!(caller(&house, &session).await, Caller::Nobody);
    assert_eq!(refused(opens(&token).await), ProblemKind::SignIn);
    let bob = house.service.acting_as(caller(&house, &anew).await);
    assert!(bob.tokens().await.expect("a list").items[0].revoked_at.is_some());
    let told = AuditQuery { action: Some("password.reset".to_owned()), ..AuditQuery::default() };
    let told = house.api.audit(told).await.expect("the audit").items;
    assert_eq!(told[0].after, Some(json!({"sessions": "ended", "tokens": "revoked"})));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_always_administers_everything() {
    let house = House::empty().await;
    let ada = with_admin(&house).await.person;
    let change = async |id, body| house.api.change_person(id, body).await;
    let demoted = json!({"role": "engineer", "scope": {"departments": ["Sales"]}});
    for body in [json!({"role": "viewer"}), json!({"state": "disabled"}), demoted.clone()] {
        assert!(clash(change(ada, body.clone()).await).contains("Nobody would be left"), "{body}");
    }
    assert_eq!(faulty(change(ada, json!({"scope": {"departments": ["Sales"]}})).await), ["scope"]);

    // Of two who put each other out at once one stays, whatever both read before.
    let invitation = invited(&house, "bob@example.com", Role::Admin).await;
    let bob = invitation.person.id;
    assert!(clash(change(ada, demoted.clone()).await).contains("Nobody"), "who never came is no help");
    house.service.choose_password(link(&invitation.path), None, PASSWORD, &visit("192.0.2.7")).await.expect("chosen");
    for body in [json!({"role": "viewer"}), json!({"state": "disabled"}), demoted] {
        let (one, two) = join(change(ada, body.clone()), change(bob, body.clone())).await;
        let (done, problem) = match (one, two) {
            (Ok(_), Err(problem)) => (ada, problem),
            (Err(problem), Ok(_)) => (bob, problem),
            both => panic!("{body}: {both:?}"),
        };
        assert_eq!(problem.kind, ProblemKind::Conflict, "{problem}");
        let back = json!({"role": "admin", "state": "active", "scope": {}});
        assert_eq!(change(done, back).await.expect("changed").state, PersonState::Active);
    }
    house.end().await;
}
