//! Something at an end of an integration.

use serde::{Deserialize, Serialize};

use crate::{Slug, SystemId, Timestamp};

/// What one writes of a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SystemSpec {
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people: "NetSuite".
    pub name: String,
    /// What it is: `crm`, `erp`, `warehouse`, `queue` ...; free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The team that runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Systems without which it does not work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Slug>,
    /// The slug it had before, so that a rename keeps its history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formerly: Option<Slug>,
}

/// A system as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct System {
    /// Its row.
    #[serde(skip, default = "unstored")]
    pub id: SystemId,
    /// What was written of it.
    #[serde(flatten)]
    pub spec: SystemSpec,
    /// The catalogue that it comes from; such a system is read-only in UI and API. `None`: made by hand.
    pub catalogue: Option<String>,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// Since when it is gone; its history stays.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retired_at: Option<Timestamp>,
}

fn unstored() -> SystemId {
    SystemId(0)
}
