//! The outbox: what owners are to be told. A notice is written in the transaction that keeps that it was told ([`Store::tell`]), taken
//! out under a lease to be sent, and marked with how that went.
//!
//! **At least once.** Whoever took a notice and ends before the mark is committed has perhaps sent it: when the lease is over, it is
//! taken and sent again, under the same key. Once `sent`, `failed` or `given_up` is committed it is never taken again.
//!
//! **Once per change.** Keys are unique for as long as the row is kept, and a key that is there is left out.
//!
//! **In order.** What comes later in a change is not taken while what comes before waits to be told by the same channel.

use model::{ChangeId, IntegrationId, Notice, NoticeClaim, NoticeMark, NoticeState, NoticeView, Slug, Timestamp};

use crate::{
    Result, Store, StoreError,
    both::{Tx, on},
    bulk::{Bulk, execute_all},
    error::sql,
    row::{At, clean, to_json},
};

/// A notice on its way into the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct NewNotice {
    /// Whose.
    pub integration_id: IntegrationId,
    /// What is told, and by which channel.
    pub notice: Notice,
}

static PUT: Bulk = Bulk::insert(
    "insert into notices",
    &[
        "idempotency_key",
        "integration_id",
        "change_id",
        "kind",
        "channel",
        "payload",
        "state",
        "attempts",
        "next_at",
        "created_at",
    ],
    "on conflict (idempotency_key) do nothing",
);

/// Of `n`: it waits, and not for an earlier one of its own change.
macro_rules! ready {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            " n.state = 'waiting' and not exists (select 1 from notices b where b.change_id = n.change_id \
              and b.channel = n.channel and b.id < n.id and b.state = 'waiting') ",
            $tail
        )
    };
}

impl Store {
    /// The channels that something waits for, and from when on: those that were due longest first. A moment ahead is that of a
    /// pause before the next attempt, or the end of a lease.
    pub async fn due_channels(&self) -> Result<Vec<(Slug, Timestamp)>> {
        // It is asked whenever a notice lands: of each channel the first is found by the index, however many wait.
        const TEXT: &str = ready!(
            "select channel, next_at from (select c.channel, \
             (select n.next_at from notices n where n.channel = c.channel and",
            "order by n.next_at, n.id limit 1) as next_at \
             from (select distinct channel from notices where state = 'waiting') c) due \
             where next_at is not null order by next_at, channel"
        );
        let rows: Vec<(String, i64)> =
            on!(self.read(), db => sqlx::query_as(TEXT).fetch_all(db).await).map_err(sql("look into the outbox"))?;
        let read = |(channel, at): (String, i64)| {
            Ok((At { table: "notices", row: &channel }.word("channel", &channel)?, Timestamp(at)))
        };
        rows.into_iter().map(read).collect()
    }

    /// Takes at most so many due notices of a channel, the longest due first; nobody else is given them before `until`. A notice
    /// that cannot be read is marked as failed and left out, so that it stands in nobody's way.
    pub async fn claim_notices(
        &self,
        channel: &Slug,
        now: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<NoticeClaim>> {
        const TEXT: &str = ready!(
            "update notices set attempts = attempts + 1, next_at = $3 where id in (select n.id from notices n where \
             n.channel = $1 and n.next_at <= $2 and",
            "order by n.next_at, n.id limit $4) returning id, attempts, created_at, payload"
        );
        let mut tx = self.write().await?;
        let mut rows: Vec<ClaimRow> = on!(tx.conn(), db => {
            let query = sqlx::query_as(TEXT).bind(channel.as_str()).bind(now.0).bind(until.0).bind(i64::from(most));
            query.fetch_all(db).await
        })
        .map_err(sql("take notices out of the outbox"))?;
        rows.sort_by_key(|row| (row.created_at, row.id));
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, attempts) = (row.id, row.attempts);
            match NoticeClaim::try_from(row) {
                Ok(claim) => claims.push(claim),
                Err(error) => {
                    tracing::error!(id, %error, "a notice cannot be read and is not sent");
                    let why = error.to_string();
                    mark(&mut tx, id, attempts, now, NoticeMark::Failed, &why).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(claims)
    }

    /// Keeps how an attempt went, with what the other side answered. `false`: the word came too late, since the notice was taken
    /// anew after the lease, or is settled.
    pub async fn mark_notice(
        &self,
        id: i64,
        attempt: u32,
        now: Timestamp,
        how: NoticeMark,
        answer: &str,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        let marked = mark(&mut tx, id, i64::from(attempt), now, how, answer).await?;
        tx.commit().await?;
        Ok(marked)
    }

    /// What an integration's owner was or will be told, the newest first.
    pub async fn notices(&self, integration: IntegrationId, limit: u32) -> Result<Vec<NoticeView>> {
        const TEXT: &str = "select id, change_id, kind, channel, state, attempts, next_at, last_answer, created_at, sent_at \
            from notices where integration_id = $1 order by created_at desc, id desc limit $2";
        let rows: Vec<ViewRow> = on!(self.read(), db => {
            sqlx::query_as(TEXT).bind(integration.0).bind(i64::from(limit)).fetch_all(db).await
        })
        .map_err(sql("list notices"))?;
        rows.into_iter().map(NoticeView::try_from).collect()
    }

    /// Deletes at most 1,000 notices from before a moment that wait no longer, and says how many. Call again while it says 1,000.
    pub async fn delete_settled_notices(&self, before: Timestamp) -> Result<u64> {
        const TEXT: &str = "delete from notices where id in \
            (select id from notices where state <> 'waiting' and created_at < $1 order by created_at limit 1000)";
        let mut tx = self.write().await?;
        let deleted = on!(tx.conn(), db => {
            sqlx::query(TEXT).bind(before.0).execute(db).await.map(|done| done.rows_affected())
        })
        .map_err(sql("delete old notices"))?;
        tx.commit().await?;
        Ok(deleted)
    }
}

/// Writes notices that are not there yet, due at once.
pub(crate) async fn put_notices(tx: &mut Tx, notices: &[&NewNotice]) -> Result<()> {
    execute_all!(tx, PUT, notices, "write notices", |query, new| {
        let notice = &new.notice;
        query
            .bind(notice.key())
            .bind(new.integration_id.0)
            .bind(notice.change.to_string())
            .bind(notice.kind.as_str())
            .bind(notice.channel.as_str())
            .bind(to_json(notice))
            .bind(NoticeState::Waiting.as_str())
            .bind(0_i64)
            .bind(notice.at.0)
            .bind(notice.at.0)
    });
    Ok(())
}

async fn mark(tx: &mut Tx, id: i64, attempt: i64, now: Timestamp, how: NoticeMark, answer: &str) -> Result<bool> {
    const TEXT: &str = "update notices set state = $3, next_at = $4, last_answer = $5, sent_at = $6 \
        where id = $1 and attempts = $2 and state = 'waiting'";
    let next_at = if let NoticeMark::Again(at) = how { at } else { now };
    let sent_at = (how == NoticeMark::Sent).then_some(now.0);
    let marked = on!(tx.conn(), db => {
        let query = sqlx::query(TEXT).bind(id).bind(attempt).bind(how.state().as_str()).bind(next_at.0);
        query.bind(clean(answer)).bind(sent_at).execute(db).await.map(|done| done.rows_affected())
    })
    .map_err(sql("mark a notice"))?;
    Ok(marked > 0)
}

#[derive(sqlx::FromRow)]
struct ClaimRow {
    id: i64,
    attempts: i64,
    created_at: i64,
    payload: String,
}

impl TryFrom<ClaimRow> for NoticeClaim {
    type Error = StoreError;

    fn try_from(row: ClaimRow) -> Result<Self> {
        let at = At { table: "notices", row: &row.id };
        Ok(Self {
            id: row.id,
            attempt: at.number("attempts", row.attempts)?,
            created_at: Timestamp(row.created_at),
            notice: at.json("payload", &row.payload)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct ViewRow {
    id: i64,
    change_id: String,
    kind: String,
    channel: String,
    state: String,
    attempts: i64,
    next_at: i64,
    last_answer: Option<String>,
    created_at: i64,
    sent_at: Option<i64>,
}

impl TryFrom<ViewRow> for NoticeView {
    type Error = StoreError;

    fn try_from(row: ViewRow) -> Result<Self> {
        let at = At { table: "notices", row: &row.id };
        let state: NoticeState = at.word("state", &row.state)?;
        Ok(Self {
            id: row.id,
            change: at.word::<ChangeId>("change_id", &row.change_id)?,
            kind: at.word("kind", &row.kind)?,
            channel: at.word("channel", &row.channel)?,
            state,
            attempts: row.attempts,
            next_at: (state == NoticeState::Waiting).then_some(Timestamp(row.next_at)),
            last_answer: row.last_answer,
            created_at: Timestamp(row.created_at),
            sent_at: row.sent_at.map(Timestamp),
        })
    }
}
