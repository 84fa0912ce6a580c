//! Channels: which there are, whom each tells, and trying one.

use std::collections::BTreeSet;

use async_trait::async_trait;
use model::{
    ChangeId, ChannelView, Level, Notice, NoticeKind, NoticeView, Page, Problem, Slug, TestAnswer, Tier, hours::Cost,
};

use crate::{audit::Act, problem, sight::Sight};

/// What a list of notices holds at most.
const MOST: u32 = 50;
/// Stands among the owners of a channel for everybody else.
const EVERYBODY_ELSE: &str = "*";

/// The channels of the configuration. The server implements it: this room knows how nothing is sent.
#[async_trait]
pub trait ChannelDesk: Send + Sync {
    /// Every channel, by name.
    fn channels(&self) -> Vec<ChannelView>;
    /// The channels that tell of the integrations of this owner (`None`: nobody is named), by the rule by which they are told.
    fn of(&self, owner: Option<&str>) -> Vec<Slug>;
    /// Every text of the configuration that may refer to values, each with what it stands in, for people: `channel team-blue`, `mail
    /// relay`.
    fn texts(&self) -> Vec<(String, String)>;
    /// The whole address of one of our pages, as people outside type it; `path` begins with `/`.
    fn address(&self, path: &str) -> String;
    /// Sends a notice by its channel once and at once, past the outbox; ends within the channel's own time limit.
    async fn send(&self, notice: Notice) -> TestAnswer;
}

/// The channels that tell of what the caller sees, by name; of their owners those that they see something of.
pub(crate) fn list(sight: &Sight<'_>) -> Page<ChannelView> {
    let mut channels = sight.channels.channels();
    if !sight.everything() {
        let rows = sight.rows();
        let owners: BTreeSet<Option<&str>> = rows.iter().map(|row| row.integration.spec.owner.as_deref()).collect();
        let told: BTreeSet<Slug> = owners.iter().flat_map(|owner| sight.channels.of(*owner)).collect();
        channels.retain(|channel| told.contains(&channel.name));
        for channel in &mut channels {
            channel.owners.retain(|owner| owner == EVERYBODY_ELSE || owners.contains(&Some(owner.as_str())));
        }
    }
    Page::whole(channels)
}

/// What the owner of an integration was told, the newest first.
pub(crate) async fn notices(sight: &Sight<'_>, integration: &Slug) -> Result<Page<NoticeView>, Problem> {
    let id = sight.row(integration)?.integration.id;
    sight.store.notices(id, MOST).await.map(Page::whole).map_err(problem::of_store)
}

/// Sends a test by a channel and answers with the other side's words.
pub(crate) async fn test(sight: &Sight<'_>, name: &Slug) -> Result<TestAnswer, Problem> {
    let channels = sight.channels.channels();
    let channel = channels.iter().find(|channel| channel.name == *name);
    let channel = channel.ok_or_else(|| Problem::not_found("channel", name))?;
    // Written before, so that what was sent is known even if we end while the other side answers.
    let act = Act::new("channel.test", format!("channel {name}"));
    sight.store.audit(&sight.entry(act)).await.map_err(problem::of_store)?;
    let change = ChangeId(uuid::Builder::from_random_bytes(sight.keys.bytes()).into_uuid());
    let now = sight.now();
    let notice = Notice {
        change,
        kind: NoticeKind::Test,
        channel: name.clone(),
        at: now,
        integration: Slug::parse("test").map_err(|error| problem::internal(&error))?,
        name: format!("integrations of {}", owners(channel)),
        from: "Bridgewatch".to_owned(),
        to: name.to_string(),
        environment: "production".to_owned(),
        tier: Tier::default(),
        owner: Some(owners(channel)),
        level: Level::Okay,
        sentence: "somebody tries this channel".to_owned(),
        reason: None,
        since: now,
        until: None,
        cost: Cost::None,
        runbook: None,
        link: sight.channels.address("/channels"),
        time_zone: sight.settings.reporting_zone.clone(),
    };
    Ok(sight.channels.send(notice).await)
}

/// Whose integrations a channel tells of, for people: "Team Blue and everybody else".
fn owners(channel: &ChannelView) -> String {
    let (rest, mut named): (Vec<&str>, Vec<&str>) =
        channel.owners.iter().map(String::as_str).partition(|owner| *owner == EVERYBODY_ELSE);
    let last = if rest.is_empty() { named.pop() } else { Some("everybody else") };
    match (named.is_empty(), last) {
        (_, None) => "nobody".to_owned(),
        (true, Some(last)) => last.to_owned(),
        (false, Some(last)) => format!("{} and {last}", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use model::{ChannelKind, ChannelView, Slug};

    use super::owners;

    #[test]
    fn whose_integrations_a_channel_tells_of_is_said_in_words() {
        for (written, said) in [
            (&["Team Blue"][..], "Team Blue"),
            (&["*"][..], "everybody else"),
            (&["Team Blue", "Team Red", "Ops"][..], "Team Blue, Team Red and Ops"),
            (&["*", "Team Blue"][..], "Team Blue and everybody else"),
        ] {
            let owners_of = written.iter().map(|owner| (*owner).to_owned()).collect();
            let name = Slug::parse("mail").expect("a slug");
            assert_eq!(owners(&ChannelView { name, kind: ChannelKind::Mail, owners: owners_of }), said);
        }
    }
}
