//! The process that is measured: a whole Bridgewatch, as it ships, with SQLite in a folder.

use std::{path::Path, sync::Arc};

use model::{Api, Caller, Problem, SystemClock};
use serde_json::json;
use server::{Config, House};
use service::{Service, Visit};

use crate::{Tried, child, protocol::ROOTS};

/// The catalogue's name in the folder.
pub const CATALOGUE: &str = "catalogue.yaml";
/// The store's name in the folder.
pub const STORE: &str = "bridgewatch.db";

/// Who is there.
pub const EMAIL: &str = "bench@example.com";
/// Theirs.
pub const PASSWORD: &str = "four unrelated words here";

/// Serves what lies in the folder until its parent wants it to end. Who is to be trusted besides lies there too, if anybody is.
pub async fn run(folder: &Path) -> Tried<()> {
    let (catalogue, roots) = (folder.join(CATALOGUE), folder.join(ROOTS));
    let config = Config {
        database: folder.join(STORE).display().to_string(),
        catalogue: catalogue.exists().then_some(catalogue),
        extra_roots: roots.exists().then_some(roots),
        ..Config::within(folder)
    };
    let house = House::start_with(config, Arc::new(SystemClock)).await?;
    let engine = house.monitor();
    let figures = || {
        let figures = engine.figures();
        json!({ "recorded": figures.recorded_total, "lost": figures.lost_total, "failed": engine.failed() })
    };
    child::answer(&json!({ "url": house.url(), "token": token(house.service()).await? }), figures).await?;
    house.end().await;
    Ok(())
}

/// A token of somebody who may do whatever is measured.
async fn token(service: &Service) -> Tried<String> {
    let body = json!({ "email": EMAIL, "role": "engineer" });
    let invitation = service.acting_as(Caller::Local).invite(body).await?;
    let link = invitation.path.rsplit('/').next().unwrap_or_default();
    let session = service.choose_password(link, None, PASSWORD, &Visit::default()).await;
    let session = session.map_err(Problem::from)?;
    let engineer = service.caller_of_session(&session.token, None, true).await?;
    Ok(service.acting_as(engineer).add_token(json!({ "name": "bench" })).await?.token)
}
