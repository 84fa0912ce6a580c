//! Browsers that are signed in.

use model::{PersonId, SessionId, Span, Timestamp};

use super::{
    NOTE_USE_EVERY_MS,
    person::{PersonRecord, PersonRow},
};
use crate::{
    NewEntry, Result, Store, audit,
    both::{Tx, on},
    error::sql,
    row::{clean, clean_some},
};

/// What one writes of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSpec {
    /// Whose.
    pub person: PersonId,
    /// The hash of what the browser keeps.
    pub token_hash: String,
    /// Where it signed in from.
    pub address: Option<String>,
    /// What it calls itself, in words that a person knows it by.
    pub browser: Option<String>,
    /// When it ends however much it is used.
    pub expires_at: Timestamp,
    /// Whether a provider vouched for them just now.
    pub vouched: bool,
}

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// The row. A number is never given twice.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// When somebody signed in.
    pub begun_at: Timestamp,
    /// When it was last used; off by a minute at most.
    pub last_used_at: Timestamp,
    /// Where it signed in from.
    pub address: Option<String>,
    /// What it calls itself.
    pub browser: Option<String>,
    /// When it ends however much it is used.
    pub expires_at: Timestamp,
}

/// A session that holds, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIn {
    /// The session.
    pub session: SessionRecord,
    /// An active person, as they are now: a change of role holds at once.
    pub person: PersonRecord,
}

impl Store {
    /// Begins a session and notes that the person was seen, and vouched for if they were. `None`: there is no such person, or they are
    /// not active.
    pub async fn begin_session(
        &self,
        session: &SessionSpec,
        now: Timestamp,
        entry: Option<&NewEntry>,
    ) -> Result<Option<SessionId>> {
        const TEXT: &str = "insert into sessions \
            (person_id, token_hash, begun_at, last_used_at, address, browser, expires_at) \
            select id, $2, $3, $3, $4, $5, $6 from people where id = $1 and state = 'active' returning id";
        let mut tx = self.write().await?;
        let id: Option<i64> = on!(tx.conn(), db => {
            sqlx::query_scalar(TEXT)
                .bind(session.person.0)
                .bind(clean(&session.token_hash))
                .bind(now.0)
                .bind(clean_some(session.address.as_deref()))
                .bind(clean_some(session.browser.as_deref()))
                .bind(session.expires_at.0)
                .fetch_optional(db)
                .await
        })
        .map_err(sql("begin a session"))?;
        let Some(id) = id else { return Ok(None) };
        seen(&mut tx, session.person, session.vouched, now).await?;
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(Some(SessionId(id)))
    }

    /// The session of a hash, if it holds: before its end, not idle for `idle` or longer, and of an active person.
    pub async fn session(&self, token_hash: &str, now: Timestamp, idle: Span) -> Result<Option<SignedIn>> {
        const TEXT: &str = "select s.id as session_id, s.begun_at, s.last_used_at, s.address, s.browser, s.expires_at, \
            p.id, p.email, p.name, p.role, p.scope, p.password_hash, p.provider, p.subject, p.state, p.created_at, \
            p.last_seen_at, p.vouched_at from sessions s join people p on p.id = s.person_id \
            where s.token_hash = $1 and s.expires_at > $2 and s.last_used_at > $3 and p.state = 'active'";
        let row: Option<SignedInRow> = on!(self.read(), db => {
            let query = sqlx::query_as(TEXT).bind(clean(token_hash)).bind(now.0).bind((now - idle).0);
            query.fetch_optional(db).await
        })
        .map_err(sql("find a session"))?;
        row.map(SignedInRow::read).transpose()
    }

    /// The sessions of a person that hold, the last used first.
    pub async fn sessions(&self, person: PersonId, now: Timestamp, idle: Span) -> Result<Vec<SessionRecord>> {
        const TEXT: &str = "select id, begun_at, last_used_at, address, browser, expires_at from sessions \
            where person_id = $1 and expires_at > $2 and last_used_at > $3 order by last_used_at desc, id desc";
        let rows: Vec<SessionRow> = on!(self.read(), db => {
            sqlx::query_as(TEXT).bind(person.0).bind(now.0).bind((now - idle).0).fetch_all(db).await
        })
        .map_err(sql("list the sessions of a person"))?;
        Ok(rows.into_iter().map(|row| row.read(person)).collect())
    }

    /// Notes that a session is used, and its person seen; whether anything was written. Within a minute of the last note it is
    /// not: that is told by the record alone, so that most requests do not queue for the writer, and once more by the statement,
    /// since requests come side by side.
    pub async fn touch_session(&self, session: &SessionRecord, now: Timestamp) -> Result<bool> {
        const TEXT: &str = "update sessions set last_used_at = $2 where id = $1 and last_used_at <= $3";
        let latest = now.0 - NOTE_USE_EVERY_MS;
        if session.last_used_at.0 > latest {
            return Ok(false);
        }
        let mut tx = self.write().await?;
        let touched = on!(tx.conn(), db => {
            let query = sqlx::query(TEXT).bind(session.id.0).bind(now.0).bind(latest);
            query.execute(db).await.map(|done| done.rows_affected())
        })
        .map_err(sql("note the use of a session"))?;
        if touched == 0 {
            return Ok(false);
        }
        seen(&mut tx, session.person, false, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends one session of a person: signing out, or somewhere else. `false`: they have no such session.
    pub async fn end_session(&self, person: PersonId, id: SessionId, entry: Option<&NewEntry>) -> Result<bool> {
        const TEXT: &str = "delete from sessions where id = $1 and person_id = $2";
        let mut tx = self.write().await?;
        let ended = on!(tx.conn(), db => {
            sqlx::query(TEXT).bind(id.0).bind(person.0).execute(db).await.map(|done| done.rows_affected())
        })
        .map_err(sql("end a session"))?;
        if ended == 0 {
            return Ok(false);
        }
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends every session of a person but `keep`, and says how many.
    pub async fn end_sessions(
        &self,
        person: PersonId,
        keep: Option<SessionId>,
        entry: Option<&NewEntry>,
    ) -> Result<u64> {
        let mut tx = self.write().await?;
        let ended = end_all(&mut tx, person, keep).await?;
        if ended == 0 {
            return Ok(0);
        }
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(ended)
    }
}

/// See [`Store::end_sessions`].
pub(super) async fn end_all(tx: &mut Tx, person: PersonId, keep: Option<SessionId>) -> Result<u64> {
    const TEXT: &str = "delete from sessions where person_id = $1 and ($2 is null or id <> $2)";
    on!(tx.conn(), db => {
        let query = sqlx::query(TEXT).bind(person.0).bind(keep.map(|id| id.0));
        query.execute(db).await.map(|done| done.rows_affected())
    })
    .map_err(sql("end the sessions of a person"))
}

async fn seen(tx: &mut Tx, person: PersonId, vouched: bool, now: Timestamp) -> Result<()> {
    const TEXT: &str = "update people set last_seen_at = $2, vouched_at = case when $3 then $2 else vouched_at end \
        where id = $1";
    on!(tx.conn(), db => sqlx::query(TEXT).bind(person.0).bind(now.0).bind(vouched).execute(db).await.map(drop))
        .map_err(sql("note that a person was seen"))
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: i64,
    begun_at: i64,
    last_used_at: i64,
    address: Option<String>,
    browser: Option<String>,
    expires_at: i64,
}

impl SessionRow {
    fn read(self, person: PersonId) -> SessionRecord {
        SessionRecord {
            id: SessionId(self.id),
            person,
            begun_at: Timestamp(self.begun_at),
            last_used_at: Timestamp(self.last_used_at),
            address: self.address,
            browser: self.browser,
            expires_at: Timestamp(self.expires_at),
        }
    }
}

#[derive(sqlx::FromRow)]
struct SignedInRow {
    session_id: i64,
    begun_at: i64,
    last_used_at: i64,
    address: Option<String>,
    browser: Option<String>,
    expires_at: i64,
    #[sqlx(flatten)]
    person: PersonRow,
}

impl SignedInRow {
    fn read(self) -> Result<SignedIn> {
        let Self { session_id: id, begun_at, last_used_at, address, browser, expires_at, person } = self;
        let person = PersonRecord::try_from(person)?;
        let row = SessionRow { id, begun_at, last_used_at, address, browser, expires_at };
        Ok(SignedIn { session: row.read(person.id), person })
    }
}
