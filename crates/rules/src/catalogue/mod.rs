//! The catalogue: what is written of systems, integrations, probes, baselines and windows, read with every fault at once.
//!
//! A text becomes a tree that knows its lines, the tree is read field by field, and each reader adds what is wrong to one list
//! instead of stopping. JSON of the API takes the same way without lines.
//!
//! ```text
//! YAML text -> yaml --+
//!                     +-> tree -> fields, values -> system, integration (timing, baseline), probe (options), window -> document
//! JSON value ---------+                                                                                        |
//! CSV text -> table -------------------------------------------------------------------------> Catalogue <----+
//! Catalogue -> plan (what applying it would do)
//! Catalogue -> write -> tree -> emit -> YAML text
//! kinds -> schema (what editors complete and check by)
//! JSON value -> act (what somebody does with an integration or a probe; it is in no catalogue and read the same way)
//! ```
//!
//! # The document
//!
//! ```yaml
//! catalogue: landscape            # whose things these are; `landscape` if not said
//! systems:
//!   - slug: netsuite
//!     name: NetSuite
//! integrations:
//!   - slug: orders-to-netsuite
//!     name: Orders to NetSuite
//!     from: shop
//!     to: netsuite
//!     via: workato                # or a list
//!     tier: 1
//!     unit: order                 # or {one: order, many: orders}
//!     expect: {every: 1h, grace: 10m}
//!     baseline:
//!       per: unit
//!       minutes: [3, 5, 9]        # or 5, or low_minutes, likely_minutes, high_minutes
//!       method: timed_sample
//!       source: Finance, May 2025
//!       valid_from: 2025-06-01
//!     probes:
//!       - slug: api
//!         kind: http
//!         options:                # the canonical form; options may also stand beside `kind`
//!           url: https://netsuite.example.com/health
//!         every: 30s              # or cron and time_zone
//!         retries: 2              # or {count: 2, backoff: 1s}
//!         assert: [status == 200]
//!         measures:
//!           backlog: {value: json.queue.depth, unit: count}
//! windows:
//!   - slug: patch-night
//!     name: Patch night
//!     kind: maintenance           # or freeze; maintenance if not said
//!     monthly: {nth: 2, weekday: tue, from: "22:00", to: "02:00", time_zone: Europe/Berlin}
//!     #   once: {from: 2026-12-05T20:00:00Z, to: 2026-12-06T04:00:00Z}
//!     #   weekly: {days: [sat, sun], from: "22:00", to: "02:00"}
//!     #   monthly: {day: -1, from: "22:00", to: "02:00"}
//!     #   cron: {at: 0 2 * * *, lasts: 1h}
//!     #   rrule: {rule: FREQ=YEARLY;BYMONTH=12, starts: 2026-12-24T12:00, lasts: 3days}
//!     systems: [netsuite]         # and integrations, tags; or everything: true
//!     counts: false               # true: failures count all the same
//! ```
//!
//! An optional text that is empty counts as not written, and so does `null`. [`write()`] uses the nested `options`, the short forms of `unit`,
//! `minutes` and `retries` where they say all, and leaves defaults out.

mod faults;
mod tree;
mod yaml;

mod fields;
mod values;

mod act;
mod baseline;
mod integration;
mod options;
mod probe;
mod system;
mod timing;
mod window;

mod document;
mod slugs;
mod table;

mod patch;
mod plan;

mod emit;
mod write;

mod schema;

#[cfg(test)]
mod tests;

pub use document::{check_act, check_baseline, check_integration, check_probe, check_system, check_window, read};
pub use patch::merge_patch;
pub use plan::plan;
pub use schema::schema;
pub use table::read_csv;
pub use write::write;
