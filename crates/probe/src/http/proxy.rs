//! Asking through a proxy: requests as they are, and tunnels for TLS and `WebSockets` (RFC 9110, section 9.3.6).

use std::{net::SocketAddr, sync::Arc};

use hyper::header::HeaderValue;
use model::Reason;
use reqwest::Url;
use rules::assess::Trouble;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    body::user_of,
    sign,
    version::Versions,
    way::{host_and_port, proxied, proxy_broke_off},
};
use crate::{
    Clients,
    dial::{Dial, Stream, Target, is_host},
    options::Options,
    secure,
};

/// Bytes of its answer at most.
pub(super) const LONGEST_ANSWER: usize = 8_192;

/// A proxy.
pub(crate) struct Proxy {
    dial: Dial,
    /// How hands are shaken with itself, if it wants that.
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// The user and the password, as they are sent.
    pair: Option<String>,
}

impl Proxy {
    /// Reads `proxy`. `None`: there is none, or a fault was noted.
    pub(crate) fn read(options: &mut Options<'_>, clients: &Clients) -> Option<Self> {
        let text = options.text("proxy")?;
        let url = match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
            Ok(_) => {
                options.fault("proxy", "is not an http or https address");
                return None;
            }
            Err(error) => {
                options.fault("proxy", format!("is not an address: {error}"));
                return None;
            }
        };
        let (host, port) = host_and_port(&url);
        if !is_host(options, "proxy", &host) {
            return None;
        }
        let tls = if url.scheme() == "https" {
            let Ok(name) = ServerName::try_from(host.clone()) else {
                // Without a fault there would be no proxy, and the question would go past it.
                options.fault("proxy", "has a name that no certificate could be for");
                return None;
            };
            Some((Arc::clone(clients.http().tls(Versions::One)), name))
        } else {
            None
        };
        let pair = user_of(&url).map(|(user, password)| sign::pair(&user, password.as_deref().unwrap_or_default()));
        let target = Target::new(url.scheme(), &host, port, None);
        let dial = Dial::to(target, options, clients, None);
        Some(Self { dial, tls, pair })
    }

    /// What says who asks, without its scheme.
    pub(crate) fn pair(&self) -> Option<String> {
        self.pair.clone()
    }

    /// The header that says who asks.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        self.pair.as_ref().and_then(|pair| sign::secret_value(&format!("Basic {pair}")))
    }

    /// A connection to it, or through it to `whom`, `erp.example:443`.
    pub(crate) async fn reach(&self, whom: Option<&str>) -> Result<(Stream, Option<SocketAddr>), Trouble> {
        let tcp = self.dial.reach().await.map_err(proxied)?;
        let _slower = tcp.set_nodelay(true);
        let peer = tcp.peer_addr().ok();
        let mut stream: Stream = Box::new(tcp);
        if let Some((config, name)) = &self.tls {
            let shaken = secure::shake(config, name, &self.dial.target.peer, stream).await;
            stream = shaken.map_err(proxied)?.0;
        }
        if let Some(whom) = whom {
            self.tunnel(&mut stream, whom).await?;
        }
        Ok((stream, peer))
    }

    /// Asks for a way to `whom`. Not a byte behind the answer is taken: it is of who is behind the proxy.
    pub(super) async fn tunnel(&self, stream: &mut Stream, whom: &str) -> Result<(), Trouble> {
        let peer = &self.dial.target.peer;
        let broke = |error: std::io::Error| proxy_broke_off(peer, &error);
        let who = self.pair.as_ref().map(|pair| format!("Proxy-Authorization: Basic {pair}\r\n")).unwrap_or_default();
        let question = format!("CONNECT {whom} HTTP/1.1\r\nHost: {whom}\r\n{who}\r\n");
        stream.write_all(question.as_bytes()).await.map_err(broke)?;
        stream.flush().await.map_err(broke)?;

        // Nothing may follow an answer that opens the tunnel: in TLS, and before an upgrade, we speak first.
        let mut answer = Vec::with_capacity(1_024);
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() >= LONGEST_ANSWER {
                return Err(Trouble::new(Reason::TooLarge, format!("the proxy: {peer} answers without end")));
            }
            let mut byte = [0];
            if stream.read(&mut byte).await.map_err(broke)? == 0 {
                let message = format!("the proxy: {peer} closed the connection before it answered");
                return Err(Trouble::new(Reason::Connect, message));
            }
            answer.push(byte[0]);
        }
        let line = String::from_utf8_lossy(&answer);
        match status(line.lines().next().unwrap_or_default()) {
            Some(200..300) => Ok(()),
            Some(407) => {
                let message = format!("the proxy {peer} wants to know who asks: it answered 407");
                Err(Trouble::new(Reason::Auth, message))
            }
            Some(status @ 100..600) => {
                let message = format!("the proxy {peer} opens no way to {whom}: it answered {status}");
                Err(Trouble::new(Reason::Connect, message))
            }
            _ => Err(Trouble::new(Reason::Protocol, format!("the answer of the proxy {peer} is not HTTP"))),
        }
    }
}

/// The number in the first line of an answer (RFC 9112, section 4); where no words follow it, some leave the blank out as well.
fn status(line: &str) -> Option<u16> {
    let (version, rest) = line.strip_prefix("HTTP/1.")?.split_once(' ')?;
    let number = rest.split(' ').next().unwrap_or_default();
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(version, 1) && digits(number, 3) { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::status;

    #[test]
    fn a_line_that_is_almost_of_http_has_no_status() {
        for (line, number) in [
            ("HTTP/1.1 200 Connection established", Some(200)),
            ("HTTP/1.0 407 Proxy Authentication Required", Some(407)),
            ("HTTP/1.1 200", Some(200)),
            ("HTTP/1.1 200 ", Some(200)),
            ("HTTP/1.1 2000 Fine", None),
            ("HTTP/1.1 +20 Fine", None),
            ("HTTP/1.x 200 Fine", None),
            ("HTTP/1.1  200 Fine", None),
            ("HTTP/1.1\t200 Fine", None),
            ("HTTP/2 200", None),
            ("", None),
        ] {
            assert_eq!(status(line), number, "{line:?}");
        }
    }
}
