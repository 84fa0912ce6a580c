//! Channels: who is told by which, what was told, and trying one.

use model::{
    Api, ChangeId, Level, Notice, NoticeKind, NoticeState, ProblemKind, Role, Scope, Slug, Tier, api::AuditQuery,
    hours::Cost,
};
use serde_json::json;
use store::{NewNotice, Telling};

use crate::house::{House, clash, department, now, person, refused, slug};

const LANDSCAPE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]
integrations:
  - {slug: orders, name: Orders, from: shop, to: erp, owner: Team Blue, department: Sales}
  - {slug: salaries, name: Salaries, from: erp, to: shop, department: People}
";

fn names(channels: &[model::ChannelView]) -> Vec<&str> {
    channels.iter().map(|channel| channel.name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_says_by_which_channels_its_owner_is_told() {
    let house = House::with(LANDSCAPE).await;
    for (integration, channel) in [("orders", "team-blue"), ("salaries", "rest")] {
        let detail = house.api.integration(slug(integration)).await.expect("there");
        assert_eq!(detail.channels, [slug(channel)], "{integration}");
        assert_eq!(detail.notices, []);
    }
    assert_eq!(names(&house.api.channels().await.expect("a list").items), ["rest", "team-blue"]);

    // Whoever sees a part sees who tells of it.
    for (of, channel) in [("Sales", "team-blue"), ("People", "rest")] {
        let part = house.service.acting_as(person(Role::Viewer, department(of)));
        assert_eq!(names(&part.channels().await.expect("a list").items), [channel], "{of}");
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_sent_at_once_and_answers_with_the_words_of_the_other_side() {
    let house = House::with(LANDSCAPE).await;
    let taken = house.api.test_channel(slug("team-blue")).await.expect("tried");
    assert_eq!((taken.ok, taken.answer.as_str()), (true, "250 taken"));
    let refusal = house.api.test_channel(slug("rest")).await.expect("tried");
    assert_eq!((refusal.ok, refusal.answer.as_str()), (false, "404 there is no such hook"));
    assert_eq!(refused(house.api.test_channel(slug("nobody")).await), ProblemKind::NotFound);

    let sent: Vec<Notice> = house.desk.sent.lock().expect("what was sent").clone();
    let [first, second] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!((first.kind, first.name.as_str()), (NoticeKind::Test, "integrations of Team Blue"));
    assert_eq!(first.link, "https://bridgewatch.example.com/channels");
    assert_ne!(first.change, second.change, "each is another message");
    let query = AuditQuery { action: Some("channel.test".to_owned()), ..AuditQuery::default() };
    let told = house.api.audit(query).await.expect("the audit").items;
    let subjects: Vec<_> = told.iter().map(|entry| entry.subject.as_str()).collect();
    assert_eq!(subjects, ["channel rest", "channel team-blue"]);

    let engineer = house.service.acting_as(person(Role::Engineer, Scope::default()));
    assert_eq!(refused(engineer.test_channel(slug("rest")).await), ProblemKind::Forbidden);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_owner_was_told_stands_with_the_integration() {
    let house = House::with(LANDSCAPE).await;
    let orders = house.monitor.handle().board().row(&slug("orders")).expect("there").integration.id;
    let change: ChangeId = "018bcfe5-6800-7000-8000-000000000002".parse().expect("an id");
    let notices = vec![NewNotice { integration_id: orders, notice: notice(change, &slug("team-blue")) }];
    house.store.tell(&[Telling { integration_id: orders, told: None, notices }]).await.expect("told");

    let listed = house.api.notices(slug("orders")).await.expect("a list").items;
    let [told] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!((told.change, told.kind, told.state), (change, NoticeKind::Began, NoticeState::Waiting));
    assert_eq!(house.api.integration(slug("orders")).await.expect("there").notices, listed);
    assert_eq!(house.api.notices(slug("salaries")).await.expect("a list").items, []);
    let elsewhere = house.service.acting_as(person(Role::Viewer, department("People")));
    assert_eq!(refused(elsewhere.notices(slug("orders")).await), ProblemKind::NotFound);
    house.end().await;
}

fn notice(change: ChangeId, channel: &Slug) -> Notice {
    Notice {
        change,
        kind: NoticeKind::Began,
        channel: channel.clone(),
        at: now(),
        integration: slug("orders"),
        name: "Orders".to_owned(),
        from: "Shop".to_owned(),
        to: "ERP".to_owned(),
        environment: "production".to_owned(),
        tier: Tier::default(),
        owner: Some("Team Blue".to_owned()),
        level: Level::Problem,
        sentence: "401 from ERP".to_owned(),
        reason: None,
        since: now(),
        until: None,
        cost: Cost::None,
        runbook: None,
        link: "https://bridgewatch.example.com/integrations/orders".to_owned(),
        time_zone: "UTC".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_a_channel_names_is_not_deleted() {
    let house = House::with(LANDSCAPE).await;
    house.api.put_secret("HOOK", json!({"value": "hush hush", "hosts": ["*"]})).await.expect("put");
    assert_eq!(house.api.secrets().await.expect("a list").items[0].used_by, ["channel rest"]);
    assert!(clash(house.api.delete_secret("HOOK").await).contains("channel rest"));
    house.end().await;
}
