//! What subscribers hear, after the commit.

use serde::{Deserialize, Serialize};

use crate::{Level, Outcome, RunId, Slug, Timestamp};

/// Something that changed. Small on purpose: who wants to know more asks the Api.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A run was recorded.
    Run {
        /// Whose.
        integration: Slug,
        /// The probe, if it was one.
        probe: Option<Slug>,
        /// Which.
        id: RunId,
        /// How it ended.
        outcome: Outcome,
        /// When it began.
        at: Timestamp,
    },
    /// The level of an integration, or one of its reasons, changed.
    Level {
        /// Whose.
        integration: Slug,
        /// What it was.
        from: Level,
        /// What it is.
        to: Level,
        /// When.
        at: Timestamp,
    },
    /// Systems, integrations or probes were created, changed or removed.
    Catalogue {
        /// Which integrations.
        integrations: Vec<Slug>,
    },
    /// Events were lost to a slow listener: ask again for everything.
    Resync,
}

impl Event {
    /// The integrations it is about; empty for `Resync`, which is about all.
    pub fn topics(&self) -> Vec<&Slug> {
        match self {
            Self::Run { integration, .. } | Self::Level { integration, .. } => vec![integration],
            Self::Catalogue { integrations } => integrations.iter().collect(),
            Self::Resync => Vec::new(),
        }
    }
}
