//! What a provider says of itself: addresses and keys.
//!
//! It is asked for at the first sign-in, kept for an hour, and asked for again when a token is signed with a key that is not
//! known, but at most once a minute, so that made-up tokens cannot make us ask.

use std::sync::Arc;

use model::{Clock, Span, Timestamp};
use openidconnect::{IssuerUrl, ProviderMetadataWithLogout};
use reqwest::Client;
use tokio::sync::Mutex;

use super::{trouble::Trouble, wire::wire};
use crate::error::in_words;

/// How long it is believed.
const FRESH: Span = Span::hours(1);
/// The least time between two questions for new keys.
const KEYS_AGAIN: Span = Span::minutes(1);
/// How long it is used if the provider does not answer.
const USABLE: Span = Span::hours(24);
/// How long a failure to ask is answered without asking again.
const STILL_AWAY: Span = Span::seconds(5);

/// Asks one issuer and remembers what it said.
pub struct Discovery {
    issuer: IssuerUrl,
    http: Client,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
}

/// What it said, and when it last could not be asked.
#[derive(Default)]
struct Known {
    said: Option<(Arc<ProviderMetadataWithLogout>, Timestamp)>,
    /// When it was last asked for new keys.
    asked_again: Option<Timestamp>,
    failed: Option<(String, Timestamp)>,
}

impl Discovery {
    /// Asks nobody yet.
    pub fn new(issuer: IssuerUrl, http: Client, clock: Arc<dyn Clock>) -> Self {
        Self { issuer, http, clock, known: Mutex::default() }
    }

    /// Whether this is the issuer.
    pub fn is(&self, issuer: &str) -> bool {
        issuer == self.issuer.as_str()
    }

    /// What it says of itself, at most an hour old. One asks, whoever else comes meanwhile waits for the answer.
    pub async fn known(&self) -> Result<Arc<ProviderMetadataWithLogout>, Trouble> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        match &known.said {
            Some((said, at)) if now.since(*at) < FRESH => Ok(said.clone()),
            _ => self.ask(&mut known, now).await,
        }
    }

    /// What it says of itself now, asked for at most once a minute.
    pub async fn newest(&self) -> Result<Arc<ProviderMetadataWithLogout>, Trouble> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        match (&known.said, known.asked_again) {
            (Some((said, _)), Some(at)) if now.since(at) < KEYS_AGAIN => Ok(said.clone()),
            _ => {
                known.asked_again = Some(now);
                self.ask(&mut known, now).await
            }
        }
    }

    async fn ask(&self, known: &mut Known, now: Timestamp) -> Result<Arc<ProviderMetadataWithLogout>, Trouble> {
        let away = known.failed.as_ref().filter(|(_, at)| now.since(*at) < STILL_AWAY).map(|(why, _)| why.clone());
        let why = if let Some(why) = away {
            why
        } else {
            match ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &wire(self.http.clone())).await {
                Ok(said) => {
                    let said = Arc::new(said);
                    known.said = Some((said.clone(), now));
                    known.failed = None;
                    return Ok(said);
                }
                Err(why) => {
                    let why = in_words(&why);
                    tracing::warn!(issuer = self.issuer.as_str(), why, "a sign-in provider cannot be asked");
                    known.failed = Some((why.clone(), now));
                    why
                }
            }
        };
        match &known.said {
            Some((said, at)) if now.since(*at) < USABLE => Ok(said.clone()),
            _ => Err(Trouble::Provider(format!("what it says of itself: {why}"))),
        }
    }
}
