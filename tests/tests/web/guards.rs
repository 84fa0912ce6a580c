//! By a name of ours only, never in clear beyond this machine, and no page of somebody else.

use std::time::Duration;

use model::Role;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tests::house::TestHouse;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_rebound_name_and_a_foreign_page_get_nothing() {
    let house = TestHouse::empty().await;
    let url = house.url("/api/v1/systems");
    let client = house.client();

    let rebound = client.get(&url).header("host", "rebound.example").send().await.expect("an answer");
    assert_eq!(rebound.status(), 403);
    assert_eq!(rebound.headers()["content-type"], "application/problem+json");

    let system = json!({"slug": "crm", "name": "CRM"});
    let foreign =
        client.post(&url).header("origin", "https://evil.example").json(&system).send().await.expect("an answer");
    assert_eq!(foreign.status(), 403);
    let form = client
        .post(&url)
        .header("content-type", "text/plain")
        .body(system.to_string())
        .send()
        .await
        .expect("an answer");
    assert_eq!(form.status(), 415);
    assert_eq!(house.json("/api/v1/systems").await["items"], json!([]), "nothing was changed");

    let own = client.post(&url).header("origin", house.url("")).json(&system).send().await.expect("an answer");
    assert_eq!(own.status(), 201);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_answers_carry_a_policy() {
    let house = TestHouse::empty().await;
    let page = house.client().get(house.url("/")).send().await.expect("an answer");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    let html = page.text().await.expect("HTML");
    assert!(policy.contains("script-src 'self' 'nonce-") && !policy.contains("unsafe-inline"), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
    for script in html.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap_or_default();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "a script without the nonce: {tag}");
    }
    assert!(!html.contains(" style=\""), "no style attributes: the policy drops them");

    let answer = house.client().get(house.url("/api/v1/overview")).send().await.expect("an answer");
    assert!(
        answer.headers()["content-security-policy"]
            .to_str()
            .is_ok_and(|policy| policy.starts_with("default-src 'none'"))
    );
    house.end().await;
}

#[test]
fn beyond_loopback_it_does_not_speak_in_clear() {
    let args = server::cli::ServeArgs { listen: "0.0.0.0:0".parse().ok(), ..server::cli::ServeArgs::default() };
    let why = server::Config::read(&args).expect_err("refused").to_string();
    assert!(why.contains("loopback") && why.contains("--listen 127.0.0.1"), "{why}");
}

/// The answer to a body of which so much comes, and the rest never does.
async fn answer_to_half(house: &TestHouse, path: &str, kind: &str, half: &str, cookie: &str) -> String {
    let origin = house.url("");
    let host = origin.split_once("://").expect("an address").1;
    let whole = half.len() * 2;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\ncookie: {cookie}\r\ncontent-type: {kind}\r\ncontent-length: {whole}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    stream.write_all(format!("{head}{half}").as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let whole =
        async { while !answer.ends_with(b"}") && stream.read_buf(&mut answer).await.expect("an answer") > 0 {} };
    timeout(Duration::from_secs(20), whole).await.expect("given up in time");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_is_given_up_and_the_stream_is_not() {
    let house = TestHouse::configured(|config| config.time_limit = Duration::from_millis(300)).await;
    let cookie = house.signed_in(Role::Admin).await;
    let form = "application/x-www-form-urlencoded";
    for (path, kind, half, cookie) in
        [("/api/v1/systems", "application/json", "{\"slug\": ", &*cookie), ("/sign-in", form, "email=ada", "")]
    {
        let answer = answer_to_half(&house, path, kind, half, cookie).await;
        assert!(answer.starts_with("HTTP/1.1 503 "), "{path}: {answer}");
        assert!(answer.contains("application/problem+json") && answer.contains("took longer than"), "{path}: {answer}");
    }
    assert_eq!(house.json("/api/v1/systems").await["items"], json!([]));

    let mut stream = house.client().get(house.url("/api/v1/stream")).send().await.expect("a stream");
    let end = async { while stream.chunk().await.expect("it does not break").is_some() {} };
    assert!(timeout(Duration::from_millis(900), end).await.is_err(), "it has no end of its own");
    drop(stream);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_large_a_form_is_refused() {
    const LARGEST: usize = 64 * 1024;
    let house = TestHouse::empty().await;
    let send = async |size: usize| {
        let fields = "email=ada%40example.com&password=";
        let body = format!("{fields}{}", "x".repeat(size - fields.len()));
        let form = house.client().post(house.url("/sign-in")).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = form.body(body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.ok())
    };
    assert_eq!(send(LARGEST).await.0, 401, "it was read");
    let (status, problem) = send(LARGEST + 1).await;
    assert_eq!((status, &problem.expect("a problem")["type"]), (413, &json!("urn:bridgewatch:problem:too-large")));
    house.end().await;
}
