//! Tokens by client credentials (RFC 6749, section 4.4). They are kept in memory until they expire, and nowhere else.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::{
    Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use model::{Reason, Timestamp};
use reqwest::Url;
use ring::digest::{SHA256, digest};
use rules::assess::Trouble;
use serde_json::Value;
use tokio::time::timeout_at;

use super::{
    body::encoded,
    cookies::Jar,
    manner::Manner,
    request::{self, Ask},
    sign,
    trouble::peer,
    walk::{Seen, Until, walk},
    way::Way,
};
use crate::{HostKey, filled::forms, options::Options, redact::Masks, said};

/// For how long a token holds that does not say so (ms).
const USUAL_LIFE: i64 = 300_000;

/// A token is not used in its last moments (ms).
const MARGIN: i64 = 10_000;

/// Bytes of an answer at most.
const LARGEST: usize = 65_536;

/// Tokens kept at most; then those that expired go.
const MOST: usize = 10_000;

/// How a token is asked for.
#[derive(Clone)]
pub(crate) struct Grant {
    ask: Ask,
    /// Of all that is sent: equal ones share a token.
    key: [u8; 32],
}

impl Grant {
    /// Reads `oauth2`. `None`: there is none, or a fault was noted.
    pub(crate) fn read(options: &mut Options<'_>, ask: Option<&Ask>) -> Option<Self> {
        let mut group = options.group("oauth2")?;
        if ask.is_some_and(|ask| ask.headers.contains_key(AUTHORIZATION)) {
            options.fault("oauth2", "say once who asks: there are other credentials already");
        }
        let url = group.text("url").and_then(|text| request::url(&mut group, "url", &text));
        let id = group.text("client_id");
        let secret = group.text("client_secret").unwrap_or_default();
        let in_body = group.text("send_in")? == "body";
        let mut fields = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        let scope = group.list("scope")?;
        if !scope.is_empty() {
            fields.push(("scope".to_owned(), scope.join(" ")));
        }
        fields.extend(group.text("audience").map(|audience| ("audience".to_owned(), audience)));
        let (url, id) = url.zip(id)?;
        let mut ask = Ask { method: Method::POST, ..Ask::get(url) };
        if in_body {
            fields.extend([("client_id".to_owned(), id), ("client_secret".to_owned(), secret)]);
        } else {
            // Both as forms write them (section 2.3.1).
            let written = |text: String| encoded([(text, String::new())]).trim_end_matches('=').to_owned();
            let pair = sign::pair(&written(id), &written(secret));
            ask.headers.insert(AUTHORIZATION, sign::secret_value(&format!("Basic {pair}"))?);
        }
        ask.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        ask.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        ask.body = encoded(fields).into();
        let who = ask.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        let all = [ask.url.as_str().as_bytes(), b"\n", who, b"\n", &ask.body].concat();
        let key = digest(&SHA256, &all).as_ref().try_into().ok()?;
        Some(Self { ask, key })
    }

    /// Where it is asked for.
    pub(crate) fn url(&self) -> &Url {
        &self.ask.url
    }
}

/// Who is asked besides the host of the address: who grants tokens.
pub(crate) fn whom(options: &mut Options<'_>) -> Option<HostKey> {
    let mut group = options.group("oauth2")?;
    let text = group.text("url")?;
    request::url(&mut group, "url", &text).map(|url| request::key(&url, None))
}

/// Tokens that were granted. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Tokens(Arc<Mutex<HashMap<[u8; 32], Slot>>>);

/// Whoever asks first fetches, the others wait for that.
type Slot = Arc<tokio::sync::Mutex<Option<Token>>>;

#[derive(Clone)]
pub(super) struct Token {
    pub(super) value: String,
    /// All its forms, made once: a token is long, and used far more often than it is fetched.
    pub(super) masks: Masks,
    until: Timestamp,
}

impl Tokens {
    /// A token, and whether it was fetched just now. One that was `refused` is not given again.
    pub(super) async fn get(
        &self,
        grant: &Grant,
        way: &Way,
        until: Until,
        refused: Option<&str>,
    ) -> Result<(Token, bool), Trouble> {
        let slot = self.slot(grant.key, until.at);
        let too_late = |_| {
            let doing = "waiting for a token that another check asks for";
            said::in_time(&peer(&grant.ask.url), until.timeout, doing)
        };
        let mut slot = timeout_at(until.deadline, slot.lock()).await.map_err(too_late)?;
        if let Some(token) = &*slot
            && token.until > until.at
            && refused != Some(token.value.as_str())
        {
            return Ok((token.clone(), false));
        }
        *slot = None;
        let token = fetch(grant, way, until).await?;
        *slot = Some(token.clone());
        Ok((token, true))
    }

    fn slot(&self, key: [u8; 32], at: Timestamp) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST {
            // One that is being fetched stays.
            slots.retain(|_, slot| {
                slot.try_lock().map_or(true, |token| token.as_ref().is_some_and(|token| token.until > at))
            });
        }
        if slots.len() >= MOST && !slots.contains_key(&key) {
            return Slot::default();
        }
        Arc::clone(slots.entry(key).or_default())
    }
}

async fn fetch(grant: &Grant, way: &Way, until: Until) -> Result<Token, Trouble> {
    let mut seen = Seen::default();
    let whom = peer(&grant.ask.url);
    let masks = Masks::default();
    let asked = walk(way, &Manner::plain(LARGEST), &grant.ask, &masks, &mut Jar::default(), until, &mut seen).await;
    asked.map_err(|trouble| Trouble { message: format!("no token: {}", trouble.message), ..trouble })?;
    let no_token = |reason, why: &str| Trouble::new(reason, format!("no token from {whom}: {why}"));
    let answer = seen.answer.ok_or_else(|| no_token(Reason::Protocol, "it gave no answer"))?;
    let said = serde_json::from_slice::<Value>(&answer.body).ok();
    let word = |name: &str| said.as_ref().and_then(|said| said.get(name)).and_then(Value::as_str);
    if !answer.status.is_success() {
        let known = word("error").filter(|word| word.len() <= 60 && word.chars().all(|sign| sign.is_ascii_graphic()));
        let why = known.map(|word| format!(" ({word})")).unwrap_or_default();
        let reason = match answer.status.as_u16() {
            429 => Reason::RateLimit,
            500.. => Reason::ServerError,
            404 | 410 => Reason::NotFound,
            _ => Reason::Auth,
        };
        return Err(no_token(reason, &format!("it answered {}{why}", answer.status)));
    }
    let value = word("access_token").filter(|token| !token.is_empty());
    let value = value.ok_or_else(|| no_token(Reason::Parse, "the answer holds none"))?;
    if word("token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(no_token(Reason::Protocol, "it is of another type than Bearer"));
    }
    let life = said.as_ref().and_then(|said| said.get("expires_in")).and_then(|life| {
        // Some write the number as a text.
        life.as_i64().or_else(|| life.as_str().and_then(|text| text.parse().ok()))
    });
    let life = life.map_or(USUAL_LIFE, |seconds| seconds.clamp(0, 31_536_000) * 1_000);
    let until = Timestamp(until.at.0 + life - MARGIN.min(life / 10));
    Ok(Token { value: value.to_owned(), masks: Masks::of(forms::of(value)), until })
}
