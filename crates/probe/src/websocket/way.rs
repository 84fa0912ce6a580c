//! The way to who answers: straight, or by a tunnel through a proxy (RFC 6455, section 4.1), with TLS where the address wants it.

use std::net::IpAddr;

use reqwest::Url;
use rules::assess::Trouble;

use crate::{
    Clients, Egress,
    attempt::Attempt,
    dial::{Dial, Stream},
    http::proxy::Proxy,
    marks::{self, Mark},
    options::Options,
    said,
    secure::Tls,
};

/// How a probe reaches who answers.
pub(super) struct Way {
    pub(super) dial: Dial,
    tls: Option<Tls>,
    proxy: Option<Proxy>,
    egress: Egress,
}

impl Way {
    /// Reads `url`, `proxy`, `ip`, `resolve` and, where the address wants it, the options of TLS.
    pub(super) fn read(
        options: &mut Options<'_>,
        clients: &Clients,
        port_of: fn(&str) -> Option<u16>,
    ) -> Option<(Self, Url)> {
        let proxy = Proxy::read(options, clients);
        if proxy.is_some() && options.is_given("resolve") {
            options.fault("resolve", "goes with no proxy, which finds the address by itself");
        }
        let (dial, url) = Dial::of_url(options, clients, "url", port_of)?;
        let secure = url.scheme() == "wss";
        let tls = if secure { Some(Tls::read(options, clients, &dial.target, &[b"http/1.1"])?) } else { None };
        Some((Self { dial, tls, proxy, egress: clients.egress().clone() }, url))
    }

    /// What the proxy is told of who asks, which must not be kept.
    pub(super) fn proxy_pair(&self) -> Option<String> {
        self.proxy.as_ref().and_then(Proxy::pair)
    }

    /// A connection that can be upgraded.
    pub(super) async fn stream(&self, attempt: &mut Attempt) -> Result<Stream, Trouble> {
        match &self.proxy {
            // What not every check does is boxed, so that the others do not carry the room for it.
            Some(proxy) => Box::pin(self.through(proxy, attempt)).await,
            None => self.dial.stream(attempt, self.tls.as_ref()).await,
        }
    }

    async fn through(&self, proxy: &Proxy, attempt: &mut Attempt) -> Result<Stream, Trouble> {
        let target = &self.dial.target;
        // A name is looked up by the proxy; an address is known.
        if let Ok(address) = target.host.parse::<IpAddr>() {
            self.egress.check(address).map_err(|refused| said::refused(&target.peer, refused))?;
        }
        attempt.waiting_for = None;
        let (stream, peer) = proxy.reach(Some(&target.peer)).await?;
        attempt.peer = peer;
        if let Some(tls) = &self.tls {
            return self.dial.secure(attempt, tls, stream).await;
        }
        marks::stamp(Mark::Connected);
        Ok(stream)
    }
}
