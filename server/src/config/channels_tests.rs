use super::*;
use crate::{cli::ServeArgs, config::tests::with_file};

const MAIL: &str = "[mail]\nrelay = 'smtp.example.com'\nfrom = 'Bridgewatch <bridgewatch@example.com>'\n";
const TO: &str = "to = ['team-blue@example.com']\n";
const HOOK: &str = "url = 'https://hooks.example.com/in'\n";
const SIGNED: &str = "secret = '${secret:HOOK}'\n";

fn channel(kind: &str, rest: &str) -> String {
    format!("[[channel]]\nname = 'team-blue'\nkind = '{kind}'\nowners = ['Team Blue']\n{rest}")
}

fn read(file: &str) -> Result<Config, String> {
    with_file(file, ServeArgs::default()).map_err(|why| why.to_string())
}

#[test]
fn a_channel_of_each_kind_is_read_as_it_is_written() {
    let mail = "[mail]\nrelay = 'smtp.example.com:2525'\nsecurity = 'tls'\nuser = 'bridgewatch'\npassword = '${secret:RELAY}'\n\
                from = 'Bridgewatch <bridgewatch@example.com>'\n";
    let hook = "[[channel]]\nname = 'hook'\nkind = 'webhook'\nowners = ['*']\nurl = 'https://hooks.example.com/${secret:PATH}'\n\
                secret = '${secret:HOOK}'\nheaders = { x-team = 'blue', authorization = 'Bearer ${env:HOOK_TOKEN}' }\n";
    let slack =
        "[[channel]]\nname = 'chat'\nkind = 'slack'\nowners = ['Team Blue', 'Team Red']\nurl = 'https://a.example/b'\n";
    let config = read(&format!("{mail}{}{hook}{slack}", channel("mail", TO))).expect("a configuration");

    let told: Vec<(&str, ChannelKind, usize)> =
        config.channels.iter().map(|channel| (channel.name.as_str(), channel.kind, channel.owners.len())).collect();
    let expected =
        [("team-blue", ChannelKind::Mail, 1), ("hook", ChannelKind::Webhook, 1), ("chat", ChannelKind::Slack, 2)];
    assert_eq!(told, expected);
    let relay = config.mail.expect("a relay").relay(None, model::Span::seconds(20)).expect("a relay");
    assert_eq!((relay.host.as_str(), relay.port, relay.security), ("smtp.example.com", 2525, Security::Tls));
    assert_eq!(relay.login.map(|login| login.user).as_deref(), Some("bridgewatch"));
}

#[test]
fn the_documented_example_is_a_configuration() {
    let page = include_str!("../../../docs/channels.md");
    let example = page.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("```")).expect("an example").0;
    let config = read(example).expect("a configuration");
    assert!(config.mail.is_some() && config.channels.len() == 3, "{config:?}");
}

#[test]
fn a_relay_has_a_host_and_the_usual_port_of_its_security() {
    for (relay, security, expected) in [
        ("smtp.example.com", "starttls", Some(("smtp.example.com", 587))),
        ("smtp.example.com", "tls", Some(("smtp.example.com", 465))),
        ("smtp.example.com:25", "starttls", Some(("smtp.example.com", 25))),
        ("localhost", "none", Some(("localhost", 25))),
        ("127.0.0.1:1025", "none", Some(("127.0.0.1", 1025))),
        ("[::1]:1025", "none", Some(("::1", 1025))),
        ("[2001:db8::1]", "tls", Some(("2001:db8::1", 465))),
        ("192.0.2.7", "none", None),
        ("smtp.example.com", "none", None),
        ("smtp://smtp.example.com", "tls", None),
        ("smtp.example.com:0", "tls", None),
        ("smtp.example.com:70000", "tls", None),
        ("::1", "tls", None),
        ("", "tls", None),
    ] {
        let file = format!("[mail]\nrelay = '{relay}'\nsecurity = '{security}'\nfrom = 'bridgewatch@example.com'\n");
        let found = read(&file).map(|config| {
            let relay = config.mail.expect("a relay").relay(None, model::Span::seconds(1)).expect("a relay");
            (relay.host, relay.port)
        });
        let expected = expected.map(|(host, port)| (host.to_owned(), port));
        assert_eq!(found.as_ref().ok(), expected.as_ref(), "{relay} {security}: {found:?}");
    }
}

#[test]
fn what_is_wrong_with_a_relay_is_told_by_its_field_and_what_would_be_right() {
    for (lines, field, remedy) in [
        ("relay = 'a b'\nfrom = 'a@example.com'", "mail.relay: `a b`", "smtp.example.com:587"),
        ("relay = 'a.example'\nfrom = 'nobody'", "mail.from: `nobody`", "jo@example.com"),
        ("relay = 'a.example'\nfrom = 'a@example.com'\nuser = 'us'", "mail.password: ", "${secret:RELAY}"),
        ("relay = 'a.example'\nfrom = 'a@example.com'\npassword = 'hush-hush'", "mail.user: ", "write user"),
        ("relay = 'a.example'\nfrom = 'a@example.com'\nsecurity = 'none'", "mail.security: ", "starttls or tls"),
        (
            "relay = 'localhost'\nfrom = 'a@example.com'\nsecurity = 'none'\nuser = 'us'\npassword = 'hush-hush'",
            "mail.security: ",
            "starttls or tls",
        ),
        (
            "relay = 'a.example'\nfrom = 'a@example.com'\nuser = 'us'\npassword = '${sercet:RELAY}'",
            "mail.password: ",
            "$${",
        ),
        ("relay = 'a.example'\nfrom = 'a@example.com'\nsecurity = 'ssl'", "ssl", "starttls"),
        ("relay = 'a.example'\nform = 'a@example.com'", "form", "from"),
        ("relay = 'a.example'", "from", ""),
    ] {
        let why = read(&format!("[mail]\n{lines}\n{}", channel("mail", TO))).expect_err(lines);
        assert!(why.contains(field) && why.contains(remedy) && !why.contains("hush"), "{lines}: {why}");
    }
}

#[test]
fn what_is_wrong_with_a_channel_is_told_by_its_name_field_and_what_would_be_right() {
    let twice = format!("{}{}", channel("mail", TO), channel("slack", HOOK));
    let without_host = channel("slack", "url = 'https://${secret:HOST}/in'\n");
    for (channels, field, remedy) in [
        (channel("mail", ""), "to: ", "to = [\"team-blue@example.com\"]"),
        (channel("mail", "to = ['nobody']\n"), "to: `nobody`", "jo@example.com"),
        (channel("mail", &format!("{TO}{HOOK}")), "url: ", "leave it out"),
        (channel("mail", &format!("{TO}{SIGNED}")), "secret: ", "leave it out"),
        (channel("webhook", SIGNED), "url: ", "https://hooks.example.com/bridgewatch"),
        (channel("webhook", HOOK), "secret: ", "${secret:HOOK}"),
        (channel("webhook", &format!("{HOOK}secret = 'hush'\n")), "secret: ", "16 bytes"),
        (channel("webhook", &format!("{HOOK}{SIGNED}{TO}")), "to: ", "leave it out"),
        (channel("webhook", &format!("{HOOK}secret = '${{HOOK}}'\n")), "secret: ", "$${"),
        (channel("webhook", &format!("{HOOK}{SIGNED}headers = {{ host = 'x' }}\n")), "headers: `host`", "leave it out"),
        (channel("slack", &format!("{HOOK}{SIGNED}")), "secret: ", "leave it out"),
        (channel("slack", &format!("{HOOK}headers = {{ x-team = 'blue' }}\n")), "headers: ", "leave it out"),
        (channel("slack", "url = 'hooks.example.com'\n"), "url: ", "https://hooks.example.com/path"),
        (without_host, "url: ", "after the host only"),
        (channel("slack", HOOK).replace("['Team Blue']", "[]"), "owners: ", "[\"*\"]"),
        (channel("slack", HOOK).replace("'Team Blue'", "' '"), "owners: ", "[\"*\"]"),
        (twice, "name: ", "give each its own"),
    ] {
        let why = read(&format!("{MAIL}{channels}")).expect_err(&channels);
        let named = why.strip_prefix("channel `team-blue`: ");
        assert!(named.is_some_and(|why| why.starts_with(field) && why.contains(remedy)), "{channels}: {why}");
        assert!(!why.contains("hush"), "{why}");
    }
    let why = read(&channel("mail", TO)).expect_err("no relay");
    assert!(why.starts_with("channel `team-blue`: kind: ") && why.contains("[mail]"), "{why}");
    for (wrong, named) in [
        (channel("pigeon", HOOK), "webhook"),
        (channel("slack", HOOK).replace("team-blue", "Team Blue"), "slug"),
        (channel("slack", HOOK).replace("owners = ['Team Blue']", ""), "owners"),
        (channel("slack", &format!("{HOOK}urll = 'x'\n")), "urll"),
    ] {
        let why = read(&wrong).expect_err(&wrong);
        assert!(why.contains("bridgewatch.toml:") && why.contains(named), "{wrong}: {why}");
    }
}

#[test]
fn no_secret_of_a_channel_gets_into_a_log() {
    let mail = format!("{MAIL}user = 'us'\npassword = 'hush-hush'\n");
    let hook = channel("webhook", "url = 'https://a.example/hush-hush'\nsecret = 'hush-hush-hush-hush'\n");
    let config = read(&format!("{mail}{hook}")).expect("a configuration");
    let shown = format!("{config:?}");
    assert!(shown.contains("team-blue") && !shown.contains("hush"), "{shown}");
}
