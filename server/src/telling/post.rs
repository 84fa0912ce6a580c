//! The HTTP client of webhooks: it goes where probes may go, and nowhere else.

use std::{error::Error, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use notify::{Post, PostAnswer, PostRequest};
use probe::{Egress, Lookup};
use reqwest::{
    Certificate, Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect,
};

/// Bytes that are read of an answer.
const LARGEST: usize = 4_096;

/// A way out. Every address is checked before it is connected to: one that is written, and each that a name resolves to.
/// Redirects are not followed, so that there is no further hop.
pub struct Way {
    client: Client,
    egress: Egress,
}

impl Way {
    /// To where `egress` allows, by these names; the machine's root certificates are trusted, as for sign-in, and these.
    pub fn new(egress: Egress, lookup: Arc<dyn Lookup>, roots: Vec<Certificate>) -> Result<Self, reqwest::Error> {
        let names = Arc::new(Names { egress: egress.clone(), lookup });
        let client = Client::builder()
            .dns_resolver(names)
            .tls_certs_merge(roots)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .referer(false)
            .no_proxy()
            .build()?;
        Ok(Self { client, egress })
    }

    /// Whether an address that is written may be asked; names are looked at when they are resolved.
    fn check(&self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) => self.egress.check(address).map_err(|refused| refused.to_string()),
            Err(_is_a_name) => Ok(()),
        }
    }
}

#[async_trait]
impl Post for Way {
    async fn post(&self, request: PostRequest) -> Result<PostAnswer, String> {
        self.check(&request.url)?;
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers {
            let mut value = HeaderValue::from_str(&value).map_err(|_| format!("its header `{name}` cannot be sent"))?;
            value.set_sensitive(true);
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is no header"))?;
            headers.insert(name, value);
        }
        let sent = self.client.post(request.url).headers(headers).body(request.body).send().await;
        let mut answer = sent.map_err(|error| said(&error.without_url()))?;
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        // It has answered: what it says besides may be cut off.
        while let Ok(Some(chunk)) = answer.chunk().await {
            body.extend_from_slice(&chunk[..chunk.len().min(LARGEST - body.len())]);
            if body.len() == LARGEST {
                break;
            }
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(PostAnswer { status: answer.status().as_u16(), retry_after, body })
    }
}

/// The innermost words of an error, which say what happened.
fn said(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    format!("no answer: {innermost}")
}

struct Names {
    egress: Egress,
    lookup: Arc<dyn Lookup>,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let (egress, lookup) = (self.egress.clone(), Arc::clone(&self.lookup));
        Box::pin(async move {
            let (mut allowed, mut refused) = (Vec::new(), None);
            for address in lookup.addresses(name.as_str()).await? {
                match egress.check(address) {
                    Ok(()) => allowed.push(SocketAddr::new(address, 0)),
                    Err(refusal) => refused = Some(refusal),
                }
            }
            match refused {
                Some(refusal) if allowed.is_empty() => Err(refusal.into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
#[path = "post_tests.rs"]
mod tests;
