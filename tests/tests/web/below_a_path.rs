//! Behind a proxy that has TLS, and below a path there: links and cookies are as people outside need them.

use std::{net::SocketAddr, sync::Arc};

use model::{Api as _, Caller, SystemClock};
use reqwest::{
    Client, Method, RequestBuilder, Response,
    header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE},
    redirect::Policy,
};
use serde_json::{Value, json};
use server::{Config, House, config::PublicUrl};
use service::Visit;
use tests::{
    child::cookie_of,
    house::{ADMINISTRATOR, PASSWORD},
};

const PUBLIC: &str = "https://ops.example.com/bridges";
/// What loads, leads or sends somewhere.
const ATTRIBUTES: [&str; 4] = [" href=\"", " src=\"", " action=\"", " data-post=\""];

#[tokio::test(flavor = "multi_thread")]
async fn links_and_cookies_stay_below_the_path_and_whoever_asks_is_who_the_proxy_says() {
    // Given a house that people reach by a proxy below a path, and its administrator.
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::within(folder.path());
    config.reach.public_url = Some(PublicUrl::parse(PUBLIC).expect("an address"));
    config.reach.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    let house = House::start_with(config, Arc::new(SystemClock)).await.expect("a house");
    let local = house.service().acting_as(Caller::Local);
    let link = local.invite(json!({ "email": ADMINISTRATOR, "role": "admin" })).await.expect("an invitation");
    let link = link.path.rsplit('/').next().expect("a link");
    house.service().choose_password(link, None, PASSWORD, &Visit::default()).await.expect("a session");
    let proxy = Proxy::before(house.address());

    // When nobody is signed in, then they are led to where they sign in, below the path.
    let led = proxy.page("/bridges/runs?q=a", "").await;
    let to = led.headers()[LOCATION].to_str().expect("text");
    assert_eq!((led.status().as_u16(), to), (303, "/bridges/sign-in?next=%2Fruns%3Fq%3Da"));
    stays(proxy.page("/bridges/sign-in", "").await, "the sign-in page").await;

    // When they sign in, then the cookie is for that path and for TLS, and they go on below it.
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("email", ADMINISTRATOR), ("password", PASSWORD), ("next", "/runs?q=a")])
        .finish();
    let form = proxy.ask(Method::POST, "/bridges/sign-in").header(ORIGIN, "https://ops.example.com");
    let signed_in =
        form.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body).send().await.expect("an answer");
    assert_eq!(
        (signed_in.status().as_u16(), &signed_in.headers()[LOCATION]),
        (303, &"/bridges/runs?q=a".parse().expect("a value"))
    );
    let kept = signed_in.headers()[SET_COOKIE].to_str().expect("text");
    assert!(kept.starts_with("__Secure-bridgewatch_session="), "{kept}");
    assert!(kept.contains("; Path=/bridges;") && kept.contains("; Secure"), "{kept}");
    let cookie = cookie_of(&signed_in);

    // Then every page keeps them there, whether the proxy takes the path off or not.
    for path in ["/", "/integrations", "/integrations/new", "/runs?q=a", "/account", "/people", "/audit", "/secrets"] {
        stays(proxy.page(&format!("/bridges{path}"), &cookie).await, path).await;
        stays(proxy.page(path, &cookie).await, path).await;
    }
    assert_eq!(proxy.page("/bridges", &cookie).await.status(), 200);
    assert_eq!(proxy.page("/bridgesque", &cookie).await.status(), 404);
    let document: Value = proxy.page("/bridges/api/openapi.json", &cookie).await.json().await.expect("JSON");
    assert_eq!(document["servers"], json!([{ "url": "/bridges" }]));

    // And their session is of the address that the proxy saw.
    let sessions: Value = proxy.page("/bridges/api/v1/sessions", &cookie).await.json().await.expect("JSON");
    let this = sessions["items"].as_array().and_then(|all| all.iter().find(|session| session["is_this"] == true));
    assert_eq!(this.expect("this session")["address"], "203.0.113.9");
    house.end().await;
}

/// Passes on what a browser asks, as a proxy on this machine does.
struct Proxy {
    client: Client,
    to: SocketAddr,
}

impl Proxy {
    fn before(to: SocketAddr) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
        Self { client, to }
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let ask = self.client.request(method, format!("http://{}{path}", self.to));
        ask.header(HOST, "ops.example.com").header("x-forwarded-for", "203.0.113.9")
    }

    async fn page(&self, path: &str, cookie: &str) -> Response {
        let ask = self.ask(Method::GET, path).header(ACCEPT, "text/html").header(COOKIE, cookie);
        ask.send().await.expect("an answer")
    }
}

/// A page, and nothing on it leads out of the path.
async fn stays(answer: Response, what: &str) {
    assert_eq!(answer.status(), 200, "{what}");
    let html = answer.text().await.expect("HTML");
    let mut links = 0;
    for attribute in ATTRIBUTES {
        for rest in html.split(attribute).skip(1) {
            let to = rest.split('"').next().unwrap_or_default();
            let is_below =
                to == "/bridges" || ["/bridges/", "/bridges?", "#"].iter().any(|start| to.starts_with(start));
            assert!(is_below, "{what}: {attribute}{to}");
            links += 1;
        }
    }
    assert!(links > 0, "{what} leads nowhere");
}
