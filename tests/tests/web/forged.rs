//! A provider whose answers are made up: which id tokens are believed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use model::{Clock as _, SystemClock};
use reqwest::{
    Response,
    header::{AUTHORIZATION, COOKIE, HeaderName, LOCATION, ORIGIN, SET_COOKIE},
};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use server::http::oidc::ProviderSettings;
use tests::{
    child::{browser, cookie_of},
    house::TestHouse,
};
use tokio::net::TcpListener;

const SECRET: &str = "a-secret-that-only-this-test-knows-0123456789";

/// How a token is signed.
enum Signed {
    /// By the key that the provider shows.
    Rightly,
    /// By another of the same name.
    ByAnother,
    /// By what we share with the provider.
    BySecret,
    /// Not at all.
    Never,
    /// Rightly, and changed then.
    AndChanged,
}

/// What the provider answers to the next code.
type Answer = Arc<Mutex<Value>>;

struct Forger {
    issuer: String,
    answer: Answer,
    key: EcdsaKeyPair,
    other: EcdsaKeyPair,
    house: TestHouse,
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).expect("a key")
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl Forger {
    async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let (key, other) = (key(), key());
        // An uncompressed point: a byte that says so, and 32 for each side.
        let point = key.public_key().as_ref();
        let (x, y) = (text(&point[1..33]), text(&point[33..]));
        let keys = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "one", "x": x, "y": y }] });
        let about = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        });
        let answer = Answer::default();
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || std::future::ready(Json(about.clone()))))
            .route("/keys", get(move || std::future::ready(Json(keys.clone()))))
            .route(
                "/token",
                post(async |State(answer): State<Answer>| {
                    Json(answer.lock().unwrap_or_else(PoisonError::into_inner).clone())
                }),
            )
            .with_state(Arc::clone(&answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let settings = format!(
            "[[provider]]\nname = 'forger'\nissuer = '{issuer}'\nclient_id = 'bridgewatch'\nclient_secret = '{SECRET}'\n\
             roles = {{ staff = 'viewer' }}\n"
        );
        let mut settings: BTreeMap<String, Vec<ProviderSettings>> = toml::from_str(&settings).expect("settings");
        let providers = settings.remove("provider").unwrap_or_default();
        let house = TestHouse::configured(move |config| config.sign_in.provider = providers).await;
        Self { issuer, answer, key, other, house }
    }

    /// What a right token says to this sign-in.
    fn claims(&self, nonce: &str) -> Value {
        let now = SystemClock.now().0 / 1_000;
        json!({
            "iss": self.issuer, "sub": "1", "aud": "bridgewatch", "iat": now, "exp": now + 300, "nonce": nonce,
            "name": "Ann", "email": "ann@example.com", "email_verified": true, "groups": ["staff"],
        })
    }

    fn token(&self, claims: &Value, signed: &Signed) -> String {
        let algorithm = match signed {
            Signed::Rightly | Signed::ByAnother | Signed::AndChanged => "ES256",
            Signed::BySecret => "HS256",
            Signed::Never => "none",
        };
        let head = text(json!({ "alg": algorithm, "typ": "JWT", "kid": "one" }).to_string());
        let said = format!("{head}.{}", text(claims.to_string()));
        let by = |key: &EcdsaKeyPair| text(key.sign(&SystemRandom::new(), said.as_bytes()).expect("signed"));
        let seal = match signed {
            Signed::Rightly | Signed::AndChanged => by(&self.key),
            Signed::ByAnother => by(&self.other),
            Signed::BySecret => {
                text(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), said.as_bytes()))
            }
            Signed::Never => String::new(),
        };
        if matches!(signed, Signed::AndChanged) {
            let mut changed = claims.clone();
            changed["sub"] = "2".into();
            return format!("{head}.{}.{seal}", text(changed.to_string()));
        }
        format!("{said}.{seal}")
    }

    /// A whole sign-in that the provider answers with this token, of a browser that brings this cookie.
    async fn arrive(&self, change: impl Fn(&mut Value), signed: &Signed, brings: &str) -> Response {
        let browser = browser();
        let begun = browser.get(self.house.url("/sign-in/with/forger")).send().await.expect("an answer");
        let to = url::Url::parse(begun.headers()[LOCATION].to_str().expect("text")).expect("an address");
        let asked: BTreeMap<_, _> = to.query_pairs().into_owned().collect();
        let mut claims = self.claims(&asked["nonce"]);
        change(&mut claims);
        let answer = json!({ "access_token": "some", "token_type": "Bearer", "id_token": self.token(&claims, signed) });
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
        let back = self.house.url(&format!("/sign-in/with/forger/back?code=some&state={}", asked["state"]));
        browser.get(back).header(COOKIE, format!("{}; {brings}", cookie_of(&begun))).send().await.expect("an answer")
    }

    /// The same; the status, and whether a session was begun.
    async fn sign_in(&self, change: impl Fn(&mut Value), signed: &Signed) -> (u16, bool) {
        let arrived = self.arrive(change, signed, "").await;
        let kept = arrived.headers().get_all(SET_COOKIE).iter();
        let session = kept.filter_map(|kept| kept.to_str().ok()).any(|kept| kept.starts_with("bridgewatch_session="));
        (arrived.status().as_u16(), session)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_that_is_not_the_providers_own_lets_nobody_in() {
    let forger = Forger::begin().await;
    assert_eq!(forger.sign_in(|_| {}, &Signed::Rightly).await, (303, true), "a right one is believed");

    for (name, signed) in [
        ("signed by nobody", Signed::Never),
        ("signed by the shared secret", Signed::BySecret),
        ("signed by another key of the same name", Signed::ByAnother),
        ("changed after it was signed", Signed::AndChanged),
    ] {
        assert_eq!(forger.sign_in(|_| {}, &signed).await, (502, false), "{name}");
    }
    let now = SystemClock.now().0 / 1_000;
    for (name, field, value) in [
        ("of another issuer", "iss", json!("https://evil.example")),
        ("for another client", "aud", json!("somebody-else")),
        ("issued to another client", "azp", json!("somebody-else")),
        ("of another sign-in", "nonce", json!("another")),
        ("of no sign-in", "nonce", Value::Null),
        ("too old", "exp", json!(now - 3_600)),
        ("of the future", "iat", json!(now + 3_600)),
    ] {
        let change = |claims: &mut Value| {
            let claims = claims.as_object_mut().expect("claims");
            claims.remove(field);
            if !value.is_null() {
                claims.insert(field.to_owned(), value.clone());
            }
        };
        assert_eq!(forger.sign_in(change, &Signed::Rightly).await, (502, false), "{name}");
    }
    assert_eq!(forger.sign_in(|_| {}, &Signed::Rightly).await, (303, true), "a right one is believed still");
    forger.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_provider_lets_in_no_more_is_out_everywhere() {
    // Given somebody with a session, which took the place of one before, and a token.
    let forger = Forger::begin().await;
    let before = cookie_of(&forger.arrive(|_| {}, &Signed::Rightly, "").await);
    let session = cookie_of(&forger.arrive(|_| {}, &Signed::Rightly, &before).await);
    let asks = async |name: HeaderName, value: &str| {
        let asked = browser().get(forger.house.url("/api/v1/overview")).header(name, value).send().await;
        asked.expect("an answer").status().as_u16()
    };
    assert_eq!(asks(COOKIE, &before).await, 401, "that browser has another now");
    assert_eq!(asks(COOKIE, &session).await, 200);
    let asking = browser().post(forger.house.url("/api/v1/tokens")).header(ORIGIN, forger.house.url(""));
    let made = asking.header(COOKIE, &session).json(&json!({ "name": "laptop" })).send().await.expect("an answer");
    let made: Value = made.error_for_status().expect("a token").json().await.expect("a token");
    let token = format!("Bearer {}", made["token"].as_str().expect("a token"));
    assert_eq!(asks(AUTHORIZATION, &token).await, 200);

    // When the provider has taken them out of their group, and they sign in at some other browser,
    let canteen = |claims: &mut Value| claims["groups"] = json!(["canteen"]);
    assert_eq!(forger.sign_in(canteen, &Signed::ByAnother).await, (502, false));
    assert_eq!(asks(COOKIE, &session).await, 200, "what was not the provider's word ends nothing");
    assert_eq!(forger.sign_in(canteen, &Signed::Rightly).await, (403, false));

    // then neither opens anything any more.
    assert_eq!((asks(COOKIE, &session).await, asks(AUTHORIZATION, &token).await), (401, 401));
    assert_eq!(forger.sign_in(|_| {}, &Signed::Rightly).await, (303, true), "they may come back");
    assert_eq!(asks(AUTHORIZATION, &token).await, 401, "the token may not");
    forger.house.end().await;
}
