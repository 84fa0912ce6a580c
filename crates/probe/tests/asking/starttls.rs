//! TLS on a connection that begins in clear, over plain TCP probes. The mail server and PostgreSQL themselves are asked elsewhere; here
//! the other side speaks by script, and secures in earnest.

use std::sync::Arc;

use model::Reason;
use probe::Outside;
use rules::assess::{Fact, Observation};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use crate::{
    harness::{Names, about, ask_through, trouble},
    pki::Authority,
    server::Server,
};

/// When it has heard this, it says that.
fn then<const N: usize>(hear: &'static [u8; N], say: &'static str) -> (&'static [u8], &'static str) {
    (hear, say)
}

/// What each side says before TLS: the other side first, then in turn.
async fn ask(protocol: &'static str, script: Vec<(&'static [u8], &'static str)>) -> Observation {
    let authority = Authority::new();
    let config = authority.good(&["erp.example"]);
    let server = Server::raw(move |mut stream, _| {
        let (script, config) = (script.clone(), Arc::clone(&config));
        async move {
            for (hear, say) in script {
                let mut heard = vec![0; hear.len()];
                if stream.read_exact(&mut heard).await.is_err() || heard != hear {
                    return;
                }
                let _gone = stream.write_all(say.as_bytes()).await;
            }
            if let Ok(mut secured) = TlsAcceptor::from(config).accept(stream).await {
                let _gone = secured.write_all(b"safe and sound").await;
                let _gone = secured.shutdown().await;
            }
        }
    })
    .await;
    let outside = Outside { lookup: Arc::new(Names::of([("erp.example", &["127.0.0.1"])])), ..Outside::default() };
    let options =
        json!({"host": "erp.example", "port": server.address.port(), "starttls": protocol, "expect": "and sound"});
    ask_through(&about("tcp", options, "banner cert.subject"), &authority.trusted(outside)).await
}

#[tokio::test]
async fn each_protocol_is_asked_in_its_words() {
    for (protocol, script) in [
        (
            "smtp",
            vec![
                then(b"", "220-erp\r\n220 ready\r\n"),
                then(b"EHLO bridgewatch.invalid\r\n", "250-erp\r\n250 STARTTLS\r\n"),
                then(b"STARTTLS\r\n", "220 go\r\n"),
            ],
        ),
        ("imap", vec![then(b"", "* OK ready\r\n"), then(b"a1 STARTTLS\r\n", "* wait\r\na1 OK go\r\n")]),
        ("pop3", vec![then(b"", "+OK ready\r\n"), then(b"STLS\r\n", "+OK go\r\n")]),
        ("postgres", vec![then(b"\0\0\0\x08\x04\xd2\x16\x2f", "S")]),
    ] {
        let seen = ask(protocol, script).await;
        assert_eq!(seen.trouble, None, "{protocol}");
        assert_eq!(seen.facts.get("banner"), Some(&Fact::from("safe and sound")));
        assert!(matches!(seen.facts.get("cert"), Some(Fact::Map(_))), "{protocol}");
        assert!(seen.phases.tls_us.is_some() && seen.phases.connect_us.is_some(), "{:?}", seen.phases);
    }
}

#[tokio::test]
async fn who_does_not_agree_and_who_goes_on_in_clear_are_told_apart() {
    let seen = ask("pop3", vec![then(b"", "+OK ready\r\n"), then(b"STLS\r\n", "-ERR not here\r\n")]).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Tls);
    assert!(message.ends_with("does not begin TLS: it answered `-ERR not here`"), "{message}");

    let seen = ask("imap", vec![then(b"", "220 mail\r\n")]).await;
    assert_eq!(trouble(&seen).0, Reason::Protocol);

    let seen = ask("pop3", vec![then(b"", "+OK ready\r\n"), then(b"STLS\r\n", "+OK go\r\n+OK injected\r\n")]).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Protocol);
    assert!(message.ends_with("went on in clear after it had agreed to TLS"), "{message}");
}
