use std::{path::Path, sync::Arc};

use model::{ChangeId, ChannelKind, Level, NoticeKind, Tier, Timestamp, hours::Cost};
use notify::{Channel, NotifyError, Receipt};
use uuid::Uuid;

use super::*;
use crate::config::{ChannelSettings, MailRelay, RelaySecurity};

/// Takes what is for a slug of one letter, refuses what is for two, and breaks at more.
struct Moody;

#[async_trait]
impl Channel for Moody {
    async fn send(&self, notice: &Notice) -> notify::Result<Receipt> {
        match notice.channel.as_str().len() {
            1 => Ok(Receipt { answer: "250 Ok: queued".to_owned() }),
            2 => Err(NotifyError::Refused { why: "it refuses".to_owned(), answer: Some("550 no".to_owned()) }),
            _ => panic!("broken"),
        }
    }
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

fn test_of(channel: &str) -> Notice {
    Notice {
        change: ChangeId(Uuid::nil()),
        kind: NoticeKind::Test,
        channel: slug(channel),
        at: Timestamp(0),
        integration: slug("test"),
        name: "integrations of Team Blue".to_owned(),
        from: "Bridgewatch".to_owned(),
        to: channel.to_owned(),
        environment: "production".to_owned(),
        tier: Tier::default(),
        owner: None,
        level: Level::Okay,
        sentence: "somebody tries this channel".to_owned(),
        reason: None,
        since: Timestamp(0),
        until: None,
        cost: Cost::None,
        runbook: None,
        link: "https://ops.example.com/channels".to_owned(),
        time_zone: "UTC".to_owned(),
    }
}

fn channel(name: &str, url: &str, secret: Option<&str>, headers: &[(&str, &str)]) -> ChannelSettings {
    ChannelSettings {
        name: slug(name),
        kind: ChannelKind::Webhook,
        owners: vec!["*".to_owned()],
        to: Vec::new(),
        url: Some(url.to_owned()),
        secret: secret.map(str::to_owned),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

#[tokio::test]
async fn whoever_tries_a_channel_hears_the_other_side_s_words_whatever_happens() {
    let channels = Channels::default();
    let moody = |name: &str| (slug(name), Arc::new(Moody) as Arc<dyn Channel>);
    channels.replace(["a", "bb", "ccc"].map(moody).into());
    let desk = Desk::new(&Config::within(Path::new("here")), channels, "https://ops.example.com/bw".to_owned());
    for (name, ok, answer) in [
        ("a", true, "250 Ok: queued"),
        ("bb", false, "it refuses: 550 no"),
        ("ccc", false, "a fault of our own; the log says more"),
        ("gone", false, "there is no channel `gone`"),
    ] {
        assert_eq!(desk.send(test_of(name)).await, TestAnswer { ok, answer: answer.to_owned() });
    }
    assert_eq!(desk.address("/channels"), "https://ops.example.com/bw/channels");
}

#[test]
fn every_text_that_may_name_a_secret_is_told_with_what_it_stands_in() {
    let mut config = Config::within(Path::new("here"));
    config.mail = Some(MailRelay {
        relay: "smtp.example.com".to_owned(),
        security: RelaySecurity::Tls,
        user: Some("bridgewatch".to_owned()),
        password: Some("${secret:SHARED}".to_owned()),
        from: "bridgewatch@example.com".to_owned(),
    });
    config.channels = vec![
        channel("one", "https://a.example/${secret:SHARED}", Some("${secret:SIGN}"), &[]),
        channel("two", "https://b.example/", None, &[("x-key", "${env:KEY} ${secret:SIGN}"), ("y", "plain")]),
    ];
    let found = texts(&config);
    let found: Vec<(&str, &str)> = found.iter().map(|(who, text)| (who.as_str(), text.as_str())).collect();
    let expected = [
        ("mail relay", "${secret:SHARED}"),
        ("channel one", "https://a.example/${secret:SHARED}"),
        ("channel one", "${secret:SIGN}"),
        ("channel two", "https://b.example/"),
        ("channel two", "${env:KEY} ${secret:SIGN}"),
        ("channel two", "plain"),
    ];
    assert_eq!(found, expected);
}
