//! A signed POST of JSON, as Standard Webhooks has it: `docs/channels.md` says how a receiver checks it.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use model::{Clock, Notice, Span, Timestamp};
use ring::hmac;
use serde_json::json;
use tokio::time::timeout;

use crate::{
    Channel, Fill, NotifyError, Post, PostRequest, Receipt, Result, address::Address, compose, mask::Masks,
    post::judged,
};

/// Bytes of a secret at least.
const SHORTEST_SECRET: usize = 16;
/// Begins a secret that is written in base64.
const IN_BASE64: &str = "whsec_";
/// What we are called.
const AGENT: &str = concat!("Bridgewatch/", env!("CARGO_PKG_VERSION"));
/// Headers that are ours to set, or HTTP's own.
const OURS: [&str; 11] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "idempotency-key",
    "transfer-encoding",
    "user-agent",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// What one writes of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Where to: http(s). After the host it may refer to values.
    pub url: String,
    /// What is signed with: `${secret:NAME}`, at least 16 bytes; after `whsec_` in base64.
    pub secret: String,
    /// Further headers by name; values may refer to values.
    pub headers: BTreeMap<String, String>,
    /// How long one attempt may take.
    pub timeout: Span,
}

/// The channel.
pub struct Webhook {
    address: Address,
    settings: WebhookSettings,
    fill: Fill,
    post: Arc<dyn Post>,
    clock: Arc<dyn Clock>,
}

impl Webhook {
    /// Of these settings.
    pub fn new(settings: WebhookSettings, fill: Fill, post: Arc<dyn Post>, clock: Arc<dyn Clock>) -> Result<Self> {
        let address = Address::parse(&settings.url)?;
        let wrong = |field, why: String| NotifyError::Settings { field, why };
        if settings.secret.trim().is_empty() {
            return Err(wrong("secret", "messages are signed: name one, as ${secret:NAME}".to_owned()));
        }
        for name in settings.headers.keys() {
            let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            if name.is_empty() || !name.bytes().all(is_token) {
                return Err(wrong("headers", format!("`{}` is no name of a header", name.escape_default())));
            }
            if OURS.contains(&name.to_ascii_lowercase().as_str()) {
                return Err(wrong("headers", format!("`{name}` is set by us: leave it out")));
            }
        }
        Ok(Self { address, settings, fill, post, clock })
    }

    /// Somebody's text with its values, which are masked from now on.
    async fn filled(&self, what: &str, text: &str, masks: &mut Masks) -> Result<String> {
        let filled = (self.fill)(text.to_owned(), Some(self.address.host().to_owned())).await;
        let filled = filled.map_err(|why| NotifyError::later(format!("its {what}: {why}")))?;
        masks.add(filled.values);
        Ok(filled.text)
    }

    async fn request(&self, notice: &Notice, now: Timestamp, masks: &mut Masks) -> Result<PostRequest> {
        let url = self.address.filled(&self.fill, masks).await?;
        let secret = self.filled("secret", &self.settings.secret, masks).await?;
        masks.add([secret.clone()]);
        let key = signing_key(secret.trim())?;
        let (id, seconds, body) = (notice.key(), now.0.div_euclid(1_000), body(notice));
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("user-agent".to_owned(), AGENT.to_owned()),
            // RFC draft-ietf-httpapi-idempotency-key-header: a string of structured fields.
            ("idempotency-key".to_owned(), format!("\"{id}\"")),
            ("webhook-signature".to_owned(), signature(&key, &id, seconds, &body)),
            ("webhook-timestamp".to_owned(), seconds.to_string()),
            ("webhook-id".to_owned(), id),
        ];
        for (name, text) in &self.settings.headers {
            let value = self.filled("headers", text, masks).await?;
            if !value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
                return Err(NotifyError::later(format!("its header `{name}` holds what is not printable ASCII")));
            }
            masks.add([value.clone()]);
            headers.push((name.to_ascii_lowercase(), value));
        }
        Ok(PostRequest { url, headers, body })
    }
}

#[async_trait]
impl Channel for Webhook {
    async fn send(&self, notice: &Notice) -> Result<Receipt> {
        let now = self.clock.now();
        let mut masks = Masks::default();
        let limit = self.settings.timeout;
        let sending = async {
            let request = self.request(notice, now, &mut masks).await?;
            self.post.post(request).await.map_err(|why| NotifyError::later(masks.answer(&why)))
        };
        let answered = timeout(limit.as_duration(), sending).await;
        let answer = answered.unwrap_or_else(|_| Err(NotifyError::later(format!("no answer within {limit}"))))?;
        judged(&answer, now, &masks)
    }
}

/// The same bytes for the same notice.
fn body(notice: &Notice) -> Vec<u8> {
    let words = compose(notice);
    let lasted = notice.until.map(|until| until.since(notice.since).as_ms());
    json!({
        "type": format!("level.{}", notice.kind),
        "timestamp": notice.at,
        "data": notice,
        "lasted_ms": lasted,
        "subject": words.subject,
        "text": format!("{}\n{}", words.lead, words.lines()),
    })
    .to_string()
    .into_bytes()
}

fn signing_key(secret: &str) -> Result<hmac::Key> {
    let bytes = match secret.strip_prefix(IN_BASE64) {
        Some(encoded) => BASE64_STANDARD
            .decode(encoded)
            .map_err(|_| NotifyError::later(format!("its secret: what follows {IN_BASE64} is not base64")))?,
        None => secret.as_bytes().to_vec(),
    };
    if bytes.len() < SHORTEST_SECRET {
        return Err(NotifyError::later(format!("its secret is shorter than {SHORTEST_SECRET} bytes")));
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// `v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.
fn signature(key: &hmac::Key, id: &str, seconds: i64, body: &[u8]) -> String {
    let signed = [id.as_bytes(), b".", seconds.to_string().as_bytes(), b".", body].concat();
    format!("v1,{}", BASE64_STANDARD.encode(hmac::sign(key, &signed)))
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
