//! What the server puts around every page: its `Api`, the time, the zone, where things lie.

use std::{fmt, sync::Arc};

use chrono_tz::Tz;
use leptos::prelude::{expect_context, provide_context};
use model::{Api, Clock, Timestamp};

use crate::{
    kinds::Kind,
    visitor::{May, Provider, Visitor},
};

/// Everything that pages ask of the server. Made for each request, put in place by [`provide`].
#[derive(Clone)]
pub struct Surroundings {
    /// The service, acting as whoever asks.
    pub api: Arc<dyn Api + Send + Sync>,
    /// Who asks, and the form that they sent.
    pub visitor: Arc<Visitor>,
    /// The ways in beside a password, in the order in which they are offered.
    pub providers: Arc<[Provider]>,
    /// The kinds of probes there are, in the order in which they are offered.
    pub kinds: Arc<[Kind]>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The reporting zone: of every time on every page.
    pub zone: Tz,
    /// What the page loads.
    pub assets: Arc<Assets>,
    /// What comes before every path: empty, or `/bridgewatch` behind a proxy; no slash at the end.
    pub base: Arc<str>,
    /// Where the server is, for snippets to send runs to: `http://127.0.0.1:7077`; no slash at the end, without `base`.
    pub origin: Arc<str>,
    /// Where a page says which status it has, if not 200.
    pub status: StatusSink,
}

/// The files of the browser half, as they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets {
    /// Paths of the stylesheets in the order of the cascade, below `base`: `/pkg/tokens-3f2a.css`.
    pub stylesheets: Vec<String>,
    /// The path of the page's icon, below `base`.
    pub icon: Option<String>,
    /// Whether the browser half was built in; without it pages are plain.
    pub scripts: bool,
}

/// Takes the HTTP status of a page.
#[derive(Clone)]
pub struct StatusSink(Arc<dyn Fn(u16) + Send + Sync>);

impl StatusSink {
    /// Calls `set` with the status.
    pub fn new(set: impl Fn(u16) + Send + Sync + 'static) -> Self {
        Self(Arc::new(set))
    }

    /// The page has this status.
    pub fn set(&self, status: u16) {
        (self.0)(status);
    }
}

impl Surroundings {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether to offer it to whoever asks.
    pub fn may(&self, what: May) -> bool {
        self.visitor.may.contains(&what)
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("zone", &self.zone).field("base", &self.base).finish_non_exhaustive()
    }
}

/// Puts them into the context of the request that is being rendered.
pub fn provide(surroundings: Surroundings) {
    provide_context(Arc::new(surroundings));
}

/// Those of the page that is being rendered.
pub fn here() -> Arc<Surroundings> {
    expect_context()
}
