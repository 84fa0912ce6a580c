//! Buckets that have to be made anew.

use std::collections::BTreeSet;

use model::{Step, Subject, Timestamp};

use crate::{
    Result, Store,
    both::{Tx, on},
    bulk::{Bulk, execute_all},
    error::sql,
    row::At,
};

/// A bucket that changed since it was rolled up, or never was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dirty {
    /// Whose.
    pub subject: Subject,
    /// How long a bucket.
    pub step: Step,
    /// When it begins.
    pub bucket: Timestamp,
    /// How often it was marked until it was taken; a mark made after that is not cleared with it.
    pub marks: i64,
}

static MARK: Bulk = Bulk::insert(
    "insert into dirty_buckets",
    &["step", "bucket", "subject", "marks"],
    "on conflict (step, bucket, subject) do update set marks = dirty_buckets.marks + 1",
);

/// The buckets are found first and deleted by their key: an engine that compared each mark with the list would read every mark.
static CLEAR: Bulk = Bulk::lookup(
    "with done (step, bucket, subject, marks) as",
    &["step", "bucket", "subject", "marks"],
    "delete from dirty_buckets where (step, bucket, subject) in \
     (select d.step, d.bucket, d.subject from done cross join dirty_buckets d where d.step = done.step \
     and d.bucket = done.bucket and d.subject = done.subject and d.marks <= done.marks)",
);

impl Store {
    /// The oldest dirty buckets of a step. They stay marked until [`Store::put_rollups`] clears them.
    pub async fn take_dirty(&self, step: Step, limit: u32) -> Result<Vec<Dirty>> {
        const TEXT: &str = "select subject, bucket, marks from dirty_buckets where step = $1 \
            order by bucket, subject limit $2";
        let rows: Vec<(String, i64, i64)> = on!(self.read(), db => {
            sqlx::query_as(TEXT).bind(step.as_str()).bind(i64::from(limit)).fetch_all(db).await
        })
        .map_err(sql("read the dirty buckets"))?;
        rows.into_iter()
            .map(|(subject, bucket, marks)| {
                let at = At { table: "dirty_buckets", row: &subject };
                Ok(Dirty { subject: at.word("subject", &subject)?, step, bucket: Timestamp(bucket), marks })
            })
            .collect()
    }
}

/// Marks buckets; one that is marked already is marked once more.
pub(crate) async fn mark(tx: &mut Tx, buckets: &[(Subject, Step, Timestamp)]) -> Result<()> {
    // one statement may touch a row once, so each bucket is marked once
    let distinct: BTreeSet<(i64, Step, Subject)> =
        buckets.iter().map(|&(subject, step, bucket)| (bucket.0, step, subject)).collect();
    let rows: Vec<_> = distinct.into_iter().collect();
    execute_all!(tx, MARK, rows, "mark buckets", |query, row| {
        query.bind(row.1.as_str()).bind(row.0).bind(row.2.to_string()).bind(1_i64)
    });
    Ok(())
}

/// Clears the marks of buckets that were made since they were taken; those marked again meanwhile stay.
pub(super) async fn clear(tx: &mut Tx, done: &[Dirty]) -> Result<()> {
    execute_all!(tx, CLEAR, done, "clear the marks of buckets", |query, mark| {
        query.bind(mark.step.as_str()).bind(mark.bucket.0).bind(mark.subject.to_string()).bind(mark.marks)
    });
    Ok(())
}
