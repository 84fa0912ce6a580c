//! Asking a real Mosquitto.

use std::{fs, process::Command};

use model::{Reason, Span};
use probe::{Clients, Outside};
use rules::assess::Fact;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    child::{Running, free_port, program, start},
    harness::{about, ask, ask_through, ask_within, fails_with, spec, trouble},
    pki::Authority,
    server::Server,
};

const PASSWORD: &str = "four unrelated words";

/// A Mosquitto that knows one user, and its ports in clear and with TLS.
fn mosquitto(authority: &Authority) -> (Running, TempDir, u16, u16) {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let known = Command::new("mosquitto_passwd").args(["-b", "-c", &at("users"), "ada", PASSWORD]).output();
    assert!(known.expect("apt-get install mosquitto").status.success());
    let (certificate, key) = authority.pem(&["localhost", "127.0.0.1"]);
    fs::write(at("certificate"), certificate).expect("written");
    fs::write(at("key"), key).expect("written");
    let (plain, secure) = (free_port(), free_port());
    let config = format!(
        "user root\nallow_anonymous false\npassword_file {}\nlistener {plain} 127.0.0.1\nlistener {secure} 127.0.0.1\ncertfile {}\nkeyfile {}\n",
        at("users"),
        at("certificate"),
        at("key")
    );
    fs::write(at("config"), config).expect("written");
    let mut command = Command::new(program("mosquitto"));
    command.args(["-v", "-c", &at("config")]);
    let (running, _) = start(command, "running", "apt-get install mosquitto");
    (running, folder, plain, secure)
}

#[tokio::test]
async fn a_broker_lets_us_in_and_a_message_comes_back_in_both_versions() {
    let (_running, _folder, port, _) = mosquitto(&Authority::new());
    for version in ["v3.1.1", "v5"] {
        for qos in [0, 1] {
            let options = json!({
                "host": "127.0.0.1", "port": port, "version": version, "qos": qos, "client_id": "bridgewatch-test",
                "username": "ada", "password": PASSWORD, "read": "$SYS/broker/version", "round_trip": "probes/round"
            });

            let seen = ask(&about("mqtt", options, "body")).await;

            assert_eq!(seen.trouble, None, "{version}, QoS {qos}");
            assert_eq!(seen.facts.get("topic"), Some(&Fact::from("$SYS/broker/version")));
            assert_eq!(seen.facts.get("retained"), Some(&Fact::from(true)));
            let body = String::from_utf8_lossy(seen.facts.body().expect("a body")).into_owned();
            assert!(body.starts_with("mosquitto version"), "{body}");
            assert_eq!(seen.facts.get("session_present"), Some(&Fact::from(false)));
            for time in ["connect_time", "round_trip_time"] {
                assert!(matches!(seen.facts.get(time), Some(Fact::DurationUs(0..))), "{time}: {version}, QoS {qos}");
            }
            let Some(Fact::Map(server)) = seen.facts.get("server") else { panic!("what it tells of itself") };
            assert_eq!(server.contains_key("topic_alias_maximum"), version == "v5", "{server:?}");
            assert!(seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some(), "{:?}", seen.phases);
            let shown = format!("{seen:?}");
            assert!(shown.contains("CONNACK 0") && !shown.contains("unrelated"), "{shown}");
        }
    }
}

#[tokio::test]
async fn who_is_not_let_in_is_told_so() {
    let (_running, _folder, port, _) = mosquitto(&Authority::new());
    for (version, refused) in [("v3.1.1", "code 5 (not authorized)"), ("v5", "code 135 (not authorized)")] {
        let options = json!({"host": "127.0.0.1", "port": port, "version": version, "username": "ada", "password": "wrong words"});
        let seen = ask(&spec("mqtt", options)).await;
        let message = format!("127.0.0.1:{port} answered CONNECT with {refused}");
        assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()));
    }
}

#[tokio::test]
async fn a_message_that_never_comes_is_waited_for_by_name() {
    let (_running, _folder, port, _) = mosquitto(&Authority::new());
    let options =
        json!({"host": "127.0.0.1", "port": port, "username": "ada", "password": PASSWORD, "read": "probes/none"});
    let clients = Clients::new().expect("clients");
    let seen = ask_within(&spec("mqtt", options), &clients, Span::ms(500)).await;
    let message = format!("no answer from 127.0.0.1:{port} within 500ms (waiting for a message of probes/none)");
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
}

#[tokio::test]
async fn a_broker_is_asked_over_tls_and_its_certificate_is_told() {
    let authority = Authority::new();
    let (_running, _folder, plain, secure) = mosquitto(&authority);
    let options = |port| json!({"host": "localhost", "port": port, "ip": "ipv4", "username": "ada", "password": PASSWORD, "tls": true});
    let seen = ask_through(&about("mqtt", options(secure), "cert"), &authority.trusted(Outside::default())).await;
    assert_eq!(seen.trouble, None);
    let Some(Fact::Map(cert)) = seen.facts.get("cert") else { panic!("a certificate") };
    assert!(matches!(&cert["issuer"], Fact::Text(issuer) if issuer.contains("Test Authority")), "{cert:?}");
    assert!(seen.phases.tls_us.is_some(), "{:?}", seen.phases);

    assert_eq!(trouble(&ask(&spec("mqtt", options(secure))).await).0, Reason::Tls, "nobody vouches for it");
    assert_eq!(trouble(&ask(&spec("mqtt", options(plain))).await).0, Reason::Tls, "there is no TLS");
}

#[tokio::test]
async fn what_is_no_broker_is_told_from_one_that_stays_silent_or_talks_too_much() {
    for (answer, reason, words) in [
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(),
            Reason::Protocol,
            "does not speak MQTT: it sent the byte 0x48",
        ),
        (b"\x20\xff\xff\xff\x7f", Reason::TooLarge, "announced a packet of 268435455 bytes"),
        (b"\x20\xff\xff\xff\xff", Reason::Protocol, "the length of a packet has no end"),
        (b"\x20\x01\x00", Reason::Protocol, "answered CONNECT with what is no packet of MQTT"),
        (b"\x20\x02\x00\x03", Reason::ServerError, "answered CONNECT with code 3 (server unavailable)"),
        (b"\x20\x02\x00\x00\x90\x03\x00\x01\x80", Reason::ClientError, "answered SUBSCRIBE a with code 128 (failure"),
        (b"\x20\x02\x00\x00\x90\x03\x00\x09\x00", Reason::Protocol, "answered SUBSCRIBE with what is no packet"),
        (
            b"\x20\x02\x00\x00\xe0\x01\x8b",
            Reason::ServerError,
            "ended the session with code 139 (server shutting down)",
        ),
        (b"", Reason::Timeout, "(waiting for the answer to CONNECT)"),
    ] {
        let server = Server::answering(answer).await;
        let options = json!({"host": "127.0.0.1", "port": server.address.port(), "read": "a"});
        fails_with(&spec("mqtt", options), reason, words).await;
    }
}
