//! When something is due.

use serde::{Deserialize, Serialize};

use crate::Span;

/// `every: 30s`, or `cron: "0 2 * * *"` in a time zone. Which moments a cron names is told by `rules::schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(untagged, deny_unknown_fields)]
pub enum Schedule {
    /// Once in every span of this length, at a phase of its own.
    Every {
        /// The period.
        every: Span,
    },
    /// At the moments of a cron expression (five fields, or six with seconds first).
    Cron {
        /// The expression.
        cron: String,
        /// An IANA name such as `Europe/Berlin`.
        #[serde(default = "utc")]
        time_zone: String,
    },
}

fn utc() -> String {
    "UTC".to_owned()
}
