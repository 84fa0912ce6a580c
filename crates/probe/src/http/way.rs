//! The way to who answers: over which addresses, through which proxy, with which TLS.

use std::{borrow::Cow, net::SocketAddr, sync::Arc};

use hyper::header::HeaderValue;
use model::Reason;
use reqwest::Url;
use rules::assess::Trouble;
use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, ServerName},
};

use super::{proxy::Proxy, shared::Shared, trouble::Words, version::Versions};
use crate::{
    Clients, Egress, HostKey,
    dial::{self, Dial, Stream, Target},
    marks::{self, Mark},
    options::Options,
    said, secure,
};

/// The options that ask for a TLS setup of one's own.
const OF_TLS: [&str; 5] = ["tls_ca", "tls_server_name", "tls_client_certificate", "tls_client_key", "tls_insecure"];

/// How a probe reaches who answers.
pub(crate) struct Way {
    /// To the host that `resolve` and `tls_server_name` are about.
    dial: Dial,
    egress: Egress,
    versions: Versions,
    /// With our own certificate, if there is one.
    tls: Arc<ClientConfig>,
    /// Without it, for hosts that nobody wrote down.
    foreign_tls: Arc<ClientConfig>,
    /// What `tls_server_name` says.
    server_name: Option<ServerName<'static>>,
    /// The hosts that are written down.
    written: Vec<(String, u16)>,
    proxy: Option<Proxy>,
}

/// A connection that can carry a request.
pub(super) struct Connected {
    pub(super) stream: Stream,
    /// Who accepted it; behind a proxy that.
    pub(super) peer: Option<SocketAddr>,
    /// The server's own certificate.
    pub(super) certificate: Option<CertificateDer<'static>>,
    /// Whether HTTP/2 is spoken.
    pub(super) two: bool,
    /// Whether a proxy reads the request.
    pub(super) forward: bool,
    /// What it is told of who asks.
    pub(super) proxy_authorization: Option<HeaderValue>,
}

impl Way {
    /// Reads `http_version`, `proxy`, `ip`, `resolve` and the options of TLS. `also` are further addresses that are written down.
    pub(crate) fn read<'u>(
        options: &mut Options<'_>,
        clients: &Clients,
        url: &Url,
        also: impl Iterator<Item = &'u Url>,
    ) -> Option<Self> {
        let versions = options.text("http_version").map(|word| Versions::of(&word))?;
        let resolve = dial::resolve(options);
        let (host, port) = host_and_port(url);
        let dial = Dial::to(Target::new(url.scheme(), &host, port, resolve), options, clients, resolve);
        let proxy = Proxy::read(options, clients);
        let (tls, foreign_tls, server_name) = tls(options, clients, &dial.target, versions)?;
        if proxy.is_some() && resolve.is_some() {
            options.fault("resolve", "goes with no proxy, which finds the address by itself");
        }
        let mut written = vec![(host, port)];
        written.extend(also.map(host_and_port));
        let egress = clients.egress().clone();
        Some(Self { dial, egress, versions, tls, foreign_tls, server_name, written, proxy })
    }

    /// What the proxy is told of who asks, which must not be kept.
    pub(crate) fn proxy_pair(&self) -> Option<String> {
        self.proxy.as_ref().and_then(Proxy::pair)
    }

    /// A connection of its own for one request. What not every check does is boxed, so that the others do not carry the room for it.
    pub(super) async fn connect(&self, url: &Url, words: &Words<'_>) -> Result<Connected, Trouble> {
        let (host, port) = host_and_port(url);
        let secure = url.scheme() == "https";
        let (stream, peer) = if let Some(proxy) = &self.proxy {
            // A name is looked up by the proxy; an address is known.
            if let Ok(address) = host.parse() {
                self.egress.check(address).map_err(|refused| words.refused(refused))?;
            }
            let whom = secure.then(|| words.peer());
            Box::pin(proxy.reach(whom.as_deref())).await?
        } else {
            let dial = self.dial_to(url.scheme(), &host, port);
            let stream = dial.reach().await.map_err(|trouble| words.not_reached(trouble))?;
            // Small requests are not held back; where that cannot be set they are a little slower.
            let _slower = stream.set_nodelay(true);
            let peer = stream.peer_addr().ok();
            (Box::new(stream) as Stream, peer)
        };
        if !secure {
            marks::stamp(Mark::Connected);
            let forward = self.proxy.is_some();
            let proxy_authorization = self.proxy.as_ref().and_then(Proxy::authorization);
            let two = self.versions == Versions::Two && !forward;
            return Ok(Connected { stream, peer, certificate: None, two, forward, proxy_authorization });
        }
        let peer_name = words.peer();
        let is_written = self.written.iter().any(|(known, at)| *known == host && *at == port);
        let config = if is_written { &self.tls } else { &self.foreign_tls };
        let name = match &self.server_name {
            Some(name) if host == self.dial.target.host => name.clone(),
            _ => ServerName::try_from(host.clone())
                .map_err(|_| Trouble::new(Reason::Tls, format!("no certificate could be for {host}")))?,
        };
        let (stream, handshake) = Box::pin(secure::shake(config, &name, &peer_name, stream)).await?;
        let two = handshake.alpn.as_deref() == Some("h2");
        if self.versions == Versions::Two && !two {
            return Err(Trouble::new(Reason::Protocol, format!("{peer_name} does not agree to HTTP/2")));
        }
        let certificate = handshake.certificates.into_iter().next();
        Ok(Connected { stream, peer, certificate, two, forward: false, proxy_authorization: None })
    }

    fn dial_to(&self, scheme: &str, host: &str, port: u16) -> Cow<'_, Dial> {
        let target = &self.dial.target;
        match (host == target.host, port == target.port) {
            (true, true) => Cow::Borrowed(&self.dial),
            (true, false) => Cow::Owned(self.dial.port_of(scheme, port)),
            (false, _) => Cow::Owned(self.dial.elsewhere(scheme, host, port)),
        }
    }
}

/// Who is asked besides the host of the address: the proxy.
pub(crate) fn whom(options: &mut Options<'_>) -> Option<HostKey> {
    let text = options.text("proxy")?;
    let url = Url::parse(&text).ok()?;
    let port = url.port_or_known_default()?;
    Some(HostKey::new(url.scheme(), url.host_str()?, port))
}

/// The host without brackets, and the port.
pub(super) fn host_and_port(url: &Url) -> (String, u16) {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    (host.to_owned(), url.port_or_known_default().unwrap_or_default())
}

type Setup = (Arc<ClientConfig>, Arc<ClientConfig>, Option<ServerName<'static>>);

fn tls(options: &mut Options<'_>, clients: &Clients, target: &Target, versions: Versions) -> Option<Setup> {
    let shared: &Shared = clients.http();
    let usual = shared.tls(versions);
    if !OF_TLS.iter().any(|option| options.is_given(option)) {
        return Some((Arc::clone(usual), Arc::clone(usual), None));
    }
    let named = options.is_given("tls_server_name");
    let tls = secure::Tls::read(options, clients, target, versions.alpn())?;
    let name = ServerName::try_from(tls.name()).ok().filter(|_| named);
    let config = tls.config();
    let mut foreign = ClientConfig::clone(&config);
    foreign.client_auth_cert_resolver = Arc::clone(&usual.client_auth_cert_resolver);
    Some((config, Arc::new(foreign), name))
}

/// Words for a proxy that is not reached.
pub(super) fn proxied(mut trouble: Trouble) -> Trouble {
    trouble.message.insert_str(0, "the proxy: ");
    trouble
}

/// The same for what breaks while it is talked to.
pub(super) fn proxy_broke_off(peer: &str, error: &std::io::Error) -> Trouble {
    proxied(said::broke_off(peer, error))
}
