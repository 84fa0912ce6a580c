//! Multi-row statements: the only SQL that is not a literal. Each text is made once per engine and size and holds nothing but the
//! column names below and marks for parameters.

use std::{
    fmt::Write as _,
    sync::{Arc, OnceLock},
};

use sqlx::AssertSqlSafe;

use crate::Engine;

/// How many rows a text takes, greatest first: what a quiet engine commits goes in one statement, as each is a trip to another thread
/// or machine; of more rows there are few sizes, so that the engines keep every text prepared ([`TEXTS`]). 256 rows of the widest
/// table stay far below the 32,766 parameters that SQLite takes.
const SIZES: [usize; 18] = [256, 64, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// Statements that a connection keeps prepared: every size of every bulk statement, and the others.
pub(crate) const TEXTS: usize = 340;

/// A text with a list of rows in it.
pub(crate) struct Bulk {
    head: &'static str,
    /// Parameters of one row.
    columns: &'static [&'static str],
    tail: &'static str,
    /// Whether the head ends with the names of the columns.
    names: bool,
    sqlite: Texts,
    postgres: Texts,
}

/// One text for each of [`SIZES`].
type Texts = [OnceLock<Arc<str>>; SIZES.len()];

const fn no_texts() -> Texts {
    [const { OnceLock::new() }; SIZES.len()]
}

impl Bulk {
    /// `insert into TABLE (columns) values (..), (..) TAIL`; `head` is `insert into TABLE`.
    pub(crate) const fn insert(head: &'static str, columns: &'static [&'static str], tail: &'static str) -> Self {
        Self { head, columns, tail, names: true, sqlite: no_texts(), postgres: no_texts() }
    }

    /// `HEAD (values (..), (..)) TAIL`, to look many keys up at once.
    pub(crate) const fn lookup(head: &'static str, columns: &'static [&'static str], tail: &'static str) -> Self {
        Self { head, columns, tail, names: false, sqlite: no_texts(), postgres: no_texts() }
    }

    /// The rows that the next statement takes, and those after them.
    pub(crate) fn split<T>(rows: &[T]) -> Option<(&[T], &[T])> {
        SIZES.iter().find(|&&size| size <= rows.len()).map(|&size| rows.split_at(size))
    }

    /// The text for as many rows as [`Bulk::split`] gave.
    pub(crate) fn text(&self, engine: Engine, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let size = SIZES.iter().position(|&size| size == rows).unwrap_or(SIZES.len() - 1);
        let texts = match engine {
            Engine::Sqlite => &self.sqlite,
            Engine::Postgres => &self.postgres,
        };
        AssertSqlSafe(Arc::clone(texts[size].get_or_init(|| self.build(engine, SIZES[size]).into())))
    }

    fn build(&self, engine: Engine, rows: usize) -> String {
        let mut text = match engine {
            // whoever calls gives the transaction up on an error, so what a statement did until then need not be taken back; could it
            // have to be, SQLite would keep a copy of each page that the statement touches
            Engine::Sqlite => self.head.replacen("insert into", "insert or fail into", 1),
            Engine::Postgres => self.head.to_owned(),
        };
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
                text.push_str(if column == 0 { "" } else { ", " });
                let _ = match engine {
                    // a number makes a name of it, and the driver seeks the name of each parameter from the first on: quadratic
                    Engine::Sqlite => text.write_char('?'),
                    Engine::Postgres => write!(text, "${parameter}"),
                };
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
        let engine = $tx.engine();
        let mut rest = &$rows[..];
        let mut touched: u64 = 0;
        while let Some((rows, after)) = $crate::bulk::Bulk::split(rest) {
            rest = after;
            touched += $crate::both::on!($tx.conn(), db => {
                let mut $query = sqlx::query($bulk.text(engine, rows.len()));
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
        let engine = $tx.engine();
        let mut rest = &$keys[..];
        let mut found = Vec::new();
        while let Some((keys, after)) = $crate::bulk::Bulk::split(rest) {
            rest = after;
            found.extend(
                $crate::both::on!($tx.conn(), db => {
                    let mut $query = sqlx::query_as($bulk.text(engine, keys.len()));
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
    use super::{Bulk, Engine};

    static TWO: Bulk = Bulk::insert("insert into t", &["a", "b"], "on conflict do nothing");

    #[test]
    fn every_number_of_rows_is_cut_into_few_sizes() {
        let rows: Vec<usize> = (0..700).collect();
        let (mut rest, mut sizes) = (&rows[..], Vec::new());
        while let Some((some, after)) = Bulk::split(rest) {
            sizes.push(some.len());
            rest = after;
        }
        assert_eq!(sizes, [256, 256, 64, 64, 16, 16, 16, 12]);
        assert!(Bulk::split(&rows[..0]).is_none());
    }

    #[test]
    fn a_text_numbers_its_parameters_through_for_postgres_and_not_for_sqlite() {
        let text = |bulk: &Bulk, engine, rows| bulk.text(engine, rows).0.to_string();
        let one = "insert into t (a, b) values ($1, $2) on conflict do nothing";
        assert_eq!(text(&TWO, Engine::Postgres, 1), one);
        assert_eq!(text(&TWO, Engine::Sqlite, 1), "insert or fail into t (a, b) values (?, ?) on conflict do nothing");
        assert!(text(&TWO, Engine::Postgres, 256).ends_with("($511, $512) on conflict do nothing"));
        let lookup = Bulk::lookup("with k (a) as", &["a"], "select 1 from k");
        assert_eq!(text(&lookup, Engine::Postgres, 4), "with k (a) as (values ($1), ($2), ($3), ($4)) select 1 from k");
    }
}
