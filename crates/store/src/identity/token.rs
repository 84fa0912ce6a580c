//! A token, as written and as stored.

use model::{IntegrationId, PersonId, Slug, Timestamp, TokenId};

use super::person::PersonRecord;
use crate::{Result, StoreError, row::At};

/// Whose a token is, by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenOwner {
    /// A person's.
    Person(PersonId),
    /// An integration's.
    Integration(IntegrationId),
}

/// What one writes of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSpec {
    /// What its owner knows it by.
    pub name: String,
    /// Whose.
    pub owner: TokenOwner,
    /// The hash of what is shown once.
    pub token_hash: String,
    /// From when on it opens nothing; `None`: never.
    pub expires_at: Option<Timestamp>,
}

/// Whose a token is, as people know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenHolder {
    /// A person's.
    Person {
        /// The row.
        id: PersonId,
        /// Their email.
        email: String,
    },
    /// An integration's.
    Integration {
        /// The row.
        id: IntegrationId,
        /// Its slug as it is now.
        slug: Slug,
    },
}

/// A token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// The row.
    pub id: TokenId,
    /// What its owner knows it by.
    pub name: String,
    /// Whose.
    pub holder: TokenHolder,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub expires_at: Option<Timestamp>,
    /// When it was last used; off by a minute at most.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A token that opens something, and to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Bearer {
    /// The token.
    pub token: TokenRecord,
    /// Of a person's token: the person, active, as they are now.
    pub person: Option<PersonRecord>,
}

#[derive(sqlx::FromRow)]
pub(super) struct TokenRow {
    id: i64,
    name: String,
    person_id: Option<i64>,
    email: Option<String>,
    integration_id: Option<i64>,
    slug: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<TokenRow> for TokenRecord {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self> {
        let at = At { table: "tokens", row: &row.id };
        let holder = match (row.person_id.zip(row.email), row.integration_id.zip(row.slug)) {
            (Some((id, email)), None) => TokenHolder::Person { id: PersonId(id), email },
            (None, Some((id, slug))) => {
                TokenHolder::Integration { id: IntegrationId(id), slug: at.word("integration_id", &slug)? }
            }
            _ => return Err(at.bad::<&str>("person_id")("it is neither one person's nor one integration's")),
        };
        Ok(Self {
            id: TokenId(row.id),
            name: row.name,
            holder,
            created_at: Timestamp(row.created_at),
            expires_at: row.expires_at.map(Timestamp),
            last_used_at: row.last_used_at.map(Timestamp),
            revoked_at: row.revoked_at.map(Timestamp),
        })
    }
}
