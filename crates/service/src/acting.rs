//! A caller at the one surface: permission first, then the noun's own file.

use std::sync::Arc;

use async_trait::async_trait;
use model::{
    Api, Baseline, Caller, IntegrationDetail, IntegrationRow, IntegrationsQuery, Page, Plan, Probe, ProbeStanding,
    Problem, Receipt, Run, RunDetail, RunId, RunRow, RunsQuery, Series, SeriesQuery, Slug, System,
    api::PingKind,
    overview::{Overview, OverviewQuery},
    views::ChartQuery,
};
use serde_json::Value;

use crate::{
    baselines, catalogue,
    core::Core,
    integration, integrations, overview,
    permission::{self, Right},
    probes, runs, sent, series, systems,
};

/// What one caller may ask and tell. Every call is decided by `permission` before anything else happens.
#[derive(Clone)]
pub struct Acting {
    pub(crate) caller: Caller,
    pub(crate) core: Arc<Core>,
}

impl Acting {
    fn may(&self, right: Right) -> Result<&Core, Problem> {
        permission::decide(self.caller, right).map(|()| &*self.core)
    }
}

#[async_trait]
impl Api for Acting {
    async fn overview(&self, query: OverviewQuery) -> Result<Overview, Problem> {
        overview::overview(self.may(Right::See)?, &query).await
    }

    async fn systems(&self) -> Result<Page<System>, Problem> {
        systems::list(self.may(Right::See)?).await
    }

    async fn system(&self, slug: Slug) -> Result<System, Problem> {
        systems::one(self.may(Right::See)?, &slug).await
    }

    async fn create_system(&self, body: Value) -> Result<System, Problem> {
        systems::create(self.may(Right::Change)?, &body).await
    }

    async fn change_system(&self, slug: Slug, body: Value) -> Result<System, Problem> {
        systems::change(self.may(Right::Change)?, &slug, &body).await
    }

    async fn delete_system(&self, slug: Slug) -> Result<(), Problem> {
        systems::delete(self.may(Right::Change)?, &slug).await
    }

    async fn integrations(&self, query: IntegrationsQuery) -> Result<Page<IntegrationRow>, Problem> {
        integrations::list(self.may(Right::See)?, &query).await
    }

    async fn integration(&self, slug: Slug) -> Result<IntegrationDetail, Problem> {
        integration::detail(self.may(Right::See)?, &slug).await
    }

    async fn create_integration(&self, body: Value) -> Result<IntegrationDetail, Problem> {
        integration::create(self.may(Right::Change)?, &body).await
    }

    async fn change_integration(&self, slug: Slug, body: Value) -> Result<IntegrationDetail, Problem> {
        integration::change(self.may(Right::Change)?, &slug, &body).await
    }

    async fn delete_integration(&self, slug: Slug) -> Result<(), Problem> {
        integration::delete(self.may(Right::Change)?, &slug).await
    }

    async fn probes(&self, integration: Slug) -> Result<Page<ProbeStanding>, Problem> {
        probes::list(self.may(Right::See)?, &integration)
    }

    async fn probe(&self, integration: Slug, probe: Slug) -> Result<ProbeStanding, Problem> {
        probes::one(self.may(Right::See)?, &integration, &probe)
    }

    async fn create_probe(&self, integration: Slug, body: Value) -> Result<Probe, Problem> {
        probes::create(self.may(Right::Change)?, &integration, &body).await
    }

    async fn change_probe(&self, integration: Slug, probe: Slug, body: Value) -> Result<Probe, Problem> {
        probes::change(self.may(Right::Change)?, &integration, &probe, &body).await
    }

    async fn delete_probe(&self, integration: Slug, probe: Slug) -> Result<(), Problem> {
        probes::delete(self.may(Right::Change)?, &integration, &probe).await
    }

    async fn run_probe(&self, integration: Slug, probe: Slug) -> Result<Run, Problem> {
        probes::run_now(self.may(Right::Operate)?, &integration, &probe).await
    }

    async fn try_probe(&self, body: Value) -> Result<Run, Problem> {
        probes::attempt(self.may(Right::Operate)?, &body).await
    }

    async fn baselines(&self, integration: Slug) -> Result<Page<Baseline>, Problem> {
        baselines::list(self.may(Right::See)?, &integration)
    }

    async fn add_baseline(&self, integration: Slug, body: Value) -> Result<Baseline, Problem> {
        baselines::add(self.may(Right::Change)?, &integration, &body).await
    }

    async fn series(&self, integration: Slug, query: SeriesQuery) -> Result<Series, Problem> {
        series::series(self.may(Right::See)?, &integration, &query).await
    }

    async fn chart(&self, integration: Slug, query: ChartQuery) -> Result<String, Problem> {
        series::chart(self.may(Right::See)?, &integration, &query).await
    }

    async fn runs(&self, query: RunsQuery) -> Result<Page<RunRow>, Problem> {
        runs::list(self.may(Right::See)?, &query).await
    }

    async fn run(&self, id: RunId) -> Result<RunDetail, Problem> {
        runs::detail(self.may(Right::See)?, id).await
    }

    async fn send_runs(&self, integration: Slug, body: Value) -> Result<Vec<Receipt>, Problem> {
        sent::send(self.may(Right::Send)?, &integration, &body).await
    }

    async fn ping(&self, key: &str, kind: PingKind) -> Result<(), Problem> {
        sent::ping(self.may(Right::Send)?, key, kind).await
    }

    async fn export_catalogue(&self) -> Result<String, Problem> {
        catalogue::export(self.may(Right::See)?).await
    }

    async fn apply_catalogue(&self, document: &str, dry_run: bool) -> Result<Plan, Problem> {
        catalogue::apply(self.may(Right::Change)?, document, dry_run).await
    }

    async fn demo_server(&self, system: Slug, running: bool) -> Result<(), Problem> {
        crate::demo::set(self.may(Right::Operate)?, &system, running).await
    }
}
