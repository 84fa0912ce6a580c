//! Asking the mock cluster of librdkafka, and for signing in, TLS and what goes wrong a peer of our own: no broker that does those can
//! be installed as a package.

mod peer;

use std::sync::Arc;

use model::{Reason, Span};
use probe::{Clients, Outside};
use rules::assess::Fact;
use serde_json::json;

use crate::{
    child::{Running, python},
    harness::{Names, about, ask, ask_through, ask_within, fails_with, spec, trouble},
    pki::Authority,
    server::Server,
};
use peer::{PASSWORD, Peer, kafka};

fn cluster() -> (Running, u16) {
    python("kafka.py", &[], "confluent-kafka")
}

#[tokio::test]
async fn a_cluster_tells_what_it_is_made_of_and_how_far_a_group_is_behind() {
    let (_running, port) = cluster();
    let options =
        json!({"host": "127.0.0.1", "port": port, "topic": "orders", "group": "billing", "round_trip": "round"});

    let seen = ask(&about("kafka", options, "lag")).await;

    assert_eq!(seen.trouble, None);
    for (name, number) in [
        ("brokers", 3),
        ("partitions", 4),
        ("offline", 0),
        ("under_replicated", 0),
        ("lag", 3),
        ("lag_max", 3),
        ("uncommitted", 2),
    ] {
        assert_eq!(seen.facts.get(name), Some(&Fact::Int(number)), "{name}");
    }
    for time in ["metadata_time", "round_trip_time"] {
        assert!(matches!(seen.facts.get(time), Some(Fact::DurationUs(0..))), "{time}");
    }
    assert!(seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some(), "{:?}", seen.phases);
    let asked = format!("{:?}", seen.exchange);
    assert!(
        asked.contains(&format!("Metadata to 127.0.0.1:{port}")) && asked.contains("billing is 3 records"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_group_that_has_committed_nothing_is_not_taken_for_one_that_is_in_time() {
    let (_running, port) = cluster();
    for options in [
        json!({"host": "127.0.0.1", "port": port, "group": "nobody"}),
        json!({"host": "127.0.0.1", "port": port, "group": "nobody", "topic": "orders"}),
    ] {
        let seen = ask(&spec("kafka", options)).await;
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::NotFound, "{message}");
        assert!(message.ends_with("knows no committed offsets of the group nobody"), "{message}");
    }
}

/// The mock cluster tells neither of all topics of a group nor who is in it: the peer does.
#[tokio::test]
async fn a_group_is_looked_at_in_all_its_topics_and_who_is_in_it_is_told_where_an_expression_asks() {
    let broker = kafka(Peer::default()).await;
    let options = json!({"host": "127.0.0.1", "port": broker.address.port(), "group": "billing"});
    let seen = ask(&about("kafka", options.clone(), "members > 0")).await;
    assert_eq!(seen.trouble, None);
    for (name, number) in [("lag", 3), ("lag_max", 3), ("uncommitted", 0), ("members", 1)] {
        assert_eq!(seen.facts.get(name), Some(&Fact::Int(number)), "{name}");
    }
    assert_eq!(seen.facts.get("group_state"), Some(&Fact::from("Stable")));
    assert_eq!(seen.facts.get("partitions"), None, "no topic is named");
    assert_eq!(ask(&spec("kafka", options)).await.facts.get("members"), None, "nobody asked for it");

    let (_running, port) = cluster();
    let seen = ask(&about("kafka", json!({"host": "127.0.0.1", "port": port, "group": "billing"}), "members")).await;
    let message = format!("127.0.0.1:{port} cannot tell who is in a group");
    assert_eq!(trouble(&seen), (Reason::Protocol, message.as_str()), "the mock cluster does not know that request");
}

#[tokio::test]
async fn every_partition_takes_a_record_and_gives_it_back() {
    let (_running, port) = cluster();
    for partition in 0..4 {
        let options = json!({"host": "127.0.0.1", "port": port, "round_trip": "orders", "partition": partition});
        assert_eq!(ask(&spec("kafka", options)).await.trouble, None, "partition {partition}");
    }
    let options = json!({"host": "127.0.0.1", "port": port, "round_trip": "orders", "partition": 4});
    let seen = ask(&spec("kafka", options)).await;
    assert_eq!(trouble(&seen), (Reason::NotFound, "the topic orders has no partition 4"));
}

#[tokio::test]
async fn who_signs_in_is_let_in_only_with_the_password() {
    for mechanism in ["plain", "scram-sha-256", "scram-sha-512"] {
        let broker = kafka(Peer::wanting(mechanism)).await;
        let port = broker.address.port();
        let options = |sasl: &str, password: &str| json!({"host": "127.0.0.1", "port": port, "sasl": sasl, "username": "ada", "password": password});
        let seen = ask(&spec("kafka", options(mechanism, PASSWORD))).await;
        assert_eq!((seen.trouble.clone(), seen.facts.get("brokers")), (None, Some(&Fact::Int(1))), "{mechanism}");
        assert!(!format!("{seen:?}").contains("unrelated"), "{seen:?}");

        let seen = ask(&spec("kafka", options(mechanism, "wrong words"))).await;
        let message =
            format!("127.0.0.1:{port} answered signing in with SASL_AUTHENTICATION_FAILED (58): no such user");
        assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()), "{mechanism}");

        let another = if mechanism == "plain" { "scram-sha-256" } else { "plain" };
        let seen = ask(&spec("kafka", options(another, PASSWORD))).await;
        let message =
            format!("127.0.0.1:{port} offers {} to sign in, not {}", mechanism.to_uppercase(), another.to_uppercase());
        assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()));
    }
}

#[tokio::test]
async fn a_broker_that_does_not_know_the_password_itself_is_not_believed() {
    let broker = kafka(Peer { impostor: true, ..Peer::wanting("scram-sha-256") }).await;
    let options = json!({
        "host": "127.0.0.1", "port": broker.address.port(), "sasl": "scram-sha-256", "username": "ada", "password": PASSWORD
    });
    let (seen, message) = (
        ask(&spec("kafka", options)).await,
        format!("{} cannot sign us in: it does not know our password itself", broker.address),
    );
    assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()));
}

#[tokio::test]
async fn other_brokers_are_reached_as_every_target_is() {
    let options = |broker: &Server| json!({"host": "127.0.0.1", "port": broker.address.port(), "round_trip": "orders"});
    // Where a probe may never go, whoever says so.
    let broker = kafka(Peer { leader: Some(("169.254.169.254", 9_092)), ..Peer::default() }).await;
    let seen = ask(&spec("kafka", options(&broker))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Config, "{message}");
    assert!(message.starts_with("169.254.169.254:9092 may not be asked"), "{message}");

    // A name that leads nowhere.
    let broker = kafka(Peer { leader: Some(("kafka-0.invalid", 9_092)), ..Peer::default() }).await;
    let seen = ask_through(&spec("kafka", options(&broker)), &Names::default().clients()).await;
    assert_eq!(trouble(&seen).0, Reason::Dns);
    assert!(trouble(&seen).1.contains("kafka-0.invalid"), "{:?}", seen.trouble);
    assert_eq!(seen.facts.get("brokers"), Some(&Fact::Int(1)), "what was known before is kept");

    // One that stays silent is named, and not the one that the probe asks first.
    let silent = Server::silent().await;
    let broker = kafka(Peer { leader: Some(("127.0.0.1", silent.address.port().into())), ..Peer::default() }).await;
    let clients = Clients::new().expect("clients");
    let seen = ask_within(&spec("kafka", options(&broker)), &clients, Span::ms(800)).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Timeout);
    assert!(message.ends_with(&format!("(waiting for the answer of {} to Produce)", silent.address)), "{message}");
}

#[tokio::test]
async fn brokers_are_asked_over_tls_each_by_its_own_name() {
    let authority = Authority::new();
    let clients = authority.trusted(Outside::default());
    let config = authority.good(&["127.0.0.1"]);
    let broker = kafka(Peer { tls: Some(Arc::clone(&config)), ..Peer::default() }).await;
    let options = json!({"host": "127.0.0.1", "port": broker.address.port(), "tls": true});
    let seen = ask_through(&about("kafka", options, "cert"), &clients).await;
    assert_eq!(seen.trouble, None);
    assert!(matches!(seen.facts.get("cert"), Some(Fact::Map(_))));

    // The other one, by the name that the cluster gives it, has a certificate for another name.
    let other = kafka(Peer { tls: Some(Arc::clone(&config)), ..Peer::default() }).await;
    let leader = Some(("localhost", other.address.port().into()));
    let broker = kafka(Peer { tls: Some(config), leader, ..Peer::default() }).await;
    let options = |more: &str| {
        let named = (!more.is_empty()).then_some(more);
        json!({
            "host": "127.0.0.1", "port": broker.address.port(), "ip": "ipv4", "tls": true, "round_trip": "orders",
            "tls_server_name": named
        })
    };
    let seen = ask_through(&spec("kafka", options("")), &clients).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Tls, "{message}");
    assert!(message.ends_with("not for localhost"), "{message}");

    // A name that is written holds for all of them: it comes as far as writing, which the other one never answers.
    let seen = ask_within(&spec("kafka", options("127.0.0.1")), &clients, Span::ms(1_000)).await;
    assert_eq!(trouble(&seen).0, Reason::Timeout, "{:?}", seen.trouble);
    assert!(trouble(&seen).1.ends_with("to Produce)"), "{:?}", seen.trouble);
}

#[tokio::test]
async fn a_topic_that_is_not_there_and_partitions_without_a_leader_are_told() {
    let broker = kafka(Peer::default()).await;
    let port = broker.address.port();
    let seen = ask(&spec("kafka", json!({"host": "127.0.0.1", "port": port, "topic": "nothing"}))).await;
    let message = format!("127.0.0.1:{port} answered Metadata of nothing with UNKNOWN_TOPIC_OR_PARTITION (3)");
    assert_eq!(trouble(&seen), (Reason::NotFound, message.as_str()));

    let seen = ask(&spec("kafka", json!({"host": "127.0.0.1", "port": port, "topic": "orphaned"}))).await;
    assert_eq!((seen.trouble.clone(), seen.facts.get("offline")), (None, Some(&Fact::Int(1))));
    let seen = ask(&spec("kafka", json!({"host": "127.0.0.1", "port": port, "round_trip": "orphaned"}))).await;
    assert_eq!(trouble(&seen), (Reason::ServerError, "orphaned/0 has no leader: it takes no records"));
}

#[tokio::test]
async fn what_is_no_broker_is_told_from_one_that_stays_silent_or_talks_too_much() {
    for (answer, reason, words) in [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(), Reason::Protocol, "does not speak Kafka's protocol"),
        (b"\0\0\0\x04\0\0\0\x07", Reason::Protocol, "does not speak Kafka's protocol"),
        (b"\0\0\0\x0a\0\0\0\x01\0\0\x7f\xff\xff\xff", Reason::Protocol, "its answer to ApiVersions is none"),
        (
            b"\0\0\0\x10\0\0\0\x01\0\0\0\0\0\x01\0\x03\0\x07\0\x0d",
            Reason::Protocol,
            "knows Metadata in versions 7 to 13, not in 4",
        ),
        (
            b"\0\0\0\x0a\0\0\0\x01\0\0\0\0\0\0\x7f\xff\xff\xff",
            Reason::TooLarge,
            "announced 2147483647 bytes as the answer of",
        ),
        (b"", Reason::Timeout, "to ApiVersions)"),
    ] {
        let server = Server::answering(answer).await;
        let options = json!({"host": "127.0.0.1", "port": server.address.port()});
        fails_with(&spec("kafka", options), reason, words).await;
    }
}
