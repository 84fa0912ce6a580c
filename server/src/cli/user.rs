//! `bridgewatch user add|list|reset`.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use model::{Clock, Role, SystemClock, api::NewLink};
use serde_json::json;
use store::Store;

use super::StoreArgs;
use crate::{Config, ServerError, http::way::Way};

/// What to do with people.
#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Add a person and print the link with which they choose their password
    Add(AddArgs),
    /// List everybody: role, state, when they were last here
    List(StoreArgs),
    /// Print a new link for a person: to choose another password, or to accept their invitation
    Reset(ResetArgs),
}

/// Whom to add.
#[derive(Debug, Clone, Args)]
pub struct AddArgs {
    /// What they sign in with
    pub email: String,
    /// What they are called [default: the address]
    #[arg(long)]
    pub name: Option<String>,
    /// What they may do: viewer, manager, engineer or admin
    #[arg(long, default_value = "viewer")]
    pub role: Role,
    /// They see integrations of this department; may be given again [default: everything]
    #[arg(long = "department", value_name = "NAME")]
    pub departments: Vec<String>,
    /// They see integrations of this team; may be given again
    #[arg(long = "owner", value_name = "TEAM")]
    pub owners: Vec<String>,
    /// They see integrations with this building block; may be given again
    #[arg(long = "building-block", value_name = "NAME")]
    pub building_blocks: Vec<String>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Whom the link is for.
#[derive(Debug, Clone, Args)]
pub struct ResetArgs {
    /// What they sign in with
    pub email: String,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Carries it out.
pub async fn user(command: UserCommand) -> Result<ExitCode, ServerError> {
    match command {
        UserCommand::Add(args) => add(args).await,
        UserCommand::List(args) => list(args).await,
        UserCommand::Reset(args) => reset(args).await,
    }
}

async fn add(args: AddArgs) -> Result<ExitCode, ServerError> {
    let config = args.store.config()?;
    let body = json!({
        "email": args.email,
        "name": args.name,
        "role": args.role,
        "scope": { "departments": args.departments, "owners": args.owners, "building_blocks": args.building_blocks },
    });
    let store = Store::open(&config.store()?).await?;
    let link = service::offline::invite(&store, &body, crate::house::seed(), SystemClock.now()).await;
    store.close().await;
    let link = link?;
    println!("{} is invited as {}.", link.person.email, link.person.role);
    println!("{}", told(&config, &link));
    Ok(ExitCode::SUCCESS)
}

async fn reset(args: ResetArgs) -> Result<ExitCode, ServerError> {
    let config = args.store.config()?;
    let store = Store::open(&config.store()?).await?;
    let link = service::offline::reset(&store, &args.email, crate::house::seed(), SystemClock.now()).await;
    store.close().await;
    println!("{}", told(&config, &link?));
    Ok(ExitCode::SUCCESS)
}

async fn list(args: StoreArgs) -> Result<ExitCode, ServerError> {
    let store = Store::open(&args.config()?.store()?).await?;
    let people = service::offline::people(&store, SystemClock.now()).await;
    store.close().await;
    for person in people?.items {
        let seen = person.last_seen_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
        println!("{:<32} {:<24} {:<8} {:<8} {seen}", person.email, person.name, person.role, person.state);
    }
    Ok(ExitCode::SUCCESS)
}

/// The link on a line of its own, so that it can be copied. Where nobody said what people type, it leads to where the server listens;
/// on a port that it finds when it starts, that is not known here.
fn told(config: &Config, link: &NewLink) -> String {
    let NewLink { expires_at, path, .. } = link;
    if config.reach.public_url.is_none() && config.listen.port() == 0 {
        return format!(
            "The link works once, until {expires_at}. Put it behind the address that the server printed when it started:\n{path}"
        );
    }
    let way = Way::new(&config.reach, config.listen);
    format!("The link works once, until {expires_at}:\n{}{}", way.origin, way.href(path))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use model::{Person, PersonId, PersonState, Role, Scope, SignIn, Timestamp, api::NewLink};

    use super::told;
    use crate::{
        Config,
        config::{PublicUrl, Tls},
    };

    #[test]
    fn a_link_can_be_opened_wherever_the_server_listens() {
        let person = Person {
            id: PersonId(1),
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            role: Role::Admin,
            scope: Scope::default(),
            state: PersonState::Invited,
            signed_in_by: SignIn::Password,
            last_seen_at: None,
            created_at: Timestamp(0),
        };
        let link = NewLink { person, path: "/invitation/abc".to_owned(), expires_at: Timestamp(0) };
        for (listen, public, tls, last) in [
            ("127.0.0.1:7077", None, false, "http://127.0.0.1:7077/invitation/abc"),
            ("0.0.0.0:7077", None, true, "https://127.0.0.1:7077/invitation/abc"),
            ("[::]:7077", None, true, "https://[::1]:7077/invitation/abc"),
            ("0.0.0.0:0", Some("https://ops.example.com/bw"), true, "https://ops.example.com/bw/invitation/abc"),
            ("127.0.0.1:0", None, false, "/invitation/abc"),
        ] {
            let mut config = Config::within(Path::new("here"));
            config.listen = listen.parse().expect("an address");
            config.reach.public_url = public.map(|url| PublicUrl::parse(url).expect("an address"));
            config.reach.tls = tls.then(|| Tls { certificate: "a".into(), key: "b".into() });
            let told = told(&config, &link);
            assert_eq!(told.lines().last(), Some(last), "{listen}");
            assert_eq!(told.contains("address that the server printed"), last.starts_with('/'), "{told}");
        }
    }
}
