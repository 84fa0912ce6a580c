//! What is set about those who ask: how they sign in, how long they stay, how fast they may ask.

use std::num::NonZeroU32;

use model::Span;
use serde::Deserialize;

use crate::http::oidc::ProviderSettings;

/// How people sign in beside a password.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// Who vouches for them, in the order in which they are offered.
    pub provider: Vec<ProviderSettings>,
}

/// How long people stay signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// A session that was not used for so long ends.
    pub idle: Span,
    /// A session that is so old ends, used or not.
    pub absolute: Span,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { idle: Span::hours(12), absolute: Span::hours(7 * 24) }
    }
}

/// How much may be asked how fast: so many requests a second on average, and so many at once. One address may be a whole office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests a second from one address (IPv6: from one /64).
    pub address_per_second: NonZeroU32,
    /// Requests at once from one address.
    pub address_burst: NonZeroU32,
    /// Requests a second with one token.
    pub token_per_second: NonZeroU32,
    /// Requests at once with one token.
    pub token_burst: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self {
            address_per_second: number(200),
            address_burst: number(2_000),
            token_per_second: number(200),
            token_burst: number(2_000),
        }
    }
}
