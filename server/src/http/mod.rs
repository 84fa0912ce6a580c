//! The web's layers, in the order in which a request passes through them.
//!
//! ```text
//! limits (body 2 MiB, 30 s) -> guard (loopback names, same origin, JSON) -> headers (CSP is set by pages and docs)
//!   -> compression -> api/<resource> | live stream | assets | cached pages of `app`
//! ```

pub mod assets;
pub mod cache;
pub mod docs;
pub mod edge;
pub mod guard;
pub mod headers;
pub mod live;
pub mod pages;
pub mod problem;

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, extract::FromRef, http::StatusCode, middleware};
use leptos::config::LeptosOptions;
use model::{Api, Caller, Clock};
use service::Service;
use tokio_util::sync::CancellationToken;
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    timeout::TimeoutLayer,
};

use crate::api;

/// The largest body that is read.
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;
/// The longest that a request may take; the stream has no end of its own.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// What handlers and pages reach: the one Api, and what only the server knows.
#[derive(Clone)]
pub struct Door {
    /// The one implementation of `Api`, before a caller is named.
    pub service: Service,
    /// The engine, for the live stream and `/metrics`.
    pub engine: monitor::Handle,
    /// Who tells the time.
    pub clock: Arc<dyn Clock>,
    /// Ends streams and makes `/readyz` say no.
    pub ending: CancellationToken,
    /// The reporting zone: of every time on every page.
    pub zone: chrono_tz::Tz,
    /// Where this server is, for snippets: `http://127.0.0.1:7077`.
    pub origin: Arc<str>,
    /// How pages find their browser half.
    pub leptos: LeptosOptions,
}

impl Door {
    /// The Api as whoever asks may use it; until there is sign-in, that is whoever is at this machine.
    pub fn api(&self) -> impl Api + Clone + Send + Sync + use<> {
        self.service.acting_as(Caller::Local)
    }
}

impl FromRef<Door> for LeptosOptions {
    fn from_ref(door: &Door) -> Self {
        door.leptos.clone()
    }
}

/// Everything that can be asked over HTTP.
pub fn router(door: Door) -> Router {
    let (api, document) = api::router();
    let cache = cache::PageCache::default();
    let api = api.layer(middleware::from_fn_with_state(cache.clone(), cache::forgets));
    let fitting = DefaultPredicate::new().and(NotForContentType::new("text/event-stream"));
    let timed = Router::new()
        .merge(api)
        .merge(docs::router(document))
        .merge(pages::router(&door, cache))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT))
        .layer(CompressionLayer::new().br(true).gzip(true).compress_when(fitting))
        .merge(live::router())
        .merge(assets::router())
        .fallback(pages::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed);
    timed
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(headers::add))
        .layer(middleware::from_fn(guard::check))
        .with_state(door)
}
