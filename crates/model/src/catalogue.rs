//! Systems, integrations and probes as a document, and what applying it would do.

use serde::{Deserialize, Serialize};

use crate::{IntegrationSpec, Slug, SystemSpec, WindowSpec};

/// A catalogue: what `apply` reads and `export` writes. Applying it replaces exactly the things of that name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Whose things it holds: `landscape` if not said.
    #[serde(default = "landscape")]
    pub catalogue: String,
    /// The systems.
    #[serde(default)]
    pub systems: Vec<SystemSpec>,
    /// The integrations, each with its probes.
    #[serde(default)]
    pub integrations: Vec<IntegrationSpec>,
    /// The maintenance windows and change freezes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<WindowSpec>,
}

fn landscape() -> String {
    "landscape".to_owned()
}

crate::outcome::words! {
    /// What becomes of a thing.
    ChangeKind, "a kind of change" {
        /// It is new.
        Create = "create",
        /// It differs in the fields named.
        Change = "change",
        /// It is retired; its history stays.
        Remove = "remove",
    }
}

/// One thing that a plan would touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Change {
    /// What becomes of it.
    pub kind: ChangeKind,
    /// `system`, `integration`, `probe`, `baseline` or `window`.
    pub noun: String,
    /// Its slug; of a probe and a baseline `{integration}/{probe}`.
    pub slug: String,
    /// The fields that differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// What applying a catalogue does, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Plan {
    /// The catalogue's name.
    pub catalogue: String,
    /// What is touched; empty when nothing would change.
    pub changes: Vec<Change>,
    /// Whether it was carried out.
    pub applied: bool,
}

impl Plan {
    /// The integrations it touches.
    pub fn integrations(&self) -> Vec<Slug> {
        let mut slugs: Vec<Slug> = self
            .changes
            .iter()
            .filter(|change| change.noun != "system" && change.noun != "window")
            .filter_map(|change| Slug::parse(change.slug.split('/').next().unwrap_or_default()).ok())
            .collect();
        slugs.sort();
        slugs.dedup();
        slugs
    }
}
