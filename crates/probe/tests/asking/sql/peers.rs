//! Peers that do what no database would, or what none that can be installed does.

use model::{Reason, Span};
use probe::Clients;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::PASSWORD;
use crate::{
    harness::{ask, ask_within, spec, trouble},
    server::Server,
};

/// Says these bytes to whoever comes, once it has heard something if that is asked for.
async fn saying(bytes: Vec<u8>, listens: bool) -> Server {
    Server::raw(move |mut stream, _| {
        let bytes = bytes.clone();
        async move {
            let mut heard = [0; 512];
            if listens {
                let _heard = stream.read(&mut heard).await;
            }
            let _gone = stream.write_all(&bytes).await;
            while stream.read(&mut heard).await.is_ok_and(|count| count > 0) {}
        }
    })
    .await
}

fn options(scheme: &str, server: &Server, more: Value) -> Value {
    let mut options = json!({
        "url": format!("{scheme}://ada@{}/shop", server.address), "password": PASSWORD, "query": "select 1",
    });
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    options
}

#[tokio::test]
async fn what_is_no_postgres_is_told_and_asks_in_vain_for_the_password() {
    let message = |kind: u8, body: &[u8]| {
        let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
        [&[kind][..], &length, body].concat()
    };
    let many = [message(b'R', &[0, 0, 0, 10]), b"SCRAM-SHA-256\0\0".to_vec()].concat();
    for (bytes, more, reason, words) in [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), json!({}), Reason::TooLarge, "announced"),
        (b"\0\0\0\0\0\0".to_vec(), json!({}), Reason::Protocol, "does not speak the protocol of PostgreSQL"),
        (b"R\x7f\xff\xff\xff".to_vec(), json!({}), Reason::TooLarge, "announced 2147483643 bytes"),
        (message(b'R', &3_u32.to_be_bytes()), json!({}), Reason::Auth, "in clear, which is sent only with tls: true"),
        (message(b'R', &7_u32.to_be_bytes()), json!({}), Reason::Auth, "not known here"),
        (many, json!({}), Reason::Auth, "does not offer SCRAM-SHA-256"),
        (b"N".to_vec(), json!({"tls": true}), Reason::Tls, "does not offer TLS"),
        (b"Sx".to_vec(), json!({"tls": true}), Reason::Protocol, "went on in clear"),
    ] {
        let server = saying(bytes.clone(), true).await;
        let seen = ask(&spec("sql", options("postgres", &server, more))).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{bytes:?}: {message}");
        assert!(message.contains(words), "{bytes:?}: {message}");
    }
}

/// What a server of `MySQL` says first.
fn greeting(plugin: &str, nonce: &[u8; 20]) -> Vec<u8> {
    let body = [
        b"\x0a8.4.3\0\x01\0\0\0".as_slice(),
        &nonce[..8],
        b"\0\x0a\x82\x2d\x02\0\x08\0\x15",
        &[0; 10],
        &nonce[8..],
        b"\0",
        plugin.as_bytes(),
        b"\0",
    ]
    .concat();
    packet(0, &body)
}

fn packet(number: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("short").to_le_bytes();
    [&length[..3], &[number], body].concat()
}

#[tokio::test]
async fn what_is_no_mysql_is_told() {
    let nonce = [7; 20];
    for (bytes, more, reason, words) in [
        (b"SSH-2.0-x\r\n".to_vec(), json!({}), Reason::Protocol, "does not speak the protocol of MySQL"),
        (
            packet(0, b"\xff\x10\x04Too many connections"),
            json!({}),
            Reason::RateLimit,
            "answered 1040: Too many connections",
        ),
        (vec![0xff, 0xff, 0xff, 0], json!({}), Reason::TooLarge, "announced 16777215 bytes"),
        (greeting("mysql_native_password", &nonce), json!({"tls": true}), Reason::Tls, "does not offer TLS"),
        (
            [greeting("x", &nonce), packet(2, b"\xfemysql_clear_password\0")].concat(),
            json!({}),
            Reason::Auth,
            "asks for the password itself, which is sent only with tls: true",
        ),
        (
            [greeting("x", &nonce), packet(2, b"\xfeclient_ed25519\0x")].concat(),
            json!({}),
            Reason::Auth,
            "by client_ed25519, which is not known here",
        ),
        (
            [greeting("caching_sha2_password", &nonce), packet(2, b"\x01\x04")].concat(),
            json!({}),
            Reason::Auth,
            "asks for the password itself",
        ),
    ] {
        let server = saying(bytes.clone(), false).await;
        let seen = ask(&spec("sql", options("mysql", &server, more))).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{bytes:?}: {message}");
        assert!(message.contains(words), "{bytes:?}: {message}");
    }
}

#[tokio::test]
async fn a_silent_database_is_waited_for_no_longer_than_the_timeout() {
    for (scheme, what) in [("postgres", "the answer to signing in"), ("mysql", "the greeting")] {
        let server = saying(Vec::new(), false).await;
        let clients = Clients::new().expect("clients");
        let seen = ask_within(&spec("sql", options(scheme, &server, json!({}))), &clients, Span::ms(200)).await;
        let message = format!("no answer from {} within 200ms (waiting for {what})", server.address);
        assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
    }
}
