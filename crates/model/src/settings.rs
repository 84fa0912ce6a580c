//! What holds for the whole house.

use serde::{Deserialize, Serialize};

/// Settings that figures depend on. Read from the configuration at start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The zone whose hours and days figures are of: an IANA name.
    pub reporting_zone: String,
    /// The month that the fiscal year starts in, 1 to 12.
    pub fiscal_year_start: u8,
    /// How long things are kept.
    pub keep: Keep,
}

impl Default for Settings {
    fn default() -> Self {
        Self { reporting_zone: "UTC".to_owned(), fiscal_year_start: 1, keep: Keep::default() }
    }
}

/// How long things are kept, in days. Days' roll-ups are kept for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keep {
    /// Ok runs of probes.
    pub ok_probe_runs_days: u32,
    /// Runs that were not ok, and runs that integrations sent.
    pub runs_days: u32,
    /// Roll-ups of minutes.
    pub minutes_days: u32,
    /// Roll-ups of hours.
    pub hours_days: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self { ok_probe_runs_days: 7, runs_days: 400, minutes_days: 7, hours_days: 400 }
    }
}
