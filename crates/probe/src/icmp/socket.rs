//! A socket for echo requests, which the kernel does not give to everybody.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use model::Reason;
use rules::assess::Trouble;
use socket2::{Domain, Protocol, Type};
use tokio::net::UdpSocket;

use super::packet::Packet;
use crate::said;

/// Bytes of a packet that are read.
const LONGEST: usize = 2_048;

/// A socket that is connected to whom it pings.
pub(super) struct Socket {
    open: UdpSocket,
    peer: String,
    six: bool,
    /// Whether it hears every packet of the machine, with the header of IP in version 4.
    raw: bool,
}

impl Socket {
    /// A ping socket, which needs no right but the group's; where the kernel refuses that, a raw one, which needs `CAP_NET_RAW`.
    pub(super) fn open(to: IpAddr, peer: &str) -> Result<Self, Trouble> {
        let (socket, raw) = match opened(to, Type::DGRAM) {
            Err(error) if is_refused(&error) => (opened(to, Type::RAW), true),
            other => (other, false),
        };
        let socket = socket.map_err(|error| {
            if !is_refused(&error) {
                return said::connecting(peer, &error);
            }
            let message = "the kernel gives us no socket to ping with: put our group into net.ipv4.ping_group_range, \
                           such as `sysctl net.ipv4.ping_group_range=\"0 2147483647\"`, or give us CAP_NET_RAW";
            Trouble::new(Reason::Config, message)
        })?;
        let broken = |error: io::Error| said::connecting(peer, &error);
        socket.set_nonblocking(true).map_err(broken)?;
        socket.connect(&SocketAddr::new(to, 0).into()).map_err(broken)?;
        let socket = UdpSocket::from_std(socket.into()).map_err(broken)?;
        Ok(Self { open: socket, peer: peer.to_owned(), six: to.is_ipv6(), raw })
    }

    /// Sends a packet and waits until it comes back.
    pub(super) async fn there_and_back(&self, packet: &Packet) -> Result<(), Trouble> {
        let broken = |error: io::Error| said::connecting(&self.peer, &error);
        self.open.send(&packet.request(self.six)).await.map_err(broken)?;
        let mut buffer = [0; LONGEST];
        loop {
            let count = self.open.recv(&mut buffer).await.map_err(broken)?;
            let heard = buffer.get(..count).unwrap_or_default();
            if packet.is_answered_by(heard, self.six, self.raw && !self.six) {
                return Ok(());
            }
        }
    }
}

fn opened(to: IpAddr, kind: Type) -> io::Result<socket2::Socket> {
    let (domain, protocol) = match to {
        IpAddr::V4(_) => (Domain::IPV4, Protocol::ICMPV4),
        IpAddr::V6(_) => (Domain::IPV6, Protocol::ICMPV6),
    };
    socket2::Socket::new(domain, kind, Some(protocol))
}

fn is_refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied
}
