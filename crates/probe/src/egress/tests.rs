//! Policies as tables: which addresses may be asked.

use std::sync::Arc;

use super::{Egress, IpNet};

fn networks(said: &[&str]) -> Arc<[IpNet]> {
    said.iter().map(|network| network.parse().expect("a network")).collect()
}

/// Holds a table of addresses, and whether each may be asked, against a policy.
fn holds(egress: &Egress, table: &[(&str, bool)]) {
    for (address, allowed) in table {
        let verdict = egress.check(address.parse().expect("an address"));
        assert_eq!(verdict.is_ok(), *allowed, "{address}: {verdict:?} by {egress:?}");
    }
}

#[test]
fn link_local_addresses_are_refused_in_any_clothes() {
    let table = [
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
    ];
    holds(&Egress::default(), &table);
    holds(&Egress { deny_link_local: false, ..Egress::default() }, &table.map(|(address, _)| (address, true)));
}

#[test]
fn a_nat64_of_ones_own_leads_where_any_of_its_readings_does() {
    // 169.254.169.254 behind prefixes of 48, 56, 64 and 96 bits (RFC 6052, section 2.2).
    let metadata = [
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:77a9:fe:a9fe::",
        "64:ff9b:1:7788:a9:fea9:fe00:0",
        "64:ff9b:1::169.254.169.254",
        "64:ff9b:1:7788::169.254.169.254",
        "64:ff9b:1:a9fe:a9:fe01:2:3",
    ];
    holds(&Egress::default(), &metadata.map(|address| (address, false)));
    let fine = ["64:ff9b:1::8.8.8.8", "64:ff9b:1:808:8:800::", "64:ff9b:2::169.254.169.254", "64:ff9b:1::10.0.0.1"];
    holds(&Egress::default(), &fine.map(|address| (address, true)));

    let strict = Egress { deny_loopback: true, deny_private: true, ..Egress::default() };
    let table = [
        ("64:ff9b:1::10.0.0.1", false),
        ("64:ff9b:1:a00:0:100::", false),
        ("64:ff9b:1::127.0.0.1", false),
        // The usual way to use it: the shorter readings of it are no addresses.
        ("64:ff9b:1::8.8.8.8", true),
        ("64:ff9b:1::198.51.100.7", true),
    ];
    holds(&strict, &table);
}

#[test]
fn who_is_many_is_asked_only_where_that_is_allowed() {
    let table = [
        ("224.0.0.251", false),
        ("239.255.255.250", false),
        ("255.255.255.255", false),
        ("ff02::fb", false),
        ("::ffff:224.0.0.251", false),
        ("64:ff9b::224.0.0.251", false),
        ("223.255.255.255", true),
        ("240.0.0.1", true),
        ("fe00::1", true),
    ];
    holds(&Egress::default(), &table);
    let named = Egress { allowed: networks(&["0.0.0.0/0", "239.1.0.0/16"]), ..Egress::default() };
    holds(&named, &[("239.1.2.3", true), ("239.2.0.1", false), ("224.0.0.251", false)]);
}

#[test]
fn this_machine_can_be_denied() {
    let egress = Egress { deny_loopback: true, ..Egress::default() };
    holds(
        &egress,
        &[
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:0.0.0.0", false),
            ("64:ff9b::127.0.0.1", false),
            ("2002:7f00:1::1", false),
            ("128.0.0.1", true),
            ("1.0.0.1", true),
            ("10.0.0.1", true),
        ],
    );
}

#[test]
fn private_ranges_can_be_denied() {
    let egress = Egress { deny_private: true, ..Egress::default() };
    holds(
        &egress,
        &[
            ("10.0.0.0", false),
            ("10.255.255.255", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.168.1.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("fc00::1", false),
            ("fdff::1", false),
            ("fec0::1", false),
            ("::ffff:10.0.0.1", false),
            ("64:ff9b::192.168.1.1", false),
            ("9.255.255.255", true),
            ("11.0.0.0", true),
            ("172.15.255.255", true),
            ("172.32.0.0", true),
            ("192.167.255.255", true),
            ("192.169.0.0", true),
            ("100.63.255.255", true),
            ("100.128.0.0", true),
            ("fe00::1", true),
            ("2001:db8::1", true),
            ("127.0.0.1", true),
        ],
    );
}

#[test]
fn networks_can_be_denied_besides() {
    let egress = Egress { denied: networks(&["10.0.0.0/8", "::1/128"]), ..Egress::default() };
    holds(
        &egress,
        &[
            ("10.1.2.3", false),
            ("::ffff:10.1.2.3", false),
            ("::1", false),
            ("fe80::1", false),
            ("64:ff9b::10.1.2.3", false),
            ("2002:a01:203::1", false),
            ("::10.1.2.3", false),
            ("127.0.0.1", true),
        ],
    );
    // As it is written too.
    let egress = Egress { denied: networks(&["64:ff9b::/96"]), ..Egress::default() };
    holds(&egress, &[("64:ff9b::8.8.8.8", false), ("8.8.8.8", true)]);
}

#[test]
fn who_may_not_ask_loopback_may_not_ask_what_leads_there() {
    for loopback in ["127.0.0.0/8", "::1/128"] {
        let egress = Egress { denied: networks(&[loopback]), ..Egress::default() };
        let home = ["0.0.0.0", "::", "::ffff:0.0.0.0", "64:ff9b::"];
        holds(&egress, &home.map(|unspecified| (unspecified, false)));
        holds(&egress, &[("10.0.0.1", true)]);
    }
    // Loopback is not denied.
    holds(&Egress { denied: networks(&["10.0.0.0/8"]), ..Egress::default() }, &[("0.0.0.0", true)]);
}

#[test]
fn the_narrowest_network_decides() {
    let egress = Egress {
        denied: networks(&["10.0.0.0/8", "10.20.30.0/24", "192.0.2.0/24"]),
        allowed: networks(&["10.20.0.0/16", "192.0.2.0/24", "10.20.30.7/32"]),
        ..Egress::default()
    };
    holds(
        &egress,
        &[
            ("10.1.0.1", false),
            ("10.20.0.1", true),
            ("10.20.30.1", false),
            ("10.20.30.7", true),
            ("::ffff:10.20.0.1", true),
            ("::ffff:10.1.0.1", false),
            // As narrow: denied.
            ("192.0.2.1", false),
            ("8.8.8.8", true),
        ],
    );
}

#[test]
fn nothing_but_some_networks_can_be_asked() {
    let egress = Egress {
        denied: networks(&["0.0.0.0/0", "::/0"]),
        allowed: networks(&["10.20.0.0/16", "2001:db8::/32"]),
        ..Egress::default()
    };
    holds(
        &egress,
        &[("10.20.1.1", true), ("2001:db8::1", true), ("10.21.1.1", false), ("8.8.8.8", false), ("2001:db9::1", false)],
    );
}

#[test]
fn who_allows_much_has_not_allowed_what_is_denied_by_default_and_who_names_it_has() {
    let all = Egress { deny_private: true, allowed: networks(&["0.0.0.0/0", "::/0", "fc00::/7"]), ..Egress::default() };
    holds(
        &all,
        &[
            ("169.254.169.254", false),
            ("fd00:ec2::254", false),
            ("100.100.100.200", false),
            ("10.0.0.1", false),
            ("8.8.8.8", true),
        ],
    );
    let named = Egress { allowed: networks(&["169.254.10.0/24"]), ..Egress::default() };
    holds(&named, &[("169.254.10.7", true), ("169.254.169.254", false)]);
}

#[test]
fn a_refusal_says_why() {
    let egress = Egress {
        deny_loopback: true,
        deny_private: true,
        denied: networks(&["10.0.0.0/8", "192.168.1.0/24"]),
        ..Egress::default()
    };
    for (address, why) in [
        ("169.254.1.1", "is a link-local address"),
        ("100.100.100.200", "is where a cloud keeps credentials"),
        ("127.0.0.1", "is of this machine"),
        ("255.255.255.255", "is of many machines at once"),
        ("10.0.0.1", "is a private address"),
        ("192.168.1.1", "lies in a network that is denied here"),
        ("::ffff:10.0.0.1", "is a private address"),
    ] {
        let refused = egress.check(address.parse().expect("an address")).expect_err(address);
        assert_eq!(refused.to_string(), format!("{address} {why}, which probes may not ask"));
    }
}
