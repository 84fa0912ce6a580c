//! The nouns of Bridgewatch and the one [`Api`] with its questions and answers.
//!
//! Nothing here does IO, asks the time of the machine or judges: the verbs are in `rules`, the SQL is in `store`. The crate
//! compiles to WebAssembly, so that pages and islands speak the same words as the engine. Data passes through in this order:
//!
//! ```text
//! catalogue (system, integration, probe, expectation, baseline, window)
//!     -> run (what happened) -> rollup (what it adds up to) -> standing (what it means) -> api (who asks, what they get)
//! ```
//!
//! Who that is stands in identity, what is told of them in people, what they did in audit; what nobody sees is in secret.

pub mod ids;
pub mod local;
pub mod span;
pub mod time;

pub mod baseline;
pub mod catalogue;
pub mod expectation;
pub mod integration;
pub mod probe;
pub mod schedule;
pub mod system;
pub mod window;

pub mod event;
pub mod outcome;
pub mod reason;
pub mod run;
pub mod sent;

pub mod handling;
pub mod level;
pub mod notice;
pub mod rollup;
pub mod series;
pub mod standing;
pub mod subject;

pub mod audit;
pub mod identity;
pub mod people;
pub mod secret;

pub mod api;
pub mod hours;
pub mod overview;
pub mod page;
pub mod problem;
pub mod settings;
pub mod views;

pub use api::Api;
pub use audit::{AuditEntry, EntryToHash};
pub use baseline::{Baseline, BaselineMethod, BaselineSpec, Per};
pub use catalogue::{Catalogue, Change, ChangeKind, Plan};
pub use event::Event;
pub use expectation::Expectation;
pub use handling::{Acknowledged, Handling, HandlingAct, HandlingAction, Muted, Paused};
pub use hours::HoursSaved;
pub use identity::{Caller, Identity, Role, Scope, TokenOf};
pub use ids::{BaselineId, IntegrationId, PersonId, ProbeId, RunId, SessionId, Slug, SystemId, TokenId, WindowId};
pub use integration::{Classification, Integration, IntegrationSpec, Lifecycle, Link, Tier, Unit};
pub use level::Level;
pub use local::{LocalTime, TimeOfDay};
pub use notice::{
    ChangeId, ChannelKind, ChannelView, Notice, NoticeClaim, NoticeKind, NoticeMark, NoticeState, NoticeView,
    TestAnswer,
};
pub use outcome::Outcome;
pub use page::Page;
pub use people::{NewToken, Person, PersonState, SessionView, SignIn, TokenView};
pub use probe::{MeasureSpec, Probe, ProbeSpec, Retries};
pub use problem::{Fault, Problem, ProblemKind};
pub use reason::Reason;
pub use rollup::{Counts, Held, Rollup, Step};
pub use run::{Assertion, Body, Exchange, Origin, Phases, Records, Request, Response, Run, RunStep};
pub use schedule::Schedule;
pub use secret::SecretView;
pub use sent::{Receipt, SentRun};
pub use series::{Series, SeriesPoint};
pub use settings::Settings;
pub use span::Span;
pub use standing::{Answer, Answers, Standing, Why};
pub use subject::Subject;
pub use system::{System, SystemSpec};
pub use time::{Clock, SystemClock, TestClock, Timestamp};
pub use views::{
    IntegrationDetail, IntegrationRow, IntegrationsQuery, ProbeStanding, RunDetail, RunRow, RunsQuery, SeriesQuery,
};
pub use window::{DayOfMonth, Opening, Opens, Weekday, Window, WindowKind, WindowSpec, WindowView};

/// `ToSchema` where the server asks for it, nothing in the browser half.
#[cfg(feature = "openapi")]
pub(crate) use utoipa::ToSchema;
