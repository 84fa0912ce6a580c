//! Reaching the other side: whom, by which addresses, and whether they may be asked. Every kind goes through here.

mod connect;
mod target;

use std::{
    fmt::Debug,
    net::{IpAddr, SocketAddr},
};

use model::Reason;
use reqwest::Url;
use rules::{
    assess::Trouble,
    kind::{OptionKind, OptionSpec},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use crate::{
    Clients,
    attempt::Attempt,
    lookup::Names,
    marks::{self, Mark},
    options::{Options, optional, required},
    said,
    secure::Tls,
};
use connect::{Family, first};
pub(crate) use target::{Target, is_host, resolve, whom, whom_of_url};
use target::{address, host_and_port};

/// The host.
pub(crate) const HOST: OptionSpec = required("host", OptionKind::Text, "The name or address to connect to");
/// The family of addresses.
pub(crate) const IP: OptionSpec = optional(
    "ip",
    OptionKind::OneOf(&["any", "prefer_ipv4", "prefer_ipv6", "ipv4", "ipv6"]),
    Some("any"),
    "Which addresses of the name to use: both families in the resolver's order, one family first, or one alone",
);
/// The address to go to.
pub(crate) const RESOLVE: OptionSpec =
    optional("resolve", OptionKind::Text, None, "The address to connect to, instead of what the name means");

/// The port; without a default it must be written.
pub(crate) const fn port(default: Option<&'static str>) -> OptionSpec {
    let option = optional("port", OptionKind::Int { min: 1, max: 65_535 }, default, "The port to connect to");
    OptionSpec { required: default.is_none(), ..option }
}

/// A connection, plain or with TLS around it.
pub(crate) type Stream = Box<dyn Io>;

/// What a connection can do.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug> Io for S {}

/// The way to a target.
#[derive(Clone)]
pub(crate) struct Dial {
    names: Names,
    pub(crate) target: Target,
    family: Family,
    resolve: Option<IpAddr>,
}

impl Dial {
    /// Reads `host`, `port`, `ip` and `resolve`, all of which the kind's table must list.
    pub(crate) fn read(options: &mut Options<'_>, clients: &Clients, scheme: &str) -> Option<Self> {
        let resolve = resolve(options);
        let target = host_and_port(options, scheme, resolve);
        Some(Self::to(target?, options, clients, resolve))
    }

    /// Reads an address of an option of kind `Url` or `UrlOf`, and `ip` and `resolve`. `port_of` tells the usual port of a scheme.
    pub(crate) fn of_url(
        options: &mut Options<'_>,
        clients: &Clients,
        option: &str,
        port_of: fn(&str) -> Option<u16>,
    ) -> Option<(Self, Url)> {
        let resolve = resolve(options);
        let (target, url) = address(options, option, port_of, resolve)?;
        Some((Self::to(target, options, clients, resolve), url))
    }

    /// To a target that the kind found out by itself; reads `ip`.
    pub(crate) fn to(target: Target, options: &mut Options<'_>, clients: &Clients, resolve: Option<IpAddr>) -> Self {
        let family = options.text("ip").map_or(Family::Any, |word| Family::of(&word));
        Self { names: clients.names().clone(), target, family, resolve }
    }

    /// The way to somebody else whom the target named: another broker of its cluster.
    pub(crate) fn elsewhere(&self, scheme: &str, host: &str, port: u16) -> Self {
        Self { target: Target::new(scheme, host, port, None), resolve: None, ..self.clone() }
    }

    /// The way to another port of the same target.
    pub(crate) fn port_of(&self, scheme: &str, port: u16) -> Self {
        Self { target: Target::new(scheme, &self.target.host, port, self.resolve), ..self.clone() }
    }

    /// Every address that may be asked, at most eight, the one to try first in front: for what is no TCP, and for clients that connect
    /// by themselves. Whoever uses them must go to no other.
    pub(crate) async fn addresses(&self) -> Result<Vec<SocketAddr>, Trouble> {
        let Target { host, port, peer, .. } = &self.target;
        let asked = self.resolve.map(|address| address.to_string());
        let found = self.names.resolve(asked.as_ref().unwrap_or(host)).await;
        let found = found.map_err(|why| said::no_address(peer, host, &why))?;
        let picked = self.family.pick(found);
        if picked.is_empty() {
            let family = if self.family == (Family::Only { six: true }) { "IPv6" } else { "IPv4" };
            return Err(Trouble::new(Reason::Dns, format!("the name {host} has no {family} address")));
        }
        Ok(picked.into_iter().map(|address| SocketAddr::new(address, *port)).collect())
    }

    /// A TCP connection to the first address that accepts.
    pub(crate) async fn tcp(&self, attempt: &mut Attempt) -> Result<TcpStream, Trouble> {
        let stream = self.open(attempt).await?;
        marks::stamp(Mark::Connected);
        Ok(stream)
    }

    async fn open(&self, attempt: &mut Attempt) -> Result<TcpStream, Trouble> {
        attempt.waiting_for = None;
        let stream = self.reach().await?;
        attempt.peer = stream.peer_addr().ok();
        Ok(stream)
    }

    /// A TCP connection for who keeps its own account of the attempt and stamps when it stands.
    pub(crate) async fn reach(&self) -> Result<TcpStream, Trouble> {
        let addresses = self.addresses().await?;
        first(&addresses).await.map_err(|error| said::connecting(&self.target.peer, &error))
    }

    /// The same, with TLS around it where that is given.
    pub(crate) async fn stream(&self, attempt: &mut Attempt, tls: Option<&Tls>) -> Result<Stream, Trouble> {
        #[cfg(any(test, feature = "fuzzing"))]
        if let Some(stream) = crate::fuzzing::stream() {
            marks::stamp(Mark::Connected);
            return stream;
        }
        match tls {
            Some(tls) => {
                let stream = Box::new(self.open(attempt).await?);
                self.secure(attempt, tls, stream).await
            }
            None => Ok(Box::new(self.tcp(attempt).await?)),
        }
    }

    /// TLS around a connection that stands: at once, or after the other side was asked to begin it.
    pub(crate) async fn secure(&self, attempt: &mut Attempt, tls: &Tls, stream: Stream) -> Result<Stream, Trouble> {
        attempt.waiting_for = None;
        let (stream, handshake) = tls.over(&self.target, stream).await?;
        attempt.handshake = Some(handshake);
        Ok(stream)
    }
}
