//! One run, with what explains it.

use model::{Outcome, Problem, RunDetail, RunId, Tier, hours::Cost};
use store::{RunRecord, Stretch};

use super::{curl::curl, differences::differences};
use crate::{causes::Causes, cost, payload, problem, sight::Sight};

/// One run; one of an integration beyond the caller's scope is not there.
pub(crate) async fn detail(sight: &Sight<'_>, id: RunId) -> Result<RunDetail, Problem> {
    let found = sight.store.run(id).await.map_err(problem::of_store)?;
    let RunRecord { run, integration_id, probe_id } = found.ok_or_else(|| Problem::not_found("run", id))?;
    // Of a retired integration runs stay, though the board knows it no more; nobody can tell then whose scope it was in.
    let row = sight.known(&run.integration);
    if row.is_none() && !sight.everything() {
        return Err(Problem::not_found("run", id));
    }
    let last_good =
        sight.store.last_good_before(integration_id, probe_id, run.started_at).await.map_err(problem::of_store)?;
    let (stretch, differences) = if is_good(run.outcome) {
        (Stretch::default(), Vec::new())
    } else {
        let after = last_good.as_ref().map(|good| good.started_at);
        let stretch = sight.store.stretch(integration_id, probe_id, run.reason, after, run.started_at);
        let good = async {
            match &last_good {
                Some(good) => sight.store.run(good.id).await,
                None => Ok(None),
            }
        };
        let (stretch, good) = futures::try_join!(stretch, good).map_err(problem::of_store)?;
        (stretch, good.map(|good| differences(&good.run, &run)).unwrap_or_default())
    };
    let cost = match &row {
        Some(row) => cost::of(sight, row, sight.now()).await?,
        None => Cost::None,
    };
    let spec = row.as_ref().map(|row| &row.integration.spec);
    let detail = RunDetail {
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
        run: Causes::of(sight).in_run(run),
    };
    let told = payload::is_for(sight, spec);
    Ok(if told { detail } else { payload::detail(detail, spec.is_none_or(payload::is_red)) })
}

fn is_good(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Ok | Outcome::Warn)
}
