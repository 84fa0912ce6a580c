//! Where a probe may go.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// An IPv4 network.
const fn four(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

/// An IPv6 network by its first two groups and its last.
const fn six(a: u16, b: u16, h: u16, prefix: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, h), prefix))
}

/// Of one link alone (RFC 3927; RFC 4291, section 2.5.6): most clouds keep credentials of the host there.
const LINK_LOCAL: [IpNet; 2] = [four(169, 254, 0, 0, 16), six(0xfe80, 0, 0, 10)];

/// Where the other clouds keep them: AWS, Google, Alibaba, Oracle.
const METADATA: [IpNet; 4] = [
    six(0xfd00, 0xec2, 0x254, 128),
    six(0xfd20, 0xce, 0x254, 128),
    four(100, 100, 100, 200, 32),
    four(192, 0, 0, 192, 32),
];

/// This machine. An address of zeros leads to it as well.
const LOOPBACK: [IpNet; 4] = [four(127, 0, 0, 0, 8), four(0, 0, 0, 0, 8), six(0, 0, 1, 128), six(0, 0, 0, 128)];

/// Of one organisation (RFC 1918, RFC 4193), of one provider (RFC 6598), and what was for one site (RFC 3879).
const PRIVATE: [IpNet; 6] = [
    four(10, 0, 0, 0, 8),
    four(172, 16, 0, 0, 12),
    four(192, 168, 0, 0, 16),
    four(100, 64, 0, 0, 10),
    six(0xfc00, 0, 0, 7),
    six(0xfec0, 0, 0, 10),
];

/// Of many machines at once (RFC 5771; RFC 4291, section 2.7; RFC 919): nobody in particular answers there, and one question is
/// heard by all of them.
const OF_MANY: [IpNet; 3] = [four(224, 0, 0, 0, 4), four(255, 255, 255, 255, 32), six(0xff00, 0, 0, 8)];

/// Where `0.0.0.0` and `::` lead.
const HOME: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Which addresses may be asked. Checked on addresses written into a URL, on every address that a name resolves to and on
/// each redirect hop, so that a target cannot send us where its owner could not go.
///
/// Of all networks that an address lies in, allowed and denied ones, the narrowest decides, and of two that are as narrow the
/// denied one. So `10.0.0.0/8` may be denied but for `10.20.0.0/16`, and who allows `0.0.0.0/0` has not allowed what is denied
/// by default.
///
/// Multicast and broadcast are always refused, unless a network within them is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// Refuses where cloud machines find the credentials of the host: `169.254.0.0/16`, `fe80::/10` and a few addresses besides.
    pub deny_link_local: bool,
    /// Refuses this machine: `127.0.0.0/8`, `0.0.0.0/8`, `::1` and `::`.
    pub deny_loopback: bool,
    /// Refuses ranges that are not of the internet: `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`, `100.64.0.0/10`, `fc00::/7` and
    /// `fec0::/10`.
    pub deny_private: bool,
    /// Networks that are refused besides.
    pub denied: Arc<[IpNet]>,
    /// Networks within them that are not refused.
    pub allowed: Arc<[IpNet]>,
}

impl Default for Egress {
    fn default() -> Self {
        Self {
            deny_link_local: true,
            deny_loopback: false,
            deny_private: false,
            denied: Arc::default(),
            allowed: Arc::default(),
        }
    }
}

/// An address that may not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{address} {why}, which probes may not ask")]
pub struct Refused {
    /// Which.
    pub address: IpAddr,
    why: &'static str,
}

impl Egress {
    /// The one check of every address before it is connected to. An IPv4 address in IPv6 clothes counts as both, one that may be
    /// read in several ways as all of them, and one that is unspecified as loopback, which is where it leads.
    pub fn check(&self, address: IpAddr) -> Result<(), Refused> {
        let worn = || std::iter::once(address).chain(within(address).into_iter().flatten().map(IpAddr::V4));
        let leads_home = worn().any(|address| address.is_unspecified());
        let home = HOME.into_iter().filter(|_| leads_home);
        match worn().chain(home).find_map(|address| self.why_not(address)) {
            Some(why) => Err(Refused { address, why }),
            None => Ok(()),
        }
    }

    fn why_not(&self, address: IpAddr) -> Option<&'static str> {
        let denied = [
            (self.deny_link_local, &LINK_LOCAL[..], "is a link-local address"),
            (self.deny_link_local, &METADATA[..], "is where a cloud keeps credentials"),
            (self.deny_loopback, &LOOPBACK[..], "is of this machine"),
            (self.deny_private, &PRIVATE[..], "is a private address"),
            (true, &OF_MANY[..], "is of many machines at once"),
            (true, &self.denied[..], "lies in a network that is denied here"),
        ];
        let denied = denied.into_iter().filter(|(is_on, ..)| *is_on);
        let denied = denied.filter_map(|(_, networks, why)| Some((narrowest(networks, address)?, why)));
        // Of those that are as narrow the first says why.
        let (prefix, why) = denied.reduce(|one, other| if other.0 > one.0 { other } else { one })?;
        let is_allowed = narrowest(&self.allowed, address).is_some_and(|allowed| allowed > prefix);
        (!is_allowed).then_some(why)
    }
}

/// The prefix of the narrowest of these networks that the address lies in.
fn narrowest(networks: &[IpNet], address: IpAddr) -> Option<u8> {
    networks.iter().filter(|network| network.contains(&address)).map(IpNet::prefix_len).max()
}

/// The IPv4 addresses that an IPv6 one may lead to: mapped (`::ffff:0:0/96`), compatible (`::/96`), by NAT64 (`64:ff9b::/96`), by 6to4
/// (`2002::/16`), or by a NAT64 of one's own (`64:ff9b:1::/48`, RFC 8215). Of that only its owner knows how much of the address is the
/// prefix, so it is read in all four ways that fit (RFC 6052, section 2.2).
fn within(address: IpAddr) -> [Option<Ipv4Addr>; 4] {
    let IpAddr::V6(six) = address else { return [None; 4] };
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        [Some(Ipv4Addr::new(a, b, c, d)), None, None, None]
    };
    match six.segments() {
        // `::` and `::1` are addresses of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => [None; 4],
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            of(high, low)
        }
        [0x64, 0xff9b, 1, ..] => {
            // The ninth byte is of none of them. What a shorter prefix leaves empty is no address.
            let octets = six.octets();
            let at = |places: [usize; 4]| Ipv4Addr::from(places.map(|place| octets[place]));
            let shorter = |places| Some(at(places)).filter(|four| four.octets()[0] != 0);
            [Some(at([12, 13, 14, 15])), shorter([9, 10, 11, 12]), shorter([7, 9, 10, 11]), shorter([6, 7, 9, 10])]
        }
        _ => [None; 4],
    }
}

#[cfg(test)]
mod tests;
