//! The harness of the tests that cross rooms.
//!
//! Everything in it is real: a whole [`house::TestHouse`] on a free port with a store in a temporary folder, loopback
//! [`target::Target`]s that can be told how to answer, the binary in a process of its own ([`child`]), a [`fleet`] of probes and
//! senders, a PostgreSQL ([`postgres`]), a Chromium ([`browser`]). The tests are in few binaries: `pipeline` (a bridge from catalogue to level), `store` (one suite, two engines), `web` (pages and API),
//! `browser` (what a person sees).

pub mod browser;
pub mod child;
#[cfg(test)]
mod edges;
pub mod fleet;
pub mod house;
pub mod postgres;
pub mod target;
pub mod wait;

/// A client that goes straight to where it is sent.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}
