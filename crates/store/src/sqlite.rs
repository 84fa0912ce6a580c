//! What only SQLite needs: how it is opened, closed and vacuumed.

use std::{path::Path, time::Duration};

use sqlx::{
    ConnectOptions as _, Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{bulk, own, store::Pools};

/// The tables, as text in the binary.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// "BWCH" in the header of the file; set by the first migration.
pub(crate) const APPLICATION_ID: i64 = 0x4257_4348;

/// Reads that may run beside each other in one store; more would only wait for the same disk and cores.
const READERS: u32 = 4;

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

/// One writer, so that writes queue in the process and not at the file's lock, and a few readers beside it. The writer comes
/// first: it makes the file, and turns on the write-ahead log that lets readers read meanwhile.
pub(crate) async fn open(file: &Path) -> sqlx::Result<Pools<Sqlite>> {
    own::there(file)?;
    let writer = options(file)
        .create_if_missing(true)
        .statement_cache_capacity(bulk::TEXTS)
        // can only be set while there are no tables; lets retention give space back without a rewrite of the file
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        // The runs of many probes touch as many pages of the indexes, and soon the same ones again: 8 MiB of them are kept, and
        // they go from the log into the file once for many commits, after 16 MiB.
        .pragma("cache_size", "-8192")
        .pragma("wal_autocheckpoint", "4096")
        // a commit that was answered survives power loss; in batches it costs nothing
        .synchronous(SqliteSynchronous::Full)
        .optimize_on_close(true, 400);
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(writer)
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options(file).pragma("query_only", "on"));
    Ok(Pools { read, write })
}

/// Whether the file holds tables of another program.
pub(crate) async fn is_foreign(pool: &SqlitePool) -> sqlx::Result<bool> {
    let tables: i64 = sqlx::query_scalar("select count(*) from sqlite_schema").fetch_one(pool).await?;
    let application: i64 = sqlx::query_scalar("pragma application_id").fetch_one(pool).await?;
    Ok(tables > 0 && application != APPLICATION_ID)
}

/// All steps in one transaction, which also keeps a second process that starts at the same moment waiting.
pub(crate) async fn migrate(pool: &SqlitePool) -> Result<(), MigrateError> {
    let mut tx = begin(pool).await?;
    let connection: &mut SqliteConnection = &mut tx;
    MIGRATIONS.run_direct(None, connection, false).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes the write lock at once: one taken later, after a read, could be refused without waiting.
pub(crate) async fn begin(pool: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    pool.begin_with("begin immediate").await
}

/// Folds the write-ahead log into the file, so that what is left on the disk is one file.
pub(crate) async fn checkpoint(pool: &SqlitePool) -> sqlx::Result<()> {
    sqlx::query("pragma wal_checkpoint(truncate)").execute(pool).await?;
    Ok(())
}

/// Gives at most 1,000 freed pages (4 MB) back to the disk.
pub(crate) async fn give_back_space(pool: &SqlitePool) -> sqlx::Result<()> {
    sqlx::query("pragma incremental_vacuum(1000)").execute(pool).await?;
    Ok(())
}
