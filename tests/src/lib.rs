//! The harness of the tests that cross rooms.
//!
//! Everything in it is real: a whole [`house::TestHouse`] on a free port with a store in a temporary folder, loopback
//! [`target::Target`]s that can be told how to answer, the binary in a process of its own ([`child`]), a [`fleet`] of probes and
//! senders, a PostgreSQL ([`postgres`]), a Chromium ([`browser`]), an OpenID provider ([`oidc`]), a mail [`relay`], an [`authority`]
//! of certificates, made-up calls ([`fuzz`]), values that must be seen nowhere ([`canary`]) and servers that repeat them ([`parrot`]).
//! The tests are in few binaries: `pipeline` (a bridge from catalogue to level, and the binary), `store` (one suite, two engines),
//! `web` (pages and API), `browser` (what a person sees), `fuzz` (what nobody thought of).

pub mod authority;
pub mod browser;
pub mod canary;
pub mod child;
#[cfg(test)]
mod edges;
pub mod fleet;
pub mod fuzz;
pub mod house;
pub mod oidc;
pub mod parrot;
pub mod postgres;
#[cfg(test)]
mod promises;
pub mod relay;
pub mod target;
pub mod wait;

use reqwest::header::{HeaderName, HeaderValue};

/// A client that goes straight to where it is sent, with these headers in every request that does not bring its own.
pub fn client_with(headers: &[(HeaderName, &str)]) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let value = |text: &str| HeaderValue::from_str(text).expect("a header");
    let headers = headers.iter().map(|(name, text)| (name.clone(), value(text))).collect();
    reqwest::Client::builder().no_proxy().default_headers(headers).build().expect("a client")
}
