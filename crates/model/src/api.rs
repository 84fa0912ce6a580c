//! The one surface: what may be asked and told, typed once.
//!
//! `service` implements it; HTTP handlers are adapters of a few lines, pages call it in-process, later islands over `fetch`.
//! Inputs that people write arrive as JSON trees: they are checked field by field by `rules`, so that every wrong field is
//! named at once, which a typed body could not do.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    AuditEntry, Baseline, ChannelView, Handling, Identity, IntegrationDetail, IntegrationRow, IntegrationsQuery,
    NewToken, NoticeView, Page, Person, PersonId, Plan, Probe, ProbeStanding, Problem, Receipt, Run, RunDetail, RunId,
    RunRow, RunsQuery, SecretView, Series, SeriesQuery, SessionId, SessionView, SignIn, Slug, System, TestAnswer,
    Timestamp, TokenId, TokenView, WindowView,
    overview::{Overview, OverviewQuery},
    views::ChartQuery,
};

pub use crate::identity::Caller;

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
    /// Nothing changed: it only tells something.
    Log,
}

/// A ping, as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Ping {
    /// What its address says.
    pub kind: PingKind,
    /// Which of several runs at once it is of.
    pub rid: Option<Uuid>,
    /// The method by which it came.
    pub method: String,
    /// The beginning of what it carried, [`Ping::KEPT`] bytes at most.
    pub body: Vec<u8>,
    /// Bytes that it carried in all.
    pub bytes: i64,
}

impl Ping {
    /// Bytes that are kept of what a ping carries.
    pub const KEPT: usize = 10_000;
}

/// By GET, with nothing in it.
impl From<PingKind> for Ping {
    fn from(kind: PingKind) -> Self {
        Self { kind, rid: None, method: "GET".to_owned(), body: Vec::new(), bytes: 0 }
    }
}

/// Who asks, as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Me {
    /// Name, address, role and scope.
    #[serde(flatten)]
    pub identity: Identity,
    /// How they sign in; absent for those who do not: this machine's command line, and whom the demo makes up.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub signed_in_by: Option<SignIn>,
}

/// A link just made, by which a person chooses a password: the only time that it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct NewLink {
    /// Whose.
    pub person: Person,
    /// Where it leads, below the base path: `/invitation/..`, `/reset/..`.
    pub path: String,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
}

/// Without the path, which must not get into a log.
impl fmt::Debug for NewLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLink").field("person", &self.person).finish_non_exhaustive()
    }
}

/// Which entries of the audit. Absent: all, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct AuditQuery {
    /// By this one, as they were called: an email address, `integration orders-to-erp`, `this machine`.
    pub who: Option<String>,
    /// What was done, or how that begins: `integration.`
    pub action: Option<String>,
    /// To what: `integration orders-to-erp`.
    pub subject: Option<String>,
    /// At or after, RFC 3339.
    pub from: Option<Timestamp>,
    /// Before, RFC 3339.
    pub to: Option<Timestamp>,
    /// Part of any of it, whatever the case.
    pub q: Option<String>,
    /// 1 to 1,000; 100 if absent.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
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

    /// Pauses, mutes, acknowledges an integration or takes that back, from the fields of `HandlingAct`; answers what holds now.
    async fn handle_integration(&self, slug: Slug, body: Value) -> Result<Handling, Problem>;
    /// The same with one probe.
    async fn handle_probe(&self, integration: Slug, probe: Slug, body: Value) -> Result<Handling, Problem>;
    /// What the owner of an integration was told and what became of it, the newest 50 first.
    async fn notices(&self, integration: Slug) -> Result<Page<NoticeView>, Problem>;

    /// Maintenance windows and change freezes: those that are open, then by when they open next.
    async fn windows(&self) -> Result<Page<WindowView>, Problem>;
    /// One window.
    async fn window(&self, slug: Slug) -> Result<WindowView, Problem>;
    /// A new window, from the fields of `WindowSpec`.
    async fn create_window(&self, body: Value) -> Result<WindowView, Problem>;
    /// Another window in the place of the one of this slug, from all the fields of `WindowSpec`; the slug may be left out, and stays.
    async fn change_window(&self, slug: Slug, body: Value) -> Result<WindowView, Problem>;
    /// Retires a window: from now on failures count again; those that did not before still do not.
    async fn delete_window(&self, slug: Slug) -> Result<(), Problem>;

    /// The channels by which owners are told, by name.
    async fn channels(&self) -> Result<Page<ChannelView>, Problem>;
    /// Sends a test by a channel at once and answers with the other side's words.
    async fn test_channel(&self, name: Slug) -> Result<TestAnswer, Problem>;

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
    /// Takes in a ping for the heartbeat with this key.
    async fn ping(&self, key: &str, ping: Ping) -> Result<(), Problem>;
    /// Takes in a ping for a heartbeat of the integration whose token calls. One that is not there is made if `create`, due every
    /// day with an hour of grace; answers whether it was. `_` in its name counts as `-`.
    async fn ping_by_slug(&self, probe: &str, create: bool, ping: Ping) -> Result<bool, Problem>;

    /// The catalogue as YAML: what `apply` reads.
    async fn export_catalogue(&self) -> Result<String, Problem>;
    /// Plans, and unless `dry_run` carries out, a catalogue document (YAML or JSON text).
    async fn apply_catalogue(&self, document: &str, dry_run: bool) -> Result<Plan, Problem>;

    /// Demo only: stops or starts one of its servers.
    async fn demo_server(&self, system: Slug, running: bool) -> Result<(), Problem>;

    // Whoever asks, and what is theirs.

    /// Who asks.
    async fn me(&self) -> Result<Me, Problem>;
    /// The browsers that the caller is signed in with, the last used first.
    async fn sessions(&self) -> Result<Page<SessionView>, Problem>;
    /// Ends one of them.
    async fn end_session(&self, id: SessionId) -> Result<(), Problem>;
    /// The caller's tokens and those of integrations that they may change, the newest first; administrators see all.
    async fn tokens(&self) -> Result<Page<TokenView>, Problem>;
    /// A new token, from `{"name", "integration", "expires_at"}`: of that integration, or else the caller's own. 90 days, if not
    /// said; `null`, of an integration only: no end. The only time that it is shown.
    async fn add_token(&self, body: Value) -> Result<NewToken, Problem>;
    /// Takes a token back, for ever.
    async fn revoke_token(&self, id: TokenId) -> Result<(), Problem>;

    // People, the audit and secrets, for administrators.

    /// Everybody, by email.
    async fn people(&self) -> Result<Page<Person>, Problem>;
    /// One person.
    async fn person(&self, id: PersonId) -> Result<Person, Problem>;
    /// Invites a person, from `{"email", "name", "role", "scope"}`. The only time that the link is shown.
    async fn invite(&self, body: Value) -> Result<NewLink, Problem>;
    /// A changed person: of `{"name", "role", "scope", "state"}` those given replace; `state` is `active` or `disabled`.
    async fn change_person(&self, id: PersonId, body: Value) -> Result<Person, Problem>;
    /// A link by which a person chooses a password; those before it work no more. Using it ends their sessions and takes back their
    /// tokens.
    async fn reset_person(&self, id: PersonId) -> Result<NewLink, Problem>;
    /// The browsers that a person is signed in with.
    async fn sessions_of(&self, id: PersonId) -> Result<Page<SessionView>, Problem>;
    /// Signs a person out everywhere (whoever asks for themselves stays signed in where they ask).
    async fn end_sessions_of(&self, id: PersonId) -> Result<(), Problem>;

    /// The audit, newest first.
    async fn audit(&self, query: AuditQuery) -> Result<Page<AuditEntry>, Problem>;

    /// Every secret by name, without its value.
    async fn secrets(&self) -> Result<Page<SecretView>, Problem>;
    /// Puts `{"value": ".."}` under a name, in the place of what was there. It is never shown.
    async fn put_secret(&self, name: &str, body: Value) -> Result<SecretView, Problem>;
    /// Deletes a secret that no probe names.
    async fn delete_secret(&self, name: &str) -> Result<(), Problem>;
}
