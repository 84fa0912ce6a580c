//! What everything is compared with: the same client with fresh connections and nothing around it. Over HTTP it reads status and
//! body; over TCP it connects.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
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
use tokio::{net::TcpStream, time::Instant};

use crate::{
    Tried, child,
    protocol::{self, Protocol},
};

/// How it asks: each asker once a period, spread over it as probes are; or one request after the other.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Load {
    /// What is spoken.
    pub protocol: Protocol,
    /// How many ask at once.
    pub askers: u32,
    /// Milliseconds between two requests of one asker; 0: none.
    pub period_ms: u32,
    /// Ports that are asked in turn.
    pub ports: Vec<u16>,
}

impl Load {
    /// As it is handed to the child, with the folder that holds who is to be trusted.
    pub fn args(&self, folder: &Path) -> Vec<String> {
        let begin = ["bare", "--folder", &folder.display().to_string(), self.protocol.scheme()].map(str::to_owned);
        let numbers = [self.askers.to_string(), self.period_ms.to_string()];
        begin.into_iter().chain(numbers).chain(self.ports.iter().map(u16::to_string)).collect()
    }
}

#[derive(Default)]
struct Tally {
    checks: AtomicU64,
    failed: AtomicU64,
}

/// One asker's check.
enum Check {
    Get { client: Client, url: String },
    Connect(SocketAddr),
}

/// Asks until its parent wants it to end.
pub async fn run(load: Load, folder: &Path) -> Tried<()> {
    let roots = if load.protocol == Protocol::Https { protocol::roots(folder)? } else { RootCertStore::empty() };
    let client = client(roots)?;
    let tally = Arc::<Tally>::default();
    for (asker, port) in (0..load.askers).zip(load.ports.iter().cycle()) {
        let check = match load.protocol {
            Protocol::Tcp => Check::Connect(SocketAddr::from((Ipv4Addr::LOCALHOST, *port))),
            Protocol::Http | Protocol::Https => {
                let url = format!("{}://127.0.0.1:{port}/ok/{asker}", load.protocol.scheme());
                Check::Get { client: client.clone(), url }
            }
        };
        tokio::spawn(ask(check, asker, load.period_ms, Arc::clone(&tally)));
    }
    let figures = || {
        let (checks, failed) = (tally.checks.load(Ordering::Relaxed), tally.failed.load(Ordering::Relaxed));
        json!({ "checks": checks, "failed": failed })
    };
    child::answer(&json!({}), figures).await
}

async fn ask(check: Check, asker: u32, period_ms: u32, tally: Arc<Tally>) {
    let phase = rules::schedule::phase(&format!("bare/{asker}"), Span::ms(i64::from(period_ms)));
    let mut next = Instant::now() + phase.as_duration();
    loop {
        if period_ms > 0 {
            tokio::time::sleep_until(next).await;
            next += Duration::from_millis(period_ms.into());
        }
        let counter = if check.is_ok().await { &tally.checks } else { &tally.failed };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl Check {
    async fn is_ok(&self) -> bool {
        match self {
            Self::Get { client, url } => get(client, url).await.unwrap_or(false),
            Self::Connect(address) => TcpStream::connect(address).await.is_ok(),
        }
    }
}

async fn get(client: &Client, url: &str) -> reqwest::Result<bool> {
    let response = client.get(url).send().await?;
    let is_ok = response.status() == 200;
    Ok(!response.bytes().await?.is_empty() && is_ok)
}

/// With the transport settings of the http probe: no pool, no resumption, both versions of HTTP, no redirects, no retries.
fn client(roots: RootCertStore) -> Tried<Client> {
    let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
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
