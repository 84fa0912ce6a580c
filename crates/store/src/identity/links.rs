//! One-time links: to set the first administrator up, to accept an invitation, to reset a password.

use std::{fmt, str::FromStr};

use model::{PersonId, Timestamp};

use super::{
    administrators, people,
    person::{PasswordHash, PersonSpec},
};
use crate::{
    NewEntry, Result, Store, StoreError, audit,
    both::{Tx, on},
    error::sql,
    row::{At, clean},
};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkPurpose {
    /// To make the first administrator.
    Setup,
    /// To accept an invitation: the first password of a person.
    Invite,
    /// To set another password.
    Reset,
}

impl LinkPurpose {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invite => "invite",
            Self::Reset => "reset",
        }
    }
}

impl fmt::Display for LinkPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for LinkPurpose {
    type Err = String;

    fn from_str(word: &str) -> std::result::Result<Self, String> {
        match word {
            "setup" => Ok(Self::Setup),
            "invite" => Ok(Self::Invite),
            "reset" => Ok(Self::Reset),
            _ => Err(format!("`{word}` is not what a link is for: use one of setup, invite, reset")),
        }
    }
}

/// What one writes of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSpec {
    /// The hash of the secret part of its address.
    pub token_hash: String,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose; `None`: there is nobody yet.
    pub person: Option<PersonId>,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
}

/// A link that opens something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkRecord {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose; `None`: there is nobody yet.
    pub person: Option<PersonId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
}

/// What became of setting the first administrator up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetUp {
    /// This is the person.
    Done(PersonId),
    /// The link opens nothing (any more): it is used, expired or unknown, or there is an administrator.
    NoLink,
    /// The email, or who they are at the provider, belongs to somebody already. The link may be used again.
    Taken,
}

impl Store {
    /// Makes a link in the place of the unused ones that the same person had for the same purpose.
    pub async fn add_link(&self, link: &LinkSpec, now: Timestamp, entry: Option<&NewEntry>) -> Result<()> {
        const VOID: &str = "delete from links where purpose = $1 and used_at is null \
            and coalesce(person_id, 0) = coalesce($2, 0)";
        const TEXT: &str = "insert into links (token_hash, purpose, person_id, created_at, expires_at) \
            values ($1, $2, $3, $4, $5)";
        let person = link.person.map(|id| id.0);
        let mut tx = self.write().await?;
        on!(tx.conn(), db => sqlx::query(VOID).bind(link.purpose.as_str()).bind(person).execute(db).await.map(drop))
            .map_err(sql("void the links before"))?;
        on!(tx.conn(), db => {
            let query = sqlx::query(TEXT).bind(clean(&link.token_hash)).bind(link.purpose.as_str()).bind(person);
            query.bind(now.0).bind(link.expires_at.0).execute(db).await.map(drop)
        })
        .map_err(sql("make a link"))?;
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await
    }

    /// The link of a hash, if it is unused and not expired; it stays so. For the page that asks for a password.
    pub async fn link(&self, token_hash: &str, now: Timestamp) -> Result<Option<LinkRecord>> {
        const TEXT: &str = "select purpose, person_id, created_at, expires_at from links \
            where token_hash = $1 and used_at is null and expires_at > $2";
        let row: Option<LinkRow> = on!(self.read(), db => {
            sqlx::query_as(TEXT).bind(clean(token_hash)).bind(now.0).fetch_optional(db).await
        })
        .map_err(sql("find a link"))?;
        row.map(LinkRecord::try_from).transpose()
    }

    /// Uses a set-up link to add the first administrator, all in one transaction.
    pub async fn set_up_by_link(
        &self,
        token_hash: &str,
        person: &PersonSpec,
        now: Timestamp,
        entry: Option<&NewEntry>,
    ) -> Result<SetUp> {
        let mut tx = self.write().await?;
        let link = take(&mut tx, token_hash, now).await?;
        if link.is_none_or(|link| link.purpose != LinkPurpose::Setup) || administrators::count(&mut tx).await? > 0 {
            return Ok(SetUp::NoLink);
        }
        let Some(id) = people::insert(&mut tx, person, now).await? else { return Ok(SetUp::Taken) };
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(SetUp::Done(id))
    }

    /// Uses an invitation or a reset to give its person a password, as [`Store::set_password`] does, and another name if there is
    /// one, all in one transaction. `None`: the link is used, expired, unknown or for something else, or
    /// the person is disabled; nothing was changed then.
    pub async fn set_password_by_link(
        &self,
        token_hash: &str,
        password: &PasswordHash,
        name: Option<&str>,
        now: Timestamp,
        entry: Option<&NewEntry>,
    ) -> Result<Option<PersonId>> {
        let mut tx = self.write().await?;
        let Some(link) = take(&mut tx, token_hash, now).await? else { return Ok(None) };
        let Some(person) = link.person.filter(|_| link.purpose != LinkPurpose::Setup) else { return Ok(None) };
        if !people::put_password(&mut tx, person, password, None, now).await? {
            return Ok(None);
        }
        if let Some(name) = name {
            people::rename(&mut tx, person, name).await?;
        }
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(Some(person))
    }
}

/// Uses a link. Of two who try at once one finds nothing, whatever the engine lets them read.
async fn take(tx: &mut Tx, token_hash: &str, now: Timestamp) -> Result<Option<LinkRecord>> {
    const TEXT: &str = "update links set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2 \
        returning purpose, person_id, created_at, expires_at";
    let row: Option<LinkRow> =
        on!(tx.conn(), db => sqlx::query_as(TEXT).bind(clean(token_hash)).bind(now.0).fetch_optional(db).await)
            .map_err(sql("use a link"))?;
    row.map(LinkRecord::try_from).transpose()
}

/// Voids the unused links of a person.
pub(super) async fn void(tx: &mut Tx, person: PersonId) -> Result<()> {
    const TEXT: &str = "delete from links where person_id = $1 and used_at is null";
    on!(tx.conn(), db => sqlx::query(TEXT).bind(person.0).execute(db).await.map(drop))
        .map_err(sql("void the links of a person"))
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    purpose: String,
    person_id: Option<i64>,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<LinkRow> for LinkRecord {
    type Error = StoreError;

    fn try_from(row: LinkRow) -> Result<Self> {
        let at = At { table: "links", row: &row.created_at };
        Ok(Self {
            purpose: at.word("purpose", &row.purpose)?,
            person: row.person_id.map(PersonId),
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
        })
    }
}
