//! The catalogue: what is written of systems, integrations, probes and baselines, read with every fault at once.
//!
//! A text becomes a tree that knows its lines, the tree is read field by field, and each reader adds what is wrong to one list
//! instead of stopping. JSON of the API takes the same way without lines.
//!
//! ```text
//! YAML text -> yaml --+
//!                     +-> tree -> fields, values -> system, integration (timing, baseline), probe (options) -> document
//! JSON value ---------+                                                                                        |
//! CSV text -> table -------------------------------------------------------------------------> Catalogue <----+
//! Catalogue -> plan (what applying it would do)
//! Catalogue -> write -> tree -> emit -> YAML text
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
//! ```
//!
//! An optional text that is empty counts as not written, and so does `null`. [`write()`] uses the nested `options`, the short forms of `unit`,
//! `minutes` and `retries` where they say all, and leaves defaults out.

mod faults;
mod tree;
mod yaml;

mod fields;
mod values;

mod baseline;
mod integration;
mod options;
mod probe;
mod system;
mod timing;

mod document;
mod table;

mod patch;
mod plan;

mod emit;
mod write;

#[cfg(test)]
mod tests;

pub use document::{check_baseline, check_integration, check_probe, check_system, read};
pub use patch::merge_patch;
pub use plan::plan;
pub use table::read_csv;
pub use write::write;
