//! TLS of our own.

use std::fs;

use reqwest::{
    Certificate, Client, Version,
    header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE},
    redirect::Policy,
};
use serde_json::Value;
use server::config::Tls;
use tests::{
    child::cookie_of,
    house::{ADMINISTRATOR, PASSWORD, TestHouse},
};

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_everything_is_as_before_and_cookies_stay_there() {
    // Given a house with a certificate, and somebody who trusts it and nobody else.
    let folder = tempfile::tempdir().expect("a folder");
    let files = Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    fs::write(&files.certificate, made.cert.pem()).expect("a file");
    fs::write(&files.key, made.signing_key.serialize_pem()).expect("a file");
    let house = TestHouse::configured(|config| config.reach.tls = Some(files)).await;
    let trusted = Certificate::from_pem(made.cert.pem().as_bytes()).expect("a certificate");
    let builder = Client::builder().no_proxy().redirect(Policy::none());
    let browser = builder.tls_certs_only([trusted]).build().expect("a client");

    // When they sign in, then their cookie goes by TLS alone, and they are told to come by nothing else.
    assert!(house.url("").starts_with("https://127.0.0.1:"), "{}", house.url(""));
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("email", ADMINISTRATOR), ("password", PASSWORD)])
        .finish();
    let form = browser.post(house.url("/sign-in")).header(ORIGIN, house.url(""));
    let answer =
        form.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body).send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.version()), (303, Version::HTTP_2));
    let kept = answer.headers()[SET_COOKIE].to_str().expect("text");
    assert!(kept.starts_with("__Host-bridgewatch_session="), "{kept}");
    assert!(kept.contains("; Secure") && kept.contains("; HttpOnly"), "{kept}");
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=63072000");
    let me = browser.get(house.url("/api/v1/me")).header(COOKIE, cookie_of(&answer)).send().await.expect("an answer");
    let me: Value = me.json().await.expect("somebody");
    assert_eq!(me["email"], ADMINISTRATOR);

    // When somebody does not trust it, or speaks in clear, then nothing is said.
    let strangers = Client::builder().no_proxy().build().expect("a client");
    strangers.get(house.url("/healthz")).send().await.expect_err("not trusted");
    let in_clear = house.url("/healthz").replace("https://", "http://");
    strangers.get(in_clear).send().await.expect_err("not in clear");
    house.end().await;
}
