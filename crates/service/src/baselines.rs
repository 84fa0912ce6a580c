//! Baselines: every version of one, and a new version.

use model::{Baseline, Page, Problem, Slug};
use rules::catalogue::check_baseline;
use serde_json::Value;
use store::Write;

use crate::{
    change::{Have, commit},
    core::Core,
};

/// Every version, newest first.
pub(crate) fn list(core: &Core, integration: &Slug) -> Result<Page<Baseline>, Problem> {
    core.row(integration).map(|row| Page::whole(row.baselines.clone()))
}

/// A new version; those before stay as they were and hold until its day.
pub(crate) async fn add(core: &Core, integration: &Slug, body: &Value) -> Result<Baseline, Problem> {
    let spec = check_baseline(body).map_err(Problem::invalid)?;
    let _one_at_a_time = core.changing.lock().await;
    Have::read(&core.store).await?.own_integration(integration)?;
    let write = Write::AddBaseline { integration: integration.clone(), spec };
    commit(core, &[write], core.now()).await?;
    let row = core.row(integration)?;
    row.baselines.first().cloned().ok_or_else(|| Problem::not_found("baseline of", integration))
}
