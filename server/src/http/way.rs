//! The way here: what this server is called from outside, below which path it lies, and from where a request comes.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::Request,
    http::{HeaderMap, Uri, header, uri::PathAndQuery},
};
use ipnet::IpNet;

use crate::config::{ProxyHeader, Reach};

/// How this server is reached, made once from the configuration.
#[derive(Debug, Clone)]
pub struct Way {
    /// Where this server is for people: `https://ops.example.com`, without `base`.
    pub origin: Arc<str>,
    /// What comes before every path: empty, or `/bridgewatch`.
    pub base: Arc<str>,
    /// Whether people come by https: cookies are `Secure` then, and browsers are told to come by nothing else.
    pub is_https: bool,
    /// The only name that it answers to, loopback names and bare addresses aside; `None`: any, where TLS proves the name.
    name: Option<Arc<str>>,
    proxies: Arc<[IpNet]>,
    proxy_header: ProxyHeader,
    /// Whether only proxies may ask: what anybody else says would cross a network in clear.
    only_proxies: bool,
}

/// Where a connection comes from, as the socket says. Every request carries one.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Where a request comes from, proxies that are trusted left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source(pub IpAddr);

impl Way {
    /// Of a server that listens at this address.
    pub fn new(reach: &Reach, address: SocketAddr) -> Self {
        let by_tls = reach.tls.is_some();
        let (origin, base, is_https) = match &reach.public_url {
            Some(public) => (public.origin.clone(), public.base.clone(), public.is_https),
            None => (format!("{}://{}", if by_tls { "https" } else { "http" }, here(address)), String::new(), by_tls),
        };
        let name = match &reach.public_url {
            None if by_tls => None,
            _ => Some(host_of(&origin).to_owned()),
        };
        Self {
            origin: origin.into(),
            base: base.into(),
            is_https,
            name: name.map(Into::into),
            proxies: reach.trusted_proxies.clone().into(),
            proxy_header: reach.proxy_header,
            only_proxies: !by_tls && !address.ip().is_loopback(),
        }
    }

    /// A path of this server as links have it.
    pub fn href(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The path that a cookie belongs to.
    pub fn cookie_path(&self) -> &str {
        if self.base.is_empty() { "/" } else { &self.base }
    }

    /// Takes the base off, so that routes need not know it. A proxy may have done that already.
    pub fn inward(&self, mut request: Request) -> Request {
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let rest = path.strip_prefix(&*self.base).filter(|rest| !self.base.is_empty() && is_below(rest));
        if let Some(rest) = rest {
            let slash = if rest.starts_with('/') { "" } else { "/" };
            if let Ok(inner) = format!("{slash}{rest}").parse::<PathAndQuery>() {
                *request.uri_mut() = with_path(request.uri(), inner);
            }
        }
        request
    }

    /// Puts it back on: pages read their own address.
    pub fn outward(&self, mut request: Request) -> Request {
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        if let Ok(outer) = format!("{}{path}", self.base).parse::<PathAndQuery>()
            && !self.base.is_empty()
        {
            *request.uri_mut() = with_path(request.uri(), outer);
        }
        request
    }

    /// Who asks, as far as the network tells. Each trusted proxy is believed about the one before it, from the socket backwards.
    pub fn source(&self, peer: IpAddr, headers: &HeaderMap) -> Source {
        let mut from = peer.to_canonical();
        let said = match self.proxy_header {
            ProxyHeader::XForwardedFor => each(headers, "x-forwarded-for"),
            ProxyHeader::Forwarded => each(headers, "forwarded").into_iter().map(of_forwarded).collect(),
        };
        for before in said.iter().rev() {
            if !self.is_proxy(from) {
                break;
            }
            // What is no address (`unknown`, `_hidden`) ends the chain: the proxy itself is who asks.
            let Some(before) = address(before) else { break };
            from = before;
        }
        Source(from)
    }

    /// Whether this address is a proxy that is believed.
    pub fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(&address))
    }

    /// Whether whoever connects from here may ask at all.
    pub fn admits(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        !self.only_proxies || peer.is_loopback() || self.is_proxy(peer)
    }

    /// Whether a Host header names this server. A name that somebody else lets resolve to this machine does not (DNS rebinding);
    /// a bare address cannot be made to.
    pub fn is_called(&self, host: &str) -> bool {
        let Some(name) = &self.name else { return true };
        let (bare, own) = (without_port(host), without_port(name));
        bare.eq_ignore_ascii_case(own) || bare.eq_ignore_ascii_case("localhost") || literal(bare).is_some()
    }

    /// Whether an Origin header is ours: the public one, or the one of the name that was asked for.
    pub fn is_own(&self, origin: &str, host: &str) -> bool {
        let same_name = ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host));
        // Behind https a page that came in clear is somebody else's.
        let clear = self.is_https && origin.starts_with("http://") && !is_loopback(host);
        origin.eq_ignore_ascii_case(&self.origin) || (same_name && !clear)
    }
}

/// Where a browser on this machine finds what listens at this address: a wildcard is no place to go to.
fn here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(four) if four.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(six) if six.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    };
    SocketAddr::new(ip, address.port())
}

fn with_path(uri: &Uri, path: PathAndQuery) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path);
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

fn is_below(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/') || rest.starts_with('?')
}

fn host_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.ends_with(':') && port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

fn literal(name: &str) -> Option<IpAddr> {
    name.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether a Host header names this machine: `localhost`, or a loopback address, with any port.
pub fn is_loopback(host: &str) -> bool {
    let name = without_port(host);
    name.eq_ignore_ascii_case("localhost") || literal(name).is_some_and(|address| address.is_loopback())
}

/// The values of a header, in the order in which proxies added them.
fn each<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let texts = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).collect()
}

/// The `for` of an element of a Forwarded header.
fn of_forwarded(element: &str) -> &str {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let said = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    said.map_or("", |(_, value)| value.trim().trim_matches('"'))
}

/// `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let socket = || text.parse::<SocketAddr>().map(|socket| socket.ip()).ok();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().map(IpAddr::from).ok();
    text.parse::<IpAddr>().ok().or_else(socket).or_else(bare).map(|address| address.to_canonical())
}

/// What a request calls this server: its authority, else its Host header.
pub fn host(request: &Request) -> Option<String> {
    let named = request.uri().authority().map(|authority| authority.as_str().to_owned());
    named.or_else(|| request.headers().get(header::HOST)?.to_str().ok().map(str::to_owned))
}

#[cfg(test)]
mod tests;
