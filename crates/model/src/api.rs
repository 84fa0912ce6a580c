//! The one surface: what may be asked and told, typed once.
//!
//! `service` implements it; HTTP handlers are adapters of a few lines, pages call it in-process, later islands over `fetch`.
//! Inputs that people write arrive as JSON trees: they are checked field by field by `rules`, so that every wrong field is
//! named at once, which a typed body could not do.

use async_trait::async_trait;
use serde_json::Value;

use crate::{
    Baseline, IntegrationDetail, IntegrationRow, IntegrationsQuery, Page, Plan, Probe, ProbeStanding, Problem, Receipt,
    Run, RunDetail, RunId, RunRow, RunsQuery, Series, SeriesQuery, Slug, System,
    overview::{Overview, OverviewQuery},
    views::ChartQuery,
};

/// Who asks. Permissions are decided from it by `service` and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Whoever is at this machine; the only caller until there is sign-in.
    Local,
}

/// How an integration pings: begun, done, failed, or a program's exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PingKind {
    /// It has begun.
    Start,
    /// It is done.
    Done,
    /// It failed.
    Fail,
    /// Its program ended: 0 is done, else failed.
    ExitStatus(u8),
}

/// Questions and commands.
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
pub trait Api {
    /// How the bridges stand.
    async fn overview(&self, query: OverviewQuery) -> Result<Overview, Problem>;

    /// Every system, by name.
    async fn systems(&self) -> Result<Page<System>, Problem>;
    /// One system.
    async fn system(&self, slug: Slug) -> Result<System, Problem>;
    /// A new system, from the fields of `SystemSpec`.
    async fn create_system(&self, body: Value) -> Result<System, Problem>;
    /// A changed system: the fields given replace, `null` clears.
    async fn change_system(&self, slug: Slug, body: Value) -> Result<System, Problem>;
    /// Retires a system that no integration uses.
    async fn delete_system(&self, slug: Slug) -> Result<(), Problem>;

    /// Integrations, filtered and sorted.
    async fn integrations(&self, query: IntegrationsQuery) -> Result<Page<IntegrationRow>, Problem>;
    /// One integration.
    async fn integration(&self, slug: Slug) -> Result<IntegrationDetail, Problem>;
    /// A new integration, from the fields of `IntegrationSpec`. Unknown systems named in `from`, `to`, `via` are made.
    async fn create_integration(&self, body: Value) -> Result<IntegrationDetail, Problem>;
    /// A changed integration: the fields given replace, `null` clears; `probes`, if given, replaces all of them.
    async fn change_integration(&self, slug: Slug, body: Value) -> Result<IntegrationDetail, Problem>;
    /// Retires an integration; its history stays.
    async fn delete_integration(&self, slug: Slug) -> Result<(), Problem>;

    /// The probes of an integration.
    async fn probes(&self, integration: Slug) -> Result<Page<ProbeStanding>, Problem>;
    /// One probe.
    async fn probe(&self, integration: Slug, probe: Slug) -> Result<ProbeStanding, Problem>;
    /// A new probe, from the fields of `ProbeSpec`.
    async fn create_probe(&self, integration: Slug, body: Value) -> Result<Probe, Problem>;
    /// A changed probe.
    async fn change_probe(&self, integration: Slug, probe: Slug, body: Value) -> Result<Probe, Problem>;
    /// Removes a probe; its runs stay.
    async fn delete_probe(&self, integration: Slug, probe: Slug) -> Result<(), Problem>;
    /// Asks now, records, answers the run.
    async fn run_probe(&self, integration: Slug, probe: Slug) -> Result<Run, Problem>;
    /// Asks now from `{"probe": {..}}`, stores nothing, answers what the run would be.
    async fn try_probe(&self, body: Value) -> Result<Run, Problem>;

    /// Every version of the baseline, newest first.
    async fn baselines(&self, integration: Slug) -> Result<Page<Baseline>, Problem>;
    /// A new version, from the fields of `BaselineSpec`.
    async fn add_baseline(&self, integration: Slug, body: Value) -> Result<Baseline, Problem>;

    /// Buckets of an integration.
    async fn series(&self, integration: Slug, query: SeriesQuery) -> Result<Series, Problem>;
    /// The same drawn, as SVG.
    async fn chart(&self, integration: Slug, query: ChartQuery) -> Result<String, Problem>;

    /// Runs, newest first.
    async fn runs(&self, query: RunsQuery) -> Result<Page<RunRow>, Problem>;
    /// One run.
    async fn run(&self, id: RunId) -> Result<RunDetail, Problem>;
    /// Takes in one run or an array; all or nothing, answered after the commit, in the order given.
    async fn send_runs(&self, integration: Slug, body: Value) -> Result<Vec<Receipt>, Problem>;
    /// Takes in a ping.
    async fn ping(&self, key: &str, kind: PingKind) -> Result<(), Problem>;

    /// The catalogue as YAML: what `apply` reads.
    async fn export_catalogue(&self) -> Result<String, Problem>;
    /// Plans, and unless `dry_run` carries out, a catalogue document (YAML or JSON text).
    async fn apply_catalogue(&self, document: &str, dry_run: bool) -> Result<Plan, Problem>;

    /// Demo only: stops or starts one of its servers.
    async fn demo_server(&self, system: Slug, running: bool) -> Result<(), Problem>;
}
