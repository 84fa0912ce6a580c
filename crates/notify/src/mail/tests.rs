use lettre::message::Mailbox;
use model::{Notice, NoticeKind, Span};

use super::*;
use crate::{as_written, testing::notice};

fn settings() -> MailSettings {
    let relay = Relay {
        host: "mail.example.com".to_owned(),
        port: 587,
        security: Security::StartTls,
        login: Some(Login { user: "bridgewatch".to_owned(), password: "${secret:MAIL}".to_owned() }),
        hello: None,
        roots: None,
        timeout: Span::seconds(10),
    };
    MailSettings {
        relay,
        from: "Bridgewatch <bw@contoso.example>".to_owned(),
        to: vec!["Jo Grün <jo@contoso.example>".to_owned(), "team-a@contoso.example".to_owned()],
    }
}

fn mail(notice: &Notice) -> String {
    let mailbox = |text: &str| text.parse::<Mailbox>().expect("an address");
    let settings = settings();
    let to: Vec<Mailbox> = settings.to.iter().map(|to| mailbox(to)).collect();
    let letter = letter::write(notice, &compose(notice), &mailbox(&settings.from), &to).expect("a letter");
    let text = String::from_utf8(letter.formatted()).expect("text");
    assert!(text.is_ascii(), "no relay need know more than ASCII: {text}");
    text
}

/// The lines of the head, folded ones joined.
fn head(mail: &str) -> Vec<String> {
    let head = mail.split("\r\n\r\n").next().unwrap_or_default();
    head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_mail_is_text_and_html_under_the_id_of_its_key() {
    let mail = mail(&notice(NoticeKind::Began));
    let head = head(&mail);
    let id = message_id("018bcfe5-6800-7000-8000-000000000002.began.orders", "contoso.example");
    for line in [
        "From: Bridgewatch <bw@contoso.example>",
        "Subject: Problem: Orders to NetSuite: 401 from NetSuite",
        "Date: Mon, 23 Nov 2026 08:42:00 +0000",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        &format!("Message-ID: {id}"),
    ] {
        assert!(head.iter().any(|has| has == line), "{line} in {head:#?}");
    }
    assert!(head.iter().any(|line| line.starts_with("To: ") && line.contains("team-a@contoso.example")), "{head:#?}");
    assert!(!head.iter().any(|line| line.starts_with("In-Reply-To")), "{head:#?}");
    let body = mail.replace("=\r\n", "");
    assert!(body.contains("\r\nSince: Mon 23 Nov 2026, 09:41 CET\r\n"), "{body}");
    assert!(body.contains("\r\nRunbook: https://wiki.example.com/orders\r\n"), "{body}");
    assert!(body.contains("<td>401") || body.contains("401 from NetSuite since"), "{body}");
    assert!(body.contains("<a href=") && body.contains("text/html"), "{body}");
}

#[test]
fn the_same_notice_is_the_same_mail_to_the_byte() {
    assert_eq!(mail(&notice(NoticeKind::Began)), mail(&notice(NoticeKind::Began)));
}

#[test]
fn what_is_over_stands_below_what_began() {
    let (began, over) = (mail(&notice(NoticeKind::Began)), mail(&notice(NoticeKind::Over)));
    let line = |mail: &str, name: &str| {
        let line = head(mail).into_iter().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.unwrap_or_else(|| panic!("{name} in {mail}"))
    };
    let id = line(&began, "Message-ID: ");
    assert_ne!(line(&over, "Message-ID: "), id);
    assert_eq!((line(&over, "In-Reply-To: "), line(&over, "References: ")), (id.clone(), id));
}

#[test]
fn no_text_of_others_makes_a_header_or_an_element() {
    let evil = "x\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>\" onclick='x\u{2028}.\r\n";
    let mut notice = notice(NoticeKind::Began);
    for text in [&mut notice.name, &mut notice.from, &mut notice.to, &mut notice.sentence, &mut notice.environment] {
        evil.clone_into(text);
    }
    (notice.owner, notice.runbook) = (Some(evil.to_owned()), Some(format!("https://a.example/\"><b>{evil}")));
    let mail = mail(&notice);
    for line in head(&mail) {
        let name = line.split(':').next().unwrap_or_default().to_owned();
        let known = ["From", "To", "Date", "Message-ID", "Subject", "Auto-Submitted", "X-Bridgewatch-Key"];
        assert!(known.contains(&name.as_str()) || ["MIME-Version", "Content-Type"].contains(&name.as_str()), "{line}");
    }
    assert!(!mail.contains("\r\nBcc") && !mail.contains("\r\n.\r\n"), "{mail}");
    let body = mail.replace("=\r\n", "").replace("=3D", "=");
    let (_, html) = body.split_once("text/html").expect("a part of HTML");
    for element in ["<script", "<b>", "onclick='"] {
        assert!(!html.contains(element), "{element} in {html}");
    }
}

#[test]
fn settings_that_cannot_be_right_are_named() {
    type Change = fn(&mut MailSettings);
    let cases: [(Change, &str); 8] = [
        (|s| s.from = "Bridgewatch".to_owned(), "from: `Bridgewatch` is no address"),
        (|s| s.to.push("jo@x\r\nBcc: eve@example.com".to_owned()), "to: `jo@x\\r\\nBcc"),
        (|s| s.to.push("jo@größe.example".to_owned()), "to: `jo@größe.example` is no address (it has signs beyond"),
        (|s| s.to.clear(), "to: name at least one receiver"),
        (|s| s.relay.security = Security::None, "security: a password is not sent in the clear"),
        (|s| s.relay.hello = Some("a b\r\n".to_owned()), "hello: it must be a host's name"),
        (|s| s.relay.roots = Some(String::new()), "roots: there is no certificate in it"),
        (|s| s.relay.roots = Some("-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----".to_owned()), "roots: "),
    ];
    for (change, says) in cases {
        let mut settings = settings();
        change(&mut settings);
        let error = Mail::new(settings, as_written()).err().expect("no channel");
        assert!(error.to_string().starts_with(says), "{error}");
    }
    assert!(Mail::new(settings(), as_written()).is_ok());
}
