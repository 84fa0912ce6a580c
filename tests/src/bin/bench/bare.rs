//! What everything is compared with: the same HTTP client with fresh connections and nothing around it. It reads status and body.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use clap::Args;
use model::Span;
use reqwest::{Client, redirect};
use rustls::{ClientConfig, RootCertStore, client::Resumption, crypto::ring};
use serde_json::json;
use tokio::time::Instant;

use crate::{Tried, child};

/// How it asks: each asker once a period, spread over it as probes are; or one request after the other.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Load {
    /// How many ask at once.
    pub askers: u32,
    /// Milliseconds between two requests of one asker; 0: none.
    pub period_ms: u32,
    /// Ports that are asked in turn.
    pub ports: Vec<u16>,
}

impl Load {
    /// As it is handed to the child.
    pub fn args(&self) -> Vec<String> {
        let words = ["bare".to_owned(), self.askers.to_string(), self.period_ms.to_string()];
        words.into_iter().chain(self.ports.iter().map(u16::to_string)).collect()
    }
}

#[derive(Default)]
struct Tally {
    checks: AtomicU64,
    failed: AtomicU64,
}

/// Asks until its parent wants it to end.
pub async fn run(load: Load) -> Tried<()> {
    let client = client()?;
    let tally = Arc::<Tally>::default();
    for (asker, port) in (0..load.askers).zip(load.ports.iter().cycle()) {
        let url = format!("http://127.0.0.1:{port}/ok/{asker}");
        tokio::spawn(ask(client.clone(), url, asker, load.period_ms, Arc::clone(&tally)));
    }
    let figures = || {
        let (checks, failed) = (tally.checks.load(Ordering::Relaxed), tally.failed.load(Ordering::Relaxed));
        json!({ "checks": checks, "failed": failed })
    };
    child::answer(&json!({}), figures).await
}

async fn ask(client: Client, url: String, asker: u32, period_ms: u32, tally: Arc<Tally>) {
    let phase = rules::schedule::phase(&format!("bare/{asker}"), Span::ms(i64::from(period_ms)));
    let mut next = Instant::now() + phase.as_duration();
    loop {
        if period_ms > 0 {
            tokio::time::sleep_until(next).await;
            next += Duration::from_millis(period_ms.into());
        }
        match check(&client, &url).await {
            Ok(true) => tally.checks.fetch_add(1, Ordering::Relaxed),
            Ok(false) | Err(_) => tally.failed.fetch_add(1, Ordering::Relaxed),
        };
    }
}

async fn check(client: &Client, url: &str) -> reqwest::Result<bool> {
    let response = client.get(url).send().await?;
    let is_ok = response.status() == 200;
    Ok(!response.bytes().await?.is_empty() && is_ok)
}

/// With the transport settings of the http probe: no pool, no resumption, both versions of HTTP, no redirects, no retries.
fn client() -> Tried<Client> {
    let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    tls.resumption = Resumption::disabled();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .pool_max_idle_per_host(0)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .build()?)
}
