//! The API: one file a resource, each handler an adapter of a few lines over [`model::Api`]. `routes!` binds path, method,
//! documentation and handler together, so that they cannot drift.

mod audit;
mod baselines;
mod catalogue;
mod channels;
mod demo;
mod handling;
mod health;
mod integrations;
mod metrics;
mod overview;
mod people;
mod ping;
mod probes;
mod runs;
mod secrets;
mod series;
mod sessions;
mod systems;
mod tokens;
mod windows;

mod gates;
mod parts;

use axum::Router;
use utoipa::{
    OpenApi,
    openapi::{InfoBuilder, OpenApi as Document},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::Door;

/// The document's frame; paths and schemas come from the routes.
#[derive(OpenApi)]
#[openapi(tags(
    (name = "overview", description = "How the bridges stand"),
    (name = "integrations", description = "Directed flows from one system to another"),
    (name = "probes", description = "Scheduled active questions"),
    (name = "runs", description = "What happened: probes' attempts, and the work that integrations sent word of"),
    (name = "systems", description = "What is at the ends"),
    (name = "windows", description = "Maintenance and change freezes, in which failures do not count"),
    (name = "channels", description = "By what owners are told"),
    (name = "catalogue", description = "All of it as one document"),
    (name = "account", description = "One's own password, sessions and tokens"),
    (name = "people", description = "Who may sign in, what they may do and see"),
    (name = "secrets", description = "Values that are kept sealed"),
    (name = "audit", description = "Who did what"),
    (name = "server", description = "This server"),
))]
struct Frame;

/// The API's routes and their document.
pub fn router() -> (Router<Door>, Document) {
    let mut frame = Frame::openapi();
    frame.info = InfoBuilder::new()
        .title("Bridgewatch")
        .version("v1")
        .description(Some(
            "Bridgewatch watches the bridges between a company's systems. Times are RFC 3339 in UTC, durations are integers \
             with their unit in the name, lists answer `items` and `next_cursor`, and what goes wrong is \
             `application/problem+json` with a stable `type`.",
        ))
        .build();
    let (routes, mut document) = OpenApiRouter::with_openapi(frame)
        .routes(routes!(overview::overview))
        .routes(routes!(integrations::list, integrations::create))
        .routes(routes!(integrations::get, integrations::change, integrations::delete))
        .routes(routes!(handling::integration))
        .routes(routes!(channels::notices))
        .routes(routes!(baselines::list, baselines::add))
        .routes(routes!(series::series))
        .routes(routes!(series::chart))
        .routes(routes!(probes::list, probes::create))
        .routes(routes!(probes::get, probes::change, probes::delete))
        .routes(routes!(probes::run))
        .routes(routes!(handling::probe))
        .routes(routes!(probes::try_out))
        .routes(routes!(runs::send))
        .routes(routes!(runs::list))
        .routes(routes!(runs::get))
        .routes(routes!(systems::list, systems::create))
        .routes(routes!(systems::get, systems::change, systems::delete))
        .routes(routes!(windows::list, windows::create))
        .routes(routes!(windows::get, windows::change, windows::delete))
        .routes(routes!(channels::list))
        .routes(routes!(channels::test))
        .routes(routes!(catalogue::export, catalogue::apply))
        .routes(routes!(sessions::me))
        .routes(routes!(sessions::password))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(people::list, people::invite))
        .routes(routes!(people::get, people::change))
        .routes(routes!(people::reset))
        .routes(routes!(people::sessions, people::end_sessions))
        .routes(routes!(secrets::list))
        .routes(routes!(secrets::put, secrets::delete))
        .routes(routes!(audit::list))
        .routes(routes!(audit::export))
        .routes(routes!(demo::set))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
        .merge(ping::router())
        .split_for_parts();
    gates::say(&mut document);
    parts::open(&mut document);
    (routes, document)
}
