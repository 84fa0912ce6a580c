//! The harness of the tests that cross rooms.
//!
//! Everything in it is real: a whole [`house::TestHouse`] on a free port with a store in a temporary folder, loopback
//! [`target::Target`]s that can be told how to answer, a PostgreSQL ([`postgres`]), a Chromium ([`browser`]). The tests are in
//! few binaries: `pipeline` (a bridge from catalogue to level), `store` (one suite, two engines), `web` (pages and API),
//! `browser` (what a person sees).

pub mod browser;
#[cfg(test)]
mod edges;
pub mod house;
pub mod postgres;
pub mod target;
pub mod wait;
