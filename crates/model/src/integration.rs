//! A directed flow from one system to another.

use serde::{Deserialize, Serialize};

use crate::{BaselineSpec, Expectation, IntegrationId, ProbeSpec, Slug, Timestamp};

/// How much hurts while it is down: 1 most, 3 least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = u8, minimum = 1, maximum = 3))]
#[serde(try_from = "u8", into = "u8")]
pub struct Tier(u8);

impl Tier {
    /// The three of them, first first.
    pub const ALL: [Self; 3] = [Self(1), Self(2), Self(3)];

    /// 1, 2 or 3.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for Tier {
    fn default() -> Self {
        Self(3)
    }
}

impl TryFrom<u8> for Tier {
    type Error = String;

    fn try_from(tier: u8) -> Result<Self, String> {
        if (1..=3).contains(&tier) { Ok(Self(tier)) } else { Err(format!("tier {tier} does not exist: use 1, 2 or 3")) }
    }
}

impl From<Tier> for u8 {
    fn from(tier: Tier) -> Self {
        tier.0
    }
}

crate::outcome::words! {
    /// Where in its life an integration is. Only `live` ones are expected to stand and run.
    Lifecycle, "a lifecycle" {
        /// Wished for.
        Proposed = "proposed",
        /// Being made.
        Building = "building",
        /// In use.
        Live = "live",
        /// Stopped for a while, on purpose.
        Paused = "paused",
        /// Gone; its history stays.
        Retired = "retired",
    }
}

crate::outcome::words! {
    /// How sensitive what crosses it is.
    Classification, "a classification" {
        /// Never logged.
        Red = "red",
        /// Personal or financial.
        Orange = "orange",
        /// Internal.
        Yellow = "yellow",
        /// Public.
        Green = "green",
    }
}

/// A document, runbook or place to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What it is called.
    pub title: String,
    /// Where it is: http or https.
    pub url: String,
}

/// What crosses the bridge, counted in words: one order, 312 orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// "order"
    pub one: String,
    /// "orders"
    pub many: String,
}

impl Default for Unit {
    fn default() -> Self {
        Self { one: "unit".to_owned(), many: "units".to_owned() }
    }
}

/// What one writes of an integration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IntegrationSpec {
    /// Its name in URLs: `orders-to-netsuite`.
    pub slug: Slug,
    /// Its name for people: "Orders to NetSuite".
    pub name: String,
    /// The system that what crosses comes from.
    pub from: Slug,
    /// The system that it goes to.
    pub to: Slug,
    /// Middleware between, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Slug>,
    /// What crosses, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The team that acts when it breaks. Dated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who answers for it in the business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_owner: Option<String>,
    /// Who knows its mapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analyst: Option<String>,
    /// The department it serves. Dated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Order-to-cash, hire-to-retire ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_process: Option<String>,
    /// How much hurts while it is down. Dated.
    #[serde(default)]
    pub tier: Tier,
    /// Where in its life it is. Dated.
    #[serde(default = "live")]
    pub lifecycle: Lifecycle,
    /// The day it went live, `2025-04-01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_since: Option<chrono_date::Day>,
    /// How sensitive what crosses is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// `production` unless said; only production counts in KPIs.
    #[serde(default = "production")]
    pub environment: String,
    /// What to do when it breaks: an http(s) address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Further documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Link>,
    /// The reference blocks it is built of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub building_blocks: Vec<String>,
    /// Words that it is gathered by, such as `finance`: a maintenance window may name one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Slug>,
    /// What crosses, counted in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What it promises of its own runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expectation>,
    /// The human effort that one unit took before. A changed baseline becomes a new version from its `valid_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineSpec>,
    /// The active questions asked to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<ProbeSpec>,
    /// The slug it had before, so that a rename keeps its history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formerly: Option<Slug>,
}

fn live() -> Lifecycle {
    Lifecycle::Live
}

fn production() -> String {
    "production".to_owned()
}

/// An integration as it is stored. Its probes and the baselines of the past are asked for apart; `spec.probes` and
/// `spec.baseline` hold those of now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Integration {
    /// Its row.
    #[serde(skip, default = "unstored")]
    pub id: IntegrationId,
    /// What was written of it.
    #[serde(flatten)]
    pub spec: IntegrationSpec,
    /// The catalogue that it comes from; such an integration is read-only in UI and API. `None`: made by hand.
    pub catalogue: Option<String>,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// Since when it is gone; its history stays.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retired_at: Option<Timestamp>,
}

fn unstored() -> IntegrationId {
    IntegrationId(0)
}

/// Days without a time.
pub mod chrono_date {
    use chrono::NaiveDate;
    use serde::{Deserialize, Serialize};

    /// A day of the reporting zone, `2026-11-23`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = String, format = Date))]
    pub struct Day(pub NaiveDate);

    impl Day {
        /// Reads `2026-11-23`.
        pub fn parse(text: &str) -> Option<Self> {
            NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self)
        }
    }

    impl std::fmt::Display for Day {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{}", self.0.format("%Y-%m-%d"))
        }
    }

    impl Serialize for Day {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> Deserialize<'de> for Day {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            Self::parse(&text)
                .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a day: write 2026-11-23")))
        }
    }
}
