//! Who asks too fast is told when to come again, and only they.

use std::{net::IpAddr, num::NonZeroU32};

use reqwest::{
    Client, Response,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::{Value, json};
use server::config::Limits;
use tests::{client_with, house::TestHouse, wait::until};

/// How much may be asked at once.
const BURST: u32 = 5;

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("more than none")
}

/// Asks as much as may be asked at once, which is answered, and on until it is too much; answers that answer.
async fn too_much(ask: impl AsyncFn() -> Response) -> Response {
    for _ in 0..BURST {
        assert_eq!(ask().await.status(), 200);
    }
    until("too much", async || Some(ask().await).filter(|answer| answer.status() != 200)).await
}

/// Told by a problem with how long to wait; and it is let in again after that, not sooner.
async fn told_to_wait(answer: Response, ask: impl AsyncFn() -> Response) {
    assert_eq!((answer.status().as_u16(), &answer.headers()[RETRY_AFTER]), (429, &"1".parse().expect("text")));
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!(problem["type"], "urn:bridgewatch:problem:too-many");
    assert_eq!(problem["detail"], "Too many requests. Come again in 1 s.");
    until("its turn", async || (ask().await.status() == 200).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_asks_too_fast_is_told_when_to_come_again() {
    let house = TestHouse::configured(|config| {
        config.limits = Limits { address_per_second: number(1), address_burst: number(BURST), ..config.limits };
    })
    .await;
    let at = |address: &str| {
        let address: IpAddr = address.parse().expect("an address");
        Client::builder().no_proxy().local_address(address).build().expect("a client")
    };
    let (fast, other) = (at("127.0.0.1"), at("127.0.0.2"));
    let ask = async || fast.get(house.url("/healthz")).send().await.expect("an answer");
    let answer = too_much(&ask).await;
    let others = other.get(house.url("/healthz")).send().await.expect("an answer");
    assert_eq!(others.status(), 200, "another address is not meant");
    told_to_wait(answer, &ask).await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_asks_too_fast_is_told_when_to_come_again() {
    let house = TestHouse::configured(|config| {
        config.limits = Limits { token_per_second: number(1), token_burst: number(BURST), ..config.limits };
    })
    .await;
    let new = async || {
        let made = house.post("/api/v1/tokens", &json!({ "name": "some" })).await.1;
        client_with(&[(AUTHORIZATION, &format!("Bearer {}", made["token"].as_str().expect("a token")))])
    };
    let (fast, other) = (new().await, new().await);
    let with = async |client: &Client| client.get(house.url("/api/v1/overview")).send().await.expect("an answer");
    let ask = async || with(&fast).await;
    let answer = too_much(&ask).await;
    assert_eq!(with(&other).await.status(), 200, "another token of the same person is not meant");
    assert_eq!(with(house.client()).await.status(), 200, "nor are they themselves");
    told_to_wait(answer, &ask).await;
    house.end().await;
}
