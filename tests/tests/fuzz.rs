//! The API under calls that nobody thought of: no 5xx, no status and no answer that its document does not name, whoever asks.
//!
//! A binary of its own: it keeps both cores busy for minutes, and what other tests promise within seconds must not wait for it.

use model::Role;
use serde_json::Value;
use tests::{
    fuzz::{Calling, Document, fuzz},
    house::TestHouse,
};

/// Cases of each group, as each caller.
const CASES: u64 = 2_000;
/// Ends sessions, one's own among them.
const SESSIONS: &str = "/sessions";
/// Where roles are changed; last, since whoever asks may be among those who are changed.
const PEOPLE: &str = "people";

const CATALOGUE: &str = "
systems: [{slug: crm, name: CRM}, {slug: erp, name: ERP}]
integrations:
  - {slug: orders, name: Orders, from: crm, to: erp, department: Sales, owner: Team Blue,
     probes: [{slug: beat, kind: heartbeat, every: 1h}]}
";

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_a_surprise_whoever_asks_for_what() {
    let document = Document::committed();
    // What an administrator does changes the house, so there is one for the others. Side by side they keep two cores busy.
    let (mut found, more) = tokio::join!(by_who_changes_little(&document), by_an_administrator(&document));
    found.extend(more);
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

async fn by_who_changes_little(document: &Document) -> Vec<String> {
    let house = house().await;
    let nobody = Calling { who: "nobody".to_owned(), ..Calling::default() };
    let viewer = Calling { without: Some(SESSIONS.to_owned()), ..signed_in(&house, Role::Viewer).await };
    let mut found = Vec::new();
    for group in document.groups.keys() {
        found.extend(fuzz(&house.url(""), document, group, &nobody, CASES).await);
        found.extend(fuzz(&house.url(""), document, group, &viewer, CASES).await);
    }
    assert_eq!(me(&house, &viewer).await["role"], "viewer");
    house.end().await;
    found
}

async fn by_an_administrator(document: &Document) -> Vec<String> {
    let house = house().await;
    let admin = Calling { without: Some(SESSIONS.to_owned()), ..signed_in(&house, Role::Admin).await };
    let mut found = Vec::new();
    for group in document.groups.keys().filter(|group| *group != PEOPLE) {
        found.extend(fuzz(&house.url(""), document, group, &admin, CASES).await);
        assert_eq!(me(&house, &admin).await["role"], "admin", "after `{group}`");
    }
    found.extend(fuzz(&house.url(""), document, PEOPLE, &admin, CASES).await);
    let ending = Calling { only: Some(SESSIONS.to_owned()), ..signed_in(&house, Role::Admin).await };
    found.extend(fuzz(&house.url(""), document, "account", &ending, 50).await);
    house.end().await;
    found
}

/// A house whose probes go nowhere, as they are made up.
async fn house() -> TestHouse {
    let house = TestHouse::configured(|config| {
        config.denied_networks = ["0.0.0.0/0", "::/0"].map(|network| network.parse().expect("a network")).to_vec();
    })
    .await;
    house.apply(CATALOGUE).await;
    house
}

/// As a browser that is signed in: it sends its cookie, and says that it comes from us.
async fn signed_in(house: &TestHouse, role: Role) -> Calling {
    let headers = [("Cookie", house.signed_in(role).await), ("Origin", house.url(""))];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Calling { who: role.as_str().to_owned(), headers, ..Calling::default() }
}

async fn me(house: &TestHouse, calling: &Calling) -> Value {
    let ask = house.client().get(house.url("/api/v1/me"));
    let ask = calling.headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value));
    ask.send().await.expect("an answer").json().await.expect("JSON")
}
