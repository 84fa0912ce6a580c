//! A named value that is kept encrypted.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A secret without its value, which is never told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct SecretView {
    /// What options call it: `${secret:NAME}`.
    pub name: String,
    /// The hosts that it may be sent to, `*.example.com` for every one below, `*` for any.
    pub hosts: Vec<String>,
    /// The key that it is kept under: the first 8 hex digits of the key's SHA-256.
    pub key_id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last given a value.
    pub changed_at: Timestamp,
    /// What names it: probes, `{integration}/{probe}`, and what stands in the configuration, `channel team-blue`, `mail relay`.
    pub used_by: Vec<String>,
}
