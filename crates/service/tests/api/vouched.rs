//! People whom a provider vouches for.

use std::sync::Arc;

use model::{Api as _, Caller, ProblemKind, Role, Scope, Span, TestClock, api::AuditQuery};
use serde_json::json;
use service::{NewSession, Vouched};

use crate::{
    house::{House, now, refused},
    sign_in::{caller, invited, visit},
};

/// Signs in whom Contoso knows as `1`.
async fn vouched(house: &House, name: &str, email: &str) -> NewSession {
    let vouched = Vouched {
        provider: "contoso".to_owned(),
        subject: "1".to_owned(),
        email: Some(email.to_owned()),
        name: Some(name.to_owned()),
        standing: Some((Role::Viewer, Scope::default())),
    };
    house.service.sign_in_vouched(&vouched, &visit("192.0.2.1")).await.expect("signed in")
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_provider_shuts_out_loses_what_they_have_here() {
    let house = House::empty().await;
    let session = vouched(&house, "Ann", "ann@example.com").await;
    let ann = house.service.acting_as(caller(&house, &session).await);
    let token = ann.add_token(json!({"name": "laptop"})).await.expect("made");
    let shut_out = async |provider: &str, subject: &str| {
        house.service.shut_out(provider, subject, &visit("192.0.2.1")).await.expect("answered");
    };
    shut_out("contoso", "2").await;
    shut_out("fabrikam", "1").await;
    assert_ne!(caller(&house, &session).await, Caller::Nobody, "those are others");

    shut_out("contoso", "1").await;

    assert_eq!(caller(&house, &session).await, Caller::Nobody);
    assert_eq!(refused(house.service.caller_of_token(&token.token, None).await), ProblemKind::SignIn);
    shut_out("contoso", "1").await;
    let told = AuditQuery { action: Some("person.shut_out".to_owned()), ..AuditQuery::default() };
    let told = house.api.audit(told).await.expect("the audit").items;
    assert_eq!(told.len(), 1, "the second time nothing was done");
    assert_eq!((told[0].subject.as_str(), told[0].by.as_str()), ("person ann@example.com", "nobody"));
    assert_eq!(told[0].after, Some(json!({"by": "contoso", "sessions": "ended", "tokens": "revoked"})));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_of_a_provider_s_people_work_as_long_as_it_vouches_for_them() {
    let clock = TestClock::at(now());
    let house = House::under(Arc::new(clock.clone())).await;
    let session = vouched(&house, "Ann", "ann@example.com").await;
    let ann = house.service.acting_as(caller(&house, &session).await);
    let token = ann.add_token(json!({"name": "laptop"})).await.expect("made");
    let opens = async || house.service.caller_of_token(&token.token, None).await.map(drop);
    clock.advance(Span::hours(30 * 24));
    assert_eq!(opens().await, Ok(()));
    clock.advance(Span::ms(1));
    let why = opens().await.expect_err("it did not vouch for so long");
    assert_eq!(why.kind, ProblemKind::SignIn);
    assert!(why.detail.contains("Sign in again by your provider"), "{why}");
    vouched(&house, "Ann", "ann@example.com").await;
    assert_eq!(opens().await, Ok(()), "it goes on where it was");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_says_at_every_sign_in_what_somebody_is_called() {
    let house = House::empty().await;
    let sign_in = async |name: &str, email: &str| vouched(&house, name, email).await.person;
    let ann = sign_in("Ann", "ann@example.com").await;
    invited(&house, "taken@example.com", Role::Viewer).await;
    for (said, email) in [("Ann.Lee@example.com", "ann.lee@example.com"), ("taken@example.com", "ann.lee@example.com")]
    {
        assert_eq!(sign_in("Ann Lee", said).await, ann, "whatever the address, the provider knows who she is");
        let now = house.api.person(ann).await.expect("there");
        assert_eq!((now.name.as_str(), now.email.as_str()), ("Ann Lee", email));
    }
    house.end().await;
}
