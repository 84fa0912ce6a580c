//! What probes reach, and the values that they may use there.

use std::sync::Arc;

use probe::{Clients, Fill, Filled, Filling, Outside, ProbeError};
use service::{Filler, Vault};
use store::Store;

use crate::{Config, ServerError, demo};

/// The engine's way out: where it may go, and how `${secret:NAME}` and the like are filled in. Values are looked up at each ask,
/// so that one that is changed needs no word to the engine.
pub fn clients(config: &Config, store: &Store, vault: &Arc<Vault>) -> Result<Clients, ServerError> {
    let command_folder = config.command_folder.clone();
    let body_folders = config.body_folders.clone().into();
    let sqlite_folder = config.demo.then(|| demo::folder(&config.data));
    let egress = config.egress();
    let outside = Outside { egress, command_folder, body_folders, sqlite_folder, ..Outside::default() };
    let clients = trusting(config, outside)?;
    let filler = Filler {
        store: store.clone(),
        vault: Arc::clone(vault),
        environment: Arc::new(|name: &str| std::env::var(name).ok()),
        variables: config.secret_variables.clone(),
        folders: config.secret_folders.clone(),
    };
    let fill: Fill = Arc::new(move |text: String, host: Option<String>| -> Filling {
        let filler = filler.clone();
        Box::pin(async move {
            let service::Filled { text, values } = filler.fill(&text, host.as_deref()).await?;
            Ok(Filled { text, values })
        })
    });
    Ok(clients.filling(fill))
}

/// A way out on which the certificates of `extra_roots` are trusted too.
pub fn trusting(config: &Config, outside: Outside) -> Result<Clients, ServerError> {
    let clients = Clients::of(Outside { extra_roots: config.extra_roots.clone(), ..outside });
    clients.map_err(|why| {
        let field = if matches!(why, ProbeError::Roots { .. }) { "extra_roots: " } else { "" };
        ServerError::Config(format!("{field}{why}"))
    })
}
