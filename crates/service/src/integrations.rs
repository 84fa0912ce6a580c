//! The list of integrations: filtered, sorted and cut into pages in memory, over the board.

use std::sync::Arc;

use model::{
    Counts, Fault, IntegrationRow, IntegrationsQuery, Page, Problem, Tier, hours::HoursRange, views::IntegrationSort,
};
use monitor::BoardRow;
use serde::{Deserialize, Serialize};

use crate::{cursor, sight::Sight, summary::Month, worth};

/// Rows of a page, if not said.
const USUAL: u32 = 100;
/// Rows of a page at most.
const MOST: u32 = 1_000;

/// Where a row stands in an order: by two numbers, then by name, then by slug, which is unique. So a page goes on after the
/// last row of the one before even if rows came, went or moved meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Position(i64, i64, String, String);

/// What is known of a row while the list is made.
struct Candidate {
    row: Arc<BoardRow>,
    last_24h: Counts,
    hours: Option<HoursRange>,
    position: Position,
}

/// A page of the integrations asked for.
pub(crate) async fn list(sight: &Sight<'_>, query: &IntegrationsQuery) -> Result<Page<IntegrationRow>, Problem> {
    let limit = cursor::limit(query.limit, USUAL, MOST)? as usize;
    let after: Option<Position> = query.cursor.as_deref().map(cursor::read).transpose()?;
    if let Some(tier) = query.tier {
        Tier::try_from(tier).map_err(|wrong| Problem::invalid(vec![Fault::at("tier", wrong).allowed("1, 2 or 3")]))?;
    }
    let now = sight.now();
    let (last_24h, month) = futures::try_join!(sight.summary.last_24h(now), sight.summary.month(now))?;
    let sort = query.sort.unwrap_or(IntegrationSort::Level);
    let text = query.q.as_deref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());

    let mut candidates: Vec<Candidate> = sight
        .rows()
        .into_iter()
        .filter(|row| is_asked_for(row, query, text.as_deref()))
        .map(|row| {
            let last_24h = last_24h.get(&row.integration.id).copied().unwrap_or_default();
            let hours = worth::hours(&row, &month);
            let position = position(&row, sort, last_24h, hours);
            Candidate { row, last_24h, hours, position }
        })
        .filter(|candidate| after.as_ref().is_none_or(|after| candidate.position > *after))
        .collect();
    candidates.sort_by(|one, other| one.position.cmp(&other.position));

    let more = candidates.len() > limit;
    candidates.truncate(limit);
    let next_cursor = candidates.last().filter(|_| more).map(|last| cursor::write(&last.position));
    Ok(Page { items: candidates.iter().map(|candidate| row(candidate, &month)).collect(), next_cursor })
}

fn is_asked_for(row: &BoardRow, query: &IntegrationsQuery, text: Option<&str>) -> bool {
    let spec = &row.integration.spec;
    let holds = |field: &str| text.is_none_or(|text| field.to_lowercase().contains(text));
    query.level.is_none_or(|level| row.standing.level == level)
        && query.tier.is_none_or(|tier| spec.tier.get() == tier)
        && query.owner.as_ref().is_none_or(|owner| spec.owner.as_ref() == Some(owner))
        && query.department.as_ref().is_none_or(|department| spec.department.as_ref() == Some(department))
        && (text.is_none()
            || holds(&spec.name)
            || holds(spec.slug.as_str())
            || holds(&row.from_name)
            || holds(&row.to_name)
            || row.via_names.iter().any(|via| holds(via))
            || spec.owner.as_deref().is_some_and(holds))
}

fn position(row: &BoardRow, sort: IntegrationSort, last_24h: Counts, hours: Option<HoursRange>) -> Position {
    let spec = &row.integration.spec;
    let tier = i64::from(spec.tier.get());
    let (first, second) = match sort {
        IntegrationSort::Level => (-(row.standing.level as i64), tier),
        IntegrationSort::Name => (0, 0),
        IntegrationSort::Tier => (tier, 0),
        IntegrationSort::ErrorRate => (most_first(last_24h.error_rate()), 0),
        IntegrationSort::Hours => (most_first(hours.map(|hours| hours.mean)), 0),
    };
    Position(first, second, spec.name.to_lowercase(), spec.slug.to_string())
}

/// A whole number that is smaller the greater `value` is, to a millionth; the greatest of all where nothing is known.
#[expect(clippy::cast_possible_truncation, reason = "saturates, far beyond any hours or rate")]
fn most_first(value: Option<f64>) -> i64 {
    value.map_or(i64::MAX, |value| -((value * 1e6) as i64))
}

fn row(candidate: &Candidate, month: &Month) -> IntegrationRow {
    let row = &candidate.row;
    let spec = &row.integration.spec;
    IntegrationRow {
        slug: spec.slug.clone(),
        name: spec.name.clone(),
        from: row.from_name.clone(),
        to: row.to_name.clone(),
        tier: spec.tier,
        owner: spec.owner.clone(),
        department: spec.department.clone(),
        level: row.standing.level,
        answers: worth::answers(row, candidate.hours, month),
        last_24h: candidate.last_24h,
        hours: candidate.hours.map(|hours| hours.mean),
    }
}
