//! Where a probe may go.

use std::net::IpAddr;

/// Which addresses may be asked. Checked on addresses written into a URL, on every address that a name resolves to and on
/// each redirect hop, so that a target cannot send us where its owner could not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Egress {
    /// Refuses `169.254.0.0/16` and `fe80::/10`, where cloud machines find the credentials of the host.
    pub deny_link_local: bool,
}

impl Default for Egress {
    fn default() -> Self {
        Self { deny_link_local: true }
    }
}

/// An address that may not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is a link-local address, which probes may not ask")]
pub struct Refused(pub IpAddr);

impl Egress {
    /// The one check of every address before it is connected to. An IPv4 address in IPv6 clothes counts as what it is.
    pub fn check(self, address: IpAddr) -> Result<(), Refused> {
        let link_local = match address.to_canonical() {
            IpAddr::V4(four) => four.is_link_local(),
            IpAddr::V6(six) => six.is_unicast_link_local(),
        };
        if self.deny_link_local && link_local { Err(Refused(address)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::Egress;

    #[test]
    fn link_local_addresses_are_refused_in_any_clothes() {
        for (address, allowed) in [
            ("169.254.169.254", false),
            ("169.254.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("fe80::1", false),
            ("febf::1", false),
            ("fec0::1", true),
            ("169.253.255.255", true),
            ("10.0.0.1", true),
            ("127.0.0.1", true),
            ("::1", true),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(Egress::default().check(address).is_ok(), allowed, "{address}");
            assert!(Egress { deny_link_local: false }.check(address).is_ok(), "{address}");
        }
    }
}
