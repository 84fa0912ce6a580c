//! The word that integrations send: runs and pings.

use model::{Problem, Receipt, Slug, api::PingKind};
use serde_json::Value;

use crate::{core::Core, problem};

/// Takes in one run or an array, all or nothing; answered after the commit.
pub(crate) async fn send(core: &Core, integration: &Slug, body: &Value) -> Result<Vec<Receipt>, Problem> {
    // Who writes to the wrong address should hear of that first.
    core.row(integration)?;
    let runs = rules::sent::check(body, core.now()).map_err(Problem::invalid)?;
    core.monitor.send_runs(integration, runs).await.map_err(problem::of_monitor)
}

/// Takes in a ping.
pub(crate) async fn ping(core: &Core, key: &str, kind: PingKind) -> Result<(), Problem> {
    core.monitor.ping(key, kind).await.map_err(problem::of_monitor)
}
