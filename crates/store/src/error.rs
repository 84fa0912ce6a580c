//! What can go wrong.

use std::path::PathBuf;

/// What the store answers.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the database cannot be right.
    #[error("the database `{given}`: {message}")]
    Url {
        /// What was given, its password left out.
        given: String,
        /// What is wrong with it, and what would be right.
        message: String,
    },
    /// The database could not be opened.
    #[error("cannot open the database {database}")]
    Open {
        /// Its address, password left out.
        database: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The tables could not be brought up to date.
    #[error("cannot bring the tables of {database} up to date")]
    Migrate {
        /// Its address, password left out.
        database: String,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// A statement failed: the database is locked, away or full.
    #[error("cannot {doing}")]
    Sql {
        /// What was being done.
        doing: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// A row holds what no version of Bridgewatch writes.
    #[error("row {row} of table `{table}`: column `{column}`: {message}")]
    Row {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        message: String,
    },
    /// A write names what is not there.
    #[error("there is no {noun} `{name}`")]
    Missing {
        /// `system`, `integration` or `probe`.
        noun: &'static str,
        /// Its slug.
        name: String,
    },
    /// A backup could not be made or put back.
    #[error("{}: {message}", path.display())]
    Backup {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
}

impl StoreError {
    /// Whether trying again later may help: the database is locked, away, full or too busy.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Open { source, .. } | Self::Sql { source, .. } => !matches!(
                source,
                sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_)
            ),
            _ => false,
        }
    }
}

/// For `map_err`: what was being done when a statement failed.
pub(crate) fn sql(doing: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError::Sql { doing, source }
}
