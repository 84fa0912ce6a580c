//! Whom a channel is for.

use std::collections::BTreeMap;

use model::{ChannelView, Slug};

use crate::config::{ChannelSettings, EVERYBODY_ELSE};

/// Which channels tell which owner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    named: BTreeMap<String, Vec<Slug>>,
    others: Vec<Slug>,
}

impl Owners {
    /// As these channels have it.
    pub fn of(channels: &[ChannelSettings]) -> Self {
        let mut owners = Self::default();
        for channel in channels {
            for owner in &channel.owners {
                let told = match owner.as_str() {
                    EVERYBODY_ELSE => &mut owners.others,
                    owner => owners.named.entry(owner.to_owned()).or_default(),
                };
                if !told.contains(&channel.name) {
                    told.push(channel.name.clone());
                }
            }
        }
        owners
    }

    /// The channels by which this owner is told: those that name them, written the same; else those for everybody else. Without an
    /// owner likewise. None: nobody is told.
    pub fn channels(&self, owner: Option<&str>) -> &[Slug] {
        owner.and_then(|owner| self.named.get(owner)).unwrap_or(&self.others)
    }
}

/// The channels as people see them, by name.
pub fn views(channels: &[ChannelSettings]) -> Vec<ChannelView> {
    let view = |channel: &ChannelSettings| ChannelView {
        name: channel.name.clone(),
        kind: channel.kind,
        owners: channel.owners.clone(),
    };
    let mut views: Vec<ChannelView> = channels.iter().map(view).collect();
    views.sort_by(|one, other| one.name.cmp(&other.name));
    views
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::{ChannelKind, Slug};

    use super::{ChannelSettings, Owners, views};

    fn channel(name: &str, owners: &[&str]) -> ChannelSettings {
        ChannelSettings {
            name: Slug::parse(name).expect("a slug"),
            kind: ChannelKind::Slack,
            owners: owners.iter().map(|owner| (*owner).to_owned()).collect(),
            to: Vec::new(),
            url: Some("https://hooks.example.com/${secret:HOOK}".to_owned()),
            secret: None,
            headers: BTreeMap::new(),
        }
    }

    #[test]
    fn an_owner_is_told_by_the_channels_that_name_them_and_everybody_else_by_the_star() {
        let channels = [
            channel("green", &["Team Green", "Team Blue"]),
            channel("blue", &["Team Blue", "Team Blue"]),
            channel("rest", &["*", "Team Red"]),
        ];
        let owners = Owners::of(&channels);
        for (owner, told) in [
            (Some("Team Blue"), vec!["green", "blue"]),
            (Some("Team Green"), vec!["green"]),
            (Some("Team Red"), vec!["rest"]),
            (Some("team blue"), vec!["rest"]),
            (None, vec!["rest"]),
        ] {
            let slugs: Vec<&str> = owners.channels(owner).iter().map(Slug::as_str).collect();
            assert_eq!(slugs, told, "{owner:?}");
        }
        let without = Owners::of(&channels[..2]);
        assert_eq!((without.channels(None).len(), without.channels(Some("Team Red")).len()), (0, 0));
    }

    #[test]
    fn people_see_names_kinds_and_owners_and_no_addresses() {
        let views = views(&[channel("rest", &["*"]), channel("blue", &["Team Blue"])]);
        let names: Vec<&str> = views.iter().map(|view| view.name.as_str()).collect();
        assert_eq!(names, ["blue", "rest"]);
        assert!(!serde_json::to_string(&views).expect("JSON").contains("HOOK"));
    }
}
