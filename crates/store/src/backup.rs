//! Copies of an SQLite store, made while it runs, and their way back.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{Result, Store, StoreError, own, sqlite};

impl Store {
    /// Writes a whole, consistent copy to a new file while the store is in use. What is there already is not replaced: it may be the
    /// only good copy, or a store that somebody has open.
    ///
    /// # Errors
    /// [`StoreError::Backup`], also on PostgreSQL, whose own `pg_dump` does this.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        let Some(database) = self.url().file() else {
            return Err(wrong(to, "only an SQLite store is backed up to a file; use pg_dump for PostgreSQL"));
        };
        if same_file(database, to) {
            return Err(wrong(to, "this is the store itself; name another file"));
        }
        // Also a link that leads nowhere.
        if to.symlink_metadata().is_ok() {
            return Err(wrong(
                to,
                "this is there already and is not replaced; name another file, or move it away first",
            ));
        }
        let unfinished = beside(to, ".unfinished");
        remove(&unfinished)?;
        own::there(&unfinished).map_err(|error| wrong(&unfinished, error.to_string()))?;
        let mut connection = connect(database).await?;
        let copied =
            sqlx::query("vacuum into $1").bind(unfinished.display().to_string()).execute(&mut connection).await;
        close(connection, database).await?;
        copied.map_err(|error| wrong(to, format!("the copy failed: {error}")))?;
        replace(&unfinished, to)
    }
}

/// Puts a backup in the place of the store at `database`, which must not be open anywhere. The backup is checked first: it must be
/// whole and of a schema that this version knows. What was there is kept beside as `<database>.before-restore`.
///
/// # Errors
/// [`StoreError::Backup`]; nothing was changed then.
pub async fn restore(backup: &Path, database: &Path) -> Result<()> {
    if same_file(backup, database) {
        return Err(wrong(backup, "this is the store itself; name a backup of it"));
    }
    check(backup).await?;
    let unfinished = beside(database, ".restoring");
    if let Some(folder) = database.parent() {
        own::own_folder(folder).map_err(|error| wrong(database, error.to_string()))?;
    }
    remove(&unfinished)?;
    copy(backup, &unfinished).map_err(|error| wrong(&unfinished, format!("the copy failed: {error}")))?;
    if database.exists() {
        if let Err(error) = fold(database).await {
            remove(&unfinished)?;
            return Err(error);
        }
        let kept = beside(database, ".before-restore");
        replace(database, &kept)?;
        // a log that could not be folded in belongs to the file it was written for, never to the one that comes now
        let log = beside(database, "-wal");
        if log.exists() {
            replace(&log, &beside(&kept, "-wal"))?;
        }
        remove(&beside(database, "-shm"))?;
    }
    replace(&unfinished, database)
}

/// Whether a file is a whole Bridgewatch store of a schema that this version knows.
async fn check(file: &Path) -> Result<()> {
    if !file.is_file() {
        return Err(wrong(file, "there is no such file"));
    }
    let mut connection = connect(file).await?;
    let checked = check_open(&mut connection, file).await;
    close(connection, file).await?;
    checked
}

async fn check_open(connection: &mut SqliteConnection, file: &Path) -> Result<()> {
    let unreadable = |error: sqlx::Error| wrong(file, format!("it cannot be read as an SQLite file: {error}"));
    let application: i64 =
        sqlx::query_scalar("pragma application_id").fetch_one(&mut *connection).await.map_err(unreadable)?;
    if application != sqlite::APPLICATION_ID {
        return Err(wrong(file, "this is no Bridgewatch store"));
    }
    let integrity: String =
        sqlx::query_scalar("pragma integrity_check(1)").fetch_one(&mut *connection).await.map_err(unreadable)?;
    if integrity != "ok" {
        return Err(wrong(file, format!("the file is damaged: {integrity}")));
    }
    let applied: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select version, checksum from _sqlx_migrations order by version")
            .fetch_all(&mut *connection)
            .await
            .map_err(unreadable)?;
    let known = |version: i64, checksum: &[u8]| {
        sqlite::MIGRATIONS.iter().any(|step| step.version == version && *step.checksum == *checksum)
    };
    match applied.iter().find(|(version, checksum)| !known(*version, checksum)) {
        Some((version, _)) => Err(wrong(
            file,
            format!(
                "step {version} of its schema is not known to this version of Bridgewatch; use the one that wrote it"
            ),
        )),
        None => Ok(()),
    }
}

/// Leaves the write-ahead log, which folds it into the file. SQLite allows that only while nobody else has the file open.
async fn fold(database: &Path) -> Result<()> {
    let mut connection = connect(database).await?;
    let folded = sqlx::query("pragma journal_mode = delete").execute(&mut connection).await;
    close(connection, database).await?;
    match folded {
        Err(error) if error.to_string().contains("locked") => {
            Err(wrong(database, "the store is in use; stop Bridgewatch first"))
        }
        // any other failure: it is damaged, perhaps the reason for restoring, and is kept beside as it is
        _ => Ok(()),
    }
}

async fn connect(file: &Path) -> Result<SqliteConnection> {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(Duration::from_secs(1))
        .disable_statement_logging()
        .connect()
        .await
        .map_err(|error| wrong(file, format!("it cannot be opened: {error}")))
}

async fn close(connection: SqliteConnection, file: &Path) -> Result<()> {
    connection.close().await.map_err(|error| wrong(file, format!("it cannot be closed: {error}")))
}

/// What a file holds, but not who may read it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    io::copy(&mut std::fs::File::open(from)?, &mut own::new_file(to)?).map(drop)
}

/// Moves a file onto another, so that there is always a whole one under the name, and sees to it that this survives power loss.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let moved = || -> io::Result<()> {
        std::fs::File::open(from)?.sync_all()?;
        std::fs::rename(from, to)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()
    };
    moved().map_err(|error| wrong(to, error.to_string()))
}

fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(wrong(file, error.to_string())),
        _ => Ok(()),
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn wrong(path: &Path, message: impl Into<String>) -> StoreError {
    StoreError::Backup { path: path.to_owned(), message: message.into() }
}
