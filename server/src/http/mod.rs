//! The web's layers, in the order in which a request passes through them.
//!
//! ```text
//! serve (TLS, limits of time, the base taken off) -> headers (CSP is set by pages and docs) -> guard (names, origin, types of bodies)
//!   -> limits (per address) -> rules (who asks, and whether they may; per token) -> body 2 MiB, 30 s -> compression
//!   -> api/<resource> | live stream | assets | forms | single sign-on | cached pages of `app`
//! ```

pub mod places;
pub mod serve;
pub mod tls;
pub mod way;

pub mod deadline;
pub mod guard;
pub mod headers;
pub mod identity;
pub mod known;
pub mod limits;
pub mod rules;
pub mod sealed;

pub mod assets;
pub mod cache;
pub mod docs;
pub mod edge;
pub mod forms;
pub mod live;
pub mod oidc;
pub mod pages;
pub mod problem;

use std::{sync::Arc, time::Duration};

use app::{surroundings::Assets, visitor::Provider};
use axum::{Router, extract::DefaultBodyLimit, extract::FromRef, middleware};
use leptos::config::LeptosOptions;
use model::Clock;
use service::Service;
use tokio_util::sync::CancellationToken;
use tower_http::compression::{
    CompressionLayer,
    predicate::{DefaultPredicate, NotForContentType, Predicate},
};

use crate::api;

use limits::Rates;
use oidc::Oidc;
use places::Places;
use sealed::Sealer;
use way::Way;

/// The largest body that is read.
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;
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
    /// How this server is reached.
    pub way: Way,
    /// What each address and token has asked of late.
    pub rates: Rates,
    /// The longest that a request may take; the stream has no end of its own.
    pub time_limit: Duration,
    /// How many streams each of those who ask listens to.
    pub listening: Places<live::Listener>,
    /// Whether this is the demo, whose visitors are signed in without being asked.
    pub demo: bool,
    /// What seals what browsers keep for us.
    pub sealer: Arc<Sealer>,
    /// Who vouches for people beside their password.
    pub oidc: Arc<Oidc>,
    /// The same, as the sign-in page offers them.
    pub providers: Arc<[Provider]>,
    /// What pages load.
    pub assets: Arc<Assets>,
    /// How pages find their browser half.
    pub leptos: LeptosOptions,
}

impl FromRef<Door> for LeptosOptions {
    fn from_ref(door: &Door) -> Self {
        door.leptos.clone()
    }
}

/// Everything that can be asked over HTTP. Fails if the API's document cannot be written as JSON.
pub fn router(door: Door) -> serde_json::Result<Router> {
    let (api, document) = api::router();
    let cache = cache::PageCache::default();
    let changing = api.merge(forms::router()).merge(oidc::router());
    let changing = changing.layer(middleware::from_fn_with_state(cache.clone(), cache::forgets));
    let fitting = DefaultPredicate::new().and(NotForContentType::new("text/event-stream"));
    let all = Router::new()
        .merge(changing)
        .merge(docs::router(document, &door.way.base)?)
        .merge(pages::router(&door, cache))
        .layer(middleware::from_fn_with_state(door.time_limit, deadline::keep))
        .layer(CompressionLayer::new().br(true).gzip(true).compress_when(fitting))
        .merge(live::router())
        .merge(assets::router())
        .fallback(pages::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed);
    // The last is the first that a request comes to.
    let guarded = all
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(door.clone(), rules::decide))
        .layer(middleware::from_fn_with_state(door.rates.clone(), limits::by_address))
        .layer(middleware::from_fn_with_state(door.way.clone(), guard::check))
        .layer(middleware::from_fn_with_state(door.way.clone(), headers::add));
    Ok(guarded.with_state(door))
}
