//! The answer to "how are our bridges?".

use serde::{Deserialize, Serialize};

use crate::{Answer, Counts, HoursSaved, Level, Slug, Tier, Timestamp, hours::Cost, standing::Why};

/// Which integrations an overview is of. Absent: all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct OverviewQuery {
    /// Of this tier, 1 to 3.
    pub tier: Option<u8>,
    /// Of this department.
    pub department: Option<String>,
}

/// How the bridges stand, worst first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Overview {
    /// When it was made up.
    pub as_of: Timestamp,
    /// The zone that "today" and "November" are of.
    pub time_zone: String,
    /// What needs attention, ordered by tier, then by what it costs, then by level and name.
    pub attention: Vec<AttentionItem>,
    /// Levels by tier.
    pub tiers: Vec<TierLevels>,
    /// How many of each answer, over the integrations asked for.
    pub stands: AnswerTally,
    /// The promised runs.
    pub runs: AnswerTally,
    /// Reconciliation.
    pub whole: AnswerTally,
    /// The ledger.
    pub worth: AnswerTally,
    /// Runs since midnight of the reporting zone, and their error rate.
    pub today: Counts,
    /// The same of yesterday up to the same time of day, to compare with.
    pub yesterday: Counts,
    /// Hours saved this month.
    pub hours: HoursSaved,
    /// Failed runs of the last 7 days, as SVG.
    pub chart: Option<String>,
    /// Every integration by tier, one small tile each.
    pub tiles: Vec<Tile>,
    /// The departments there are, to filter by.
    pub departments: Vec<String>,
    /// Only in the demo: its servers.
    pub demo: Option<Demo>,
}

/// One line of what needs attention: what, since when, what it costs, who acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct AttentionItem {
    /// Which integration.
    pub integration: Slug,
    /// Its name.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// Its level.
    pub level: Level,
    /// The worst reason.
    pub why: Why,
    /// How many further reasons.
    pub further: i64,
    /// What it costs while it lasts.
    pub cost: Cost,
    /// The team that acts.
    pub owner: Option<String>,
}

/// How many integrations of a tier are at each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct TierLevels {
    /// The tier.
    pub tier: Tier,
    /// At `okay`.
    pub okay: i64,
    /// At `attention`.
    pub attention: i64,
    /// At `problem`.
    pub problem: i64,
    /// At `unknown`.
    pub unknown: i64,
    /// At `paused`.
    pub paused: i64,
}

impl TierLevels {
    /// Nothing yet.
    pub fn of(tier: Tier) -> Self {
        Self { tier, okay: 0, attention: 0, problem: 0, unknown: 0, paused: 0 }
    }

    /// One more at this level.
    pub fn add(&mut self, level: Level) {
        match level {
            Level::Okay => self.okay += 1,
            Level::Attention => self.attention += 1,
            Level::Problem => self.problem += 1,
            Level::Unknown => self.unknown += 1,
            Level::Paused => self.paused += 1,
        }
    }

    /// All of the tier.
    pub fn all(&self) -> i64 {
        self.okay + self.attention + self.problem + self.unknown + self.paused
    }
}

/// How many integrations have earned an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct AnswerTally {
    /// Answered with yes.
    pub okay: i64,
    /// Answered with "not quite".
    pub attention: i64,
    /// Answered with no.
    pub problem: i64,
    /// Not evidenced.
    pub unearned: i64,
}

impl AnswerTally {
    /// One more.
    pub fn add(&mut self, answer: &Answer) {
        match answer.level {
            Level::Okay => self.okay += 1,
            Level::Attention => self.attention += 1,
            Level::Problem => self.problem += 1,
            Level::Unknown | Level::Paused => self.unearned += 1,
        }
    }

    /// Those that are evidenced.
    pub fn earned(&self) -> i64 {
        self.okay + self.attention + self.problem
    }
}

/// A small mark for an integration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Tile {
    /// Which.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// Its tier.
    pub tier: Tier,
    /// Its level.
    pub level: Level,
}

/// The demo's servers, which a visitor may stop and start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Demo {
    /// Each of them.
    pub servers: Vec<DemoServer>,
    /// How much of the 90 days of demo history is folded, 0 to 1.
    pub history: f64,
}

/// One real small server of the demo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct DemoServer {
    /// The system that it plays.
    pub system: Slug,
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub running: bool,
}
