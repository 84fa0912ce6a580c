//! Where a probe may go.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use ipnet::IpNet;

/// Where cloud machines find the credentials of the host, besides link-local addresses: AWS, Google, Alibaba, Oracle.
const METADATA: [IpAddr; 4] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
];

/// Where `0.0.0.0` and `::` lead.
const LOOPBACK: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Which addresses may be asked. Checked on addresses written into a URL, on every address that a name resolves to and on
/// each redirect hop, so that a target cannot send us where its owner could not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// Refuses where cloud machines find the credentials of the host: `169.254.0.0/16`, `fe80::/10` and a few addresses besides.
    pub deny_link_local: bool,
    /// Networks that are refused besides.
    pub denied: Arc<[IpNet]>,
}

impl Default for Egress {
    fn default() -> Self {
        Self { deny_link_local: true, denied: Arc::default() }
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
    /// The one check of every address before it is connected to. An IPv4 address in IPv6 clothes counts as both, and one that is
    /// unspecified as loopback, which is where it leads.
    pub fn check(&self, address: IpAddr) -> Result<(), Refused> {
        let worn = [Some(address), within(address).map(IpAddr::V4)];
        let leads_home = worn.into_iter().flatten().any(|address| address.is_unspecified());
        let home = LOOPBACK.into_iter().filter(|_| leads_home);
        match worn.into_iter().flatten().chain(home).find_map(|address| self.why_not(address)) {
            Some(why) => Err(Refused { address, why }),
            None => Ok(()),
        }
    }

    fn why_not(&self, address: IpAddr) -> Option<&'static str> {
        let link_local = match address {
            IpAddr::V4(four) => four.is_link_local(),
            IpAddr::V6(six) => six.is_unicast_link_local(),
        };
        if self.deny_link_local && link_local {
            return Some("is a link-local address");
        }
        if self.deny_link_local && METADATA.contains(&address) {
            return Some("is where a cloud keeps credentials");
        }
        let denied = self.denied.iter().any(|network| network.contains(&address));
        denied.then_some("lies in a network that is denied here")
    }
}

/// The IPv4 address that an IPv6 one leads to: mapped (`::ffff:0:0/96`), compatible (`::/96`), by NAT64 (`64:ff9b::/96`) or by 6to4
/// (`2002::/16`).
fn within(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(six) = address else { return None };
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match six.segments() {
        // `::` and `::1` are addresses of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(of(high, low))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Egress, IpNet};

    #[test]
    fn link_local_addresses_are_refused_in_any_clothes() {
        for (address, allowed) in [
            ("169.254.169.254", false),
            ("169.254.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("fe80::1", false),
            ("febf::1", false),
            ("::169.254.169.254", false),
            ("64:ff9b::169.254.169.254", false),
            ("2002:a9fe:a9fe::1", false),
            ("fd00:ec2::254", false),
            ("fd20:ce::254", false),
            ("100.100.100.200", false),
            ("::ffff:100.100.100.200", false),
            ("64:ff9b::c000:c0", false),
            ("192.0.0.192", false),
            ("fd00:ec2::253", true),
            ("64:ff9b::8.8.8.8", true),
            ("2002:808:808::1", true),
            ("::", true),
            ("0.0.0.0", true),
            ("fec0::1", true),
            ("169.253.255.255", true),
            ("10.0.0.1", true),
            ("127.0.0.1", true),
            ("::1", true),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(Egress::default().check(address).is_ok(), allowed, "{address}");
            let open = Egress { deny_link_local: false, ..Egress::default() };
            assert!(open.check(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn who_may_not_ask_loopback_may_not_ask_what_leads_there() {
        for loopback in ["127.0.0.0/8", "::1/128"] {
            let denied: [IpNet; 1] = [loopback.parse().expect("a network")];
            let egress = Egress { denied: denied.into(), ..Egress::default() };
            for unspecified in ["0.0.0.0", "::", "::ffff:0.0.0.0", "64:ff9b::"] {
                let refused = egress.check(unspecified.parse().expect("an address")).expect_err(unspecified);
                let told = "lies in a network that is denied here, which probes may not ask";
                assert!(refused.to_string().ends_with(told), "{refused}");
            }
            assert!(egress.check("10.0.0.1".parse().expect("an address")).is_ok());
        }
        let denied: [IpNet; 1] = ["10.0.0.0/8".parse().expect("a network")];
        let egress = Egress { denied: denied.into(), ..Egress::default() };
        assert!(egress.check("0.0.0.0".parse().expect("an address")).is_ok(), "loopback is not denied");
    }

    #[test]
    fn networks_can_be_denied_besides() {
        let denied: [IpNet; 2] = ["10.0.0.0/8", "::1/128"].map(|network| network.parse().expect("a network"));
        let egress = Egress { denied: denied.into(), ..Egress::default() };
        for (address, allowed) in
            [("10.1.2.3", false), ("::ffff:10.1.2.3", false), ("::1", false), ("127.0.0.1", true), ("fe80::1", false)]
        {
            assert_eq!(egress.check(address.parse().expect("an address")).is_ok(), allowed, "{address}");
        }
        for address in ["64:ff9b::10.1.2.3", "2002:a01:203::1", "::10.1.2.3"] {
            assert!(egress.check(address.parse().expect("an address")).is_err(), "{address}");
        }
        let denied: [IpNet; 1] = ["64:ff9b::/96".parse().expect("a network")];
        let egress = Egress { denied: denied.into(), ..Egress::default() };
        assert!(egress.check("64:ff9b::8.8.8.8".parse().expect("an address")).is_err(), "as it is written too");
        assert!(egress.check("8.8.8.8".parse().expect("an address")).is_ok());
    }
}
