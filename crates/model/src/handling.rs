//! What people did with an integration or a probe while it is as it is: paused, muted, acknowledged.
//!
//! Each is one row of data with who and when; nothing here ends by itself in the store. Whether it still holds is asked with the
//! moment, so that a restart and a replay answer alike. What each changes is told by `rules::level` and `rules::notice`.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Somebody stopped the asking, and with it every judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Paused {
    /// Who, for people: "Ada Lovelace".
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; until somebody resumes it if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Somebody wants no messages for a while. All is asked and judged as ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Muted {
    /// Who, for people.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when: nobody mutes for ever.
    pub until: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Somebody has seen the present trouble and takes care of it. It holds for that trouble alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Acknowledged {
    /// Who, for people.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they have to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What was done with one integration or one probe.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(default)]
pub struct Handling {
    /// Stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<Paused>,
    /// Without messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted: Option<Muted>,
    /// Seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
}

crate::outcome::words! {
    /// What somebody does with an integration or a probe.
    HandlingAction, "something to do with it" {
        /// Stops the asking, for a while or until somebody resumes it.
        Pause = "pause",
        /// Ends a pause.
        Resume = "resume",
        /// No messages until a moment.
        Mute = "mute",
        /// Ends a silence.
        Unmute = "unmute",
        /// Says that the present trouble was seen and is taken care of.
        Acknowledge = "acknowledge",
        /// Takes that back.
        Withdraw = "withdraw",
    }
}

/// One act of somebody, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HandlingAct {
    /// What is done.
    pub action: HandlingAction,
    /// Until when, RFC 3339: a pause may have an end, a silence must, at most 90 days ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why, or what one has to say; of a pause, a silence and an acknowledgement, 500 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Handling {
    /// Whether nothing was done with it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The pause that holds at `now`, its end left out.
    pub fn paused_at(&self, now: Timestamp) -> Option<&Paused> {
        self.paused.as_ref().filter(|paused| paused.since <= now && paused.until.is_none_or(|until| now < until))
    }

    /// The end of the silence that holds at `now`.
    pub fn muted_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.muted.as_ref().filter(|muted| muted.since <= now && now < muted.until).map(|muted| muted.until)
    }

    /// What was said of the trouble that `began` then: an older word was about another trouble.
    pub fn acknowledged_of(&self, began: Timestamp) -> Option<&Acknowledged> {
        self.acknowledged.as_ref().filter(|said| began <= said.at)
    }

    /// What of it holds at `now`, while the present trouble `began` then; `None`: there is no trouble, and nothing is said of it.
    #[must_use]
    pub fn holding(&self, now: Timestamp, began: Option<Timestamp>) -> Self {
        Self {
            paused: self.paused_at(now).cloned(),
            muted: self.muted.clone().filter(|_| self.muted_at(now).is_some()),
            acknowledged: began.and_then(|began| self.acknowledged_of(began)).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Acknowledged, Handling, HandlingAct, HandlingAction, Muted, Paused};
    use crate::Timestamp;

    #[test]
    fn what_was_done_ends_when_it_was_said_to() {
        let by = || "Ada".to_owned();
        let (since, until) = (Timestamp(10), Timestamp(20));
        let handling = Handling {
            paused: Some(Paused { by: by(), since, until: Some(until), note: None }),
            muted: Some(Muted { by: by(), since, until, note: None }),
            acknowledged: Some(Acknowledged { by: by(), at: since, note: None }),
        };
        for (now, holds) in [(9, false), (10, true), (19, true), (20, false)] {
            assert_eq!(handling.paused_at(Timestamp(now)).is_some(), holds, "{now}");
            assert_eq!(handling.muted_at(Timestamp(now)), holds.then_some(until), "{now}");
        }
        assert!(handling.acknowledged_of(Timestamp(10)).is_some());
        assert!(handling.acknowledged_of(Timestamp(11)).is_none());
        assert_eq!(serde_json::from_str::<Handling>("{}").expect("json"), Handling::default());
        assert_eq!(handling.holding(Timestamp(10), Some(Timestamp(10))), handling);
        assert!(handling.holding(Timestamp(20), None).is_empty());
    }

    #[test]
    fn an_act_is_written_with_what_it_needs_and_nothing_else() {
        let act = HandlingAct { action: HandlingAction::Resume, until: None, note: None };
        assert_eq!(serde_json::to_string(&act).expect("json"), r#"{"action":"resume"}"#);
        assert!(serde_json::from_str::<HandlingAct>(r#"{"action":"resume","by":"Eve"}"#).is_err());
    }
}
