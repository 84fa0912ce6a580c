//! What people did, what owners were told, windows and channels.

use model::{
    Acknowledged, ChangeId, ChannelKind, ChannelView, Handling, Muted, NoticeKind, NoticeState, NoticeView, Opening,
    Span, WindowSpec, WindowView,
};
use serde_json::{Value, json};

use super::{
    NOW, World, at,
    parts::{minutes_ago, slug},
};

impl World {
    /// Of the integration: muted, and its trouble acknowledged.
    pub fn handling(self) -> Handling {
        Handling {
            paused: None,
            muted: Some(Muted {
                by: self.name("Ada Lovelace"),
                since: minutes_ago(10),
                until: at(NOW) + Span::hours(7),
                note: Some("Known <since> the release".to_owned()),
            }),
            acknowledged: Some(Acknowledged { by: self.name("Grace Hopper"), at: minutes_ago(15), note: None }),
        }
    }

    /// Of its probe: muted for longer, by somebody else.
    pub fn probe_handling(self) -> Handling {
        Handling {
            muted: Some(Muted {
                by: self.name("Alan Turing"),
                since: minutes_ago(5),
                until: at(NOW) + Span::hours(2),
                note: None,
            }),
            ..Handling::default()
        }
    }

    /// One of each state, the newest first.
    pub fn notices(self) -> Vec<NoticeView> {
        let one = |id: i64, kind, channel: &str, state, attempts, answer: Option<&str>| NoticeView {
            id,
            change: ChangeId(uuid::Uuid::from_u128(7)),
            kind,
            channel: slug(channel),
            state,
            attempts,
            next_at: (state == NoticeState::Waiting).then(|| at(NOW) + Span::minutes(5)),
            last_answer: answer.map(|answer| self.name(answer)),
            created_at: minutes_ago(20 - id),
            sent_at: (state == NoticeState::Sent).then(|| minutes_ago(19 - id)),
        };
        vec![
            one(4, NoticeKind::Worse, "on-call", NoticeState::Waiting, 3, Some("503 <Service> Unavailable")),
            one(3, NoticeKind::Worse, "finance-mail", NoticeState::GivenUp, 12, Some("no answer: timed out")),
            one(2, NoticeKind::Began, "on-call", NoticeState::Failed, 1, Some("404 no_service")),
            one(1, NoticeKind::Began, "finance-mail", NoticeState::Sent, 1, Some("250 2.0.0 OK")),
        ]
    }

    /// One that is open and comes from a file, one of every week, one that is over.
    pub fn windows(self) -> Vec<WindowView> {
        if self == Self::Nothing {
            return Vec::new();
        }
        let one = |written: Value, catalogue: Option<&str>, open: Option<i64>, next: &[(i64, i64)]| {
            let mut spec: WindowSpec = serde_json::from_value(written).expect("a window");
            spec.name = spec.name.map(|name| self.name(&name));
            WindowView {
                spec,
                catalogue: catalogue.map(ToOwned::to_owned),
                open_until: open.map(|minutes| minutes_ago(-minutes)),
                next: next
                    .iter()
                    .map(|(from, to)| Opening { from: minutes_ago(-from), to: minutes_ago(-to) })
                    .collect(),
            }
        };
        vec![
            one(
                json!({"slug": "quarters-end", "name": "Quarter's end", "kind": "freeze", "counts": true, "everything": true,
                    "once": {"from": "2026-11-22T08:00:00Z", "to": "2026-11-23T12:00:00Z"}}),
                Some("landscape"),
                Some(120),
                &[],
            ),
            one(
                json!({"slug": "erp-patch-night", "name": "ERP <patch> night", "systems": ["netsuite"],
                    "weekly": {"days": ["sat", "sun"], "from": "22:00", "to": "02:00", "time_zone": "Europe/Berlin"}}),
                None,
                None,
                &[(6_600, 6_840), (8_040, 8_280)],
            ),
            one(
                json!({"slug": "moved", "integrations": ["orders-to-netsuite"],
                    "once": {"from": "2026-10-05T20:00:00Z", "to": "2026-10-06T04:00:00Z"}}),
                None,
                None,
                &[],
            ),
        ]
    }

    /// One of each kind.
    pub fn channels(self) -> Vec<ChannelView> {
        if self == Self::Nothing {
            return Vec::new();
        }
        let one = |name: &str, kind, owners: &[&str]| ChannelView {
            name: slug(name),
            kind,
            owners: owners
                .iter()
                .map(|&owner| if owner == "*" { owner.to_owned() } else { self.name(owner) })
                .collect(),
        };
        vec![
            one("finance-mail", ChannelKind::Mail, &["Finance Systems", "Billing"]),
            one("on-call", ChannelKind::Webhook, &["Finance Systems"]),
            one("everybody", ChannelKind::Slack, &["*"]),
        ]
    }
}
