//! The way to the other side: families of addresses, an address that is written, and certificates of our own.

use std::sync::Arc;

use model::Reason;
use probe::{Clients, Outside, whom};
use serde_json::{Value, json};
use tokio_rustls::TlsAcceptor;

use crate::{
    harness::{Names, ask_through, spec, trouble},
    pki::Authority,
    server::Server,
};

async fn accepting() -> Server {
    Server::raw(|stream, _| async move { drop(stream) }).await
}

fn at(server: &Server, more: Value) -> Value {
    let mut options = json!({"host": "erp.example", "port": server.address.port()});
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    options
}

#[tokio::test]
async fn an_address_that_refuses_does_not_keep_from_the_next() {
    // The server listens on 127.0.0.1 alone.
    let server = accepting().await;
    let clients = Names::of([("erp.example", &["127.0.0.2", "127.0.0.1"])]).clients();
    let seen = ask_through(&spec("tcp", at(&server, json!({}))), &clients).await;
    assert_eq!(seen.trouble, None);
    let response = seen.exchange.expect("an exchange").response.expect("a response");
    assert_eq!(response.peer, Some(server.address.to_string()));
}

#[tokio::test]
async fn a_family_can_be_asked_for() {
    let server = accepting().await;
    let both = Names::of([("erp.example", &["::1", "127.0.0.1"])]).clients();
    for (ip, reached) in [("any", true), ("prefer_ipv4", true), ("prefer_ipv6", true), ("ipv4", true), ("ipv6", false)]
    {
        let seen = ask_through(&spec("tcp", at(&server, json!({"ip": ip}))), &both).await;
        assert_eq!(seen.trouble.is_none(), reached, "{ip}: {:?}", seen.trouble);
    }
    let four = Names::of([("erp.example", &["127.0.0.1"])]).clients();
    let seen = ask_through(&spec("tcp", at(&server, json!({"ip": "ipv6"}))), &four).await;
    assert_eq!(trouble(&seen), (Reason::Dns, "the name erp.example has no IPv6 address"));
}

#[tokio::test]
async fn an_address_that_is_written_is_gone_to_counts_for_limits_and_is_checked() {
    let server = accepting().await;
    let nobody = Names::default().clients();
    let written = spec("tcp", at(&server, json!({"resolve": "127.0.0.1"})));
    assert_eq!(ask_through(&written, &nobody).await.trouble, None);
    assert_eq!(whom(&written).expect("somebody").as_str(), format!("tcp://{}", server.address));

    let metadata = spec("tcp", at(&server, json!({"resolve": "169.254.169.254"})));
    assert_eq!(trouble(&ask_through(&metadata, &nobody).await).0, Reason::Config);
}

#[tokio::test]
async fn who_is_asked_for_a_certificate_shows_it() {
    let authority = Authority::new();
    let config = authority.wanting_ours(&["erp.example"]);
    let server = Server::raw(move |stream, _| {
        let config = Arc::clone(&config);
        async move {
            if let Ok(mut secured) = TlsAcceptor::from(config).accept(stream).await {
                let _gone = tokio::io::AsyncWriteExt::write_all(&mut secured, b"welcome").await;
                let _gone = tokio::io::AsyncWriteExt::shutdown(&mut secured).await;
            }
        }
    })
    .await;
    let names = || Outside { lookup: Arc::new(Names::of([("erp.example", &["127.0.0.1"])])), ..Outside::default() };
    let clients: Clients = authority.trusted(names());
    let (certificate, key) = authority.pem(&["probe.example"]);

    let ours = json!({"tls": true, "expect": "welcome", "tls_client_certificate": certificate, "tls_client_key": key});
    let seen = ask_through(&spec("tcp", at(&server, ours)), &clients).await;
    assert_eq!(seen.trouble, None);

    let seen = ask_through(&spec("tcp", at(&server, json!({"tls": true, "expect": "welcome"}))), &clients).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Tls, "{message}");
    assert!(message.contains("CertificateRequired"), "{message}");
}
