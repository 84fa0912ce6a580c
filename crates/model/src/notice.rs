//! What an owner is told when the level of an integration changes, and what became of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Level, Reason, Slug, Tier, Timestamp, hours::Cost};

crate::outcome::words! {
    /// What a notice is about.
    NoticeKind, "a kind of notice" {
        /// Something broke.
        Began = "began",
        /// What was told of got worse: attention became a problem.
        Worse = "worse",
        /// It is over.
        Over = "over",
        /// Nothing happened: somebody tries a channel. Never kept in the outbox.
        Test = "test",
    }
}

crate::outcome::words! {
    /// What became of a notice.
    NoticeState, "a state of a notice" {
        /// To be sent, perhaps again.
        Waiting = "waiting",
        /// The other side took it.
        Sent = "sent",
        /// The other side refused it for good.
        Failed = "failed",
        /// It was tried for as long as it may be.
        GivenUp = "given_up",
    }
}

crate::outcome::words! {
    /// What carries a notice.
    ChannelKind, "a kind of channel" {
        /// A letter, by SMTP.
        Mail = "mail",
        /// A signed POST of JSON.
        Webhook = "webhook",
        /// A POST as Slack's incoming webhooks take it.
        Slack = "slack",
    }
}

/// A channel as people see it: what it is called and of whose integrations it tells, never where to or with which secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct ChannelView {
    /// Its name.
    pub name: Slug,
    /// What carries it.
    pub kind: ChannelKind,
    /// The teams of whose integrations it tells; `*`: of every other, those without an owner too.
    pub owners: Vec<String>,
}

/// What came of trying a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct TestAnswer {
    /// Whether the other side took it.
    pub ok: bool,
    /// What the other side said, or why it could not be asked. Bounded, without secrets.
    pub answer: String,
}

/// One change of level, from its beginning to its end: what began, got worse and is over in one stretch shares it. Whoever makes it makes the same
/// one again for the same change, also after a restart (the id of the run that began it will do): it is what keeps a change from
/// being told twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = String, format = Uuid))]
#[serde(transparent)]
pub struct ChangeId(pub Uuid);

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ChangeId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Self)
    }
}

/// What is told, to one channel: all that a message is composed of, as it was when it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Notice {
    /// Which change.
    pub change: ChangeId,
    /// What of it.
    pub kind: NoticeKind,
    /// By which channel.
    pub channel: Slug,
    /// When it was decided to tell it.
    pub at: Timestamp,
    /// Whose level.
    pub integration: Slug,
    /// Its name for people.
    pub name: String,
    /// The name of the system that what crosses comes from.
    pub from: String,
    /// The name of the system that it goes to.
    pub to: String,
    /// `production` or another.
    pub environment: String,
    /// How much hurts while it is down.
    pub tier: Tier,
    /// The team that acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The level that it came to; of what is over, the worst that was told of it.
    pub level: Level,
    /// "401 from NetSuite": as a [`crate::Why`] says it, no time of "since", no full stop.
    pub sentence: String,
    /// The class of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Since when.
    pub since: Timestamp,
    /// Until when; only of what is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What it costs so far; of what is over, what it cost.
    pub cost: Cost,
    /// What to do when it breaks: an http(s) address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// The whole address of the integration's page.
    pub link: String,
    /// The zone that its times are told in: `Europe/Berlin`.
    pub time_zone: String,
}

impl Notice {
    /// What keeps it from being told twice, here and by whoever receives it: `{change}.{kind}.{channel}`, ASCII without blanks.
    pub fn key(&self) -> String {
        Self::key_of(self.change, self.kind, &self.channel)
    }

    /// The key that the notice of this change, kind and channel has.
    pub fn key_of(change: ChangeId, kind: NoticeKind, channel: &Slug) -> String {
        format!("{change}.{kind}.{channel}")
    }
}

/// A notice that was taken out of the outbox to be sent; nobody else has it until the lease ends.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeClaim {
    /// Its row.
    pub id: i64,
    /// Which attempt this is, from 1. Only the newest one's word counts.
    pub attempt: u32,
    /// When it came into the outbox.
    pub created_at: Timestamp,
    /// What to tell.
    pub notice: Notice,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeMark {
    /// The other side took it.
    Sent,
    /// It is tried again, not before this moment.
    Again(Timestamp),
    /// The other side refused it for good.
    Failed,
    /// It was tried for as long as it may be.
    GivenUp,
}

impl NoticeMark {
    /// The state that it leads to.
    pub const fn state(self) -> NoticeState {
        match self {
            Self::Sent => NoticeState::Sent,
            Self::Again(_) => NoticeState::Waiting,
            Self::Failed => NoticeState::Failed,
            Self::GivenUp => NoticeState::GivenUp,
        }
    }
}

/// A notice and what became of it, for pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct NoticeView {
    /// Its row.
    pub id: i64,
    /// Which change.
    pub change: ChangeId,
    /// What of it.
    pub kind: NoticeKind,
    /// By which channel.
    pub channel: Slug,
    /// What became of it.
    pub state: NoticeState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next; only while it waits.
    pub next_at: Option<Timestamp>,
    /// What the other side answered last, or what went wrong. Bounded, without secrets.
    pub last_answer: Option<String>,
    /// When it came into the outbox.
    pub created_at: Timestamp,
    /// When the other side took it.
    pub sent_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_change_kind_and_channel_and_nothing_else() {
        let change: ChangeId = "018bcfe5-6800-7000-8000-000000000002".parse().expect("an id");
        let channel = Slug::parse("mail-orders").expect("a slug");
        let key = |kind| Notice::key_of(change, kind, &channel);
        assert_eq!(key(NoticeKind::Began), "018bcfe5-6800-7000-8000-000000000002.began.mail-orders");
        assert_ne!(key(NoticeKind::Began), key(NoticeKind::Over));
    }
}
