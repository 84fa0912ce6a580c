//! A whole house: a target stops and comes back, and its owner has one mail each.

use std::sync::Arc;

use model::{Clock as _, Span, SystemClock, TestClock, Timestamp, settings::Keep};
use serde_json::Value;
use server::ticks::{self, Past};
use store::{Store, StoreUrl};
use tests::{
    house::TestHouse,
    relay::{MailRelay, Taken},
    target::Target,
    wait::until,
};

use super::bridges::{catalogue, mail, telling};

/// A house in which Team Blue is told by mail.
async fn told_by(relay: &MailRelay) -> TestHouse {
    let channels = vec![mail("team-blue", "team-blue@contoso.example")];
    TestHouse::configured(|config| telling(config, relay, channels)).await
}

async fn standing(house: &TestHouse) -> Value {
    house.json("/api/v1/integrations/orders").await["standing"].clone()
}

async fn it_stands(house: &TestHouse) {
    until("the bridge to stand", async || (standing(house).await["level"] == "okay").then_some(())).await;
}

/// Waits for the mail of this number, from 1.
async fn arrived(relay: &MailRelay, number: usize) -> Taken {
    until("a mail", async || relay.taken().get(number - 1).cloned()).await
}

async fn failures(house: &TestHouse) -> usize {
    let runs = house.json("/api/v1/runs?integration=orders&outcome=failed").await;
    runs["items"].as_array().expect("a list").len()
}

/// The outage goes on for some more runs.
async fn it_goes_on(house: &TestHouse) {
    let before = failures(house).await;
    until("further failures", async || (failures(house).await >= before + 3).then_some(())).await;
}

/// Waits until the store knows of so many that they were taken; answers all that there are, the newest first.
async fn notices(house: &TestHouse, taken: usize) -> Vec<Value> {
    until("the relay's word to be kept", async || {
        let notices = house.json("/api/v1/integrations/orders/notices").await["items"].clone();
        let notices = notices.as_array().expect("a list").clone();
        let sent = notices.iter().filter(|notice| notice["state"] == "sent").count();
        (sent == taken).then_some(notices)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_has_one_mail_when_it_breaks_and_one_when_it_is_over() {
    // Given a bridge that stands, whose owner is told by mail.
    let relay = MailRelay::open();
    let mut target = Target::start().await;
    let house = told_by(&relay).await;
    house.apply(&catalogue(&[("orders", target.url("/orders"))])).await;
    it_stands(&house).await;
    assert_eq!(relay.taken(), [], "nothing happened");

    // When its target stops, then the owner has one mail: what, since when, why, what it costs, what to do, and where to look.
    target.stop().await;
    let began = arrived(&relay, 1).await;
    let since = standing(&house).await["since"].as_str().map(Timestamp::parse).expect("since when");
    let since = since.expect("a moment").utc().format("%a %-d %b %Y, %H:%M UTC").to_string();
    assert_eq!(began.envelope["to"], serde_json::json!(["team-blue@contoso.example"]));
    assert!(began.header("Subject").starts_with("Problem: Bridge orders: "), "{}", began.mail);
    let body = began.body();
    for line in [
        "Level: problem",
        &format!("Since: {since}"),
        "Reason: connect",
        "Cost: unknown (no baseline)",
        "Owner: Team Blue",
        "Tier: 1",
        "Runbook: https://wiki.example.com/orders",
        &format!("Page: {}", house.url("/integrations/orders")),
    ] {
        assert!(body.contains(&format!("\r\n{line}\r\n")), "{line} in {body}");
    }

    // And as long as it lasts no further one.
    it_goes_on(&house).await;
    assert_eq!(relay.taken().len(), 1);

    // When it is back, then the owner has one more, below the first.
    target.start_again().await;
    let over = arrived(&relay, 2).await;
    assert!(over.header("Subject").starts_with("Over after "), "{}", over.mail);
    assert_eq!(over.header("In-Reply-To"), began.header("Message-ID"));
    assert_ne!(over.header("Message-ID"), began.header("Message-ID"));
    let body = over.body();
    assert!(body.contains("\r\nLevel was: problem\r\n") && body.contains("\r\nUntil: "), "{body}");

    // And the house knows that both were taken, and of no other.
    let notices = notices(&house, 2).await;
    let text = |notice: &Value, field: &str| notice[field].as_str().unwrap_or_default().to_owned();
    let told: Vec<String> = notices.iter().map(|told| text(told, "kind") + ": " + &text(told, "last_answer")).collect();
    assert_eq!(told, ["over: 250 2.0.0 Ok: queued as 2", "began: 250 2.0.0 Ok: queued as 1"]);
    it_stands(&house).await;

    // And when that is long ago, it is forgotten.
    let later = Arc::new(TestClock::at(SystemClock.now() + Span::hours(401 * 24)));
    let store = StoreUrl::sqlite(house.folder().join("bridgewatch.db"));
    let store = Store::open(&store).await.expect("the store opens");
    let past = Past { clock: later, keep: Keep::default() };
    ticks::retain(&house.monitor(), &store, &past).await.expect("deleted");
    store.close().await;
    assert_eq!(self::notices(&house, 0).await, [] as [Value; 0]);
    house.end().await;
    assert_eq!(relay.taken().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_restart_nor_an_edit_tells_anything_twice() {
    // Given an outage of which the owner was told.
    let relay = MailRelay::open();
    let mut target = Target::start().await;
    let house = told_by(&relay).await;
    let written = catalogue(&[("orders", target.url("/orders"))]);
    house.apply(&written).await;
    it_stands(&house).await;
    target.stop().await;
    let began = arrived(&relay, 1).await;
    notices(&house, 1).await;

    // When the house is started anew and the bridge gets another name meanwhile.
    let channels = vec![mail("team-blue", "team-blue@contoso.example")];
    let folder = house.end().await;
    let house = TestHouse::in_folder_with(folder, |config| telling(config, &relay, channels)).await;
    it_goes_on(&house).await;
    house.apply(&written.replace("Bridge orders", "Orders to NetSuite")).await;
    it_goes_on(&house).await;

    // Then the owner hears nothing, and of the end once.
    assert_eq!(relay.taken().len(), 1);
    target.start_again().await;
    let over = arrived(&relay, 2).await;
    assert_eq!(over.header("In-Reply-To"), began.header("Message-ID"));
    assert!(over.header("Subject").ends_with(": Orders to NetSuite"), "{}", over.mail);
    assert_eq!(notices(&house, 2).await.len(), 2);
    it_stands(&house).await;
    house.end().await;
    assert_eq!(relay.taken().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_when_the_house_ends_is_known_to_have_arrived() {
    // Given a relay that has a mail and has not said so yet.
    let relay = MailRelay::slow();
    let mut target = Target::start().await;
    let house = told_by(&relay).await;
    house.apply(&catalogue(&[("orders", target.url("/orders"))])).await;
    it_stands(&house).await;
    target.stop().await;
    arrived(&relay, 1).await;

    // When the house ends, then it waits for the relay's word and keeps it: nothing is left to be sent again.
    let folder = house.end().await;
    let channels = vec![mail("team-blue", "team-blue@contoso.example")];
    let house = TestHouse::in_folder_with(folder, |config| telling(config, &relay, channels)).await;
    let notices = notices(&house, 1).await;
    assert_eq!((notices.len(), &notices[0]["attempts"]), (1, &Value::from(1)));
    house.end().await;
    assert_eq!(relay.taken().len(), 1);
}
