//! Asking a real gRPC server with the standard health service.

use std::{ffi::OsStr, fs};

use model::{Reason, Span};
use probe::{Clients, Outside};
use rules::assess::Fact;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    child::{Running, python},
    harness::{about, ask, ask_through, ask_within, spec, trouble},
    pki::Authority,
    server::{Server, answer},
};

fn health(arguments: &[&OsStr]) -> (Running, u16) {
    python("health.py", arguments, "grpcio-health-checking")
}

#[tokio::test]
async fn a_server_and_its_services_say_how_they_are() {
    let (_running, port) = health(&[]);
    for (service, serving, reason) in [
        ("", "SERVING", None),
        ("erp.Orders", "SERVING", None),
        ("erp.Stock", "NOT_SERVING", Some(Reason::ServerError)),
    ] {
        let options = json!({"host": "127.0.0.1", "port": port, "service": service});
        let seen = ask(&about("grpc", options, "health")).await;
        assert_eq!(seen.trouble.as_ref().map(|trouble| trouble.reason), reason, "{service}");
        assert_eq!(seen.facts.get("health"), Some(&Fact::from(serving)), "{service}");
        assert_eq!(seen.facts.get("grpc_status"), Some(&Fact::Int(0)));
        assert!(seen.phases.connect_us.is_some() && seen.phases.transfer_us.is_some(), "{:?}", seen.phases);
    }
    let seen = ask(&spec("grpc", json!({"host": "127.0.0.1", "port": port, "service": "erp.Stock"}))).await;
    let message = format!("127.0.0.1:{port} answered NOT_SERVING for erp.Stock");
    assert_eq!(trouble(&seen), (Reason::ServerError, message.as_str()));
}

#[tokio::test]
async fn a_call_that_is_refused_says_why() {
    let (_running, port) = health(&[]);
    let seen = ask(&spec("grpc", json!({"host": "127.0.0.1", "port": port, "service": "nobody"}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::NotFound);
    assert!(message.starts_with(&format!("127.0.0.1:{port} answered NOT_FOUND (5)")), "{message}");
    assert_eq!(seen.facts.get("grpc_status"), Some(&Fact::Int(5)));

    let options = json!({"host": "127.0.0.1", "port": port, "bearer": "closed", "metadata": {"x-tenant": "blue"}});
    let seen = ask(&about("grpc", options, "grpc_message")).await;
    let message = format!("127.0.0.1:{port} answered UNAUTHENTICATED (16): no entry, närrisch");
    assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()));
    let shown = format!("{seen:?}");
    assert!(shown.contains("blue") && !shown.contains("Bearer"), "{shown}");

    let (_running, port) = health(&[OsStr::new("bare")]);
    let seen = ask(&spec("grpc", json!({"host": "127.0.0.1", "port": port}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::NotFound, "{message}");
    assert!(message.contains("UNIMPLEMENTED, so it has no health service (12)"), "{message}");
}

#[tokio::test]
async fn a_server_is_asked_over_tls_and_its_certificate_is_told() {
    let (authority, folder) = (Authority::new(), TempDir::new().expect("a folder"));
    let (certificate, key) = authority.pem(&["localhost"]);
    let paths = [folder.path().join("certificate"), folder.path().join("key")];
    fs::write(&paths[0], certificate).expect("written");
    fs::write(&paths[1], key).expect("written");
    let (_running, port) = health(&[paths[0].as_os_str(), paths[1].as_os_str()]);

    let options = json!({"host": "localhost", "port": port, "ip": "ipv4", "tls": true});
    let seen = ask_through(&about("grpc", options.clone(), "cert"), &authority.trusted(Outside::default())).await;

    assert_eq!(seen.trouble, None);
    assert!(matches!(seen.facts.get("cert"), Some(Fact::Map(_))));
    assert!(seen.phases.tls_us.is_some(), "{:?}", seen.phases);
    assert_eq!(trouble(&ask(&spec("grpc", options)).await).0, Reason::Tls, "nobody vouches for it");
}

#[tokio::test]
async fn what_speaks_no_grpc_is_told_from_one_that_stays_silent() {
    // It stays until we go, so that its answer is there whenever we look.
    let old = Server::raw(|mut stream, _| async move {
        let _gone = stream.write_all(answer("400 Bad Request", "", "what?").as_bytes()).await;
        let mut said = [0; 1_024];
        while stream.read(&mut said).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let seen = ask(&spec("grpc", json!({"host": "127.0.0.1", "port": old.address.port()}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Protocol, "{message}");
    assert!(message.contains("does not speak HTTP/2"), "{message}");

    // After our headers: settings, then an answer of status 200 without a status of gRPC.
    let bare = Server::raw(|mut stream, _| async move {
        let (mut preface, mut head, mut payload) = ([0; 24], [0; 9], vec![0; 16_384]);
        stream.read_exact(&mut preface).await.expect("a preface");
        while head[3] != 1 {
            stream.read_exact(&mut head).await.expect("a frame");
            let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
            stream.read_exact(&mut payload[..length]).await.expect("what it holds");
        }
        let _gone = stream.write_all(b"\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\x05\0\0\0\x01\x88").await;
        while stream.read(&mut payload).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let seen = ask(&spec("grpc", json!({"host": "127.0.0.1", "port": bare.address.port()}))).await;
    let message = format!("{} answered 200 OK without a status of gRPC", bare.address);
    assert_eq!(trouble(&seen), (Reason::Protocol, message.as_str()));

    let silent = Server::silent().await;
    let clients = Clients::new().expect("clients");
    let options = json!({"host": "127.0.0.1", "port": silent.address.port()});
    let seen = ask_within(&spec("grpc", options), &clients, Span::ms(300)).await;
    let message = format!("no answer from {} within 300ms (waiting for the answer to Check)", silent.address);
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
}
