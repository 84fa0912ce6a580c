//! The binary, as a library that tests can start: configuration, wiring, HTTP layers, and nothing that judges.
//!
//! Data passes through it so:
//!
//! ```text
//! flags, environment, bridgewatch.toml -> config -> house (two runtimes, two pools: engine and web)
//! connection (TLS) -> http layers in order (headers, guard, limits, rules: who asks and whether they may, cache)
//!         -> api/<resource>.rs, a form, or a page of `app` -> service.acting_as(caller) -> answer, or problem+json
//! events after commit -> live (SSE);  cron ticks -> roll-up and retention
//! what owners are to be told (the engine's teller) -> outbox -> telling (channels, courier) -> mail relay, webhooks
//! ```

pub mod cli;
pub mod config;
mod engine;
pub mod error;
pub mod house;
mod outside;
pub mod telling;

pub mod api;
pub mod http;

pub mod demo;
pub mod ticks;

pub use config::Config;
pub use error::ServerError;
pub use house::House;
