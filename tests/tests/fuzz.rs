//! The API under calls that nobody thought of: no 5xx, no status and no answer that its document does not name, whoever asks.
//!
//! A binary of its own: it keeps both cores busy for minutes, and what other tests promise within seconds must not wait for it.

use std::{collections::VecDeque, num::NonZero, sync::Mutex, thread::available_parallelism};

use futures::future::join_all;
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
/// What an administrator does to the house; whatever else there is, is about the landscape.
const OF_THE_HOUSE: [&str; 5] = ["account", "audit", "channels", PEOPLE, "secrets"];

const CATALOGUE: &str = "
systems: [{slug: crm, name: CRM}, {slug: erp, name: ERP}]
integrations:
  - {slug: orders, name: Orders, from: crm, to: erp, department: Sales, owner: Team Blue,
     probes: [{slug: beat, kind: heartbeat, every: 1h}]}
";

/// What one caller asks, group after group, in a house of their own: nobody else changes what they meet.
struct Chain {
    house: TestHouse,
    calling: Calling,
    /// As whom they are signed in.
    role: Option<Role>,
    /// The groups that are left.
    left: VecDeque<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_a_surprise_whoever_asks_for_what() {
    let document = Document::committed();
    let is_of_the_house = |group: &str| OF_THE_HOUSE.contains(&group);
    let chains = Mutex::new(vec![
        Chain::of(None, &document, |_| true).await,
        Chain::of(Some(Role::Viewer), &document, |_| true).await,
        Chain::of(Some(Role::Admin), &document, |group| !is_of_the_house(group)).await,
        Chain::of(Some(Role::Admin), &document, is_of_the_house).await,
    ]);
    // One run keeps one core busy.
    let cores = available_parallelism().map_or(1, NonZero::get);
    let found = join_all((0..cores).map(|_| work(&chains, &document))).await.concat();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// Goes on with the chain of which most is left, group by group, so that all of them end at about the same time.
async fn work(chains: &Mutex<Vec<Chain>>, document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(mut chain) = longest(chains) {
        let Some(group) = chain.left.pop_front() else {
            chain.house.end().await;
            continue;
        };
        found.extend(chain.ask(document, &group).await);
        chains.lock().expect("no panic under the lock").push(chain);
    }
    found
}

/// Takes that chain; none if every one is at work or has ended.
fn longest(chains: &Mutex<Vec<Chain>>) -> Option<Chain> {
    let mut waiting = chains.lock().expect("no panic under the lock");
    let place = (0..waiting.len()).max_by_key(|place| waiting[*place].left.len())?;
    Some(waiting.swap_remove(place))
}

impl Chain {
    /// Of somebody with this role or of nobody, through the groups that are wanted.
    async fn of(role: Option<Role>, document: &Document, wanted: impl Fn(&str) -> bool) -> Self {
        let house = house().await;
        let calling = match role {
            Some(role) => Calling { without: Some(SESSIONS.to_owned()), ..signed_in(&house, role).await },
            None => Calling { who: "nobody".to_owned(), ..Calling::default() },
        };
        let groups = document.groups.keys().filter(|group| *group != PEOPLE && wanted(group));
        let last = wanted(PEOPLE).then(|| PEOPLE.to_owned());
        Self { house, calling, role, left: groups.cloned().chain(last).collect() }
    }

    /// Asks for a group; answers what was found wrong.
    async fn ask(&self, document: &Document, group: &str) -> Vec<String> {
        let url = self.house.url("");
        let mut found = fuzz(&url, document, group, &self.calling, CASES).await;
        match self.role {
            Some(Role::Admin) if group == PEOPLE => {
                let admin = signed_in(&self.house, Role::Admin).await;
                let ending = Calling { only: Some(SESSIONS.to_owned()), ..admin };
                found.extend(fuzz(&url, document, "account", &ending, 50).await);
            }
            Some(role) => {
                let me = me(&self.house, &self.calling).await;
                assert_eq!(me["role"], role.as_str(), "after `{group}` as {role}");
            }
            None => {}
        }
        found
    }
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
