//! Until there is sign-in: this machine only, and no page of somebody else.

use serde_json::json;
use tests::house::TestHouse;

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
fn it_binds_to_loopback_only() {
    let args = server::cli::ServeArgs { listen: "0.0.0.0:0".parse().ok(), ..server::cli::ServeArgs::default() };
    let why = server::Config::read(&args).expect_err("refused").to_string();
    assert!(why.contains("loopback") && why.contains("--listen 127.0.0.1"), "{why}");
}
