//! How this server is reached: its public address, the proxies before it, TLS of its own.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use http::{Uri, uri::Scheme};
use ipnet::IpNet;
use serde::Deserialize;

use crate::{ServerError, http::way::is_loopback};

/// How this server is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// What people type; none: the address that it listens on.
    pub public_url: Option<PublicUrl>,
    /// The proxies that are believed when they say who asks.
    pub trusted_proxies: Vec<IpNet>,
    /// Where they say it.
    pub proxy_header: ProxyHeader,
    /// TLS of its own.
    pub tls: Option<Tls>,
}

/// The header in which proxies say who asks. Only one is read: a proxy that writes one passes the other on as a client sent it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// What most proxies write.
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

/// Files in PEM. They are read again when they change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate and what it is signed by, leaf first.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// What people type to come here: `https://ops.example.com/bridgewatch`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// `https://ops.example.com`, lower case, without a port that is the usual one.
    pub origin: String,
    /// Empty, or `/bridgewatch`; no slash at the end.
    pub base: String,
    /// Whether it begins with https.
    pub is_https: bool,
}

impl PublicUrl {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let wrong = || {
            ServerError::Config(format!(
                "public_url: `{text}` is no address for a browser; write https://ops.example.com or https://ops.example.com/path"
            ))
        };
        let address: Uri = text.parse().map_err(|_| wrong())?;
        let is_https = match address.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(wrong()),
        };
        let authority = address.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(wrong)?;
        let base = address.path().trim_end_matches('/');
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        if address.query().is_some() || base.contains("//") || !base.bytes().all(is_plain) {
            return Err(wrong());
        }
        let host = authority.host().to_ascii_lowercase();
        let usual = if is_https { 443 } else { 80 };
        let port =
            authority.port_u16().filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
        let scheme = if is_https { "https" } else { "http" };
        Ok(Self { origin: format!("{scheme}://{host}{port}"), base: base.to_owned(), is_https })
    }
}

impl Reach {
    /// Whether people come here from other machines.
    pub(super) fn is_public(&self) -> bool {
        let host = |url: &PublicUrl| url.origin.parse::<Uri>().ok()?.host().map(str::to_owned);
        self.public_url.as_ref().and_then(host).is_some_and(|host| !is_loopback(&host))
    }

    /// Whether what is said here may be listened on: beyond loopback nothing crosses a network in clear.
    pub(super) fn check(&self, listen: SocketAddr) -> Result<(), ServerError> {
        self.check_scheme()?;
        let behind_proxy =
            self.public_url.as_ref().is_some_and(|address| address.is_https) && !self.trusted_proxies.is_empty();
        if !(listen.ip().is_loopback() || self.tls.is_some() || behind_proxy) {
            return Err(ServerError::InClear(listen));
        }
        if self.is_public() && self.tls.is_none() && self.trusted_proxies.is_empty() {
            // Else all people would be one address: one who types wrong passwords would lock out everybody.
            let why = "public_url: a proxy stands before this server; say which, so that it is believed about who asks: \
                       trusted_proxies = [\"127.0.0.1\", \"::1\"]";
            return Err(ServerError::Config(why.to_owned()));
        }
        Ok(())
    }
}

impl Reach {
    /// Cookies are for TLS alone where `public_url` says https, and links lead there: so it says http only where nothing crosses a
    /// network.
    fn check_scheme(&self) -> Result<(), ServerError> {
        let Some(address) = self.public_url.as_ref().filter(|address| !address.is_https) else { return Ok(()) };
        let said = format!("{}{}", address.origin, address.base);
        let right = said.replacen("http://", "https://", 1);
        let why = if self.is_public() {
            format!(
                "public_url: `{said}` would have people on other machines come in clear; write {right}, and give this server \
                 a certificate (tls.certificate, tls.key) or name the proxy that has TLS (trusted_proxies)"
            )
        } else if self.tls.is_some() {
            format!("public_url: with [tls] nobody comes in clear; write {right}")
        } else {
            return Ok(());
        };
        Err(ServerError::Config(why))
    }
}

/// Networks as they are written under this name: `10.0.0.0/8`, or a single address.
pub(super) fn networks(field: &str, said: &[String]) -> Result<Vec<IpNet>, ServerError> {
    let network = |text: &String| {
        let single = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse::<IpNet>()
            .or_else(|_| single())
            .map_err(|_| ServerError::Config(format!("{field}: `{text}` is no network; write 10.0.0.0/8 or 192.0.2.7")))
    };
    said.iter().map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::{PublicUrl, networks};

    #[test]
    fn a_public_url_is_an_origin_and_a_path() {
        for (text, origin, base) in [
            ("https://ops.example.com", "https://ops.example.com", ""),
            ("https://Ops.Example.com:443/", "https://ops.example.com", ""),
            ("https://ops.example.com:8443/bridge/watch/", "https://ops.example.com:8443", "/bridge/watch"),
            ("http://127.0.0.1:7077", "http://127.0.0.1:7077", ""),
        ] {
            let read = PublicUrl::parse(text).expect(text);
            assert_eq!((read.origin.as_str(), read.base.as_str()), (origin, base), "{text}");
        }
        for text in [
            "",
            "ops.example.com",
            "/path",
            "ftp://ops",
            "https://me@ops",
            "https://ops/?q",
            "https://ops/a//b",
            "https://ops/a b",
        ] {
            assert!(PublicUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn networks_are_networks_or_addresses() {
        let said = ["10.0.0.0/8".to_owned(), "::1".to_owned(), "192.0.2.7".to_owned()];
        assert_eq!(networks("some", &said).expect("networks").len(), 3);
        assert!(networks("some", &["10.0.0.0/33".to_owned()]).is_err());
    }
}
