//! What `service` may ask of the channels: which there are, whom each tells, and trying one.

use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures::FutureExt as _;
use model::{ChannelView, Notice, Slug, TestAnswer};
use notify::Channels;
use service::ChannelDesk;

use super::owners::{self, Owners};
use crate::Config;

/// The channels of a configuration.
pub struct Desk {
    /// By name; the same that the courier sends by.
    pub channels: Channels,
    /// As people see them, by name.
    pub views: Vec<ChannelView>,
    /// Whom each tells.
    pub owners: Owners,
    /// Every text of the configuration that may refer to values, each with what it stands in.
    pub texts: Vec<(String, String)>,
    /// The address that people type, without a slash at its end.
    pub url: String,
}

impl Desk {
    /// Of this configuration, at this address.
    pub fn new(config: &Config, channels: Channels, url: String) -> Self {
        let (views, owners) = (owners::views(&config.channels), Owners::of(&config.channels));
        Self { channels, views, owners, texts: texts(config), url }
    }
}

#[async_trait]
impl ChannelDesk for Desk {
    fn channels(&self) -> Vec<ChannelView> {
        self.views.clone()
    }

    fn of(&self, owner: Option<&str>) -> Vec<Slug> {
        self.owners.channels(owner).to_vec()
    }

    fn texts(&self) -> Vec<(String, String)> {
        self.texts.clone()
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    async fn send(&self, notice: Notice) -> TestAnswer {
        let Some(channel) = self.channels.named(&notice.channel) else {
            return TestAnswer { ok: false, answer: format!("there is no channel `{}`", notice.channel) };
        };
        match AssertUnwindSafe(channel.send(&notice)).catch_unwind().await {
            Ok(Ok(receipt)) => TestAnswer { ok: true, answer: receipt.answer },
            Ok(Err(why)) => TestAnswer { ok: false, answer: why.to_string() },
            Err(_panic) => TestAnswer { ok: false, answer: "a fault of our own; the log says more".to_owned() },
        }
    }
}

/// Every text of a configuration that may refer to values, each with what it stands in, for people: `mail relay`, `channel
/// team-blue`.
pub fn texts(config: &Config) -> Vec<(String, String)> {
    let password = config.mail.as_ref().and_then(|mail| mail.password.clone());
    let mut texts: Vec<(String, String)> = Vec::new();
    texts.extend(password.map(|password| ("mail relay".to_owned(), password)));
    for channel in &config.channels {
        let who = || format!("channel {}", channel.name);
        texts.extend(channel.texts().map(|(_, text)| (who(), text.to_owned())));
    }
    texts
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
