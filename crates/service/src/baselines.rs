//! Baselines: every version of one, and a new version.

use model::{Baseline, Page, Problem, Slug};
use rules::catalogue::check_baseline;
use serde_json::Value;
use store::Write;

use crate::{
    audit::Act,
    change::{Have, commit},
    sight::Sight,
};

/// Every version, newest first.
pub(crate) fn list(sight: &Sight<'_>, integration: &Slug) -> Result<Page<Baseline>, Problem> {
    sight.row(integration).map(|row| Page::whole(row.baselines.clone()))
}

/// A new version; those before stay as they were and hold until its day.
pub(crate) async fn add(sight: &Sight<'_>, integration: &Slug, body: &Value) -> Result<Baseline, Problem> {
    let spec = check_baseline(body).map_err(Problem::invalid)?;
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let owner = have.own_integration(sight, integration)?;
    let act = Act::new("baseline.add", format!("integration {integration}")).before(&owner.spec.baseline).after(&spec);
    let write = Write::AddBaseline { integration: integration.clone(), spec };
    commit(sight, vec![write], act).await?;
    let row = sight.row(integration)?;
    row.baselines.first().cloned().ok_or_else(|| Problem::not_found("baseline of", integration))
}
