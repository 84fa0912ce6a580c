//! One run, with what explains it.

use model::{Outcome, Problem, RunDetail, RunId, Tier, hours::Cost};
use store::{RunRecord, Stretch};

use super::{curl::curl, differences::differences};
use crate::{core::Core, cost, problem};

/// One run.
pub(crate) async fn detail(core: &Core, id: RunId) -> Result<RunDetail, Problem> {
    let found = core.store.run(id).await.map_err(problem::of_store)?;
    let RunRecord { run, integration_id, probe_id } = found.ok_or_else(|| Problem::not_found("run", id))?;
    let last_good =
        core.store.last_good_before(integration_id, probe_id, run.started_at).await.map_err(problem::of_store)?;
    let (stretch, differences) = if is_good(run.outcome) {
        (Stretch::default(), Vec::new())
    } else {
        let after = last_good.as_ref().map(|good| good.started_at);
        let stretch = core.store.stretch(integration_id, probe_id, run.reason, after, run.started_at);
        let good = async {
            match &last_good {
                Some(good) => core.store.run(good.id).await,
                None => Ok(None),
            }
        };
        let (stretch, good) = futures::try_join!(stretch, good).map_err(problem::of_store)?;
        (stretch, good.map(|good| differences(&good.run, &run)).unwrap_or_default())
    };
    // Of a retired integration runs stay, though the board knows it no more.
    let row = core.board().row(&run.integration).cloned();
    let cost = match &row {
        Some(row) => cost::of(core, row, core.now()).await?,
        None => Cost::None,
    };
    let spec = row.as_ref().map(|row| &row.integration.spec);
    Ok(RunDetail {
        integration_name: spec.map_or_else(|| run.integration.to_string(), |spec| spec.name.clone()),
        tier: spec.map_or_else(Tier::default, |spec| spec.tier),
        owner: spec.and_then(|spec| spec.owner.clone()),
        runbook: spec.and_then(|spec| spec.runbook.clone()),
        to_name: row.as_ref().map(|row| row.to_name.clone()).unwrap_or_default(),
        last_good,
        since: stretch.since,
        like_it: stretch.runs,
        differences,
        curl: run.exchange.as_ref().and_then(|exchange| curl(&exchange.request)),
        cost,
        run,
    })
}

fn is_good(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Ok | Outcome::Warn)
}
