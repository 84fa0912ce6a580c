//! Asking a real Redis.

use std::process::Command;

use model::{Reason, Span};
use probe::Clients;
use rules::assess::Fact;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    child::{Running, free_port, program, start},
    harness::{about, ask, ask_within, spec, trouble},
    server::Server,
};

const PASSWORD: &str = "four unrelated words";

/// A Redis with a password; sometimes another takes its port first, so it is tried anew.
fn redis() -> (Running, u16) {
    let port = free_port();
    let mut command = Command::new(program("redis-server"));
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]);
    (start(command, "Ready to accept connections", "apt-get install redis-server").0, port)
}

/// Tells it something by hand.
async fn tell(port: u16, commands: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let line = format!("AUTH \"{PASSWORD}\"\r\n{commands}\r\nQUIT\r\n");
    stream.write_all(line.as_bytes()).await.expect("told");
    let mut said = String::new();
    stream.read_to_string(&mut said).await.expect("heard");
    assert!(!said.contains("-ERR"), "{said}");
}

#[tokio::test]
async fn a_redis_tells_of_itself_and_of_a_queue() {
    let (_running, port) = redis();
    tell(port, "SELECT 3\r\nRPUSH orders a b c\r\nEXPIRE orders 1000").await;
    let options = json!({"host": "127.0.0.1", "port": port, "password": PASSWORD, "database": 3, "key": "orders"});

    let seen = ask(&about("redis", options, "info.connected_clients")).await;

    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.get("key_type"), Some(&Fact::from("list")));
    assert_eq!(seen.facts.get("key_length"), Some(&Fact::Int(3)));
    let Some(Fact::Int(ttl)) = seen.facts.get("key_ttl_s") else { panic!("a time to live") };
    assert!((990..=1_000).contains(ttl), "{ttl}");
    let Some(Fact::Map(info)) = seen.facts.get("info") else { panic!("what it tells of itself") };
    assert!(matches!(info["connected_clients"], Fact::Int(1..)), "{:?}", info["connected_clients"]);
    assert!(matches!(&info["redis_version"], Fact::Text(version) if version.contains('.')), "{info:?}");
    assert!(matches!(seen.facts.get("ping_time"), Some(Fact::DurationUs(0..))));
    assert!(seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some(), "{:?}", seen.phases);
    assert!(!format!("{seen:?}").contains("unrelated"), "the password is kept nowhere: {seen:?}");
}

#[tokio::test]
async fn a_key_that_is_not_there_is_empty_and_no_fault() {
    let (_running, port) = redis();
    let options = json!({"host": "127.0.0.1", "port": port, "password": PASSWORD, "key": "nothing"});
    let seen = ask(&spec("redis", options)).await;
    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.get("key_type"), Some(&Fact::from("none")));
    assert_eq!(seen.facts.get("key_length"), Some(&Fact::Int(0)));
    assert_eq!(seen.facts.get("key_ttl_s"), Some(&Fact::Int(-2)));
    assert_eq!(seen.facts.get("info"), None, "nobody asked for it");
}

#[tokio::test]
async fn who_is_not_let_in_is_told_so() {
    let (_running, port) = redis();
    let seen = ask(&spec("redis", json!({"host": "127.0.0.1", "port": port}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Auth);
    assert!(message.starts_with(&format!("127.0.0.1:{port} answered PING with NOAUTH ")), "{message}");

    let seen = ask(&spec("redis", json!({"host": "127.0.0.1", "port": port, "password": "wrong words"}))).await;
    assert_eq!(trouble(&seen).0, Reason::Auth);

    let options = json!({"host": "127.0.0.1", "port": port, "password": PASSWORD, "database": 99});
    assert_eq!(trouble(&ask(&spec("redis", options)).await).0, Reason::ClientError);
}

#[tokio::test]
async fn what_is_no_redis_is_told_from_one_that_stays_silent_or_talks_too_much() {
    let answering = |answer: &'static str| {
        Server::raw(move |mut stream, _| async move {
            let mut heard = [0; 64];
            let _heard = stream.read(&mut heard).await;
            let _gone = stream.write_all(answer.as_bytes()).await;
            let _rest = stream.read(&mut heard).await;
        })
    };
    for (answer, reason, words) in [
        (
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            Reason::Protocol,
            "does not speak the protocol of Redis: it said `HTTP/1.1 400",
        ),
        ("+HELLO\r\n", Reason::Protocol, "answered PING with `HELLO`"),
        ("$2000000\r\n", Reason::TooLarge, "announced 2000000 bytes"),
        ("$4\r\nPONGxx", Reason::Protocol, "does not speak"),
        ("-LOADING soon\r\n", Reason::ServerError, "answered PING with LOADING soon"),
        ("-DENIED Redis is running in protected mode\r\n", Reason::Auth, "answered PING with DENIED Redis"),
    ] {
        let server = answering(answer).await;
        let seen = ask(&spec("redis", json!({"host": "127.0.0.1", "port": server.address.port()}))).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{answer}");
        assert!(message.contains(words), "{answer}: {message}");
    }

    let wordy = Server::raw(|mut stream, _| async move {
        let mut heard = [0; 64];
        let _heard = stream.read(&mut heard).await;
        let _gone = stream.write_all(format!("-ERR {}\r\n", "x".repeat(8_000)).as_bytes()).await;
        let _rest = stream.read(&mut heard).await;
    })
    .await;
    let seen = ask(&spec("redis", json!({"host": "127.0.0.1", "port": wordy.address.port()}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::ClientError);
    assert!(message.ends_with("x…") && message.chars().count() < 1_100, "{} signs", message.chars().count());

    let silent = Server::silent().await;
    let clients = Clients::new().expect("clients");
    let options = json!({"host": "127.0.0.1", "port": silent.address.port()});
    let seen = ask_within(&spec("redis", options), &clients, Span::ms(200)).await;
    let message = format!("no answer from {} within 200ms (waiting for the answer to PING)", silent.address);
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
}
