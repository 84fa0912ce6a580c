//! The door: opening, closing, and which engine is behind it.

use std::{fmt, sync::Arc};

use sqlx::{Database, Pool, Postgres, Sqlite};

use crate::{
    Result, StoreError, StoreUrl,
    both::{Both, Readers, Tx, on},
    error::sql,
    own::own_folder,
    postgres, sqlite,
    url::Place,
};

/// Which database is behind the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// Connections, kept apart so that reading never keeps writing waiting.
#[derive(Debug)]
pub(crate) struct Pools<D: Database> {
    pub(crate) read: Pool<D>,
    /// Of one connection.
    pub(crate) write: Pool<D>,
}

/// A store that is open. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    pools: Arc<Both<Pools<Sqlite>, Pools<Postgres>>>,
    url: Arc<StoreUrl>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.url).finish()
    }
}

impl Store {
    /// Opens a store; makes it where it is not there yet, and brings its tables up to date. May be called more than once on one
    /// database: the engine and the web have connections of their own.
    ///
    /// # Errors
    /// [`StoreError::Open`] and [`StoreError::Migrate`]; [`StoreError::Url`] for a file that is the database of something else.
    pub async fn open(url: &StoreUrl) -> Result<Self> {
        let database = || url.to_string();
        let not_open = |source| StoreError::Open { database: database(), source };
        let not_migrated = |source| StoreError::Migrate { database: database(), source };
        let pools = match url.place() {
            Place::Sqlite(file) => {
                if let Some(folder) = file.parent() {
                    own_folder(folder).map_err(|error| not_open(sqlx::Error::Io(error)))?;
                }
                let pools = sqlite::open(file).await.map_err(not_open)?;
                if sqlite::is_foreign(&pools.write).await.map_err(not_open)? {
                    pools.write.close().await;
                    return Err(
                        url.wrong("this SQLite file holds the tables of another program; name a file of its own")
                    );
                }
                sqlite::migrate(&pools.write).await.map_err(not_migrated)?;
                Both::Sqlite(pools)
            }
            Place::Postgres(options) => {
                let pools = postgres::open(options).await.map_err(not_open)?;
                postgres::migrate(&pools.write).await.map_err(not_migrated)?;
                Both::Postgres(pools)
            }
        };
        Ok(Self { pools: Arc::new(pools), url: Arc::new(url.clone()) })
    }

    /// Which engine.
    pub fn engine(&self) -> Engine {
        match *self.pools {
            Both::Sqlite(_) => Engine::Sqlite,
            Both::Postgres(_) => Engine::Postgres,
        }
    }

    /// Where it is.
    pub fn url(&self) -> &StoreUrl {
        &self.url
    }

    /// Whether it answers.
    pub async fn ping(&self) -> Result<()> {
        on!(self.read(), db => sqlx::query("select 1").execute(db).await.map(drop)).map_err(sql("reach the database"))
    }

    /// Ends every connection, once what they do is done; SQLite's write-ahead log is folded into its file.
    pub async fn close(&self) {
        match &*self.pools {
            Both::Sqlite(pools) => {
                pools.read.close().await;
                if let Err(error) = sqlite::checkpoint(&pools.write).await {
                    tracing::warn!(%error, "the write-ahead log was not folded in; the next start does it");
                }
                pools.write.close().await;
            }
            Both::Postgres(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
        }
    }

    pub(crate) fn pools(&self) -> &Both<Pools<Sqlite>, Pools<Postgres>> {
        &self.pools
    }

    /// Connections to read by.
    pub(crate) fn read(&self) -> Readers<'_> {
        match &*self.pools {
            Both::Sqlite(pools) => Both::Sqlite(&pools.read),
            Both::Postgres(pools) => Both::Postgres(&pools.read),
        }
    }

    /// The one transaction that writes at a time.
    pub(crate) async fn write(&self) -> Result<Tx> {
        match &*self.pools {
            Both::Sqlite(pools) => sqlite::begin(&pools.write).await.map(Both::Sqlite),
            Both::Postgres(pools) => postgres::begin(&pools.write).await.map(Both::Postgres),
        }
        .map_err(sql("begin to write"))
    }

    /// A transaction in which several reads see one moment.
    pub(crate) async fn snapshot(&self) -> Result<Tx> {
        match &*self.pools {
            Both::Sqlite(pools) => pools.read.begin().await.map(Both::Sqlite),
            Both::Postgres(pools) => {
                pools.read.begin_with("begin isolation level repeatable read read only").await.map(Both::Postgres)
            }
        }
        .map_err(sql("begin to read"))
    }
}
