//! `bridgewatch backup FILE` and `bridgewatch restore FILE`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use store::Store;

use super::StoreArgs;
use crate::ServerError;

/// Where to.
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// The file to write; one that is there is not replaced
    pub file: PathBuf,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Where from.
#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// The file that `backup` wrote
    pub file: PathBuf,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Copies the store while it is in use.
pub async fn backup(args: BackupArgs) -> Result<ExitCode, ServerError> {
    let store = Store::open(&args.store.config()?.store()?).await?;
    let done = store.backup(&args.file).await;
    store.close().await;
    done?;
    println!("The store is copied to {}.", args.file.display());
    Ok(ExitCode::SUCCESS)
}

/// Checks a copy and puts it in the store's place; what was there is kept beside it.
pub async fn restore(args: RestoreArgs) -> Result<ExitCode, ServerError> {
    let database = args.store.config()?.store()?;
    let Some(file) = database.file() else {
        let why = "restore is for SQLite; put a copy of a PostgreSQL database back with its own tools (pg_restore)";
        return Err(ServerError::Config(why.to_owned()));
    };
    store::restore(&args.file, file).await?;
    println!(
        "{} is checked and is now the store; what was there is kept as {}.before-restore.",
        args.file.display(),
        file.display()
    );
    Ok(ExitCode::SUCCESS)
}
