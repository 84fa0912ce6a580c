//! Multi-row statements: the only SQL that is not a literal. Each text is made once per size and holds nothing but the column
//! names below and numbers of parameters.

use std::{
    fmt::Write as _,
    sync::{Arc, OnceLock},
};

use sqlx::AssertSqlSafe;

/// How many rows a text takes, greatest first. Few sizes, so that the engines keep every text prepared; 256 rows of the widest
/// table stay far below the 32,766 parameters that SQLite takes.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];

/// A text with a list of rows in it.
pub(crate) struct Bulk {
    head: &'static str,
    /// Parameters of one row.
    columns: &'static [&'static str],
    tail: &'static str,
    /// Whether the head ends with the names of the columns.
    names: bool,
    texts: [OnceLock<Arc<str>>; SIZES.len()],
}

impl Bulk {
    /// `insert into TABLE (columns) values (..), (..) TAIL`; `head` is `insert into TABLE`.
    pub(crate) const fn insert(head: &'static str, columns: &'static [&'static str], tail: &'static str) -> Self {
        Self { head, columns, tail, names: true, texts: [const { OnceLock::new() }; SIZES.len()] }
    }

    /// `HEAD (values (..), (..)) TAIL`, to look many keys up at once.
    pub(crate) const fn lookup(head: &'static str, columns: &'static [&'static str], tail: &'static str) -> Self {
        Self { head, columns, tail, names: false, texts: [const { OnceLock::new() }; SIZES.len()] }
    }

    /// The rows that the next statement takes, and those after them.
    pub(crate) fn split<T>(rows: &[T]) -> Option<(&[T], &[T])> {
        SIZES.iter().find(|&&size| size <= rows.len()).map(|&size| rows.split_at(size))
    }

    /// The text for as many rows as [`Bulk::split`] gave.
    pub(crate) fn text(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let size = SIZES.iter().position(|&size| size == rows).unwrap_or(SIZES.len() - 1);
        AssertSqlSafe(Arc::clone(self.texts[size].get_or_init(|| self.build(SIZES[size]).into())))
    }

    fn build(&self, rows: usize) -> String {
        let mut text = self.head.to_owned();
        if self.names {
            let _ = write!(text, " ({}) values ", self.columns.join(", "));
        } else {
            text.push_str(" (values ");
        }
        let mut parameter = 0;
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..self.columns.len() {
                parameter += 1;
                let _ = write!(text, "{}${parameter}", if column == 0 { "" } else { ", " });
            }
            text.push(')');
        }
        text.push_str(if self.names { " " } else { ") " });
        text.push_str(self.tail);
        text
    }
}

/// `execute_all!(tx, BULK, rows, "doing", |query, row| query.bind(row.a).bind(row.b))`: runs a bulk statement over all rows and
/// gives the number of rows touched.
macro_rules! execute_all {
    ($tx:expr, $bulk:expr, $rows:expr, $doing:literal, |$query:ident, $row:ident| $bind:expr) => {{
        let mut rest = &$rows[..];
        let mut touched: u64 = 0;
        while let Some((rows, after)) = $crate::bulk::Bulk::split(rest) {
            rest = after;
            touched += $crate::both::on!($tx.conn(), db => {
                let mut $query = sqlx::query($bulk.text(rows.len()));
                for $row in rows {
                    $query = $bind;
                }
                $query.execute(db).await.map(|done| done.rows_affected())
            })
            .map_err($crate::error::sql($doing))?;
        }
        touched
    }};
}
pub(crate) use execute_all;

/// `fetch_all!(tx, BULK, keys, "doing", |query, key| query.bind(key.0))`: the rows of a bulk lookup over all keys.
macro_rules! fetch_all {
    ($tx:expr, $bulk:expr, $keys:expr, $doing:literal, |$query:ident, $key:ident| $bind:expr) => {{
        let mut rest = &$keys[..];
        let mut found = Vec::new();
        while let Some((keys, after)) = $crate::bulk::Bulk::split(rest) {
            rest = after;
            found.extend(
                $crate::both::on!($tx.conn(), db => {
                    let mut $query = sqlx::query_as($bulk.text(keys.len()));
                    for $key in keys {
                        $query = $bind;
                    }
                    $query.fetch_all(db).await
                })
                .map_err($crate::error::sql($doing))?,
            );
        }
        found
    }};
}
pub(crate) use fetch_all;

#[cfg(test)]
mod tests {
    use super::Bulk;

    static TWO: Bulk = Bulk::insert("insert into t", &["a", "b"], "on conflict do nothing");

    #[test]
    fn every_number_of_rows_is_cut_into_few_sizes() {
        let rows: Vec<usize> = (0..700).collect();
        let (mut rest, mut sizes) = (&rows[..], Vec::new());
        while let Some((some, after)) = Bulk::split(rest) {
            sizes.push(some.len());
            rest = after;
        }
        assert_eq!(sizes, [256, 256, 64, 64, 16, 16, 16, 4, 4, 4]);
        assert!(Bulk::split(&rows[..0]).is_none());
    }

    #[test]
    fn a_text_numbers_its_parameters_through() {
        assert_eq!(&*TWO.text(1).0, "insert into t (a, b) values ($1, $2) on conflict do nothing");
        assert!(TWO.text(256).0.ends_with("($511, $512) on conflict do nothing"));
        let lookup = Bulk::lookup("with k (a) as", &["a"], "select 1 from k");
        assert_eq!(&*lookup.text(4).0, "with k (a) as (values ($1), ($2), ($3), ($4)) select 1 from k");
    }
}
