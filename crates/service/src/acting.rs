//! A caller at the one surface: permission first, then the noun's own file.

use std::sync::Arc;

use async_trait::async_trait;
use model::{
    Api, AuditEntry, Baseline, Caller, ChannelView, Event, Handling, IntegrationDetail, IntegrationRow,
    IntegrationsQuery, NewToken, NoticeView, Page, Person, PersonId, Plan, Probe, ProbeStanding, Problem, ProblemKind,
    Receipt, Run, RunDetail, RunId, RunRow, RunsQuery, SecretView, Series, SeriesQuery, SessionId, SessionView, Slug,
    System, TestAnswer, TokenId, TokenView, WindowView,
    api::{AuditQuery, Me, NewLink, Ping},
    overview::{Overview, OverviewQuery},
    views::ChartQuery,
};
use serde_json::Value;

use crate::{
    audit, baselines, catalogue, channels,
    core::Core,
    demo, handling,
    identity::{Office, people, sessions, tokens},
    integration, integrations, overview,
    permission::{self, Right},
    probes, runs, sent, series,
    sight::Sight,
    systems, vault, windows,
};

/// What one caller may ask and tell. Every call is decided by `permission` before anything else happens.
#[derive(Clone)]
pub struct Acting {
    pub(crate) caller: Caller,
    pub(crate) core: Arc<Core>,
}

impl Acting {
    fn may(&self, right: Right) -> Result<Sight<'_>, Problem> {
        permission::decide(&self.caller, right)?;
        Ok(Sight::new(&self.core, &self.caller))
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Refuses whoever sees a part of the house, where all of it is counted.
    pub fn sees_all(&self) -> Result<(), Problem> {
        let detail = "This counts all there is, and you see a part of it; someone who sees everything may ask.";
        let is_all = self.may(Right::See)?.everything();
        if is_all { Ok(()) } else { Err(Problem::new(ProblemKind::Forbidden, detail)) }
    }

    /// An event as this caller may hear of it: without what is beyond their scope, or not at all.
    pub fn hears(&self, event: &Event) -> Option<Event> {
        let sight = self.may(Right::See).ok()?;
        let seen = |slug: &Slug| sight.everything() || sight.sees(slug);
        match event {
            Event::Run { integration, .. } | Event::Level { integration, .. } => {
                seen(integration).then(|| event.clone())
            }
            Event::Catalogue { integrations } => {
                // Whoever's scope a change moved a bridge out of has to ask again too, without being told which it was.
                let integrations = integrations.iter().filter(|slug| seen(slug)).cloned().collect();
                Some(Event::Catalogue { integrations })
            }
            Event::Resync => Some(Event::Resync),
        }
    }
}

#[async_trait]
impl Api for Acting {
    async fn overview(&self, query: OverviewQuery) -> Result<Overview, Problem> {
        overview::overview(&self.may(Right::See)?, &query).await
    }

    async fn systems(&self) -> Result<Page<System>, Problem> {
        systems::list(&self.may(Right::See)?).await
    }

    async fn system(&self, slug: Slug) -> Result<System, Problem> {
        systems::one(&self.may(Right::See)?, &slug).await
    }

    async fn create_system(&self, body: Value) -> Result<System, Problem> {
        systems::create(&self.may(Right::Change)?, &body).await
    }

    async fn change_system(&self, slug: Slug, body: Value) -> Result<System, Problem> {
        systems::change(&self.may(Right::Change)?, &slug, &body).await
    }

    async fn delete_system(&self, slug: Slug) -> Result<(), Problem> {
        systems::delete(&self.may(Right::Change)?, &slug).await
    }

    async fn integrations(&self, query: IntegrationsQuery) -> Result<Page<IntegrationRow>, Problem> {
        integrations::list(&self.may(Right::See)?, &query).await
    }

    async fn integration(&self, slug: Slug) -> Result<IntegrationDetail, Problem> {
        integration::detail(&self.may(Right::See)?, &slug).await
    }

    async fn create_integration(&self, body: Value) -> Result<IntegrationDetail, Problem> {
        integration::create(&self.may(Right::Change)?, &body).await
    }

    async fn change_integration(&self, slug: Slug, body: Value) -> Result<IntegrationDetail, Problem> {
        integration::change(&self.may(Right::Change)?, &slug, &body).await
    }

    async fn delete_integration(&self, slug: Slug) -> Result<(), Problem> {
        integration::delete(&self.may(Right::Change)?, &slug).await
    }

    async fn probes(&self, integration: Slug) -> Result<Page<ProbeStanding>, Problem> {
        probes::list(&self.may(Right::See)?, &integration)
    }

    async fn probe(&self, integration: Slug, probe: Slug) -> Result<ProbeStanding, Problem> {
        probes::one(&self.may(Right::See)?, &integration, &probe)
    }

    async fn create_probe(&self, integration: Slug, body: Value) -> Result<Probe, Problem> {
        probes::create(&self.may(Right::Change)?, &integration, &body).await
    }

    async fn change_probe(&self, integration: Slug, probe: Slug, body: Value) -> Result<Probe, Problem> {
        probes::change(&self.may(Right::Change)?, &integration, &probe, &body).await
    }

    async fn delete_probe(&self, integration: Slug, probe: Slug) -> Result<(), Problem> {
        probes::delete(&self.may(Right::Change)?, &integration, &probe).await
    }

    async fn run_probe(&self, integration: Slug, probe: Slug) -> Result<Run, Problem> {
        probes::run_now(&self.may(Right::Operate)?, &integration, &probe).await
    }

    async fn try_probe(&self, body: Value) -> Result<Run, Problem> {
        probes::attempt(&self.may(Right::Operate)?, &body).await
    }

    async fn handle_integration(&self, slug: Slug, body: Value) -> Result<Handling, Problem> {
        handling::of_integration(&self.may(Right::Handle)?, &slug, &body).await
    }

    async fn handle_probe(&self, integration: Slug, probe: Slug, body: Value) -> Result<Handling, Problem> {
        handling::of_probe(&self.may(Right::Handle)?, &integration, &probe, &body).await
    }

    async fn notices(&self, integration: Slug) -> Result<Page<NoticeView>, Problem> {
        channels::notices(&self.may(Right::See)?, &integration).await
    }

    async fn windows(&self) -> Result<Page<WindowView>, Problem> {
        windows::list(&self.may(Right::See)?).await
    }

    async fn window(&self, slug: Slug) -> Result<WindowView, Problem> {
        windows::one(&self.may(Right::See)?, &slug).await
    }

    async fn create_window(&self, body: Value) -> Result<WindowView, Problem> {
        windows::create(&self.may(Right::Change)?, &body).await
    }

    async fn change_window(&self, slug: Slug, body: Value) -> Result<WindowView, Problem> {
        windows::change(&self.may(Right::Change)?, &slug, &body).await
    }

    async fn delete_window(&self, slug: Slug) -> Result<(), Problem> {
        windows::delete(&self.may(Right::Change)?, &slug).await
    }

    async fn channels(&self) -> Result<Page<ChannelView>, Problem> {
        Ok(channels::list(&self.may(Right::See)?))
    }

    async fn test_channel(&self, name: Slug) -> Result<TestAnswer, Problem> {
        channels::test(&self.may(Right::Administer)?, &name).await
    }

    async fn baselines(&self, integration: Slug) -> Result<Page<Baseline>, Problem> {
        baselines::list(&self.may(Right::See)?, &integration)
    }

    async fn add_baseline(&self, integration: Slug, body: Value) -> Result<Baseline, Problem> {
        baselines::add(&self.may(Right::Claim)?, &integration, &body).await
    }

    async fn series(&self, integration: Slug, query: SeriesQuery) -> Result<Series, Problem> {
        series::series(&self.may(Right::See)?, &integration, &query).await
    }

    async fn chart(&self, integration: Slug, query: ChartQuery) -> Result<String, Problem> {
        series::chart(&self.may(Right::See)?, &integration, &query).await
    }

    async fn runs(&self, query: RunsQuery) -> Result<Page<RunRow>, Problem> {
        runs::list(&self.may(Right::See)?, &query).await
    }

    async fn run(&self, id: RunId) -> Result<RunDetail, Problem> {
        runs::detail(&self.may(Right::See)?, id).await
    }

    async fn send_runs(&self, integration: Slug, body: Value) -> Result<Vec<Receipt>, Problem> {
        sent::send(&self.may(Right::Send)?, &integration, &body).await
    }

    async fn ping(&self, key: &str, ping: Ping) -> Result<(), Problem> {
        sent::ping(&Sight::new(&self.core, &self.caller), key, ping).await
    }

    async fn ping_by_slug(&self, probe: &str, create: bool, ping: Ping) -> Result<bool, Problem> {
        sent::ping_by_slug(&self.may(Right::Send)?, probe, create, ping).await
    }

    async fn export_catalogue(&self) -> Result<String, Problem> {
        catalogue::export(&self.may(Right::See)?).await
    }

    async fn apply_catalogue(&self, document: &str, dry_run: bool) -> Result<Plan, Problem> {
        catalogue::apply(&self.may(Right::Change)?, document, dry_run).await
    }

    async fn demo_server(&self, system: Slug, running: bool) -> Result<(), Problem> {
        demo::set(&self.may(Right::Operate)?, &system, running).await
    }

    async fn me(&self) -> Result<Me, Problem> {
        people::me(&self.may(Right::Own)?).await
    }

    async fn sessions(&self) -> Result<Page<SessionView>, Problem> {
        sessions::list(&self.may(Right::Own)?).await
    }

    async fn end_session(&self, id: SessionId) -> Result<(), Problem> {
        sessions::end(&self.may(Right::Own)?, id).await
    }

    async fn tokens(&self) -> Result<Page<TokenView>, Problem> {
        tokens::list(&self.may(Right::Own)?).await
    }

    async fn add_token(&self, body: Value) -> Result<NewToken, Problem> {
        tokens::add(&self.may(Right::Own)?, &body).await
    }

    async fn revoke_token(&self, id: TokenId) -> Result<(), Problem> {
        tokens::revoke(&self.may(Right::Own)?, id).await
    }

    async fn people(&self) -> Result<Page<Person>, Problem> {
        people::list(&Office::of(&self.may(Right::Administer)?)).await
    }

    async fn person(&self, id: PersonId) -> Result<Person, Problem> {
        people::one(&Office::of(&self.may(Right::Administer)?), id).await
    }

    async fn invite(&self, body: Value) -> Result<NewLink, Problem> {
        people::invite(&Office::of(&self.may(Right::Administer)?), &body).await
    }

    async fn change_person(&self, id: PersonId, body: Value) -> Result<Person, Problem> {
        people::change(&Office::of(&self.may(Right::Administer)?), id, &body).await
    }

    async fn reset_person(&self, id: PersonId) -> Result<NewLink, Problem> {
        people::reset(&Office::of(&self.may(Right::Administer)?), id).await
    }

    async fn sessions_of(&self, id: PersonId) -> Result<Page<SessionView>, Problem> {
        sessions::of(&self.may(Right::Administer)?, id).await
    }

    async fn end_sessions_of(&self, id: PersonId) -> Result<(), Problem> {
        sessions::end_all(&self.may(Right::Administer)?, id).await
    }

    async fn audit(&self, query: AuditQuery) -> Result<Page<AuditEntry>, Problem> {
        audit::list(&self.may(Right::Administer)?, &query).await
    }

    async fn secrets(&self) -> Result<Page<SecretView>, Problem> {
        vault::list(&Office::of(&self.may(Right::Administer)?), &self.core.channels.texts()).await
    }

    async fn put_secret(&self, name: &str, body: Value) -> Result<SecretView, Problem> {
        let sight = self.may(Right::Administer)?;
        vault::put(&Office::of(&sight), &self.core.vault, &self.core.channels.texts(), name, &body).await
    }

    async fn delete_secret(&self, name: &str) -> Result<(), Problem> {
        vault::delete(&Office::of(&self.may(Right::Administer)?), &self.core.channels.texts(), name).await
    }
}
