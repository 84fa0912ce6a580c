//! The command line.

pub mod apply;
mod audit;
mod backup;
mod export;
mod kinds;
mod probe;
mod run;
mod schema;
mod secrets;
mod serve;
mod user;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::ServerError;

/// Bridgewatch watches the bridges between a company's systems: it probes every integration, takes in the runs that
/// integrations send, and shows whether each bridge stands, runs, delivers whole, and is worth it.
///
/// Start with `bridgewatch serve --demo`, then write your own catalogue and try it with `bridgewatch apply FILE --dry-run`.
#[derive(Debug, Parser)]
#[command(name = "bridgewatch", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server: probes, API and pages
    Serve(ServeArgs),
    /// Plan and carry out a catalogue: what it no longer names is retired, its history stays
    Apply(apply::ApplyArgs),
    /// Write the catalogue as YAML, as `apply` reads it
    Export(StoreArgs),
    /// Run one probe of a catalogue file now and print phases, assertions and outcome; nothing is stored. `probe run` runs one of a server
    Probe(probe::ProbeArgs),
    /// Print the JSON Schema of a catalogue, by which editors complete and check it
    Schema,
    /// Copy the store to a file while the server runs (SQLite)
    Backup(backup::BackupArgs),
    /// Check a backup and put it in the store's place; the server must not run (SQLite)
    Restore(backup::RestoreArgs),
    /// People: add one, list them, make a link for a new password
    #[command(subcommand)]
    User(user::UserCommand),
    /// The audit: check that nothing in it was changed or taken away, or write it out
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Secrets that the catalogue names as `${secret:NAME}`: list, put, remove, change the key
    #[command(subcommand)]
    Secrets(secrets::SecretsCommand),
}

/// How to start the server. Each may also stand in `bridgewatch.toml`; a flag goes before the environment, that before the file.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Where to listen; beyond loopback only with TLS, or behind a proxy that has it [default: 127.0.0.1:7077]
    #[arg(long, value_name = "ADDR", env = "BRIDGEWATCH_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// What people type to come here, a path included: `https://ops.example.com/bridgewatch` [default: where it listens]
    #[arg(long, value_name = "URL", env = "BRIDGEWATCH_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The store: a SQLite file or `postgres://user@host/name` [default: data/bridgewatch.db; with --demo data/demo.db]
    #[arg(long, value_name = "URL", env = "BRIDGEWATCH_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// A catalogue to apply at start: a YAML file, or a folder of them
    #[arg(long, value_name = "FILE", env = "BRIDGEWATCH_CATALOGUE")]
    pub catalogue: Option<PathBuf>,
    /// Start with a demo company: real small servers on loopback, some 14 integrations, and folded history
    #[arg(long, env = "BRIDGEWATCH_DEMO")]
    pub demo: bool,
    /// The configuration file [default: bridgewatch.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "BRIDGEWATCH_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Which store.
#[derive(Debug, Clone, Default, Args)]
pub struct StoreArgs {
    /// The store: a SQLite file or `postgres://user@host/name` [default: as `serve` has it]
    #[arg(long, value_name = "URL", env = "BRIDGEWATCH_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// The configuration file [default: bridgewatch.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "BRIDGEWATCH_CONFIG")]
    pub config: Option<PathBuf>,
}

/// What the environment alone says of how to start the server.
#[derive(Debug, Parser)]
struct FromEnvironment {
    #[command(flatten)]
    serve: ServeArgs,
}

impl StoreArgs {
    /// The configuration that `serve` would have here with the same store: links, and which store is the usual, depend on it too.
    fn config(&self) -> Result<crate::Config, ServerError> {
        let here = FromEnvironment::try_parse_from(["bridgewatch"]);
        let here = here.map_err(|why| ServerError::Config(why.to_string().trim_end().to_owned()))?.serve;
        crate::Config::read(&ServeArgs { database: self.database.clone(), config: self.config.clone(), ..here })
    }
}

/// Carries out what was typed.
pub fn run(cli: Cli) -> Result<ExitCode, ServerError> {
    match cli.command {
        Command::Serve(args) => serve::serve(&args),
        Command::Apply(args) => block_on(apply::apply(args)),
        Command::Export(args) => block_on(export::export(args)),
        Command::Probe(args) => block_on(probe::probe(args)),
        Command::Schema => Ok(schema::schema()),
        Command::Backup(args) => block_on(backup::backup(args)),
        Command::Restore(args) => block_on(backup::restore(args)),
        Command::User(command) => block_on(user::user(command)),
        Command::Audit(command) => block_on(audit::audit(command)),
        Command::Secrets(command) => block_on(secrets::secrets(command)),
    }
}

fn block_on(work: impl Future<Output = Result<ExitCode, ServerError>>) -> Result<ExitCode, ServerError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(ServerError::io("starting a runtime"))?;
    runtime.block_on(work)
}
