//! `bridgewatch secrets list|put|rm|rotate`. Values are read from standard input, never from the command line, where everybody on
//! the machine could read them; and none is ever printed.

use std::{
    io::{IsTerminal, Read},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use model::{Clock, SystemClock};
use service::Vault;
use store::Store;

use super::StoreArgs;
use crate::{Config, ServerError, telling::texts};

/// What to do with secrets.
#[derive(Debug, Clone, Subcommand)]
pub enum SecretsCommand {
    /// List their names, since when each has its value, and the probes and channels that use it; values are never shown
    List(StoreArgs),
    /// Keep a value, read from standard input, under a name: `bridgewatch secrets put ERP_PASSWORD --host erp.example.com < file`
    Put(PutArgs),
    /// Remove one that nothing names any more
    Rm(NameArgs),
    /// Seal all of them under a new key, in one transaction. Where `BRIDGEWATCH_SECRET_KEY` holds the key, first write the new one
    /// before the old one, parted by a comma, and start the server anew with both
    Rotate(StoreArgs),
}

/// Which secret.
#[derive(Debug, Clone, Args)]
pub struct NameArgs {
    /// As the catalogue calls it: `${secret:NAME}`
    pub name: String,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// What to keep, and where it may go.
#[derive(Debug, Clone, Args)]
pub struct PutArgs {
    /// Its name.
    #[command(flatten)]
    pub named: NameArgs,
    /// A host that it may be sent to, `*.example.com` for every one below, `*` for any; as often as needed. One that is there keeps
    /// those it had without any
    #[arg(long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,
}

/// Carries it out.
pub async fn secrets(command: SecretsCommand) -> Result<ExitCode, ServerError> {
    let done = match command {
        SecretsCommand::List(args) => list(&args).await,
        SecretsCommand::Put(args) => put(args).await,
        SecretsCommand::Rm(args) => remove(args).await,
        SecretsCommand::Rotate(args) => rotate(&args).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}

async fn list(args: &StoreArgs) -> Result<(), ServerError> {
    let config = args.config()?;
    let store = Store::open(&config.store()?).await?;
    let secrets = service::offline::secrets(&store, &texts(&config)).await;
    store.close().await;
    for secret in secrets?.items {
        let used = if secret.used_by.is_empty() { "nothing".to_owned() } else { secret.used_by.join(", ") };
        let to = secret.hosts.join(", ");
        println!("{:<32} {}  key {}  goes to {to}  used by {used}", secret.name, secret.changed_at, secret.key_id);
    }
    Ok(())
}

async fn put(args: PutArgs) -> Result<(), ServerError> {
    let PutArgs { named: args, hosts } = args;
    let hosts = (!hosts.is_empty()).then_some(hosts.as_slice());
    let config = args.store.config()?;
    let value = value()?;
    let vault = vault(&config)?;
    let store = Store::open(&config.store()?).await?;
    let (written, now) = (texts(&config), SystemClock.now());
    let kept = service::offline::put_secret(&store, &vault, &written, &args.name, &value, hosts, now).await;
    store.close().await;
    kept?;
    println!("`{}` is kept.", args.name);
    Ok(())
}

async fn remove(args: NameArgs) -> Result<(), ServerError> {
    let config = args.store.config()?;
    let store = Store::open(&config.store()?).await?;
    let removed = service::offline::delete_secret(&store, &texts(&config), &args.name, SystemClock.now()).await;
    store.close().await;
    removed?;
    println!("`{}` is removed.", args.name);
    Ok(())
}

async fn rotate(args: &StoreArgs) -> Result<(), ServerError> {
    let config = args.config()?;
    let vault = vault(&config)?;
    let store = Store::open(&config.store()?).await?;
    let rotated = vault.rotate(&store, SystemClock.now()).await;
    store.close().await;
    let (count, key_id) = rotated?;
    println!("{count} secrets are sealed under the new key {key_id}.");
    if matches!(config.secret_key, service::KeySource::Text(_)) {
        println!(
            "Was the server started with both keys before this? If not, start it anew with both and rotate again: it cannot open what \
             is sealed under the new key, and seals under the old one. Then take the old key out of BRIDGEWATCH_SECRET_KEY."
        );
    }
    Ok(())
}

fn vault(config: &Config) -> Result<Vault, ServerError> {
    Ok(Vault::open(config.secret_key.clone(), crate::house::seed())?)
}

/// Standard input to its end, without the line's end that an editor or `echo` puts there.
fn value() -> Result<String, ServerError> {
    let mut input = std::io::stdin().lock();
    if input.is_terminal() {
        eprintln!("Type the value, then Ctrl-D. It is shown while you type; `secrets put NAME < file` shows nothing.");
    }
    let mut value = String::new();
    input.read_to_string(&mut value).map_err(ServerError::io("reading the value from standard input"))?;
    let bare = value.strip_suffix('\n').unwrap_or(&value);
    Ok(bare.strip_suffix('\r').unwrap_or(bare).to_owned())
}
