//! An `Api` that answers from three made-up worlds: nothing yet, a company with trouble, and one with very long names.

mod details;
mod handled;
mod kinds;
mod parts;
pub mod people;
mod world;

use std::sync::Arc;

use app::visitor::{Provider, Visitor};
use async_trait::async_trait;
use leptos::prelude::*;
use model::{
    Api, AuditEntry, Baseline, ChannelView, Handling, IntegrationDetail, IntegrationRow, IntegrationsQuery, NewToken,
    NoticeView, Page, Person, PersonId, Plan, Probe, ProbeStanding, Problem, Receipt, Role, Run, RunDetail, RunId,
    RunRow, RunsQuery, SecretView, Series, SeriesQuery, SessionId, SessionView, SignIn, Slug, System, TestAnswer,
    TestClock, Timestamp, TokenId, TokenView, WindowView,
    api::{AuditQuery, Me, NewLink, Ping},
    overview::{Overview, OverviewQuery},
    views::{ChartKind, ChartQuery},
};
use serde_json::Value;

pub use world::World;

/// The stylesheets, as `index.html` has them.
const STYLES: [&str; 13] = [
    "tokens", "base", "frame", "rail", "parts", "figures", "rows", "charts", "form", "pages", "people", "handling",
    "print",
];

/// When all of it happens.
pub const NOW: &str = "2026-11-23T10:00:00Z";

/// Reads a moment.
pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

/// Answers questions about its world; commands are not its business.
pub struct Fake(pub World);

impl Fake {
    fn no_command<T>() -> Result<T, Problem> {
        Err(Problem::conflict("this world does not change"))
    }
}

#[async_trait]
impl Api for Fake {
    async fn overview(&self, _: OverviewQuery) -> Result<Overview, Problem> {
        Ok(self.0.overview())
    }

    async fn systems(&self) -> Result<Page<System>, Problem> {
        Ok(Page::whole(self.0.systems()))
    }

    async fn system(&self, slug: Slug) -> Result<System, Problem> {
        Err(Problem::not_found("system", slug))
    }

    async fn create_system(&self, _: Value) -> Result<System, Problem> {
        Self::no_command()
    }

    async fn change_system(&self, _: Slug, _: Value) -> Result<System, Problem> {
        Self::no_command()
    }

    async fn delete_system(&self, _: Slug) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn integrations(&self, query: IntegrationsQuery) -> Result<Page<IntegrationRow>, Problem> {
        let mut rows = self.0.rows();
        rows.retain(|row| query.level.is_none_or(|level| row.level == level));
        Ok(Page::whole(rows))
    }

    async fn integration(&self, slug: Slug) -> Result<IntegrationDetail, Problem> {
        self.0.detail(&slug).ok_or_else(|| Problem::not_found("integration", slug))
    }

    async fn create_integration(&self, _: Value) -> Result<IntegrationDetail, Problem> {
        Self::no_command()
    }

    async fn change_integration(&self, _: Slug, _: Value) -> Result<IntegrationDetail, Problem> {
        Self::no_command()
    }

    async fn delete_integration(&self, _: Slug) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn probes(&self, slug: Slug) -> Result<Page<ProbeStanding>, Problem> {
        Ok(Page::whole(self.integration(slug).await?.probe_states))
    }

    async fn probe(&self, _: Slug, probe: Slug) -> Result<ProbeStanding, Problem> {
        Err(Problem::not_found("probe", probe))
    }

    async fn create_probe(&self, _: Slug, _: Value) -> Result<Probe, Problem> {
        Self::no_command()
    }

    async fn change_probe(&self, _: Slug, _: Slug, _: Value) -> Result<Probe, Problem> {
        Self::no_command()
    }

    async fn delete_probe(&self, _: Slug, _: Slug) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn run_probe(&self, _: Slug, _: Slug) -> Result<Run, Problem> {
        Self::no_command()
    }

    async fn try_probe(&self, _: Value) -> Result<Run, Problem> {
        Self::no_command()
    }

    async fn handle_integration(&self, _: Slug, _: Value) -> Result<Handling, Problem> {
        Self::no_command()
    }

    async fn handle_probe(&self, _: Slug, _: Slug, _: Value) -> Result<Handling, Problem> {
        Self::no_command()
    }

    async fn notices(&self, slug: Slug) -> Result<Page<NoticeView>, Problem> {
        Ok(Page::whole(self.integration(slug).await?.notices))
    }

    async fn windows(&self) -> Result<Page<WindowView>, Problem> {
        Ok(Page::whole(self.0.windows()))
    }

    async fn window(&self, slug: Slug) -> Result<WindowView, Problem> {
        Err(Problem::not_found("window", slug))
    }

    async fn create_window(&self, _: Value) -> Result<WindowView, Problem> {
        Self::no_command()
    }

    async fn change_window(&self, _: Slug, _: Value) -> Result<WindowView, Problem> {
        Self::no_command()
    }

    async fn delete_window(&self, _: Slug) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn channels(&self) -> Result<Page<ChannelView>, Problem> {
        Ok(Page::whole(self.0.channels()))
    }

    async fn test_channel(&self, _: Slug) -> Result<TestAnswer, Problem> {
        Self::no_command()
    }

    async fn baselines(&self, slug: Slug) -> Result<Page<Baseline>, Problem> {
        Ok(Page::whole(self.integration(slug).await?.baselines))
    }

    async fn add_baseline(&self, _: Slug, _: Value) -> Result<Baseline, Problem> {
        Self::no_command()
    }

    async fn series(&self, _: Slug, _: SeriesQuery) -> Result<Series, Problem> {
        Ok(self.0.series())
    }

    async fn chart(&self, _: Slug, query: ChartQuery) -> Result<String, Problem> {
        // One that cannot be drawn must not take the page with it.
        if query.kind == ChartKind::ErrorRate {
            return Err(Problem::new(model::ProblemKind::Unavailable, "The store is away."));
        }
        Ok(self.0.chart())
    }

    async fn runs(&self, _: RunsQuery) -> Result<Page<RunRow>, Problem> {
        let items = self.0.runs();
        let next_cursor = (!items.is_empty()).then(|| "older".to_owned());
        Ok(Page { items, next_cursor })
    }

    async fn run(&self, id: RunId) -> Result<RunDetail, Problem> {
        self.0.run(id).ok_or_else(|| Problem::not_found("run", id))
    }

    async fn send_runs(&self, _: Slug, _: Value) -> Result<Vec<Receipt>, Problem> {
        Self::no_command()
    }

    async fn ping(&self, _: &str, _: Ping) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn ping_by_slug(&self, _: &str, _: bool, _: Ping) -> Result<bool, Problem> {
        Self::no_command()
    }

    async fn export_catalogue(&self) -> Result<String, Problem> {
        Self::no_command()
    }

    async fn apply_catalogue(&self, _: &str, _: bool) -> Result<Plan, Problem> {
        Self::no_command()
    }

    async fn demo_server(&self, _: Slug, _: bool) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn me(&self) -> Result<Me, Problem> {
        let visitor = people::person(Role::Engineer);
        let identity = visitor.identity().cloned().ok_or_else(|| Problem::not_found("person", 1))?;
        Ok(Me { identity, signed_in_by: Some(SignIn::Password) })
    }

    async fn people(&self) -> Result<Page<Person>, Problem> {
        Ok(Page::whole(self.0.people()))
    }

    async fn sessions(&self) -> Result<Page<SessionView>, Problem> {
        Ok(Page::whole(self.0.sessions()))
    }

    async fn tokens(&self) -> Result<Page<TokenView>, Problem> {
        Ok(Page::whole(self.0.tokens()))
    }

    async fn audit(&self, _: AuditQuery) -> Result<Page<AuditEntry>, Problem> {
        Ok(Page::whole(self.0.audit()))
    }

    async fn secrets(&self) -> Result<Page<SecretView>, Problem> {
        Ok(Page::whole(self.0.secrets()))
    }

    async fn end_session(&self, _: SessionId) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn add_token(&self, _: Value) -> Result<NewToken, Problem> {
        Self::no_command()
    }

    async fn revoke_token(&self, _: TokenId) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn person(&self, id: PersonId) -> Result<Person, Problem> {
        Err(Problem::not_found("person", id))
    }

    async fn invite(&self, _: Value) -> Result<NewLink, Problem> {
        Self::no_command()
    }

    async fn change_person(&self, _: PersonId, _: Value) -> Result<Person, Problem> {
        Self::no_command()
    }

    async fn reset_person(&self, _: PersonId) -> Result<NewLink, Problem> {
        Self::no_command()
    }

    async fn sessions_of(&self, _: PersonId) -> Result<Page<SessionView>, Problem> {
        Self::no_command()
    }

    async fn end_sessions_of(&self, _: PersonId) -> Result<(), Problem> {
        Self::no_command()
    }

    async fn put_secret(&self, _: &str, _: Value) -> Result<SecretView, Problem> {
        Self::no_command()
    }

    async fn delete_secret(&self, _: &str) -> Result<(), Problem> {
        Self::no_command()
    }
}

/// A rendered page.
pub struct Rendered {
    /// The whole document.
    pub html: String,
    /// The status that the page asked for; 200 if it asked for none.
    pub status: u16,
}

/// Renders an address as the server does, for an administrator.
pub async fn render(world: World, address: &str, scripts: bool) -> Rendered {
    render_with(world, address, people::person(Role::Admin), &[], scripts).await
}

/// The same for anybody, with these ways in.
pub async fn render_for(world: World, address: &str, visitor: Visitor, providers: &[Provider]) -> Rendered {
    render_with(world, address, visitor, providers, true).await
}

async fn render_with(world: World, address: &str, visitor: Visitor, providers: &[Provider], scripts: bool) -> Rendered {
    use std::sync::atomic::{AtomicU16, Ordering};

    use app::surroundings::{Assets, StatusSink, Surroundings, provide};
    use futures::StreamExt;
    use hydration_context::SsrSharedContext;
    use leptos::{config::LeptosOptions, reactive::owner::Owner};
    use leptos_meta::ServerMetaContext;
    use leptos_router::location::RequestUrl;

    // A second call only says that it was done already.
    let _ = any_spawner::Executor::init_tokio();
    let status = Arc::new(AtomicU16::new(200));
    let sink = Arc::clone(&status);
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let address = format!("http://bridgewatch.test{address}");
    let (meta, head) = ServerMetaContext::new();
    let stream = owner.with(|| {
        provide_context(meta);
        provide_context(RequestUrl::new(&address));
        provide(Surroundings {
            api: Arc::new(Fake(world)),
            visitor: Arc::new(visitor),
            providers: providers.into(),
            kinds: kinds::kinds().into(),
            clock: Arc::new(TestClock::at(at(NOW))),
            zone: chrono_tz::Tz::Europe__Berlin,
            assets: Arc::new(Assets {
                stylesheets: STYLES.map(|name| format!("/pkg/{name}.css")).to_vec(),
                icon: Some("/pkg/icon.svg".to_owned()),
                scripts,
            }),
            base: Arc::from(""),
            origin: Arc::from("http://127.0.0.1:7077"),
            status: StatusSink::new(move |code| sink.store(code, Ordering::SeqCst)),
        });
        let options = LeptosOptions::builder().output_name("browser").site_pkg_dir("pkg").build();
        app::shell::shell(options).to_html_stream_in_order()
    });
    // The pages are asynchronous: all is rendered before the head is written, as the server does it.
    let whole: String = stream.collect().await;
    let html: String = head.inject_meta_context(futures::stream::iter([whole])).await.collect().await;
    Rendered { html, status: status.load(Ordering::SeqCst) }
}
