//! How the bridges stand: from the board, which is in memory, and sums that everybody shares.

use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

use model::{
    Counts, Level, Problem, Span, Step, Subject, Tier,
    hours::Cost,
    overview::{AnswerTally, AttentionItem, Demo, Overview, OverviewQuery, TierLevels, Tile},
};
use monitor::BoardRow;

use crate::{core::Core, cost, problem, series, sight::Sight, summary::Month, worth};

/// The environment that figures are of.
const PRODUCTION: &str = "production";

/// The overview of the integrations asked for.
pub(crate) async fn overview(sight: &Sight<'_>, query: &OverviewQuery) -> Result<Overview, Problem> {
    let core: &Core = sight;
    let now = core.now();
    let seen = sight.rows();
    let departments: BTreeSet<&String> =
        seen.iter().filter_map(|row| row.integration.spec.department.as_ref()).collect();
    let rows: Vec<&Arc<BoardRow>> = seen.iter().filter(|row| is_asked_for(row, query)).collect();
    let unfiltered = *query == OverviewQuery::default() && sight.everything();
    let (month, yesterday, attention, chart) = futures::try_join!(
        core.summary.month(now),
        core.summary.yesterday(now),
        attention(core, &rows, now),
        // What all integrations' runs add up to is stored; of some of them it is not.
        async { if unfiltered { failures(core).await.map(Some) } else { Ok(None) } },
    )?;
    let counts = |of: &dyn Fn(&BoardRow) -> Counts| {
        rows.iter().filter(|row| in_production(row)).fold(Counts::default(), |sum, row| sum.plus(of(row)))
    };
    let hours: Vec<_> = rows.iter().filter(|row| in_production(row)).map(|row| worth::hours(row, &month)).collect();
    let tally = Tallies::of(&rows, &month);
    Ok(Overview {
        as_of: sight.as_of(),
        time_zone: core.settings.reporting_zone.clone(),
        attention,
        tiers: tiers(&rows),
        stands: tally.stands,
        runs: tally.runs,
        whole: tally.whole,
        worth: tally.worth,
        today: counts(&|row| row.today),
        yesterday: counts(&|row| yesterday.get(&row.integration.id).copied().unwrap_or_default()),
        hours: worth::total(&hours, &month, now),
        chart,
        tiles: tiles(&rows),
        departments: departments.into_iter().cloned().collect(),
        demo: core.demo.as_ref().map(|demo| Demo { servers: demo.servers(), history: demo.history() }),
    })
}

fn is_asked_for(row: &BoardRow, query: &OverviewQuery) -> bool {
    let spec = &row.integration.spec;
    query.tier.is_none_or(|tier| spec.tier.get() == tier)
        && query.department.as_ref().is_none_or(|department| spec.department.as_ref() == Some(department))
}

fn in_production(row: &BoardRow) -> bool {
    row.integration.spec.environment == PRODUCTION
}

/// What needs attention: problems, what is coming up, and what is not evidenced though it should be; by tier, then by what it
/// costs, then by level and name.
async fn attention(core: &Core, rows: &[&Arc<BoardRow>], now: model::Timestamp) -> Result<Vec<AttentionItem>, Problem> {
    let item = async |row: &Arc<BoardRow>| -> Result<Option<AttentionItem>, Problem> {
        let standing = &row.standing;
        let Some(why) = standing.why.first().filter(|_| needs_attention(standing.level)) else { return Ok(None) };
        let spec = &row.integration.spec;
        Ok(Some(AttentionItem {
            integration: spec.slug.clone(),
            name: spec.name.clone(),
            tier: spec.tier,
            level: standing.level,
            why: why.clone(),
            further: worth::as_count(standing.why.len() - 1),
            cost: cost::of(core, row, now).await?,
            owner: spec.owner.clone(),
        }))
    };
    let items = futures::future::try_join_all(rows.iter().map(|row| item(row))).await?;
    let mut items: Vec<AttentionItem> = items.into_iter().flatten().collect();
    items.sort_by(|one, other| {
        let by_cost = |item: &AttentionItem| -Cost::hours(&item.cost);
        one.tier
            .cmp(&other.tier)
            .then(by_cost(one).total_cmp(&by_cost(other)))
            .then(other.level.cmp(&one.level))
            .then_with(|| one.name.cmp(&other.name))
    });
    Ok(items)
}

fn needs_attention(level: Level) -> bool {
    matches!(level, Level::Problem | Level::Attention | Level::Unknown)
}

fn tiers(rows: &[&Arc<BoardRow>]) -> Vec<TierLevels> {
    let levels_of = |tier: Tier| {
        let mut levels = TierLevels::of(tier);
        let of_tier = rows.iter().filter(|row| row.integration.spec.tier == tier);
        of_tier.for_each(|row| levels.add(row.standing.level));
        levels
    };
    Tier::ALL.into_iter().map(levels_of).collect()
}

#[derive(Default)]
struct Tallies {
    stands: AnswerTally,
    runs: AnswerTally,
    whole: AnswerTally,
    worth: AnswerTally,
}

impl Tallies {
    fn of(rows: &[&Arc<BoardRow>], month: &Month) -> Self {
        let mut tallies = Self::default();
        for row in rows {
            let answers = &row.standing.answers;
            tallies.stands.add(&answers.stands);
            tallies.runs.add(&answers.runs);
            tallies.whole.add(&answers.whole);
            match worth::hours(row, month) {
                Some(_) => tallies.worth.okay += 1,
                None => tallies.worth.unearned += 1,
            }
        }
        tallies
    }
}

fn tiles(rows: &[&Arc<BoardRow>]) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = rows
        .iter()
        .map(|row| Tile {
            slug: row.integration.spec.slug.clone(),
            name: row.integration.spec.name.clone(),
            tier: row.integration.spec.tier,
            level: row.standing.level,
        })
        .collect();
    tiles.sort_by(|one, other| {
        (one.tier, Reverse(one.level), &one.name).cmp(&(other.tier, Reverse(other.level), &other.name))
    });
    tiles
}

/// The failed runs of 7 days, drawn.
async fn failures(core: &Core) -> Result<String, Problem> {
    let (store, zone, now) = (core.store.clone(), core.zone, core.now());
    let make = async move {
        let from = rules::bucket::start_of(Step::Hour, zone, now - Span::hours(7 * 24));
        let rollups = store.rollups(Subject::All, Step::Hour, from, now).await.map_err(problem::of_store)?;
        let series = series::of_rollups(&rollups, Step::Hour, zone, (from, now), now);
        chart::failures(&series, zone).map_err(|error| problem::internal(&error))
    };
    core.summary.failures_chart(now, make).await.map(|chart| chart.as_ref().clone())
}
