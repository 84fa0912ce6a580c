//! A person, as written and as stored.

use std::fmt;

use model::{PersonId, PersonState, Role, Scope, Timestamp};

use crate::{Result, StoreError, row::At};

/// The hash of a password with its salt and costs, as argon2 writes it. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

/// Who somebody is at a provider of sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSubject {
    /// The provider's name here.
    pub provider: String,
    /// The provider's name for the person, which stays when name and email change.
    pub subject: String,
}

/// What one writes of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonSpec {
    /// One address is one person, however it is written; it comes back in lower case.
    pub email: String,
    /// What others call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What they see.
    pub scope: Scope,
    /// Absent: they have no password.
    pub password_hash: Option<PasswordHash>,
    /// Absent: they are known at no provider.
    pub provider: Option<ProviderSubject>,
    /// Whether they may come in.
    pub state: PersonState,
}

/// A person as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRecord {
    /// The row.
    pub id: PersonId,
    /// What was written.
    pub spec: PersonSpec,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they last used a session; off by a minute at most.
    pub last_seen_at: Option<Timestamp>,
    /// When a provider last vouched for them, which it does at every sign-in.
    pub vouched_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
pub(super) struct PersonRow {
    id: i64,
    email: String,
    name: String,
    role: String,
    scope: String,
    password_hash: Option<String>,
    provider: Option<String>,
    subject: Option<String>,
    state: String,
    created_at: i64,
    last_seen_at: Option<i64>,
    vouched_at: Option<i64>,
}

impl TryFrom<PersonRow> for PersonRecord {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Result<Self> {
        let at = At { table: "people", row: &row.id };
        let provider = row.provider.zip(row.subject).map(|(provider, subject)| ProviderSubject { provider, subject });
        Ok(Self {
            id: PersonId(row.id),
            spec: PersonSpec {
                role: at.word("role", &row.role)?,
                scope: at.json("scope", &row.scope)?,
                state: at.word("state", &row.state)?,
                email: row.email,
                name: row.name,
                password_hash: row.password_hash.map(PasswordHash),
                provider,
            },
            created_at: Timestamp(row.created_at),
            last_seen_at: row.last_seen_at.map(Timestamp),
            vouched_at: row.vouched_at.map(Timestamp),
        })
    }
}
