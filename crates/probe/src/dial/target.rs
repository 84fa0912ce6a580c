//! Whom a probe asks, read from its options.

use std::net::IpAddr;

use model::ProbeSpec;
use reqwest::Url;
use rules::kind::Kind;

use crate::{HostKey, filled::BEGINS, options::Options};

/// Whom a probe asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Name or address; an IPv6 address without brackets.
    pub(crate) host: String,
    /// Its port.
    pub(crate) port: u16,
    /// Both, as sentences name them: `erp.example:443`, `[::1]:443`.
    pub(crate) peer: String,
    /// For limits, and for the vault.
    pub(crate) key: HostKey,
}

impl Target {
    /// A host and a port; `resolve` is the address it is asked at, which is then what limits and the vault go by.
    pub(crate) fn new(scheme: &str, host: &str, port: u16, resolve: Option<IpAddr>) -> Self {
        let host = host.trim_matches(['[', ']']).to_owned();
        let peer = format!("{}:{port}", bracketed(&host));
        let asked = resolve.map_or_else(|| host.clone(), |address| address.to_string());
        Self { key: HostKey::new(scheme, &bracketed(&asked), port), peer, host, port }
    }

    /// A host of a protocol that knows no ports.
    pub(crate) fn portless(scheme: &str, host: &str, resolve: Option<IpAddr>) -> Self {
        let target = Self::new(scheme, host, 0, resolve);
        Self { peer: bracketed(&target.host), ..target }
    }
}

/// Whom a probe with `host` and `port` asks; for the kind's entry.
pub(crate) fn whom(kind: &'static Kind, spec: &ProbeSpec, scheme: &str) -> Option<HostKey> {
    let mut options = Options::of(kind, spec);
    let resolve = resolve(&mut options);
    host_and_port(&mut options, scheme, resolve).map(|target| target.key)
}

/// Whom a probe with an address asks; for the kind's entry.
pub(crate) fn whom_of_url(
    kind: &'static Kind,
    spec: &ProbeSpec,
    option: &str,
    port_of: fn(&str) -> Option<u16>,
) -> Option<HostKey> {
    let mut options = Options::of(kind, spec);
    let resolve = resolve(&mut options);
    address(&mut options, option, port_of, resolve).map(|(target, _)| target.key)
}

/// Reads `host` and `port`.
pub(super) fn host_and_port(options: &mut Options<'_>, scheme: &str, resolve: Option<IpAddr>) -> Option<Target> {
    let host = options.text("host");
    let port = options.int("port").and_then(|port| u16::try_from(port).ok());
    let host = host.filter(|host| is_host(options, "host", host))?;
    Some(Target::new(scheme, &host, port?, resolve))
}

/// Faults what cannot be a host.
pub(crate) fn is_host(options: &mut Options<'_>, option: &str, host: &str) -> bool {
    if host.trim_matches(['[', ']']).is_empty() {
        options.fault(option, "is empty");
    } else if host.contains(BEGINS) {
        options.fault(option, "has to be written: whom a probe asks cannot be filled in");
    } else if host.contains(|sign: char| sign.is_whitespace() || sign.is_control() || "/@?#".contains(sign)) {
        options.fault(option, "is neither a name nor an address");
    } else {
        return true;
    }
    false
}

/// Reads an address.
pub(super) fn address(
    options: &mut Options<'_>,
    option: &str,
    port_of: fn(&str) -> Option<u16>,
    resolve: Option<IpAddr>,
) -> Option<(Target, Url)> {
    let text = options.text(option)?;
    let url = match Url::parse(&text) {
        Ok(url) => url,
        Err(error) => {
            options.fault(option, format!("is not an address: {error}"));
            return None;
        }
    };
    let port = url.port().or_else(|| port_of(url.scheme()));
    let (Some(host), Some(port)) = (url.host_str(), port) else {
        options.fault(option, "names no host, or a scheme that is not known here");
        return None;
    };
    if !is_host(options, option, host) {
        return None;
    }
    Some((Target::new(url.scheme(), host, port, resolve), url))
}

/// Reads `resolve`.
pub(crate) fn resolve(options: &mut Options<'_>) -> Option<IpAddr> {
    let text = options.text("resolve")?;
    let address = text.trim_matches(['[', ']']).parse().ok();
    if address.is_none() {
        options.fault("resolve", "is not an address such as 10.0.0.7 or ::1");
    }
    address
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}
