//! Windows: when parts of the landscape are let alone, and were.

use model::{Slug, Timestamp, Window, WindowId, WindowSpec};

use crate::{
    Result, Store, StoreError,
    both::{Tx, on},
    error::sql,
    row::{At, clean_some, to_json},
};

/// A window that is not retired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRow {
    /// Its row: another one from each change on.
    pub id: WindowId,
    /// What was written of it.
    pub spec: WindowSpec,
    /// The catalogue that it comes from; `None`: made by hand.
    pub catalogue: Option<String>,
}

impl Store {
    /// The windows that are not retired, by slug.
    pub async fn windows(&self) -> Result<Vec<WindowRow>> {
        const TEXT: &str = "select id, slug, spec, catalogue, created_at, retired_at from windows \
            where retired_at is null order by slug";
        let rows: Vec<Row> =
            on!(self.read(), db => sqlx::query_as(TEXT).fetch_all(db).await).map_err(sql("read the windows"))?;
        rows.into_iter().map(WindowRow::try_from).collect()
    }

    /// The windows that there were at some moment in `from..to`, the retired ones too, by slug and time: what holds of those moments
    /// is asked of them, however the windows of now are written. Each held from `created_at` until `retired_at`.
    pub async fn windows_between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Window>> {
        const TEXT: &str = "select id, slug, spec, catalogue, created_at, retired_at from windows \
            where created_at < $2 and (retired_at is null or retired_at > $1) order by slug, created_at";
        let rows: Vec<Row> = on!(self.read(), db => sqlx::query_as(TEXT).bind(from.0).bind(to.0).fetch_all(db).await)
            .map_err(sql("read what windows there were"))?;
        rows.into_iter().map(Window::try_from).collect()
    }
}

/// Makes a window, or changes the one that has its slug: that one is retired then.
pub(super) async fn put(tx: &mut Tx, spec: &WindowSpec, catalogue: Option<&str>, now: Timestamp) -> Result<()> {
    const BEFORE: &str = "select spec from windows where slug = $1 and retired_at is null";
    const ADOPT: &str = "update windows set catalogue = $2 where slug = $1 and retired_at is null";
    const INSERT: &str = "insert into windows (slug, spec, catalogue, created_at) values ($1, $2, $3, $4)";
    let slug = spec.slug.as_str();
    let written = to_json(spec);
    let before: Option<String> = on!(tx.conn(), db => sqlx::query_scalar(BEFORE).bind(slug).fetch_optional(db).await)
        .map_err(sql("find a window"))?;
    if before.as_deref() == Some(written.as_str()) {
        return on!(tx.conn(), db => {
            sqlx::query(ADOPT).bind(slug).bind(clean_some(catalogue)).execute(db).await.map(drop)
        })
        .map_err(sql("write a window"));
    }
    if before.is_some() {
        retire(tx, &spec.slug, now).await?;
    }
    on!(tx.conn(), db => {
        let query = sqlx::query(INSERT).bind(slug).bind(written.as_str()).bind(clean_some(catalogue)).bind(now.0);
        query.execute(db).await.map(drop)
    })
    .map_err(sql("write a window"))
}

/// Ends a window. One that was made at this very moment (or later, by a clock that was set back) never held: it goes.
pub(super) async fn retire(tx: &mut Tx, slug: &Slug, now: Timestamp) -> Result<()> {
    const FORGET: &str = "delete from windows where slug = $1 and retired_at is null and created_at >= $2";
    const END: &str = "update windows set retired_at = $2 where slug = $1 and retired_at is null";
    for text in [FORGET, END] {
        on!(tx.conn(), db => sqlx::query(text).bind(slug.as_str()).bind(now.0).execute(db).await.map(drop))
            .map_err(sql("retire a window"))?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    slug: String,
    spec: String,
    catalogue: Option<String>,
    created_at: i64,
    retired_at: Option<i64>,
}

impl TryFrom<Row> for Window {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let at = At { table: "windows", row: &row.slug };
        Ok(Self {
            id: WindowId(row.id),
            spec: at.json("spec", &row.spec)?,
            catalogue: row.catalogue,
            created_at: Timestamp(row.created_at),
            retired_at: row.retired_at.map(Timestamp),
        })
    }
}

impl TryFrom<Row> for WindowRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        let Window { id, spec, catalogue, .. } = Window::try_from(row)?;
        Ok(Self { id, spec, catalogue })
    }
}
