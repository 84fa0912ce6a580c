//! What only PostgreSQL needs: how it is opened, and how writers queue.

use std::time::Duration;

use sqlx::{
    ConnectOptions as _, PgPool, Postgres, Transaction,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{bulk, store::Pools};

/// The tables, as text in the binary.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Reads that may run beside each other in one store.
const READERS: u32 = 8;

/// A writer and some readers, as on SQLite: lists that are slow never keep the recorder from its connection.
pub(crate) async fn open(options: &PgConnectOptions) -> sqlx::Result<Pools<Postgres>> {
    let options = options.clone().application_name("bridgewatch").disable_statement_logging();
    let pool = || PgPoolOptions::new().acquire_timeout(Duration::from_secs(5));
    let writer = options.clone().statement_cache_capacity(bulk::TEXTS);
    let write = pool().max_connections(1).connect_with(writer).await?;
    let read = pool().max_connections(READERS).connect_lazy_with(options);
    Ok(Pools { read, write })
}

/// A second process that starts at the same moment waits; the migrator sees to that by a lock of its own.
pub(crate) async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    MIGRATIONS.run(pool).await
}

/// Waits until no other writer is in a transaction, as `begin immediate` does: what is looked up in it stays true until its end,
/// also with several nodes on one database.
pub(crate) async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    let mut tx = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(1113015112)").execute(&mut *tx).await?;
    Ok(tx)
}
