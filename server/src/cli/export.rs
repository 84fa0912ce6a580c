//! `bridgewatch export`.

use std::process::ExitCode;

use store::Store;

use super::StoreArgs;
use crate::ServerError;

/// Prints the catalogue as YAML.
pub async fn export(args: StoreArgs) -> Result<ExitCode, ServerError> {
    let store = Store::open(&args.config()?.store()?).await?;
    let document = service::offline::export(&store, probe::kinds()).await;
    store.close().await;
    print!("{}", document?);
    Ok(ExitCode::SUCCESS)
}
