//! People: added, found, given a way in.

use model::{PersonId, SessionId, Timestamp};

use super::{
    links,
    person::{PasswordHash, PersonRecord, PersonRow, PersonSpec, ProviderSubject},
    sessions, tokens,
};
use crate::{
    NewEntry, Result, Store, audit,
    both::{Tx, on},
    error::sql,
    row::{clean, clean_some, to_json},
};

/// The columns of a person, and what follows.
macro_rules! people {
    ($rest:literal) => {
        concat!(
            "select id, email, name, role, scope, password_hash, provider, subject, state, created_at, last_seen_at, \
             vouched_at from people ",
            $rest
        )
    };
}

impl Store {
    /// Adds a person; `None`: the email, or who they are at the provider, belongs to somebody already.
    pub async fn add_person(
        &self,
        person: &PersonSpec,
        now: Timestamp,
        entry: Option<&NewEntry>,
    ) -> Result<Option<PersonId>> {
        let mut tx = self.write().await?;
        let Some(id) = insert(&mut tx, person, now).await? else { return Ok(None) };
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(Some(id))
    }

    /// One person.
    pub async fn person(&self, id: PersonId) -> Result<Option<PersonRecord>> {
        const TEXT: &str = people!("where id = $1");
        let row: Option<PersonRow> = on!(self.read(), db => sqlx::query_as(TEXT).bind(id.0).fetch_optional(db).await)
            .map_err(sql("read a person"))?;
        row.map(PersonRecord::try_from).transpose()
    }

    /// The person of an email, however that is written.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<PersonRecord>> {
        const TEXT: &str = people!("where email = $1");
        let row: Option<PersonRow> =
            on!(self.read(), db => sqlx::query_as(TEXT).bind(lowered(email)).fetch_optional(db).await)
                .map_err(sql("find a person by email"))?;
        row.map(PersonRecord::try_from).transpose()
    }

    /// The person whom a provider knows by this subject.
    pub async fn person_by_provider(&self, at: &ProviderSubject) -> Result<Option<PersonRecord>> {
        const TEXT: &str = people!("where provider = $1 and subject = $2");
        let row: Option<PersonRow> = on!(self.read(), db => {
            sqlx::query_as(TEXT).bind(clean(&at.provider)).bind(clean(&at.subject)).fetch_optional(db).await
        })
        .map_err(sql("find a person by provider"))?;
        row.map(PersonRecord::try_from).transpose()
    }

    /// Everybody, by email.
    pub async fn people(&self) -> Result<Vec<PersonRecord>> {
        const TEXT: &str = people!("order by email");
        let rows: Vec<PersonRow> =
            on!(self.read(), db => sqlx::query_as(TEXT).fetch_all(db).await).map_err(sql("list the people"))?;
        rows.into_iter().map(PersonRecord::try_from).collect()
    }

    /// Gives a person a password: ends their sessions but `keep`, revokes their tokens, which whoever had the old one may have made,
    /// voids their unused links, and makes them active if they were invited. `false`: there is no such person, or they are disabled.
    pub async fn set_password(
        &self,
        id: PersonId,
        password: &PasswordHash,
        keep: Option<SessionId>,
        now: Timestamp,
        entry: Option<&NewEntry>,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        if !put_password(&mut tx, id, password, keep, now).await? {
            return Ok(false);
        }
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Notes who a person is at a provider, voids their unused links, which would be a second way in, and makes them active if
    /// they were invited. `false`: there is no such person, they are disabled or have a password, or somebody else is that at the
    /// provider.
    pub async fn set_provider(&self, id: PersonId, at: &ProviderSubject, entry: Option<&NewEntry>) -> Result<bool> {
        const TEXT: &str = "update people set provider = $2, subject = $3, \
            state = case when state = 'invited' then 'active' else state end \
            where id = $1 and state <> 'disabled' and password_hash is null and not exists (select 1 from people taken \
            where taken.provider = $2 and taken.subject = $3 and taken.id <> $1)";
        let mut tx = self.write().await?;
        let changed = on!(tx.conn(), db => {
            let query = sqlx::query(TEXT).bind(id.0).bind(clean(&at.provider)).bind(clean(&at.subject));
            query.execute(db).await.map(|done| done.rows_affected())
        })
        .map_err(sql("note who a person is at a provider"))?;
        if changed == 0 {
            return Ok(false);
        }
        links::void(&mut tx, id).await?;
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// A person as they are within a transaction.
pub(super) async fn one(tx: &mut Tx, id: PersonId) -> Result<Option<PersonRecord>> {
    const TEXT: &str = people!("where id = $1");
    let row: Option<PersonRow> =
        on!(tx.conn(), db => sqlx::query_as(TEXT).bind(id.0).fetch_optional(db).await).map_err(sql("read a person"))?;
    row.map(PersonRecord::try_from).transpose()
}

/// The row of a new person; `None`: somebody has the email or is that at the provider.
pub(super) async fn insert(tx: &mut Tx, person: &PersonSpec, now: Timestamp) -> Result<Option<PersonId>> {
    const TEXT: &str = "insert into people \
        (email, name, role, scope, password_hash, provider, subject, state, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id";
    let at = person.provider.as_ref();
    let id: Option<i64> = on!(tx.conn(), db => {
        sqlx::query_scalar(TEXT)
            .bind(lowered(&person.email))
            .bind(clean(&person.name))
            .bind(person.role.as_str())
            .bind(to_json(&person.scope))
            .bind(person.password_hash.as_ref().map(|hash| hash.0.as_str()))
            .bind(clean_some(at.map(|at| at.provider.as_str())))
            .bind(clean_some(at.map(|at| at.subject.as_str())))
            .bind(person.state.as_str())
            .bind(now.0)
            .fetch_optional(db)
            .await
    })
    .map_err(sql("add a person"))?;
    Ok(id.map(PersonId))
}

/// See [`Store::set_password`].
pub(super) async fn put_password(
    tx: &mut Tx,
    id: PersonId,
    password: &PasswordHash,
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<bool> {
    const TEXT: &str = "update people set password_hash = $2, \
        state = case when state = 'invited' then 'active' else state end where id = $1 and state <> 'disabled'";
    let changed = on!(tx.conn(), db => {
        sqlx::query(TEXT).bind(id.0).bind(password.0.as_str()).execute(db).await.map(|done| done.rows_affected())
    })
    .map_err(sql("set a password"))?;
    if changed == 0 {
        return Ok(false);
    }
    sessions::end_all(tx, id, keep).await?;
    tokens::revoke_all(tx, id, now).await?;
    links::void(tx, id).await?;
    Ok(true)
}

/// What others call a person from now on.
pub(super) async fn rename(tx: &mut Tx, id: PersonId, name: &str) -> Result<()> {
    const TEXT: &str = "update people set name = $2 where id = $1";
    on!(tx.conn(), db => sqlx::query(TEXT).bind(id.0).bind(clean(name)).execute(db).await.map(drop))
        .map_err(sql("rename a person"))
}

/// An email as it is kept.
pub(super) fn lowered(email: &str) -> String {
    clean(email).to_lowercase()
}
