//! What single sign-on asks of a provider, and which answers it does not believe.

use std::sync::Arc;

use model::{Clock as _, Span, SystemClock, TestClock};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::json;
use server::config::PublicUrl;
use tests::{
    house::TestHouse,
    oidc::{Scene, person},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_only_in_the_browser_that_began_and_only_if_it_fits() {
    let scene = Scene::with(&json!({ "ann": person("Ann", &["staff"]) })).await;
    let (begun, state) = begin(&scene.house).await;
    assert!(begun.contains("bridgewatch_sign_in="), "{begun}");
    let (theirs, other) = begin(&scene.house).await;
    let issuer = "https%3A%2F%2Fevil.example";
    for (cookie, query) in [
        ("", format!("code=some&state={state}")),
        ("bridgewatch_sign_in=made-up", format!("code=some&state={state}")),
        // Of two one may be somebody else's, whichever comes first.
        (&*format!("{begun}; {theirs}"), format!("code=some&state={state}")),
        (&*format!("{theirs}; {begun}"), format!("code=some&state={state}")),
        (&*begun, "code=some".to_owned()),
        (&*begun, "code=some&state=".to_owned()),
        (&*begun, format!("code=some&state={other}")),
        (&*begun, format!("code=some&state={state}&iss={issuer}")),
        (&*begun, format!("state={state}")),
    ] {
        let (status, page) = answer(&scene.house, cookie, &query).await;
        assert_eq!(status, 400, "{query}");
        assert!(page.contains("Please sign in again"), "{query}: {page}");
    }
    // What fits but is no code is refused by the provider.
    let (status, _) = answer(&scene.house, &begun, &format!("code=some&state={state}")).await;
    assert_eq!(status, 502);
    // What was begun with one provider is no answer for another.
    let url = scene.house.url(&format!("/sign-in/with/fabrikam/back?code=some&state={state}"));
    let answered = scene.house.client().get(url).header(COOKIE, &*begun).send().await.expect("an answer");
    assert_eq!(answered.status(), 400);
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_asks_for_pkce_and_leads_nowhere_else() {
    let scene = Scene::with(&json!({})).await;
    let straight = straight();
    let ask = async |path: &str| straight.get(scene.house.url(path)).send().await.expect("an answer");
    let answered = ask("/sign-in/with/contoso?next=//evil.example").await;
    assert_eq!(answered.status(), 303);
    let kept = answered.headers()[SET_COOKIE].to_str().expect("text").to_owned();
    for word in ["HttpOnly", "SameSite=Lax", "Path=/;", "Max-Age=600"] {
        assert!(kept.contains(word), "{kept}");
    }
    let to = url::Url::parse(answered.headers()[LOCATION].to_str().expect("text")).expect("an address");
    assert!(to.as_str().starts_with(scene.provider.issuer()), "{to}");
    let asked: std::collections::HashMap<_, _> = to.query_pairs().into_owned().collect();
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["scope"], "openid profile email groups");
    assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43 && asked["state"] != asked["nonce"], "{to}");
    assert_eq!(ask("/sign-in/with/nobody").await.status(), 404);
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_begun_ten_minutes_ago_counts_and_one_from_before_that_does_not() {
    let clock = TestClock::at(SystemClock.now());
    let people = json!({ "ann": person("Ann", &["staff"]) });
    let scene = Scene::under(Arc::new(clock.clone()), &people, |_| {}).await;
    let (begun, state) = begin(&scene.house).await;
    clock.advance(Span::minutes(10));
    // It is the provider who refuses it then: it is no code of theirs.
    assert_eq!(answer(&scene.house, &begun, &format!("code=some&state={state}")).await.0, 502);
    clock.advance(Span::ms(1));
    let (status, page) = answer(&scene.house, &begun, &format!("code=some&state={state}")).await;
    assert_eq!(status, 400);
    assert!(page.contains("Please sign in again"), "{page}");
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_nobody_beside_us_puts_a_begun_sign_in_into_a_browser() {
    for (url, name, path) in [
        ("https://ops.example.com", "__Host-bridgewatch_sign_in", "/"),
        ("https://ops.example.com/bridges", "__Secure-bridgewatch_sign_in", "/bridges"),
    ] {
        let people = json!({ "ann": person("Ann", &["staff"]) });
        let public = |config: &mut server::Config| config.reach.public_url = PublicUrl::parse(url).ok();
        let scene = Scene::under(Arc::new(SystemClock), &people, public).await;
        let answered = straight().get(scene.house.here("/sign-in/with/contoso")).send().await.expect("an answer");
        let kept = answered.headers()[SET_COOKIE].to_str().expect("text");
        assert!(kept.starts_with(&format!("{name}=")) && kept.contains(&format!("; Path={path};")), "{kept}");
        assert!(kept.contains("; Secure") && kept.contains("; HttpOnly"), "{kept}");

        // What is called as in clear may be anybody's.
        let (begun, state) = begin(&scene.house).await;
        let query = format!("code=some&state={state}");
        let in_clear = begun.replace(name, "bridgewatch_sign_in");
        assert_eq!(answer(&scene.house, &in_clear, &query).await.0, 400, "{url}");
        assert_eq!(answer(&scene.house, &format!("{in_clear}; {begun}"), &query).await.0, 502, "{url}");
        scene.house.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_lets_nobody_in() {
    let mut scene = Scene::with(&json!({ "ann": person("Ann", &["staff"]) })).await;
    let (begun, state) = begin(&scene.house).await;
    scene.provider.stop();
    let (status, page) = answer(&scene.house, &begun, &format!("code=some&state={state}")).await;
    assert_eq!(status, 502);
    assert!(page.contains("Contoso cannot be used at the moment"), "{page}");
    scene.house.end().await;
}

/// A client that follows nothing.
fn straight() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.build().expect("a client")
}

/// Begins a sign-in without a browser; answers the cookie and the state.
async fn begin(house: &TestHouse) -> (String, String) {
    let answered = straight().get(house.here("/sign-in/with/contoso")).send().await.expect("an answer");
    let kept = answered.headers()[SET_COOKIE].to_str().expect("text");
    let cookie = kept.split(';').next().unwrap_or_default().to_owned();
    let to = url::Url::parse(answered.headers()[LOCATION].to_str().expect("text")).expect("an address");
    let state = to.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    (cookie, state)
}

/// What an answer to it is answered with; whatever that is, no session is begun.
async fn answer(house: &TestHouse, cookie: &str, query: &str) -> (u16, String) {
    let url = house.here(&format!("/sign-in/with/contoso/back?{query}"));
    let answered = straight().get(url).header(COOKIE, cookie).send().await.expect("an answer");
    let kept: Vec<_> = answered.headers().get_all(SET_COOKIE).iter().map(|kept| kept.to_str().expect("text")).collect();
    assert!(!kept.iter().any(|kept| kept.contains("bridgewatch_session=")), "{kept:?}");
    (answered.status().as_u16(), answered.text().await.expect("a page"))
}
