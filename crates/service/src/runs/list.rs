//! Runs, newest first.

use model::{Fault, IntegrationId, Page, ProbeId, Problem, RunId, RunRow, RunsQuery, Timestamp};
use store::RunsFilter;

use crate::{causes::Causes, cursor, payload, permission::Right, problem, sight::Sight};

/// Rows of a page, if not said.
const USUAL: u32 = 50;
/// Rows of a page at most.
const MOST: u32 = 200;

/// Pages that are looked through at most for one of rows that may be shown.
const LOOKS: u32 = 10;

/// A page of the runs asked for.
pub(crate) async fn list(sight: &Sight<'_>, query: &RunsQuery) -> Result<Page<RunRow>, Problem> {
    let limit = cursor::limit(query.limit, USUAL, MOST)?;
    let before: Option<(i64, RunId)> = query.cursor.as_deref().map(cursor::read).transpose()?;
    let (integration, probe) = subjects(sight, query)?;
    let text = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let mut filter = RunsFilter {
        integration,
        among: among(sight, integration.is_some(), text.is_some()),
        probe,
        origin: query.origin,
        outcome: query.outcome,
        reason: query.reason,
        from: query.from,
        to: query.to,
        text: text.map(str::to_owned),
        before: before.map(|(at, id)| (Timestamp(at), id)),
        // One more than asked for tells whether there is more.
        limit: limit + 1,
    };
    let mut items = Vec::new();
    for _ in 0..LOOKS {
        let found = sight.store.runs(&filter).await.map_err(problem::of_store)?;
        let is_last = found.len() <= limit as usize;
        filter.before = found.last().map(|last| (last.started_at, last.id));
        items.extend(shown(sight, found, text));
        if is_last || items.len() > limit as usize {
            break;
        }
    }
    // Where a page ends is told by rows that are shown, never by those that are not.
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next_cursor = items.last().filter(|_| more).map(|last| cursor::write(&(last.started_at.0, last.id)));
    Ok(Page { items: Causes::of(sight).in_rows(items), next_cursor })
}

/// Rows as they are for this caller, without those that were found by what is not.
fn shown(sight: &Sight<'_>, found: Vec<RunRow>, text: Option<&str>) -> Vec<RunRow> {
    let Some(text) = text.filter(|_| !sight.has(Right::SeePayload)) else { return payload::rows(sight, found) };
    let whole: Vec<Option<String>> = found.iter().map(|row| row.message.clone()).collect();
    let rows = payload::rows(sight, found).into_iter().zip(whole);
    let tells =
        |(row, whole): &(RunRow, Option<String>)| payload::tells(whole.as_deref(), row.message.as_deref(), text);
    rows.filter(tells).map(|(row, _)| row).collect()
}

/// The integrations that a list is narrowed to beside what it asks for. Whoever may not read the words of runs marked red may not
/// look for them either: finding one tells what it says.
fn among(sight: &Sight<'_>, of_one: bool, searched: bool) -> Option<Vec<IntegrationId>> {
    if searched && !sight.has(Right::SeePayload) {
        let rows = sight.rows();
        let shown = rows.iter().map(|row| &row.integration).filter(|one| !payload::is_red(&one.spec));
        return Some(shown.map(|one| one.id).collect());
    }
    if of_one { None } else { sight.among() }
}

fn subjects(sight: &Sight<'_>, query: &RunsQuery) -> Result<(Option<IntegrationId>, Option<ProbeId>), Problem> {
    let Some(integration) = &query.integration else {
        return match &query.probe {
            None => Ok((None, None)),
            Some(_) => Err(Problem::invalid(vec![
                Fault::at("probe", "needs the integration it belongs to").allowed("`integration` beside it"),
            ])),
        };
    };
    let row = sight.row(integration)?;
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
