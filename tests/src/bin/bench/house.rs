//! The process that is measured: a whole Bridgewatch, as it ships, with SQLite in a folder.

use std::{path::Path, sync::Arc};

use model::SystemClock;
use serde_json::json;
use server::{Config, House};

use crate::{Tried, child};

/// The catalogue's name in the folder.
pub const CATALOGUE: &str = "catalogue.yaml";
/// The store's name in the folder.
pub const STORE: &str = "bridgewatch.db";

/// Serves what lies in the folder until its parent wants it to end.
pub async fn run(folder: &Path) -> Tried<()> {
    let catalogue = folder.join(CATALOGUE);
    let config = Config {
        listen: "127.0.0.1:0".parse()?,
        database: folder.join(STORE).display().to_string(),
        catalogue: catalogue.exists().then_some(catalogue),
        demo: false,
        data: folder.join("data"),
        settings: model::Settings::default(),
    };
    let house = House::start_with(config, Arc::new(SystemClock)).await?;
    let engine = house.monitor();
    let figures = || {
        let figures = engine.figures();
        json!({ "recorded": figures.recorded_total, "lost": figures.lost_total, "failed": engine.failed() })
    };
    child::answer(&json!({ "url": house.url() }), figures).await?;
    house.end().await;
    Ok(())
}
