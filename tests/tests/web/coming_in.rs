//! What a browser keeps of signing in, and what becomes of what it kept before.

use reqwest::{
    Client, Response,
    header::{CONTENT_TYPE, COOKIE, ORIGIN, RETRY_AFTER, SET_COOKIE},
};
use tests::{
    child::{browser, cookie_of},
    house::{ADMINISTRATOR, PASSWORD, TestHouse},
    wait::until,
};

async fn send(browser: &Client, house: &TestHouse, path: &str, brings: &str, fields: &[(&str, &str)]) -> Response {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let form = browser.post(house.url(path)).header(ORIGIN, house.url("")).header(COOKIE, brings);
    form.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body).send().await.expect("an answer")
}

/// With this password, and the cookies that the browser brings.
async fn sign_in(browser: &Client, house: &TestHouse, password: &str, brings: &str) -> Response {
    send(browser, house, "/sign-in", brings, &[("email", ADMINISTRATOR), ("password", password)]).await
}

/// Tries wrong passwords until one has to wait for so many seconds at least.
async fn wear_out(browser: &Client, house: &TestHouse, least: u64) {
    until("the wait to grow", async || {
        let answer = sign_in(browser, house, "a wrong password", "").await;
        let wait = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse::<u64>().ok()?;
        (wait >= least).then_some(())
    })
    .await;
}

/// The whole line of the cookie of this name.
fn kept(answer: &Response, name: &str) -> Option<String> {
    let kept = answer.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    kept.map(str::to_owned).find(|line| line.starts_with(&format!("{name}=")))
}

/// How who brings these cookies is answered.
async fn me(browser: &Client, house: &TestHouse, brings: &str) -> u16 {
    let asked = browser.get(house.url("/api/v1/me")).header(COOKIE, brings).send().await;
    asked.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_known_is_let_in_whatever_others_try_at_its_address() {
    // Given somebody who signed in, and out again,
    let house = TestHouse::empty().await;
    let browser = browser();
    let first = sign_in(&browser, &house, PASSWORD, "").await;
    let line = kept(&first, "bridgewatch_known").expect("it is known now");
    assert!(line.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"), "{line}");
    let known = line.split(';').next().unwrap_or_default().to_owned();
    let out = send(&browser, &house, "/sign-out", &format!("{}; {known}", cookie_of(&first)), &[]).await;
    assert_eq!((out.status().as_u16(), kept(&out, "bridgewatch_known")), (303, None), "it stays known");

    // when a colleague has tried wrong passwords from the same address until they have to wait,
    wear_out(&browser, &house, 3).await;

    // then her right password is looked at where she is known, and nowhere else there.
    assert_eq!(sign_in(&browser, &house, PASSWORD, "").await.status(), 429);
    let mut made_up = known.clone().into_bytes();
    let middle = made_up.len() / 2;
    made_up[middle] = if made_up[middle] == b'A' { b'B' } else { b'A' };
    let made_up = String::from_utf8(made_up).expect("text");
    assert_eq!(sign_in(&browser, &house, PASSWORD, &made_up).await.status(), 429);
    assert_eq!(sign_in(&browser, &house, PASSWORD, &known).await.status(), 303);

    // And the next start knows it too.
    let house = TestHouse::in_folder(house.end().await).await;
    wear_out(&browser, &house, 1).await;
    assert_eq!(sign_in(&browser, &house, PASSWORD, &known).await.status(), 303);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_makes_strangers_of_all_browsers_but_the_one_it_was_chosen_in() {
    let house = TestHouse::empty().await;
    let browser = browser();
    let own = |answer: &Response| {
        let line = kept(answer, "bridgewatch_known").expect("it is known now");
        line.split(';').next().unwrap_or_default().to_owned()
    };
    let (here, there) = (sign_in(&browser, &house, PASSWORD, "").await, sign_in(&browser, &house, PASSWORD, "").await);
    let other = "another four words";
    let fields = [("current", PASSWORD), ("password", other), ("again", other)];
    let changed = send(&browser, &house, "/account/password", &cookie_of(&here), &fields).await;
    assert_eq!(changed.status(), 303);

    wear_out(&browser, &house, 3).await;
    for stranger in [own(&here), own(&there)] {
        assert_eq!(sign_in(&browser, &house, other, &stranger).await.status(), 429);
    }
    assert_eq!(sign_in(&browser, &house, other, &own(&changed)).await.status(), 303);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_again_leaves_no_session_behind() {
    let house = TestHouse::empty().await;
    let browser = browser();
    let first = cookie_of(&sign_in(&browser, &house, PASSWORD, "").await);
    assert_eq!(me(&browser, &house, &first).await, 200);
    assert_eq!(sign_in(&browser, &house, "a wrong password", &first).await.status(), 401);
    assert_eq!(me(&browser, &house, &first).await, 200, "a try that failed ends nothing");

    let second = cookie_of(&sign_in(&browser, &house, PASSWORD, &first).await);
    assert_eq!(me(&browser, &house, &first).await, 401, "the browser forgot it, so nobody else may have it");
    assert_eq!(me(&browser, &house, &second).await, 200);
    let other = cookie_of(&sign_in(&browser, &house, PASSWORD, "").await);
    assert_eq!(me(&browser, &house, &second).await, 200, "another browser's stays");
    assert_eq!(me(&browser, &house, &format!("{second}; {other}")).await, 401, "of two nobody knows whose they are");
    house.end().await;
}
