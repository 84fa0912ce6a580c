//! People set up a new server, sign in and out, invite each other and make tokens; a visitor of the demo looks as somebody else.

use std::{path::Path, sync::Arc};

use fantoccini::Locator;
use model::SystemClock;
use reqwest::StatusCode;
use serde_json::Value;
use server::{Config, House};
use tests::{
    browser::{Browser, DESKTOP, PHONE},
    child::Serving,
    wait::until,
};

use crate::BINARY;

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "four unrelated words here";
const GRACE: &str = "grace@example.com";

/// Who the API says asks.
async fn me(browser: &Browser) -> Value {
    browser.script("return fetch('/api/v1/me').then(answer => answer.json())").await
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

/// Fills the fields of the first form that has them all in `main`, and sends it.
async fn send(browser: &Browser, form: &str, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        let selector = format!("{form} [name='{name}']");
        let field = browser.client().wait().for_element(Locator::Css(&selector)).await.expect(&selector);
        if field.tag_name().await.expect("a name") == "select" {
            field.select_by_value(value).await.expect(&selector);
        } else {
            field.send_keys(value).await.expect(&selector);
        }
    }
    browser.click(&format!("{form} button[type=submit]")).await;
}

/// Sets a new server up as Ada, by the link that it printed.
async fn set_up(server: &Serving, browser: &Browser) {
    browser.go(server.set_up_link().expect("nobody administers it yet")).await;
    let fields = [("email", ADA), ("name", "Ada Lovelace"), ("password", PASSWORD), ("again", PASSWORD)];
    send(browser, "form.way-form", &fields).await;
    at(browser, "/").await;
}

async fn sign_out(browser: &Browser) {
    browser.script("document.querySelector(\"form[action$='/sign-out']\").requestSubmit()").await;
    reads(browser, "You are signed out.").await;
}

/// What the page shows this once.
async fn shown_once(browser: &Browser) -> String {
    let shown = browser.client().wait().for_element(Locator::Css("#once")).await.expect("what is shown once");
    shown.text().await.expect("a text").trim().to_owned()
}

/// How the API answers to this token.
async fn by_token(server: &Serving, token: &str) -> StatusCode {
    let asked = tests::child::browser().get(server.url("/api/v1/systems")).bearer_auth(token).send();
    asked.await.expect("an answer").status()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_one_sets_the_server_up_and_comes_back_by_a_password() {
    // Given a new server, whose link is opened on a phone.
    let browser = Browser::open(PHONE).await;
    let folder = tempfile::tempdir().expect("a folder");
    let server = BINARY.serve(folder.path(), &[]).await;
    let link = server.set_up_link().expect("nobody administers it yet").to_owned();
    browser.go(&link).await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());

    // When the passwords differ, then that field says so and nobody was made.
    send(&browser, "form.way-form", &[("email", ADA), ("name", "Ada"), ("password", PASSWORD), ("again", "no")]).await;
    until("the fault at its field", async || {
        let fault = "const field = document.querySelector('[name=again]');
            return field.getAttribute('aria-invalid') === 'true' && document.activeElement === field";
        browser.script(fault).await.as_bool().filter(|&told| told).map(drop)
    })
    .await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());

    // When they fit, then Ada administers it, and the link is used up.
    set_up(&server, &browser).await;
    let ada = me(&browser).await;
    assert_eq!((ada["role"].as_str(), ada["email"].as_str()), (Some("admin"), Some(ADA)), "{ada}");
    assert_eq!(browser.script("return document.cookie").await, "", "no script reads who she is");
    browser.go(&link).await;
    reads(&browser, "This link does not work any more.").await;

    // When she signs out, then pages ask who one is; a wrong password is refused, the right one leads back to the page asked for.
    browser.go(&server.url("/")).await;
    sign_out(&browser).await;
    browser.go(&server.url("/runs")).await;
    at(&browser, "/sign-in").await;
    send(&browser, "form.way-form", &[("email", ADA), ("password", "not her password")]).await;
    reads(&browser, "Email and password do not go together.").await;
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    browser.go(&server.url("/runs")).await;
    send(&browser, "form.way-form", &[("email", ADA), ("password", PASSWORD)]).await;
    at(&browser, "/runs").await;
    browser.close().await;
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_invited_comes_in_as_what_they_were_invited_as() {
    // Given Ada, who invites Grace as an engineer.
    let browser = Browser::open(DESKTOP).await;
    let folder = tempfile::tempdir().expect("a folder");
    let server = BINARY.serve(folder.path(), &[]).await;
    set_up(&server, &browser).await;
    browser.go(&server.url("/people")).await;
    let invitation = [("email", GRACE), ("name", "Grace"), ("role", "engineer")];
    send(&browser, "#invite form", &invitation).await;
    let link = shown_once(&browser).await;
    assert!(link.starts_with(&server.url("/invitation/")), "{link}");
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    reads(&browser, "invited").await;

    // When Grace opens the link at her own browser and chooses a password, then she is an engineer.
    browser.client().delete_all_cookies().await.expect("another browser");
    browser.go(&link).await;
    reads(&browser, "You were invited as an engineer.").await;
    send(&browser, "form.way-form", &[("password", "words of her own choice"), ("again", "words of her own choice")])
        .await;
    at(&browser, "/").await;
    let grace = me(&browser).await;
    assert_eq!((grace["role"].as_str(), grace["email"].as_str()), (Some("engineer"), Some(GRACE)), "{grace}");

    // Then the pages of administrators are neither offered to her nor shown.
    assert_eq!(browser.script("return document.querySelectorAll(\"a[href='/people']\").length").await, 0);
    browser.go(&server.url("/people")).await;
    reads(&browser, "administrator").await;
    assert!(!browser.text().await.contains(ADA), "nobody's address is shown to her");
    browser.close().await;
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_and_opens_the_api_until_it_is_revoked() {
    // Given Ada's account, when she makes a token, then it is shown and opens the API as her.
    let browser = Browser::open(DESKTOP).await;
    let folder = tempfile::tempdir().expect("a folder");
    let server = BINARY.serve(folder.path(), &[]).await;
    set_up(&server, &browser).await;
    browser.go(&server.url("/account")).await;
    browser.click("#tokens details.change summary").await;
    send(&browser, "#tokens form.form", &[("name", "nightly export")]).await;
    let token = shown_once(&browser).await;
    assert!(token.starts_with("bw_"), "a token");
    assert_eq!(by_token(&server, &token).await, StatusCode::OK);

    // When the page is opened again, then the token is not on it, but its name and its use are.
    browser.go(&server.url("/account")).await;
    reads(&browser, "nightly export").await;
    assert!(!browser.text().await.contains(&token), "it is shown once");

    // When she revokes it, then it opens nothing.
    browser.click("details.sure summary").await;
    browser.click("details.sure button[type=submit]").await;
    reads(&browser, "The token is revoked").await;
    assert_eq!(by_token(&server, &token).await, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.barriers().await, Vec::<String>::new());
    browser.close().await;
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_of_the_demo_is_told_so_and_looks_as_somebody_else() {
    // Given the demo, then a visitor is its administrator and is told so.
    let browser = Browser::open(DESKTOP).await;
    let folder = tempfile::tempdir().expect("a folder");
    let house = demo(folder.path()).await;
    browser.go(&format!("{}/integrations", house.url())).await;
    reads(&browser, "This is the demo. You see it as an administrator.").await;

    // When they look as each of the others, then they stay on the page, see what that role sees, and can look back.
    for (role, says, is_offered_a_way_in) in [
        ("manager", "This is the demo. You see it as a manager.", false),
        ("engineer", "This is the demo. You see it as an engineer.", true),
        ("viewer", "This is the demo. You see it as a stakeholder.", false),
    ] {
        browser.click(&format!("aside.demo-view button[value='{role}']")).await;
        reads(&browser, says).await;
        at(&browser, "/integrations").await;
        assert_eq!(me(&browser).await["role"], role);
        let offers = browser.script("return !!document.querySelector(\"a[href='/integrations/new']\")").await;
        assert_eq!(offers, is_offered_a_way_in, "whether {role} may add an integration");
        assert_eq!(browser.barriers().await, Vec::<String>::new(), "as {role}");
    }
    browser.click("aside.demo-view button[value='admin']").await;
    reads(&browser, "This is the demo. You see it as an administrator.").await;
    browser.close().await;
    house.end().await;
}

async fn demo(folder: &Path) -> House {
    let database = folder.join("demo.db").display().to_string();
    let config = Config { database, demo: true, ..Config::within(folder) };
    House::start_with(config, Arc::new(SystemClock)).await.expect("the demo")
}
