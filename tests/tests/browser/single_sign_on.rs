//! People come in by a provider, with what their groups there mean here, and leave by it.

use fantoccini::Locator;
use serde_json::{Value, json};
use tests::{
    browser::{Browser, DESKTOP},
    oidc::{Scene, person},
    wait::until,
};

/// Who the API says asks.
async fn me(browser: &Browser) -> Value {
    browser.script("return fetch('/api/v1/me').then(answer => answer.json())").await
}

/// A page that takes a person asks to sign in.
async fn nobody_is_in(scene: &Scene, browser: &Browser) {
    browser.go(&scene.house.url("/")).await;
    at(browser, "/sign-in").await;
}

async fn at(browser: &Browser, path: &str) {
    until(&format!("the page {path}"), async || {
        (browser.client().current_url().await.expect("an address").path() == path).then_some(())
    })
    .await;
}

async fn reads(browser: &Browser, text: &str) {
    until(&format!("\"{text}\" on the page"), async || browser.text().await.contains(text).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_comes_in_with_the_role_of_their_groups_and_leaves_the_provider_too() {
    // Given a provider that knows an administrator.
    let browser = Browser::open(DESKTOP).await;
    let scene = Scene::with(&json!({ "ann": person("Ann", &["bridge-admins", "staff"]) })).await;

    // When she asks for a page and signs in at the provider, then she is on that page, as who her groups make her.
    browser.go(&scene.house.url("/runs")).await;
    browser.click("a[href*='/sign-in/with/contoso']").await;
    say_who(&browser, "ann").await;
    at(&browser, "/runs").await;
    let ann = me(&browser).await;
    assert_eq!(ann["role"], "admin", "{ann}");
    assert_eq!(ann["email"], "ann@contoso.example", "{ann}");
    assert_eq!(browser.script("return document.cookie").await, "", "no script reads who she is");

    // When she signs out, then the provider asks whether to, and she is back where one signs in.
    browser.script("document.querySelector(\"form[action$='/sign-out']\").submit()").await;
    let yes = browser.client().wait().for_element(Locator::Css("button[name=logout]")).await.expect("the question");
    yes.click().await.expect("yes");
    at(&browser, "/sign-in").await;
    nobody_is_in(&scene, &browser).await;

    // And whoever comes next at this browser is asked who they are.
    browser.click("a[href*='/sign-in/with/contoso']").await;
    reads(&browser, "Who are you?").await;
    browser.close().await;
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_count_anew_at_every_sign_in_and_without_one_nobody_is_let_in() {
    // Given somebody of a group that is not let in, when they sign in, then they are told so and nobody is signed in.
    let browser = Browser::open(DESKTOP).await;
    let mut scene = Scene::with(&json!({ "ben": person("Ben", &["canteen"]) })).await;
    come_in(&scene, &browser, "contoso", "ben").await;
    reads(&browser, "You have no access here yet").await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    nobody_is_in(&scene, &browser).await;

    // When the provider adds them to one, then they come in as what it means, and see what it sees.
    scene.open(&json!({ "ben": person("Ben", &["canteen", "staff"]) }), false).await;
    browser.go(&scene.house.url("/sign-in/with/contoso")).await;
    at(&browser, "/").await;
    let ben = me(&browser).await;
    assert_eq!(ben["role"], "viewer", "{ben}");
    assert_eq!(ben["scope"]["departments"], json!(["Sales"]), "{ben}");

    // When they change teams, and the provider its key meanwhile, then the next sign-in knows.
    scene.open(&json!({ "ben": person("Ben", &["integration-team"]) }), true).await;
    browser.go(&scene.house.url("/sign-in/with/contoso?next=/runs")).await;
    at(&browser, "/runs").await;
    let ben = me(&browser).await;
    assert_eq!(ben["role"], "engineer", "{ben}");
    assert_eq!(ben["scope"]["departments"], json!([]), "{ben}");
    browser.close().await;
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_opens_nobodys_account_but_its_own() {
    // Given Ann, who came in by Contoso.
    let mut ann = person("Ann", &["staff", "partners"]);
    let browser = Browser::open(DESKTOP).await;
    let mut scene = Scene::with(&json!({ "ann": ann })).await;
    come_in(&scene, &browser, "contoso", "ann").await;
    at(&browser, "/runs").await;

    // When somebody comes by another provider with her address, then they are not taken for her.
    browser.client().delete_all_cookies().await.expect("no cookies");
    come_in(&scene, &browser, "fabrikam", "ann").await;
    reads(&browser, "signs in here in another way").await;
    nobody_is_in(&scene, &browser).await;

    // When somebody has an address that nobody verified, then it counts for nothing.
    ann["email"] = "boss@contoso.example".into();
    ann["email_verified"] = false.into();
    scene.open(&json!({ "eve": ann }), false).await;
    browser.client().delete_all_cookies().await.expect("no cookies");
    browser.go(&scene.house.url("/sign-in/with/contoso")).await;
    say_who(&browser, "eve").await;
    reads(&browser, "no verified email address").await;
    browser.close().await;
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_back_is_told_calmly() {
    let browser = Browser::open(DESKTOP).await;
    let scene = Scene::with(&json!({ "ann": person("Ann", &["staff"]) })).await;
    browser.go(&scene.house.url("/sign-in/with/contoso")).await;
    browser.click("button[value=back]").await;
    reads(&browser, "You were not signed in").await;
    assert!(!browser.text().await.contains("gone"), "what an address says is not shown");
    browser.close().await;
    scene.house.end().await;
}

/// From the sign-in page to the provider, and on as somebody.
async fn come_in(scene: &Scene, browser: &Browser, by: &str, login: &str) {
    browser.go(&scene.house.url("/sign-in?next=/runs")).await;
    browser.click(&format!("a[href*='/sign-in/with/{by}']")).await;
    say_who(browser, login).await;
}

async fn say_who(browser: &Browser, login: &str) {
    let field = browser.client().wait().for_element(Locator::Css("[name=login]")).await.expect("the provider's form");
    field.send_keys(login).await.expect("a name");
    browser.click("button[value=on]").await;
}
