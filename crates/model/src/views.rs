//! Further questions and answers of the Api: lists, one integration, one run.

use serde::{Deserialize, Serialize};

use crate::{
    Answers, Baseline, Counts, Handling, HoursSaved, Integration, Level, NoticeView, Origin, Outcome, Probe, ProbeSpec,
    Reason, Run, RunId, Slug, Standing, Step, Tier, Timestamp, hours::Cost,
};

crate::outcome::words! {
    /// What a list of integrations is ordered by.
    IntegrationSort, "an order" {
        /// The worst first, then tier, then name.
        Level = "level",
        /// By name.
        Name = "name",
        /// By tier, then name.
        Tier = "tier",
        /// By error rate of 24 hours, highest first.
        ErrorRate = "error_rate",
        /// By hours saved this month, most first.
        Hours = "hours",
    }
}

/// Which integrations. Absent: all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct IntegrationsQuery {
    /// Part of a name, slug, system or owner, whatever the case.
    pub q: Option<String>,
    /// `okay`, `attention`, `problem`, `unknown` or `paused`.
    pub level: Option<Level>,
    /// 1, 2 or 3.
    pub tier: Option<u8>,
    /// The team that acts.
    pub owner: Option<String>,
    /// The department it serves.
    pub department: Option<String>,
    /// `level` if absent.
    pub sort: Option<IntegrationSort>,
    /// 1 to 1,000; 100 if absent.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct IntegrationRow {
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// The source's name.
    pub from: String,
    /// The target's name.
    pub to: String,
    /// Its tier.
    pub tier: Tier,
    /// The team that acts.
    pub owner: Option<String>,
    /// The department it serves.
    pub department: Option<String>,
    /// Its level.
    pub level: Level,
    /// The four answers.
    pub answers: Answers,
    /// Runs of the last 24 hours.
    pub last_24h: Counts,
    /// Hours saved this month; `None` where nothing is known.
    pub hours: Option<f64>,
}

/// Everything about one integration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct IntegrationDetail {
    /// What is stored of it, probes and present baseline included.
    #[serde(flatten)]
    pub integration: Integration,
    /// The source's name.
    pub from_name: String,
    /// The target's name.
    pub to_name: String,
    /// The middleware's names.
    pub via_names: Vec<String>,
    /// Level, reasons, answers.
    pub standing: Standing,
    /// What it costs while it lasts.
    pub cost: Cost,
    /// Its probes and how they are.
    pub probe_states: Vec<ProbeStanding>,
    /// The last 90 days, oldest first, one a day.
    pub days: Vec<DayMark>,
    /// Share of the watched part of the 90 days that was up; absent below 95 % coverage.
    pub availability: Option<f64>,
    /// Share of the 90 days (or of its life, if younger) that was watched.
    pub coverage: f64,
    /// Hours saved this month.
    pub hours: HoursSaved,
    /// Every version of its baseline, newest first.
    pub baselines: Vec<Baseline>,
    /// When its next promised run is due, deadline included.
    pub expects: Option<ExpectationState>,
    /// The names of the measures its runs carry.
    pub measures: Vec<String>,
    /// Whether what is shown of the past was folded by the demo.
    pub demo_history: bool,
    /// What people did with it: paused, muted, acknowledged. What has ended is left out.
    pub handling: Handling,
    /// What its owner was told last, the newest first, 10 at most.
    pub notices: Vec<NoticeView>,
    /// The channels by which its owner is told; empty: nobody is.
    pub channels: Vec<Slug>,
}

/// How one probe is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct ProbeStanding {
    /// What is stored of it.
    pub probe: Probe,
    /// Its level.
    pub level: Level,
    /// "401 from NetSuite", "1 of 3, confirming", "okay for 3 h".
    pub says: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Its newest run.
    pub last_run: Option<RunId>,
    /// When that began.
    pub last_at: Option<Timestamp>,
    /// What it measured.
    pub last_latency_us: Option<i64>,
    /// When it asks next.
    pub next_at: Option<Timestamp>,
    /// What people did with it: paused, muted, acknowledged. What has ended is left out.
    pub handling: Handling,
}

/// How a promise stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct ExpectationState {
    /// The newest sent run.
    pub last_at: Option<Timestamp>,
    /// When the next is due.
    pub due_at: Option<Timestamp>,
    /// Due moment + grace.
    pub deadline: Option<Timestamp>,
    /// Missed in a row until now.
    pub missed_in_a_row: i64,
}

/// One day of the strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct DayMark {
    /// The day, `2026-11-23`.
    pub day: String,
    /// Its worst: `problem` with any time down, `attention` with warnings or failures, `unknown` without evidence.
    pub level: Level,
    /// Its runs.
    pub counts: Counts,
    /// Minutes down.
    pub down_minutes: i64,
}

/// Which runs. Absent: all, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct RunsQuery {
    /// Of this integration.
    pub integration: Option<Slug>,
    /// Of this probe of the integration.
    pub probe: Option<Slug>,
    /// `probe`, `integration` or `expectation`.
    pub origin: Option<Origin>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// For this reason.
    pub reason: Option<Reason>,
    /// Begun at or after, RFC 3339.
    pub from: Option<Timestamp>,
    /// Begun before, RFC 3339.
    pub to: Option<Timestamp>,
    /// Part of a message, external id or business key, whatever the case.
    pub q: Option<String>,
    /// 1 to 200; 50 if absent.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// One row of the list of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct RunRow {
    /// Which.
    pub id: RunId,
    /// Whose.
    pub integration: Slug,
    /// Its name.
    pub integration_name: String,
    /// The probe, if it was one.
    pub probe: Option<Slug>,
    /// Where the word comes from.
    pub origin: Origin,
    /// How it ended.
    pub outcome: Outcome,
    /// Why not ok.
    pub reason: Option<Reason>,
    /// What happened.
    pub message: Option<String>,
    /// The system, as it was called then, that was down and explains it; absent also where it is beyond the scope of who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Slug>,
    /// Whether its integration was in maintenance or a freeze: then it does not count if it failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_maintenance: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration_ms: Option<i64>,
    /// The same in microseconds.
    pub latency_us: Option<i64>,
    /// Units of work done.
    pub units: Option<f64>,
    /// Records written.
    pub written: Option<i64>,
    /// Records refused.
    pub rejected: Option<i64>,
    /// Folded by the demo.
    pub demo_history: bool,
}

/// Everything about one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// Its integration's name.
    pub integration_name: String,
    /// Its tier.
    pub tier: Tier,
    /// The team that acts.
    pub owner: Option<String>,
    /// What to do.
    pub runbook: Option<String>,
    /// The target system's name.
    pub to_name: String,
    /// The last good run of the same probe (or of the integration) before it.
    pub last_good: Option<RunRow>,
    /// When this stretch of like failures began, and how many runs it holds.
    pub since: Option<Timestamp>,
    /// Runs of this stretch.
    pub like_it: i64,
    /// What changed against the last good run: "status 200 -> 401", "header www-authenticate added".
    pub differences: Vec<String>,
    /// The request as a curl command, secrets left out; only of http probes.
    pub curl: Option<String>,
    /// What the integration costs while it is down, if it is down now.
    pub cost: Cost,
}

/// Which buckets of an integration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct SeriesQuery {
    /// The first moment; 24 hours before `to` if absent.
    pub from: Option<Timestamp>,
    /// The end; now if absent.
    pub to: Option<Timestamp>,
    /// `minute`, `hour` or `day`; by the length of the period if absent.
    pub step: Option<Step>,
    /// Of this probe only.
    pub probe: Option<Slug>,
    /// Of the runs that the integration sent only.
    pub sent: Option<bool>,
}

crate::outcome::words! {
    /// What a chart shows.
    ChartKind, "a chart" {
        /// p50, p95 and p99 of latency.
        Latency = "latency",
        /// Failures per runs.
        ErrorRate = "error_rate",
        /// The mean of one measure.
        Measure = "measure",
    }
}

/// Which chart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartQuery {
    /// What it shows.
    pub kind: ChartKind,
    /// The measure's name, for `measure`.
    #[serde(default)]
    pub measure: Option<String>,
    /// Of which buckets.
    #[serde(default)]
    pub series: SeriesQuery,
}

/// A probe that is tried before it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TryProbe {
    /// The probe.
    pub probe: ProbeSpec,
}
