//! Pinging the machine itself.

use std::fs;

use model::Reason;
use rules::assess::Fact;
use serde_json::json;

use crate::harness::{ask, spec, trouble};

/// The bit of `CAP_NET_RAW` in the kernel's list of rights.
const NET_RAW: u64 = 1 << 13;

/// Whether the kernel gives us a socket to ping with: to our group, or because we may do anything with packets.
fn may_ping() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("a status");
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).expect("a field");
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let rights = u64::from_str_radix(&field("CapEff:")[0], 16).expect("rights");
    let range = fs::read_to_string("/proc/sys/net/ipv4/ping_group_range").expect("a range");
    let range: Vec<u64> = range.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    let groups = field("Gid:").into_iter().chain(field("Groups:"));
    let in_range =
        groups.filter_map(|group| group.parse().ok()).any(|group: u64| (range[0]..=range[1]).contains(&group));
    rights & NET_RAW != 0 || in_range
}

#[tokio::test]
async fn packets_come_back_or_the_remedy_is_said() {
    let seen = ask(&spec("icmp", json!({"host": "127.0.0.1", "count": 4, "interval": "1ms"}))).await;
    if !may_ping() {
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::Config);
        assert!(message.contains("net.ipv4.ping_group_range"), "{message}");
        return;
    }
    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.get("sent"), Some(&Fact::Int(4)));
    assert_eq!(seen.facts.get("received"), Some(&Fact::Int(4)));
    assert_eq!(seen.facts.get("loss"), Some(&Fact::Double(0.0)));
    let us = |name: &str| match seen.facts.get(name) {
        Some(Fact::DurationUs(us)) => *us,
        other => panic!("{name}: {other:?}"),
    };
    assert!(us("rtt_min") <= us("rtt_avg") && us("rtt_avg") <= us("rtt_max"));
    assert!(us("jitter") <= us("rtt_max") - us("rtt_min"));
    assert_eq!(seen.latency_us, us("rtt_avg"), "pauses are ours");
    assert_eq!(seen.phases.connect_us, None);
}

#[tokio::test]
async fn two_at_once_hear_only_their_own() {
    if !may_ping() {
        // Said by the test above, with what the kernel wants.
        return;
    }
    let one = spec("icmp", json!({"host": "127.0.0.1", "count": 10, "interval": "1ms", "size": 16}));
    let other = spec("icmp", json!({"host": "127.0.0.1", "count": 10, "interval": "1ms", "size": 1400}));
    let (one, other) = tokio::join!(ask(&one), ask(&other));
    for seen in [one, other] {
        assert_eq!((seen.trouble.clone(), seen.facts.get("received")), (None, Some(&Fact::Int(10))));
    }
}

#[tokio::test]
async fn where_no_way_leads_is_said() {
    if !may_ping() {
        return;
    }
    // The kernel sends nobody's pings to everybody.
    let seen = ask(&spec("icmp", json!({"host": "127.255.255.255"}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Connect);
    assert!(message.starts_with("no connection to 127.255.255.255: "), "{message}");
}
