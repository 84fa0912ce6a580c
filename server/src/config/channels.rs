//! `[mail]` and `[[channel]]`: how owners are told that a level changed, and by which relay mail leaves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use model::{ChannelKind, Slug};
use notify::{Login, Relay, Security};
use rules::secret::references;
use serde::Deserialize;
use url::Host;

use super::Config;
use crate::{ServerError, telling};

/// Stands in a channel's `owners` for everybody whom no channel names.
pub const EVERYBODY_ELSE: &str = "*";

/// Bytes at least of what messages are signed with.
const SHORTEST_SECRET: usize = 16;

/// The relay that takes our mail. Unknown keys are errors.
///
/// ```toml
/// [mail]
/// relay = "smtp.example.com"            # host[:port]
/// security = "starttls"                 # or "tls", or "none" (a relay on this machine only)
/// user = "bridgewatch"
/// password = "${secret:RELAY}"
/// from = "Bridgewatch <bridgewatch@example.com>"
/// ```
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailRelay {
    /// Its host, with a port that is not the usual one of its security: `smtp.example.com:2525`.
    pub relay: String,
    /// How it is spoken to.
    #[serde(default)]
    pub security: RelaySecurity,
    /// Who we are there; left out where it knows us by our address.
    pub user: Option<String>,
    /// Our password there: `${secret:NAME}`.
    pub password: Option<String>,
    /// Who all mail is from.
    pub from: String,
}

/// How a relay is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RelaySecurity {
    /// In clear until STARTTLS, which is insisted on. Usually port 587.
    #[default]
    StartTls,
    /// By TLS from the start. Usually port 465.
    Tls,
    /// In clear: for a relay on this machine. Usually port 25.
    None,
}

/// A way to tell owners. Unknown keys are errors, and so are those of another kind.
///
/// ```toml
/// [[channel]]
/// name = "team-blue"
/// kind = "mail"                         # or "webhook", "slack"
/// to = ["team-blue@example.com"]
/// owners = ["Team Blue"]                # as the catalogue writes them; "*": everybody whom no channel names
/// ```
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSettings {
    /// Its name. What waits for it goes by the channel that has the name when it is sent.
    pub name: Slug,
    /// What carries a notice.
    pub kind: ChannelKind,
    /// Of whose integrations it tells.
    pub owners: Vec<String>,
    /// Mail: the receivers.
    #[serde(default)]
    pub to: Vec<String>,
    /// Webhook and Slack: where to. After the host it may refer to values.
    pub url: Option<String>,
    /// Webhook: what messages are signed with.
    pub secret: Option<String>,
    /// Webhook: further headers by name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// Without the password, which must not get into a log.
impl fmt::Debug for MailRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailRelay").field("relay", &self.relay).field("user", &self.user).finish_non_exhaustive()
    }
}

/// Without what is secret of it, the address among it.
impl fmt::Debug for ChannelSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelSettings").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Config {
    /// Whether a channel can be made of each.
    pub(super) fn check_channels(&self) -> Result<(), ServerError> {
        if let Some(mail) = &self.mail {
            mail.check().map_err(|(field, why)| ServerError::Config(format!("mail.{field}: {why}")))?;
        }
        let mut names = BTreeSet::new();
        for channel in &self.channels {
            let wrong = |(field, why): Wrong| channel.wrong(field, why);
            if !names.insert(&channel.name) {
                return Err(wrong(("name", "another channel has it too: give each its own".to_owned())));
            }
            channel.check(self.mail.is_some()).map_err(wrong)?;
        }
        telling::check(self)
    }
}

/// A field, and what is wrong with it and right instead.
type Wrong = (&'static str, String);

impl MailRelay {
    fn check(&self) -> Result<(), Wrong> {
        let Some((host, _)) = place(&self.relay) else {
            let why = format!("`{}` is no host; write smtp.example.com or smtp.example.com:587", self.relay);
            return Err(("relay", why));
        };
        match (&self.user, &self.password) {
            (Some(_), None) => Err(("password", "a user has one: write password = \"${secret:RELAY}\"".to_owned())),
            (None, Some(_)) => Err(("user", "a password is somebody's: write user = \"bridgewatch\"".to_owned())),
            (Some(_), Some(_)) if self.security == RelaySecurity::None => {
                Err(("security", "a password is not sent in clear: write starttls or tls".to_owned()))
            }
            (_, password) => {
                if self.security == RelaySecurity::None && !is_here(&host) {
                    let why = format!("`none` is for a relay on this machine, not for {host}: write starttls or tls");
                    return Err(("security", why));
                }
                refers("password", password.as_deref())
            }
        }
    }

    /// As `notify` wants it. `roots`: certificates in PEM that are trusted besides the web's own.
    pub(crate) fn relay(&self, roots: Option<String>, timeout: model::Span) -> Option<Relay> {
        let (host, port) = place(&self.relay)?;
        let (security, usual) = match self.security {
            RelaySecurity::StartTls => (Security::StartTls, 587),
            RelaySecurity::Tls => (Security::Tls, 465),
            RelaySecurity::None => (Security::None, 25),
        };
        let host = match host {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let login = self.user.clone().zip(self.password.clone()).map(|(user, password)| Login { user, password });
        Some(Relay { host, port: port.unwrap_or(usual), security, login, hello: None, roots, timeout })
    }
}

impl ChannelSettings {
    /// An error that names the channel and its field.
    pub(crate) fn wrong(&self, field: &str, why: impl fmt::Display) -> ServerError {
        ServerError::Config(format!("channel `{}`: {field}: {why}", self.name))
    }

    /// Every text of it that may refer to values, with its field.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let url = self.url.iter().map(|url| ("url", url.as_str()));
        let secret = self.secret.iter().map(|secret| ("secret", secret.as_str()));
        url.chain(secret).chain(self.headers.values().map(|value| ("headers", value.as_str())))
    }

    fn check(&self, has_relay: bool) -> Result<(), Wrong> {
        let (is_mail, is_webhook) = (self.kind == ChannelKind::Mail, self.kind == ChannelKind::Webhook);
        for (field, is_said, may, must) in [
            ("to", !self.to.is_empty(), is_mail, is_mail),
            ("url", self.url.is_some(), !is_mail, !is_mail),
            ("secret", self.secret.is_some(), is_webhook, is_webhook),
            ("headers", !self.headers.is_empty(), is_webhook, false),
        ] {
            if is_said && !may {
                return Err((field, format!("a channel of the kind {} has none: leave it out", self.kind)));
            }
            if must && !is_said {
                return Err((field, format!("a channel of the kind {} needs it: write {}", self.kind, example(field))));
            }
        }
        if is_mail && !has_relay {
            return Err(("kind", "mail leaves by a relay: say which under [mail]".to_owned()));
        }
        if self.owners.is_empty() || self.owners.iter().any(|owner| owner.trim().is_empty()) {
            let why = "name those of whose integrations it tells, as the catalogue writes them: [\"Team Blue\"]; or [\"*\"], which \
                       is everybody whom no channel names";
            return Err(("owners", why.to_owned()));
        }
        for (field, text) in self.texts() {
            refers(field, Some(text))?;
        }
        match self.secret.as_deref() {
            Some(secret) if !secret.contains("${") && secret.trim().len() < SHORTEST_SECRET => {
                let why =
                    format!("it has fewer than {SHORTEST_SECRET} bytes: write a longer one, or {}", example("secret"));
                Err(("secret", why))
            }
            _ => Ok(()),
        }
    }
}

fn example(field: &str) -> &'static str {
    match field {
        "to" => "to = [\"team-blue@example.com\"]",
        "url" => "url = \"https://hooks.example.com/bridgewatch\"",
        _ => "secret = \"${secret:HOOK}\"",
    }
}

/// Whether every `${` in it begins a reference.
fn refers(field: &'static str, text: Option<&str>) -> Result<(), Wrong> {
    references(text.unwrap_or_default()).map(drop).map_err(|why| (field, why))
}

/// `host[:port]`, an IPv6 address in brackets.
fn place(text: &str) -> Option<(Host<String>, Option<u16>)> {
    let (host, port) = match text.rfind(':').filter(|at| !text[*at..].contains(']')) {
        Some(at) => (&text[..at], Some(text[at + 1..].parse::<u16>().ok().filter(|port| *port > 0)?)),
        None => (text, None),
    };
    Some((Host::parse(host).ok()?, port))
}

fn is_here(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
#[path = "channels_tests.rs"]
mod tests;
