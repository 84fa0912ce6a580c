//! What one installation sets: by flag, else `BRIDGEWATCH_*`, else `bridgewatch.toml`, else the usual.

use std::{
    env, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use model::Settings;
use serde::Deserialize;
use store::StoreUrl;

use crate::{ServerError, cli::ServeArgs};

/// The file that is read if it is there.
pub const FILE: &str = "bridgewatch.toml";
/// Where the server listens if nothing else is said.
pub const LISTEN: &str = "127.0.0.1:7077";
/// The environment's names that mean something; any other `BRIDGEWATCH_*` is an error.
const ENVIRONMENT: [&str; 6] = [
    "BRIDGEWATCH_LISTEN",
    "BRIDGEWATCH_DATABASE",
    "BRIDGEWATCH_CATALOGUE",
    "BRIDGEWATCH_DEMO",
    "BRIDGEWATCH_CONFIG",
    "BRIDGEWATCH_LOG",
];

/// Everything that the house needs to know to start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; a loopback address, port 0 for any.
    pub listen: SocketAddr,
    /// The store: a SQLite file or a PostgreSQL URL.
    pub database: String,
    /// A catalogue to apply at start: a file or a folder.
    pub catalogue: Option<PathBuf>,
    /// Whether to start with the demo landscape.
    pub demo: bool,
    /// Where the spool lies.
    pub data: PathBuf,
    /// What figures depend on.
    pub settings: Settings,
}

/// `bridgewatch.toml`. Unknown keys are errors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Option<SocketAddr>,
    database: Option<String>,
    catalogue: Option<PathBuf>,
    demo: bool,
    data: Option<PathBuf>,
    settings: Settings,
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
        if !listen.ip().is_loopback() {
            return Err(ServerError::NotLoopback(listen));
        }
        let config = Self {
            listen,
            database: args.database.clone().or(file.database).unwrap_or_else(|| usual.display().to_string()),
            catalogue: args.catalogue.clone().or(file.catalogue),
            demo,
            data,
            settings: file.settings,
        };
        config.check()?;
        Ok(config)
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
        Ok(())
    }
}

impl File {
    fn read(named: Option<&Path>) -> Result<Self, ServerError> {
        let path = named.unwrap_or(Path::new(FILE));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(why) if named.is_none() && why.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ServerError::Read { path: path.to_owned(), source }),
        };
        toml::from_str(&text).map_err(|why| ServerError::Config(format!("{}: {why}", path.display())))
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
mod tests {
    use std::path::PathBuf;

    use super::Config;
    use crate::{ServerError, cli::ServeArgs};

    fn with_file(text: &str, args: ServeArgs) -> Result<Config, ServerError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bridgewatch.toml");
        std::fs::write(&path, text).expect("a file");
        Config::read(&ServeArgs { config: Some(path), ..args })
    }

    #[test]
    fn a_flag_goes_before_the_file_and_the_file_before_the_usual() {
        let file = "listen = '127.0.0.1:1'\ndatabase = 'file.db'\n[settings]\nreporting_zone = 'Europe/Berlin'\n";
        let flags = ServeArgs { listen: "127.0.0.1:2".parse().ok(), ..ServeArgs::default() };
        let config = with_file(file, flags).expect("a configuration");
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.database, "file.db");
        assert_eq!(config.settings.reporting_zone, "Europe/Berlin");
        assert_eq!(config.data, PathBuf::from("data"));
    }

    #[test]
    fn the_demo_has_a_database_of_its_own() {
        let flags = ServeArgs { demo: true, ..ServeArgs::default() };
        assert_eq!(with_file("", flags).expect("a configuration").database, "data/demo.db");
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_name() {
        for (file, named) in [
            ("lisen = '127.0.0.1:1'", "lisen"),
            ("[settings]\nzone = 'UTC'", "zone"),
            ("[settings]\nreporting_zone = 'Berlin'", "reporting_zone"),
            ("[settings]\nfiscal_year_start = 13", "fiscal_year_start"),
            ("listen = '0.0.0.0:7077'", "0.0.0.0:7077"),
        ] {
            let why = with_file(file, ServeArgs::default()).expect_err(file).to_string();
            assert!(why.contains(named), "{file}: {why}");
        }
    }
}
