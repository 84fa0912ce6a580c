//! One text, two engines: a value of either engine, and the macro that runs the same lines on whichever it is.

use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

use crate::{Engine, Result, error::sql};

/// Something of SQLite, or the same thing of PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) enum Both<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Connections to read by.
pub(crate) type Readers<'a> = Both<&'a SqlitePool, &'a PgPool>;

/// The connection that a transaction holds.
pub(crate) type Conn<'a> = Both<&'a mut SqliteConnection, &'a mut PgConnection>;

/// A transaction; what was done in it is undone unless it is committed.
pub(crate) type Tx = Both<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>;

impl Tx {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(tx) => Both::Sqlite(&mut **tx),
            Self::Postgres(tx) => Both::Postgres(&mut **tx),
        }
    }

    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(sql("commit"))
    }
}

/// `on!(readers, db => lines)`: the same lines with `db` as the executor of the engine at hand.
macro_rules! on {
    ($both:expr, $db:ident => $lines:expr) => {
        match $both {
            $crate::both::Both::Sqlite($db) => $lines,
            $crate::both::Both::Postgres($db) => $lines,
        }
    };
}
pub(crate) use on;
