//! Runs, newest first.

use model::{Fault, Page, Problem, RunId, RunRow, RunsQuery, Timestamp};
use store::RunsFilter;

use crate::{core::Core, cursor, problem};

/// Rows of a page, if not said.
const USUAL: u32 = 50;
/// Rows of a page at most.
const MOST: u32 = 200;

/// A page of the runs asked for.
pub(crate) async fn list(core: &Core, query: &RunsQuery) -> Result<Page<RunRow>, Problem> {
    let limit = cursor::limit(query.limit, USUAL, MOST)?;
    let before: Option<(i64, RunId)> = query.cursor.as_deref().map(cursor::read).transpose()?;
    let (integration, probe) = subjects(core, query)?;
    let filter = RunsFilter {
        integration,
        probe,
        origin: query.origin,
        outcome: query.outcome,
        reason: query.reason,
        from: query.from,
        to: query.to,
        text: query.q.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
        before: before.map(|(at, id)| (Timestamp(at), id)),
        // One more than asked for tells whether there is more.
        limit: limit + 1,
    };
    let mut items = core.store.runs(&filter).await.map_err(problem::of_store)?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next_cursor = items.last().filter(|_| more).map(|last| cursor::write(&(last.started_at.0, last.id)));
    Ok(Page { items, next_cursor })
}

fn subjects(core: &Core, query: &RunsQuery) -> Result<(Option<model::IntegrationId>, Option<model::ProbeId>), Problem> {
    let Some(integration) = &query.integration else {
        return match &query.probe {
            None => Ok((None, None)),
            Some(_) => Err(Problem::invalid(vec![
                Fault::at("probe", "needs the integration it belongs to").allowed("`integration` beside it"),
            ])),
        };
    };
    let row = core.row(integration)?;
    let probe = match &query.probe {
        None => None,
        Some(slug) => {
            let found = row.probes.iter().find(|at| at.probe.spec.slug == *slug);
            let unknown = || Problem::not_found("probe", format!("{integration}/{slug}"));
            Some(found.ok_or_else(unknown)?.probe.id)
        }
    };
    Ok((Some(row.integration.id), probe))
}
