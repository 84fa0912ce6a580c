//! Bridges of Team Blue, and how they are told.

use std::{collections::BTreeMap, fmt::Write as _};

use model::{ChannelKind, Slug};
use server::{
    Config,
    config::{ChannelSettings, MailRelay as Relay, RelaySecurity},
};
use tests::relay::MailRelay;

/// A catalogue of bridges by slug and the address that the probe of each asks.
pub fn catalogue(bridges: &[(&str, String)]) -> String {
    let mut yaml = "systems: [{slug: crm, name: Salesforce}, {slug: erp, name: NetSuite}]\nintegrations:\n".to_owned();
    for (slug, url) in bridges {
        let _ = write!(
            yaml,
            "  - slug: {slug}
    name: Bridge {slug}
    from: crm
    to: erp
    owner: Team Blue
    tier: 1
    runbook: https://wiki.example.com/{slug}
    probes:
      - {{slug: api, kind: http, url: '{url}', every: 1s, timeout: 1s}}
"
        );
    }
    yaml
}

/// A channel without anything that only one kind has.
pub fn channel(name: &str, kind: ChannelKind) -> ChannelSettings {
    ChannelSettings {
        name: Slug::parse(name).expect("a slug"),
        kind,
        owners: vec!["Team Blue".to_owned()],
        to: Vec::new(),
        url: None,
        secret: None,
        headers: BTreeMap::new(),
    }
}

/// One by mail to this receiver.
pub fn mail(name: &str, to: &str) -> ChannelSettings {
    ChannelSettings { to: vec![to.to_owned()], ..channel(name, ChannelKind::Mail) }
}

/// One by Slack's way, to this address.
pub fn slack(name: &str, url: String) -> ChannelSettings {
    ChannelSettings { url: Some(url), ..channel(name, ChannelKind::Slack) }
}

/// Mail leaves by this relay, and these channels there are.
pub fn telling(config: &mut Config, relay: &MailRelay, channels: Vec<ChannelSettings>) {
    config.mail = Some(Relay {
        relay: relay.address(),
        security: RelaySecurity::None,
        user: None,
        password: None,
        from: "Bridgewatch <bridgewatch@contoso.example>".to_owned(),
    });
    config.channels = channels;
}

/// The same as the file has it: Team Blue is told by mail.
pub fn settings(relay: &MailRelay) -> String {
    let relay = relay.address();
    format!(
        "[mail]
relay = '{relay}'
security = 'none'
from = 'Bridgewatch <bridgewatch@contoso.example>'

[[channel]]
name = 'team-blue'
kind = 'mail'
to = ['team-blue@contoso.example']
owners = ['Team Blue']
"
    )
}
