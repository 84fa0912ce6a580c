//! What it means: the level of an integration with its reasons, and the four answers.

use serde::{Deserialize, Serialize};

use crate::{Level, Reason, RunId, Slug, Timestamp};

/// One reason for a level, as a sentence that names what, since when and how sure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Why {
    /// The level that this reason alone would give.
    pub level: Level,
    /// "401 from NetSuite", "expected 02:00 Berlin, 32 min late": no time of "since", no full stop.
    pub sentence: String,
    /// Since when: the first run of this stretch.
    pub since: Option<Timestamp>,
    /// The class of it.
    pub reason: Option<Reason>,
    /// The probe that says so; absent for what the integration itself sent or owes.
    pub probe: Option<Slug>,
    /// The newest run that shows it.
    pub run: Option<RunId>,
    /// While a change is being confirmed: how many of how many, "1 of 3, confirming".
    pub confirming: Option<(u32, u32)>,
}

/// One of the four answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Answer {
    /// `unknown` (grey) until earned.
    pub level: Level,
    /// "401 since 09:41 UTC", "not evidenced", "26 h in November, unverified".
    pub says: String,
}

impl Answer {
    /// Grey: no evidence, with what is missing.
    pub fn unearned(says: impl Into<String>) -> Self {
        Self { level: Level::Unknown, says: says.into() }
    }
}

/// The four answers that stand for every integration, everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Answers {
    /// Its probes.
    pub stands: Answer,
    /// The runs it promised came.
    pub runs: Answer,
    /// What arrived was reconciled.
    pub whole: Answer,
    /// Its ledger.
    pub worth: Answer,
}

/// The level of an integration now, always with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Standing {
    /// The worst of its reasons.
    pub level: Level,
    /// Since when this level holds.
    pub since: Option<Timestamp>,
    /// Why, the worst first. Empty only when okay.
    pub why: Vec<Why>,
    /// What an `okay` rests on: "2 probes", "runs it sends"; what is missing is in the answers.
    pub evidence: Vec<String>,
    /// The four answers.
    pub answers: Answers,
}
