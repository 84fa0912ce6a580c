//! What one installation sets: by flag, else `BRIDGEWATCH_*`, else `bridgewatch.toml`, else the usual.

mod channels;
mod file;
mod filled;
mod limits;
mod outside;
mod people;
mod reach;
mod slip;

use std::{
    collections::BTreeMap,
    env,
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use model::{Settings, Span};
use service::KeySource;
use store::StoreUrl;

use crate::{ServerError, cli::ServeArgs};

use file::File;
use reach::networks;

pub use channels::{ChannelSettings, EVERYBODY_ELSE, MailRelay, RelaySecurity};
pub use filled::filled;
pub use people::{Limits, Sessions, SignIn};
pub use reach::{ProxyHeader, PublicUrl, Reach, Tls};

/// The file that is read if it is there.
pub const FILE: &str = "bridgewatch.toml";
/// Where the server listens if nothing else is said.
pub const LISTEN: &str = "127.0.0.1:7077";
/// The longest that a request may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The environment's names that mean something; any other `BRIDGEWATCH_*` is an error.
const ENVIRONMENT: [&str; 9] = [
    "BRIDGEWATCH_LISTEN",
    "BRIDGEWATCH_PUBLIC_URL",
    "BRIDGEWATCH_SECRET_KEY",
    "BRIDGEWATCH_DATABASE",
    "BRIDGEWATCH_CATALOGUE",
    "BRIDGEWATCH_DEMO",
    "BRIDGEWATCH_CONFIG",
    "BRIDGEWATCH_LOG",
    "BRIDGEWATCH_TOKEN",
];

/// Everything that the house needs to know to start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 for any.
    pub listen: SocketAddr,
    /// How it is reached from elsewhere: the public address, proxies, TLS.
    pub reach: Reach,
    /// The store: a SQLite file or a PostgreSQL URL.
    pub database: String,
    /// A catalogue to apply at start: a file or a folder.
    pub catalogue: Option<PathBuf>,
    /// Whether to start with the demo landscape.
    pub demo: bool,
    /// Where the spool lies, and the key of the secrets.
    pub data: PathBuf,
    /// Where the key is that secrets are sealed with.
    pub secret_key: KeySource,
    /// Folders whose files the catalogue may refer to as `${file:PATH}`.
    pub secret_folders: Vec<PathBuf>,
    /// Variables of the environment that the catalogue may refer to as `${env:NAME}`: `ERP_TOKEN`, or `PROBE_*` for all that begin so.
    pub secret_variables: Vec<String>,
    /// Networks that probes may not ask, besides link-local addresses.
    pub denied_networks: Vec<IpNet>,
    /// A PEM file of root certificates that probes trust besides the web's own.
    pub extra_roots: Option<PathBuf>,
    /// Networks within denied ones that they may ask all the same.
    pub allowed_networks: Vec<IpNet>,
    /// Whether they may not ask this machine.
    pub deny_loopback: bool,
    /// Whether they may not ask private ranges.
    pub deny_private: bool,
    /// The folder whose programs they may run; without one they run none.
    pub command_folder: Option<PathBuf>,
    /// Folders whose files they may send as bodies over HTTP; without any they send none.
    pub body_folders: Vec<PathBuf>,
    /// The folder whose SQLite files they may ask; without one they ask none.
    pub sqlite_folder: Option<PathBuf>,
    /// The relay by which mail leaves.
    pub mail: Option<MailRelay>,
    /// How owners are told, in the order in which it is written.
    pub channels: Vec<ChannelSettings>,
    /// How people sign in beside a password.
    pub sign_in: SignIn,
    /// How long people stay signed in.
    pub sessions: Sessions,
    /// How much may be asked how fast.
    pub limits: Limits,
    /// How many probes of one kind may be on the network at once, where that is not the usual.
    pub kind_limits: BTreeMap<String, usize>,
    /// The longest that a request may take; no matter of the file.
    pub time_limit: Duration,
    /// What figures depend on.
    pub settings: Settings,
}

impl Config {
    /// Puts flags (and the environment, which clap has read into them) before the file, and the file before the usual.
    pub fn read(args: &ServeArgs) -> Result<Self, ServerError> {
        refuse_unknown_environment()?;
        let file = File::read(args.config.as_deref())?;
        let demo = args.demo || file.demo;
        let data = file.data.unwrap_or_else(|| PathBuf::from("data"));
        let usual = data.join(if demo { "demo.db" } else { "bridgewatch.db" });
        let listen = match args.listen.or(file.listen) {
            Some(listen) => listen,
            None => LISTEN.parse().map_err(|_| ServerError::Config(format!("{LISTEN} is no address")))?,
        };
        let public_url = args.public_url.clone().or(file.public_url);
        let config = Self {
            listen,
            reach: Reach {
                public_url: public_url.as_deref().map(PublicUrl::parse).transpose()?,
                trusted_proxies: networks("trusted_proxies", &file.trusted_proxies)?,
                proxy_header: file.proxy_header,
                tls: file.tls,
            },
            database: args.database.clone().or(file.database).unwrap_or_else(|| usual.display().to_string()),
            catalogue: args.catalogue.clone().or(file.catalogue),
            demo,
            secret_key: secret_key(file.secret_key, &data),
            secret_folders: file.secret_folders,
            secret_variables: file.secret_variables,
            denied_networks: networks("denied_networks", &file.denied_networks)?,
            extra_roots: file.extra_roots,
            allowed_networks: networks("allowed_networks", &file.allowed_networks)?,
            deny_loopback: file.deny_loopback,
            deny_private: file.deny_private,
            command_folder: file.command_folder,
            body_folders: file.body_folders,
            sqlite_folder: file.sqlite_folder,
            mail: file.mail,
            channels: file.channels,
            data,
            sign_in: file.sign_in,
            sessions: file.sessions,
            limits: file.limits.limits(),
            kind_limits: file.limits.kinds,
            time_limit: TIME_LIMIT,
            settings: file.settings,
        };
        config.check()?;
        Ok(config)
    }

    /// The usual with everything in this folder, on a free port of loopback, as fast as anybody asks: for tests and measurements.
    pub fn within(folder: &Path) -> Self {
        let fast = NonZeroU32::new(1_000_000).unwrap_or(NonZeroU32::MIN);
        let data = folder.join("data");
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            reach: Reach::default(),
            database: folder.join("bridgewatch.db").display().to_string(),
            catalogue: None,
            demo: false,
            secret_key: KeySource::File(data.join("secret.key")),
            secret_folders: Vec::new(),
            secret_variables: Vec::new(),
            denied_networks: Vec::new(),
            extra_roots: None,
            allowed_networks: Vec::new(),
            deny_loopback: false,
            deny_private: false,
            command_folder: None,
            body_folders: Vec::new(),
            sqlite_folder: None,
            mail: None,
            channels: Vec::new(),
            data,
            sign_in: SignIn::default(),
            sessions: Sessions::default(),
            limits: Limits { address_per_second: fast, address_burst: fast, token_per_second: fast, token_burst: fast },
            kind_limits: BTreeMap::new(),
            time_limit: TIME_LIMIT,
            settings: Settings::default(),
        }
    }

    /// The store that the house opens.
    pub fn store(&self) -> Result<StoreUrl, ServerError> {
        Ok(self.database.parse()?)
    }

    fn check(&self) -> Result<(), ServerError> {
        let zone = &self.settings.reporting_zone;
        if zone.parse::<chrono_tz::Tz>().is_err() {
            return Err(ServerError::Config(format!(
                "settings.reporting_zone: `{zone}` is no time zone; write an IANA name such as Europe/Berlin"
            )));
        }
        if !(1..=12).contains(&self.settings.fiscal_year_start) {
            return Err(ServerError::Config("settings.fiscal_year_start: write a month from 1 to 12".to_owned()));
        }
        let Sessions { idle, absolute } = self.sessions;
        if idle < Span::minutes(1) || absolute < idle {
            let why = "sessions: write an idle of at least 1m, and an absolute that is not shorter";
            return Err(ServerError::Config(why.to_owned()));
        }
        if self.demo && !self.listen.ip().is_loopback() {
            // Its visitors are signed in without being asked.
            let why = "--demo listens on loopback only: leave --listen out, or the demo";
            return Err(ServerError::Config(why.to_owned()));
        }
        if self.demo && self.reach.is_public() {
            let why = "--demo is for this machine: leave public_url out, or the demo";
            return Err(ServerError::Config(why.to_owned()));
        }
        if self.demo && self.reach.tls.is_some() {
            let why = "--demo has no TLS: its jobs speak to it in clear on loopback; leave [tls] out, or the demo";
            return Err(ServerError::Config(why.to_owned()));
        }
        self.check_outside()?;
        self.check_kind_limits()?;
        self.check_channels()?;
        self.reach.check(self.listen)
    }
}

/// The key itself in the environment goes before a file of it.
fn secret_key(file: Option<PathBuf>, data: &Path) -> KeySource {
    match env::var("BRIDGEWATCH_SECRET_KEY") {
        Ok(key) if !key.is_empty() => KeySource::Text(key),
        _ => KeySource::File(file.unwrap_or_else(|| data.join("secret.key"))),
    }
}

fn refuse_unknown_environment() -> Result<(), ServerError> {
    let unknown = env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .find(|name| name.starts_with("BRIDGEWATCH_") && !ENVIRONMENT.contains(&name.as_str()));
    match unknown {
        Some(name) => {
            Err(ServerError::Config(format!("{name} means nothing here; known are {}", ENVIRONMENT.join(", "))))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
