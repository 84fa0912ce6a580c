//! Who did what: rows that are only ever added, each with the hash of the one before it.
//!
//! How an entry is hashed is judged elsewhere (`rules::audit`), but which number it gets and what came before it is known only
//! within the transaction that writes it. So the entry brings the function along: then neither opening a store nor applying
//! writes has to know of it, and no entry can be without.

mod entry;

use futures::{
    Stream,
    stream::{self, TryStreamExt as _},
};
use model::{AuditEntry, EntryToHash};

pub use entry::{AuditFilter, NewEntry, Seal};

use crate::{
    Result, Store, StoreError,
    both::{Tx, on},
    error::sql,
    row::{clean, clean_some, containing, to_json},
};
use entry::AuditRow;

/// Entries that the stream reads at once.
const PAGE: u32 = 500;

/// The columns of an entry, and what follows.
macro_rules! entries {
    ($rest:literal) => {
        concat!("select seq, at, by, who, origin, action, subject, before, after, previous, hash from audit ", $rest)
    };
}

impl Store {
    /// Adds an entry that tells of nothing else in the store: what was asked, tried or refused.
    pub async fn audit(&self, entry: &NewEntry) -> Result<()> {
        let mut tx = self.write().await?;
        append(&mut tx, entry).await?;
        tx.commit().await
    }

    /// Entries, the newest first.
    pub async fn audit_entries(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>> {
        const TEXT: &str = entries!(
            "where seq < $1 and ($2 is null or who = $2) and ($3 is null or substr(action, 1, length($3)) = $3) \
             and ($4 is null or subject = $4) and at >= $5 and at < $6 \
             and ($7 is null or lower(who) like $7 escape '\\' or lower(action) like $7 escape '\\' \
             or lower(subject) like $7 escape '\\' or lower(origin) like $7 escape '\\' \
             or lower(before) like $7 escape '\\' or lower(after) like $7 escape '\\') \
             order by seq desc limit $8"
        );
        // not `lower($7)`: PostgreSQL would lower more of a parameter than of the columns, which go byte by byte
        let pattern = filter.text.as_deref().map(|text| containing(text).to_ascii_lowercase());
        let rows: Vec<AuditRow> = on!(self.read(), db => {
            sqlx::query_as(TEXT)
                .bind(filter.before.unwrap_or(i64::MAX))
                .bind(clean_some(filter.who.as_deref()))
                .bind(clean_some(filter.action.as_deref()))
                .bind(clean_some(filter.subject.as_deref()))
                .bind(filter.from.map_or(i64::MIN, |from| from.0))
                .bind(filter.to.map_or(i64::MAX, |to| to.0))
                .bind(pattern.as_deref())
                .bind(i64::from(filter.limit))
                .fetch_all(db)
                .await
        })
        .map_err(sql("list the audit"))?;
        rows.into_iter().map(AuditEntry::try_from).collect()
    }

    /// The entries behind a number, in their order; `i64::MIN` begins at the first, also where one has a number it should not.
    pub async fn audit_after(&self, seq: i64, limit: u32) -> Result<Vec<AuditEntry>> {
        const TEXT: &str = entries!("where seq > $1 order by seq limit $2");
        let rows: Vec<AuditRow> =
            on!(self.read(), db => sqlx::query_as(TEXT).bind(seq).bind(i64::from(limit)).fetch_all(db).await)
                .map_err(sql("read the audit"))?;
        rows.into_iter().map(AuditEntry::try_from).collect()
    }

    /// Every entry in its order, a few in memory at a time, until there is none left; those added meanwhile are among them.
    pub fn audit_in_order(&self) -> impl Stream<Item = Result<AuditEntry>> {
        stream::try_unfold(i64::MIN, move |after| async move {
            let page = self.audit_after(after, PAGE).await?;
            let Some(last) = page.last().map(|entry| entry.seq) else { return Ok(None) };
            Ok::<_, StoreError>(Some((stream::iter(page.into_iter().map(Ok::<_, StoreError>)), last)))
        })
        .try_flatten()
    }

    /// The number and hash of the entry that was added last, kept beside the entries: what the last of them must be.
    pub async fn audit_head(&self) -> Result<Option<(i64, String)>> {
        const TEXT: &str = "select seq, hash from audit_head where id = 1";
        on!(self.read(), db => sqlx::query_as(TEXT).fetch_optional(db).await).map_err(sql("read the end of the audit"))
    }
}

/// Adds an entry within the transaction of what it tells of. One transaction writes at a time, so the last entry stays the last.
pub(crate) async fn append(tx: &mut Tx, entry: &NewEntry) -> Result<()> {
    // the later of the two: were the last entry taken away, the next must not take its number
    const LAST: &str = "select seq, hash from (select seq, hash from audit_head union all select seq, hash from \
        (select seq, hash from audit order by seq desc limit 1) as newest) as ends order by seq desc limit 1";
    const TEXT: &str = "insert into audit \
        (seq, at, by, who, origin, action, subject, before, after, previous, hash) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    const HEAD: &str = "insert into audit_head (id, seq, hash) values (1, $1, $2) \
        on conflict (id) do update set seq = excluded.seq, hash = excluded.hash";
    let last: Option<(i64, String)> = on!(tx.conn(), db => sqlx::query_as(LAST).fetch_optional(db).await)
        .map_err(sql("find the end of the audit"))?;
    let (seq, previous) =
        last.map_or((1, AuditEntry::BEGINNING.to_owned()), |(seq, hash)| (seq.saturating_add(1), hash));
    let (by, who, origin) = (clean(&entry.by), clean(&entry.who), clean_some(entry.from.as_deref()));
    let (action, subject) = (clean(&entry.action), clean(&entry.subject));
    // what will be read again, not what was given
    let hash = (entry.seal.0)(
        &previous,
        &EntryToHash {
            seq,
            at: entry.at,
            who: &who,
            by: &by,
            from: origin.as_deref(),
            action: &action,
            subject: &subject,
            before: entry.before.as_ref(),
            after: entry.after.as_ref(),
        },
    );
    on!(tx.conn(), db => {
        sqlx::query(TEXT)
            .bind(seq)
            .bind(entry.at.0)
            .bind(&*by)
            .bind(&*who)
            .bind(origin.as_deref())
            .bind(&*action)
            .bind(&*subject)
            .bind(entry.before.as_ref().map(to_json))
            .bind(entry.after.as_ref().map(to_json))
            .bind(&previous)
            .bind(&hash)
            .execute(db)
            .await
            .map(drop)
    })
    .map_err(sql("add to the audit"))?;
    on!(tx.conn(), db => sqlx::query(HEAD).bind(seq).bind(&hash).execute(db).await.map(drop))
        .map_err(sql("note the end of the audit"))
}

/// [`append`], where there is an entry.
pub(crate) async fn append_some(tx: &mut Tx, entry: Option<&NewEntry>) -> Result<()> {
    match entry {
        Some(entry) => append(tx, entry).await,
        None => Ok(()),
    }
}
