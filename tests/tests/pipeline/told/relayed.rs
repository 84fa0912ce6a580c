//! Mail by a real relay, however it wants to be spoken to, and what it says when it does not take one.

use model::NoticeKind;
use notify::{Channel as _, Mail, MailSettings, NotifyError, Receipt, Security, as_written};
use serde_json::json;
use tests::relay::{MailRelay, PASSWORD};
use tokio::net::TcpListener;

use super::scene::{NOW, id_of, notice, vault};

async fn send(settings: MailSettings) -> Result<Receipt, NotifyError> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Mail::new(settings, vault()).expect("a channel").send(&notice(1, NoticeKind::Began, NOW)).await
}

#[tokio::test]
async fn a_mail_arrives_in_the_clear_by_starttls_and_by_tls() {
    for security in [Security::None, Security::StartTls, Security::Tls] {
        let relay = if security == Security::None { MailRelay::open() } else { MailRelay::guarded(security) };

        let receipt = send(relay.settings(&["Jo Grün <jo@contoso.example>", "ops@contoso.example"])).await;

        let receipt = receipt.unwrap_or_else(|why| panic!("{security:?}: {why}"));
        assert_eq!(receipt.answer, "250 2.0.0 Ok: queued as 1", "{security:?}");
        let taken = relay.taken().remove(0);
        let guarded = security != Security::None;
        let envelope = json!({
            "from": "bridgewatch@contoso.example", "to": ["jo@contoso.example", "ops@contoso.example"],
            "hello": "contoso.example", "tls": guarded, "login": guarded,
        });
        assert_eq!(taken.envelope, envelope, "{security:?}");
        assert_eq!(taken.header("Message-ID"), id_of(1, NoticeKind::Began));
        assert_eq!(taken.header("Auto-Submitted"), "auto-generated");
        assert!(taken.mail.contains("401 from ERP") && taken.mail.contains("text/html"), "{}", taken.mail);
    }
}

#[tokio::test]
async fn what_a_relay_does_not_take_says_whether_to_try_again() {
    let relay = MailRelay::open();
    for (to, passing, says) in [
        (vec!["gone@contoso.example"], false, "does not take mail for gone@contoso.example: 550 5.1.1 nobody"),
        (vec!["later@contoso.example"], true, "does not take mail for later@contoso.example: 451 4.7.1 come back"),
        (vec!["gone@a.example", "later@a.example"], true, "451"),
        (vec!["never@contoso.example"], false, "refuses the message: 554 5.7.1 looks like spam"),
    ] {
        let error = send(relay.settings(&to)).await.expect_err("not taken");
        assert_eq!(error.is_passing(), passing, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!(relay.taken(), []);
}

#[tokio::test]
async fn a_receiver_who_is_gone_keeps_nobody_else_from_being_told() {
    let relay = MailRelay::open();
    let receipt = send(relay.settings(&["gone@contoso.example", "jo@contoso.example"])).await.expect("taken for Jo");
    let says = "250 2.0.0 Ok: queued as 1; not for gone@contoso.example: 550 5.1.1 nobody of this name";
    assert_eq!(receipt.answer, says);
    assert_eq!(relay.taken()[0].envelope["to"], json!(["jo@contoso.example"]));
}

#[tokio::test]
async fn what_can_be_put_right_is_tried_again_and_no_password_is_shown() {
    let (open, guarded) = (MailRelay::open(), MailRelay::guarded(Security::StartTls));
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("its address").port();
    let to = ["jo@contoso.example"];
    let mut wrong_password = guarded.settings(&to);
    wrong_password.relay.login.as_mut().expect("a login").password = format!("{PASSWORD} or another");
    let mut untrusted = guarded.settings(&to);
    untrusted.relay.roots = None;
    let mut without_login = guarded.settings(&to);
    without_login.relay.login = None;
    let mut in_the_clear = guarded.settings(&to);
    (in_the_clear.relay.security, in_the_clear.relay.login) = (Security::None, None);
    let mut no_starttls = open.settings(&to);
    no_starttls.relay.security = Security::StartTls;
    let mut away = open.settings(&to);
    away.relay.port = nobody;
    for (settings, says) in [
        (wrong_password, "localhost does not let us in as bridgewatch: 535"),
        (untrusted, "no secure connection to localhost"),
        (without_login, "localhost refuses the sender: 530"),
        (in_the_clear, "localhost refuses the sender: 530"),
        (no_starttls, "no secure connection to localhost"),
        (away, "no conversation with localhost"),
    ] {
        let error = Mail::new(settings, as_written()).expect("a channel");
        let error = error.send(&notice(1, NoticeKind::Began, NOW)).await.expect_err("not taken");
        let said = error.to_string();
        assert!(error.is_passing() && said.starts_with(says) && !said.contains("sígns"), "{says}: {said}");
    }
    assert_eq!((open.taken(), guarded.taken()), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn a_relay_that_says_nothing_is_waited_for_no_longer_than_said() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let relay = MailRelay::open();
    let mut settings = relay.settings(&["jo@contoso.example"]);
    settings.relay.port = silent.local_addr().expect("its address").port();
    settings.relay.timeout = model::Span::ms(300);
    let error = send(settings).await.expect_err("nothing was said");
    assert!(error.is_passing() && error.to_string().contains("within 300ms"), "{error}");
}
