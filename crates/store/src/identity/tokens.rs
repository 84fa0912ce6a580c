//! Tokens for the API: of a person, or of one integration.

use model::{IntegrationId, PersonId, PersonState, Timestamp, TokenId};

use super::{
    NOTE_USE_EVERY_MS, sessions,
    token::{Bearer, TokenHolder, TokenOwner, TokenRecord, TokenRow, TokenSpec},
};
use crate::{
    NewEntry, Result, Store, audit,
    both::{Tx, on},
    error::sql,
    row::clean,
};

/// The columns of a token, and what follows.
macro_rules! tokens {
    ($rest:literal) => {
        concat!(
            "select t.id, t.name, t.person_id, p.email, t.integration_id, i.slug, t.created_at, t.expires_at, \
             t.last_used_at, t.revoked_at from tokens t left join people p on p.id = t.person_id \
             left join integrations i on i.id = t.integration_id ",
            $rest
        )
    };
}

impl Store {
    /// Makes a token. `None`: there is no such person, they are not active, or there is no such integration.
    pub async fn add_token(
        &self,
        token: &TokenSpec,
        now: Timestamp,
        entry: Option<&NewEntry>,
    ) -> Result<Option<TokenId>> {
        const TEXT: &str = "insert into tokens (name, person_id, integration_id, token_hash, created_at, expires_at) \
            select $1, $2, $3, $4, $5, $6 \
            where exists (select 1 from people where id = $2 and state = 'active') \
            or exists (select 1 from integrations where id = $3 and retired_at is null) returning id";
        let (person, integration) = columns(Some(token.owner));
        let mut tx = self.write().await?;
        let id: Option<i64> = on!(tx.conn(), db => {
            sqlx::query_scalar(TEXT)
                .bind(clean(&token.name))
                .bind(person)
                .bind(integration)
                .bind(clean(&token.token_hash))
                .bind(now.0)
                .bind(token.expires_at.map(|at| at.0))
                .fetch_optional(db)
                .await
        })
        .map_err(sql("make a token"))?;
        let Some(id) = id else { return Ok(None) };
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(Some(TokenId(id)))
    }

    /// The token of a hash, if it opens something: neither revoked nor expired, of an active person or of an integration that is
    /// not retired.
    pub async fn token(&self, token_hash: &str, now: Timestamp) -> Result<Option<Bearer>> {
        const TEXT: &str = tokens!(
            "where t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2) \
             and (p.state = 'active' or (i.id is not null and i.retired_at is null))"
        );
        let row: Option<TokenRow> = on!(self.read(), db => {
            sqlx::query_as(TEXT).bind(clean(token_hash)).bind(now.0).fetch_optional(db).await
        })
        .map_err(sql("find a token"))?;
        let Some(row) = row else { return Ok(None) };
        let token = TokenRecord::try_from(row)?;
        let TokenHolder::Person { id, .. } = token.holder else { return Ok(Some(Bearer { token, person: None })) };
        // read after the token: somebody may have disabled them between the two
        let person = self.person(id).await?.filter(|person| person.spec.state == PersonState::Active);
        Ok(person.map(|person| Bearer { token, person: Some(person) }))
    }

    /// The tokens of an owner, or everybody's, with those that open nothing any more; the newest first.
    pub async fn tokens(&self, of: Option<TokenOwner>) -> Result<Vec<TokenRecord>> {
        const TEXT: &str = tokens!(
            "where ($1 is null or t.person_id = $1) and ($2 is null or t.integration_id = $2) \
             order by t.created_at desc, t.id desc"
        );
        let (person, integration) = columns(of);
        let rows: Vec<TokenRow> =
            on!(self.read(), db => sqlx::query_as(TEXT).bind(person).bind(integration).fetch_all(db).await)
                .map_err(sql("list tokens"))?;
        rows.into_iter().map(TokenRecord::try_from).collect()
    }

    /// Notes that a token is used, at most once a minute; whether anything was written. As [`Store::touch_session`].
    pub async fn touch_token(&self, token: &TokenRecord, now: Timestamp) -> Result<bool> {
        const TEXT: &str = "update tokens set last_used_at = $2 where id = $1 \
            and (last_used_at is null or last_used_at <= $3)";
        let latest = now.0 - NOTE_USE_EVERY_MS;
        if token.last_used_at.is_some_and(|at| at.0 > latest) {
            return Ok(false);
        }
        let mut tx = self.write().await?;
        let touched = on!(tx.conn(), db => {
            let query = sqlx::query(TEXT).bind(token.id.0).bind(now.0).bind(latest);
            query.execute(db).await.map(|done| done.rows_affected())
        })
        .map_err(sql("note the use of a token"))?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// Revokes a token for ever; with `of`, only if it is that owner's. `false`: there is no such token, or it is revoked already.
    pub async fn revoke_token(
        &self,
        id: TokenId,
        of: Option<TokenOwner>,
        now: Timestamp,
        entry: Option<&NewEntry>,
    ) -> Result<bool> {
        const TEXT: &str = "update tokens set revoked_at = $4 where id = $1 and revoked_at is null \
            and ($2 is null or person_id = $2) and ($3 is null or integration_id = $3)";
        let (person, integration) = columns(of);
        let mut tx = self.write().await?;
        let revoked = on!(tx.conn(), db => {
            let query = sqlx::query(TEXT).bind(id.0).bind(person).bind(integration).bind(now.0);
            query.execute(db).await.map(|done| done.rows_affected())
        })
        .map_err(sql("revoke a token"))?;
        if revoked == 0 {
            return Ok(false);
        }
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends every session of a person and revokes every token of theirs. `false`: they had none.
    pub async fn shut_out(&self, person: PersonId, now: Timestamp, entry: Option<&NewEntry>) -> Result<bool> {
        let mut tx = self.write().await?;
        let ended = sessions::end_all(&mut tx, person, None).await?;
        if ended + revoke_all(&mut tx, person, now).await? == 0 {
            return Ok(false);
        }
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Revokes every token of a person, and says how many.
pub(super) async fn revoke_all(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<u64> {
    const TEXT: &str = "update tokens set revoked_at = $2 where person_id = $1 and revoked_at is null";
    on!(tx.conn(), db => {
        let query = sqlx::query(TEXT).bind(person.0).bind(now.0);
        query.execute(db).await.map(|done| done.rows_affected())
    })
    .map_err(sql("revoke the tokens of a person"))
}

/// Revokes every token of an integration.
pub(crate) async fn revoke_tokens_of(tx: &mut Tx, integration: IntegrationId, now: Timestamp) -> Result<()> {
    const TEXT: &str = "update tokens set revoked_at = $2 where integration_id = $1 and revoked_at is null";
    on!(tx.conn(), db => sqlx::query(TEXT).bind(integration.0).bind(now.0).execute(db).await.map(drop))
        .map_err(sql("revoke the tokens of an integration"))
}

/// `person_id` and `integration_id`.
fn columns(owner: Option<TokenOwner>) -> (Option<i64>, Option<i64>) {
    match owner {
        Some(TokenOwner::Person(id)) => (Some(id.0), None),
        Some(TokenOwner::Integration(id)) => (None, Some(id.0)),
        None => (None, None),
    }
}
