//! What probes reach, and the values that they may use there.

use std::{path::PathBuf, sync::Arc};

use probe::{Clients, Fill, Filled, Filling, Outside, PROGRAMS_AT_ONCE, ProbeError};
use service::{Filler, Vault};
use store::Store;

use crate::{Config, ServerError, demo};

/// The engine's way out: where it may go, and how `${secret:NAME}` and the like are filled in. Values are looked up at each ask,
/// so that one that is changed needs no word to the engine.
pub fn clients(config: &Config, store: &Store, vault: &Arc<Vault>) -> Result<Clients, ServerError> {
    // The demo asks a file of its own.
    let sqlite_folder = if config.demo { Some(demo::folder(&config.data)) } else { config.sqlite_folder.clone() };
    let outside = Outside {
        egress: config.egress(),
        command_folder: config.command_folder.clone(),
        programs_at_once: config.kind_limits.get("command").copied().unwrap_or(PROGRAMS_AT_ONCE),
        body_folders: config.body_folders.clone().into(),
        sqlite_folder,
        ..Outside::default()
    };
    let clients = trusting(config, outside)?;
    let filler = filler(store, vault, config.secret_variables.clone(), config.secret_folders.clone());
    let fill: Fill = Arc::new(move |text: String, host: Option<String>| -> Filling {
        let filler = filler.clone();
        Box::pin(async move {
            let service::Filled { text, values } = filler.fill(&text, host.as_deref()).await?;
            Ok(Filled { text, values })
        })
    });
    Ok(clients.filling(fill))
}

/// How what the configuration's own channels refer to is filled in: secrets on their way to where they may be sent, and any variable
/// or file, since who writes the configuration may read them all.
pub fn fill_of_channels(store: &Store, vault: &Arc<Vault>) -> notify::Fill {
    let filler = filler(store, vault, vec!["*".to_owned()], vec![PathBuf::from("/")]);
    Arc::new(move |text: String, host: Option<String>| -> notify::Filling {
        let filler = filler.clone();
        Box::pin(async move {
            let service::Filled { text, values } = filler.fill(&text, host.as_deref()).await?;
            Ok(notify::Filled { text, values })
        })
    })
}

fn filler(store: &Store, vault: &Arc<Vault>, variables: Vec<String>, folders: Vec<PathBuf>) -> Filler {
    let environment = Arc::new(|name: &str| std::env::var(name).ok());
    Filler { store: store.clone(), vault: Arc::clone(vault), environment, variables, folders }
}

/// A way out on which the certificates of `extra_roots` are trusted too.
pub fn trusting(config: &Config, outside: Outside) -> Result<Clients, ServerError> {
    let clients = Clients::of(Outside { extra_roots: config.extra_roots.clone(), ..outside });
    clients.map_err(|why| {
        let field = if matches!(why, ProbeError::Roots { .. }) { "extra_roots: " } else { "" };
        ServerError::Config(format!("{field}{why}"))
    })
}
