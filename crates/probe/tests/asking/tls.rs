//! Certificates are verified in every check, and what is wrong with them is said.

use std::sync::Arc;

use model::Reason;
use probe::{Clients, Outside};
use rules::assess::{Fact, Observation};
use serde_json::json;
use tokio::{io::AsyncWriteExt, sync::mpsc};
use tokio_rustls::rustls::{HandshakeKind, ServerConfig};

use crate::{
    harness::{NOW, Names, ask_through, curious, trouble},
    pki::{Authority, self_signed},
    server::{Server, answer},
};

fn erp() -> Outside {
    Outside { lookup: Arc::new(Names::of([("erp.example", &["127.0.0.1"])])), ..Outside::default() }
}

/// A server with these certificates in turn, and how its handshakes went.
async fn serving(configs: Vec<Arc<ServerConfig>>) -> (Server, mpsc::UnboundedReceiver<Option<HandshakeKind>>) {
    let (told, shaken) = mpsc::unbounded_channel();
    (Server::https(configs, told, |_| answer("200 OK", "", "safe")).await, shaken)
}

async fn ask_erp(server: &Server, clients: &Clients) -> Observation {
    let url = format!("https://erp.example:{}/", server.address.port());
    ask_through(&curious("http", json!({"url": url})), clients).await
}

#[tokio::test]
async fn a_good_certificate_is_a_fact() {
    let authority = Authority::new();
    let (server, _) = serving(vec![authority.issue(&["erp.example"], 2020, 2100)]).await;

    let seen = ask_erp(&server, &authority.trusted(erp())).await;

    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.body(), Some(b"safe".as_slice()));
    let Some(Fact::Map(cert)) = seen.facts.get("cert") else { panic!("a certificate") };
    let expires_at_ms = 4_102_444_800_000_i64;
    assert_eq!(cert["expires_in"], Fact::DurationUs((expires_at_ms - NOW.0) * 1_000));
    assert_eq!(cert["subject"], Fact::from("CN=Test Server"));
    assert_eq!(cert["issuer"], Fact::from("CN=Test Authority"));
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said() {
    let authority = Authority::new();
    for (config, why) in [
        (self_signed(&["erp.example"]), "its issuer is unknown"),
        (Authority::new().good(&["erp.example"]), "it was not signed by the issuer that it names"),
        (authority.good(&["hr.example", "*.crm.example"]), "it is for hr.example, *.crm.example, not for erp.example"),
        (authority.issue(&["erp.example"], 2020, 2021), "it expired on 2021-01-01"),
        (authority.issue(&["erp.example"], 2090, 2100), "it is not valid before 2090-01-01"),
    ] {
        let (server, _) = serving(vec![config]).await;
        let seen = ask_erp(&server, &authority.trusted(erp())).await;
        let message = format!("the certificate of erp.example:{} is not trusted: {why}", server.address.port());
        assert_eq!(trouble(&seen), (Reason::Tls, message.as_str()));
        assert!(seen.phases.tls_us.is_some() && seen.phases.first_byte_us.is_none(), "{:?}", seen.phases);
    }
}

#[tokio::test]
async fn no_session_is_ever_resumed() {
    let authority = Authority::new();
    let (server, mut shaken) = serving(vec![authority.good(&["erp.example"])]).await;
    let clients = authority.trusted(erp());
    for check in 0..4 {
        assert_eq!(ask_erp(&server, &clients).await.trouble, None);
        assert_eq!(shaken.recv().await, Some(Some(HandshakeKind::Full)), "check {check}");
    }
}

#[tokio::test]
async fn a_certificate_that_turns_bad_is_noticed_at_once() {
    let authority = Authority::new();
    let good = authority.good(&["erp.example"]);
    let expired = authority.issue(&["erp.example"], 2020, 2021);
    let (server, _) = serving(vec![Arc::clone(&good), good, expired]).await;
    let clients = authority.trusted(erp());
    assert_eq!(ask_erp(&server, &clients).await.trouble, None);
    assert_eq!(ask_erp(&server, &clients).await.trouble, None);
    assert_eq!(trouble(&ask_erp(&server, &clients).await).0, Reason::Tls);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_from_one_that_hangs_up() {
    let clients = Clients::of(erp()).expect("clients");
    let plain = Server::raw(|mut stream, _| async move {
        let _gone = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let mut rest = Vec::new();
        let _gone = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
    })
    .await;
    let message = format!("erp.example:{} does not speak TLS", plain.address.port());
    assert_eq!(trouble(&ask_erp(&plain, &clients).await), (Reason::Tls, message.as_str()));

    let closing = Server::raw(|stream, _| async move { drop(stream) }).await;
    let seen = ask_erp(&closing, &clients).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Tls);
    assert!(message.contains("broke off"), "{message}");
}

#[test]
fn a_file_of_roots_that_is_none_is_an_error() {
    for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let error = Clients::with_roots(file.path()).map(|_| ()).expect_err("no roots");
        assert!(error.to_string().starts_with("cannot take root certificates from "), "{error}");
    }
    assert!(Clients::with_roots(std::path::Path::new("no/such/file.pem")).is_err());
}
