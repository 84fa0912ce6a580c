//! The stream tells each listener of what is within their scope, and of nothing else.

use model::{Role, Scope};
use reqwest::{
    RequestBuilder, Response, StatusCode,
    header::{AUTHORIZATION, COOKIE, ORIGIN},
};
use serde_json::{Value, json};
use tests::{client_with, house::TestHouse, wait::LONGEST};
use tokio::time::timeout;

const STREAM: &str = "/api/v1/stream";
const CATALOGUE: &str = "
catalogue: test
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]
integrations:
  - {slug: orders, name: Orders, from: shop, to: erp, department: Sales}
  - {slug: salaries, name: Salaries, from: erp, to: shop, department: Finance}
";

/// Somebody who listens, and all that they heard.
struct Listener {
    stream: Response,
    heard: String,
}

impl Listener {
    /// Begins to listen, and is told so.
    async fn begin(ask: RequestBuilder) -> Self {
        let stream = ask.send().await.expect("an answer");
        assert_eq!(stream.status(), 200);
        let mut listener = Self { stream, heard: String::new() };
        listener.until("event: hello").await;
        listener
    }

    /// Listens until these words are heard.
    async fn until(&mut self, words: &str) {
        while !self.heard.contains(words) {
            let more = timeout(LONGEST, self.stream.chunk()).await;
            let more = more.unwrap_or_else(|_| panic!("`{words}` is not said, but: {}", self.heard));
            let more = more.expect("it does not break").expect("it does not end");
            self.heard.push_str(&String::from_utf8_lossy(&more));
        }
    }
}

/// The secret of a new token of whoever has this cookie.
async fn token(house: &TestHouse, cookie: &str, wish: Value) -> String {
    let ask = client_with(&[(COOKIE, cookie), (ORIGIN, &house.url(""))]).post(house.url("/api/v1/tokens"));
    let made = ask.json(&wish).send().await.expect("an answer");
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.expect("a token");
    format!("Bearer {}", made["token"].as_str().expect("a token"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_of_what_is_within_their_scope_and_of_nothing_else() {
    // Given somebody who sees one department, their token, and somebody who sees everything, all of whom listen.
    let house = TestHouse::with(CATALOGUE).await;
    let sales = Scope { departments: vec!["Sales".to_owned()], ..Scope::default() };
    let cookie = house.signed_in_with(Role::Viewer, &sales).await;
    let own = token(&house, &cookie, json!({ "name": "own" })).await;
    let stream = |name, value: &str| client_with(&[(name, value)]).get(house.url(STREAM));
    let mut within =
        [Listener::begin(stream(COOKIE, &cookie)).await, Listener::begin(stream(AUTHORIZATION, &own)).await];
    let mut all = Listener::begin(house.client().get(house.url(STREAM))).await;

    // When something becomes of a bridge of another department, in every way there is, and then of one of theirs,
    let sent = async |slug: &str, outcome: &str| {
        let path = format!("/api/v1/integrations/{slug}/runs");
        let (status, told) = house.post(&path, &json!({ "outcome": outcome })).await;
        assert_eq!(status, StatusCode::CREATED, "{told}");
    };
    sent("salaries", "failed").await;
    house.apply(&CATALOGUE.replace("Salaries", "Pay")).await;
    for words in ["event: run\ndata: {\"type\":\"run\",\"integration\":\"salaries\"", "\"integrations\":[\"salaries\"]"]
    {
        all.until(words).await;
    }
    sent("orders", "ok").await;

    // then they hear of theirs alone; that something was changed they hear too, but not what.
    for listener in &mut within {
        listener.until("event: run\ndata: {\"type\":\"run\",\"integration\":\"orders\"").await;
        assert!(!listener.heard.contains("salaries"), "{}", listener.heard);
        assert!(listener.heard.contains("\"integrations\":[]"), "{}", listener.heard);
    }

    // And the token of an integration, which sends its runs, hears nothing, not even of its own.
    let engineer = house.signed_in(Role::Engineer).await;
    let of_orders = token(&house, &engineer, json!({ "name": "of", "integration": "orders" })).await;
    let refused = stream(AUTHORIZATION, &of_orders).send().await.expect("an answer");
    assert_eq!(refused.status(), 403);
    let said = refused.text().await.expect("a problem");
    assert!(!said.contains("event:") && said.contains("sends its runs, and nothing else"), "{said}");
    drop((within, all));
    house.end().await;
}
