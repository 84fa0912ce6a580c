//! Asking a real mail server.

use std::ffi::OsStr;

use model::Reason;
use probe::{Clients, Outside};
use rules::assess::Fact;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    child::{Running, python},
    harness::{Names, about, ask, ask_through, spec, trouble},
    pki::Authority,
    server::Server,
};

struct Mail {
    port: u16,
    clients: Clients,
    _running: Running,
    _folder: TempDir,
}

/// A mail server that does not offer these ways to sign in.
fn mail(without: &[&str]) -> Mail {
    let authority = Authority::new();
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key) = authority.pem(&["mail.example"]);
    let (at_certificate, at_key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&at_certificate, certificate).expect("written");
    std::fs::write(&at_key, key).expect("written");
    let mut arguments = vec![at_certificate.as_os_str(), at_key.as_os_str()];
    arguments.extend(without.iter().map(OsStr::new));
    let (running, port) = python("smtp.py", &arguments, "aiosmtpd");
    let outside = || {
        let names = Names::of([("mail.example", &["127.0.0.1"])]);
        Outside { lookup: std::sync::Arc::new(names), ..Outside::default() }
    };
    Mail { port, clients: authority.trusted(outside()), _running: running, _folder: folder }
}

fn options(mail: &Mail, more: Value) -> Value {
    let mut options = json!({"host": "mail.example", "port": mail.port});
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    options
}

#[tokio::test]
async fn a_server_is_greeted_secured_signed_in_to_and_asked_for_a_recipient() {
    for without in [vec![], vec!["PLAIN"]] {
        let mail = mail(&without);
        let all = json!({
            "starttls": true, "username": "ada", "password": "four unrelated words",
            "from": "probe@erp.example", "to": "orders@mail.example",
        });

        let seen = ask_through(&about("smtp", options(&mail, all), "cert.expires_in"), &mail.clients).await;

        assert_eq!(seen.trouble, None, "{without:?}");
        let Some(Fact::Text(greeting)) = seen.facts.get("greeting") else { panic!("a greeting") };
        assert!(greeting.starts_with("mail.example"), "{greeting}");
        for step in ["greeting_time", "ehlo_time", "starttls_time", "login_time", "recipient_time"] {
            assert!(matches!(seen.facts.get(step), Some(Fact::DurationUs(0..))), "{step}");
        }
        let Some(Fact::Map(cert)) = seen.facts.get("cert") else { panic!("a certificate") };
        assert_eq!(cert["subject"], Fact::from("CN=Test Server"));
        assert!(seen.phases.tls_us.is_some() && seen.phases.first_byte_us.is_some(), "{:?}", seen.phases);
        let shown = format!("{seen:?}");
        assert!(shown.contains("RCPT TO:<orders@mail.example>"), "{shown}");
        for kept in ["unrelated", "Zm91ciB1bnJlbGF0ZWQgd29yZHM", "AGFkYQ"] {
            assert!(!shown.contains(kept), "{kept}: {shown}");
        }
    }
}

#[tokio::test]
async fn what_a_server_does_not_take_is_said_in_its_words() {
    let mail = mail(&[]);
    let wrong = json!({"starttls": true, "username": "ada", "password": "wrong words"});
    let seen = ask_through(&spec("smtp", options(&mail, wrong)), &mail.clients).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Auth);
    assert!(message.starts_with(&format!("mail.example:{} answered 535 ", mail.port)), "{message}");
    assert!(matches!(seen.facts.get("starttls_time"), Some(Fact::DurationUs(_))), "what was known stays known");

    let nobody = json!({"from": "probe@erp.example", "to": "nobody@mail.example"});
    let seen = ask_through(&spec("smtp", options(&mail, nobody)), &mail.clients).await;
    let message = format!("mail.example:{} answered 550 5.1.1 no such mailbox", mail.port);
    assert_eq!(trouble(&seen), (Reason::ClientError, message.as_str()));

    let in_clear = json!({"username": "ada", "password": "four unrelated words"});
    let seen = ask_through(&spec("smtp", options(&mail, in_clear)), &mail.clients).await;
    assert_eq!(trouble(&seen).0, Reason::Auth, "it offers no way to sign in before TLS");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_trouble_unless_that_is_said() {
    let mail = mail(&[]);
    let stranger = Names::of([("mail.example", &["127.0.0.1"])]).clients();
    let seen = ask_through(&spec("smtp", options(&mail, json!({"starttls": true}))), &stranger).await;
    let message = format!("the certificate of mail.example:{} is not trusted: its issuer is unknown", mail.port);
    assert_eq!(trouble(&seen), (Reason::Tls, message.as_str()));

    let insecure = json!({"starttls": true, "tls_insecure": true});
    assert_eq!(ask_through(&spec("smtp", options(&mail, insecure)), &stranger).await.trouble, None);
}

#[tokio::test]
async fn what_is_no_mail_server_or_busy_is_told() {
    for (greeting, reason, words) in [
        ("HTTP/1.1 400 Bad Request\r\n", Reason::Protocol, "does not speak SMTP: it said `HTTP/1.1 400 Bad Request`"),
        ("421 4.3.2 too busy\r\n", Reason::ServerError, "answered 421 4.3.2 too busy"),
        ("554-no\r\n554 way\r\n", Reason::ClientError, "answered 554 no way"),
    ] {
        let server = Server::raw(move |mut stream, _| async move {
            let _gone = stream.write_all(greeting.as_bytes()).await;
            let _rest = stream.read(&mut [0; 64]).await;
        })
        .await;
        let seen = ask(&spec("smtp", json!({"host": "127.0.0.1", "port": server.address.port()}))).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{greeting}");
        assert!(message.ends_with(words), "{message}");
    }
}
