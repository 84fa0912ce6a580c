//! `bridgewatch.toml`, as it is written.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use model::Settings;
use serde::Deserialize;

use super::{
    FILE,
    channels::{ChannelSettings, MailRelay},
    limits,
    people::{Sessions, SignIn},
    reach::{ProxyHeader, Tls},
    slip,
};
use crate::ServerError;

/// `bridgewatch.toml`. Unknown keys are errors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) listen: Option<SocketAddr>,
    pub(super) database: Option<String>,
    pub(super) catalogue: Option<PathBuf>,
    pub(super) demo: bool,
    pub(super) data: Option<PathBuf>,
    pub(super) public_url: Option<String>,
    pub(super) trusted_proxies: Vec<String>,
    pub(super) proxy_header: ProxyHeader,
    pub(super) tls: Option<Tls>,
    #[serde(rename = "secret_key_file")]
    pub(super) secret_key: Option<PathBuf>,
    pub(super) secret_folders: Vec<PathBuf>,
    pub(super) secret_variables: Vec<String>,
    pub(super) denied_networks: Vec<String>,
    pub(super) extra_roots: Option<PathBuf>,
    pub(super) allowed_networks: Vec<String>,
    pub(super) deny_loopback: bool,
    pub(super) deny_private: bool,
    pub(super) command_folder: Option<PathBuf>,
    pub(super) body_folders: Vec<PathBuf>,
    pub(super) sqlite_folder: Option<PathBuf>,
    pub(super) mail: Option<MailRelay>,
    #[serde(rename = "channel")]
    pub(super) channels: Vec<ChannelSettings>,
    pub(super) sign_in: SignIn,
    pub(super) sessions: Sessions,
    pub(super) limits: limits::Table,
    pub(super) settings: Settings,
}

impl File {
    /// The one that is named, or the usual one, if it is there.
    pub(super) fn read(named: Option<&Path>) -> Result<Self, ServerError> {
        let path = named.unwrap_or(Path::new(FILE));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(why) if named.is_none() && why.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ServerError::Read { path: path.to_owned(), source }),
        };
        toml::from_str(&text)
            .map_err(|why| ServerError::Config(format!("{}:{}", path.display(), slip::told(&text, why))))
    }
}
