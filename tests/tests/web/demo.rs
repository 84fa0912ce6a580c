//! The demo has a way in for who sits at this machine, and for nobody else.

use reqwest::{
    Response,
    header::{ACCEPT, COOKIE, LOCATION},
};
use serde_json::Value;
use tests::{child::browser, house::TestHouse};

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_proxy_brings_is_no_visitor_of_the_demo() {
    let proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    let house = TestHouse::configured(|config| {
        config.demo = true;
        // So it is believed that they come from here.
        config.reach.trusted_proxies = proxies;
    })
    .await;
    let ask = async |path: &str, header: Option<(&str, &str)>| -> Response {
        let ask = browser().get(house.url(path)).header(COOKIE, "bridgewatch_view=engineer");
        let ask = header.into_iter().fold(ask, |ask, (name, value)| ask.header(name, value));
        ask.header(ACCEPT, "text/html").send().await.expect("an answer")
    };
    let me: Value = ask("/api/v1/me", None).await.json().await.expect("somebody");
    assert_eq!(me["role"], "engineer", "who sits here is signed in");
    assert_eq!(ask("/", None).await.status(), 200);

    for header in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        assert_eq!(ask("/api/v1/me", Some(header)).await.status(), 401, "{header:?}");
        let page = ask("/", Some(header)).await;
        assert_eq!((page.status().as_u16(), &page.headers()[LOCATION]), (303, &"/sign-in".parse().expect("text")));
    }
    house.end().await;
}
