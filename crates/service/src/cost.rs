//! What a standstill costs: the hand work that stands for what usually crosses in this time and did not.

use model::{Level, Per, Problem, Timestamp, hours::Cost, integration::chrono_date::Day};
use monitor::BoardRow;
use rules::{
    bucket::day_of,
    hours::{in_force, standstill},
};

use crate::core::Core;

/// The cost of one integration, as it is now. Nothing is lost where things still cross; unknown where there is no baseline.
pub(crate) async fn of(core: &Core, row: &BoardRow, now: Timestamp) -> Result<Cost, Problem> {
    if matches!(row.standing.level, Level::Okay | Level::Paused) {
        return Ok(Cost::None);
    }
    let Some(baseline) = in_force(&row.baselines, Day(day_of(core.zone, now))) else {
        return Ok(Cost::without_baseline());
    };
    let Some(since) = row.stopped_since() else { return Ok(Cost::None) };
    let hourly: Vec<(Timestamp, f64)> = core
        .summary
        .hourly_units(row.integration.id, since, now)
        .await?
        .iter()
        .map(|hour| (hour.at, if baseline.spec.per == Per::Run { as_f64(hour.runs) } else { hour.units }))
        .collect();
    Ok(standstill(Some(baseline), &hourly, since, now, &row.integration.spec.unit.clone().unwrap_or_default()))
}

#[expect(clippy::cast_precision_loss, reason = "runs of an hour stay far below 2^52")]
fn as_f64(runs: i64) -> f64 {
    runs as f64
}
