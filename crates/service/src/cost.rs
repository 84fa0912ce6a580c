//! What a standstill costs: the hand work that stands for what usually crosses in this time and did not.

use model::{Level, Per, Problem, Reason, Timestamp, Why, hours::Cost, integration::chrono_date::Day};
use monitor::BoardRow;
use rules::{
    bucket::day_of,
    hours::{cost, in_force, usual_units},
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
    let Some(since) = stopped_since(row) else { return Ok(Cost::None) };
    let hourly: Vec<(Timestamp, f64)> = core
        .summary
        .hourly_units(row.integration.id, since, now)
        .await?
        .iter()
        .map(|hour| (hour.at, if baseline.spec.per == Per::Run { as_f64(hour.runs) } else { hour.units }))
        .collect();
    if hourly.iter().all(|(at, units)| *at >= since || *units <= 0.0) {
        return Ok(Cost::Unknown { why: "no runs of the 7 days before to compare with".to_owned() });
    }
    // A probe may fail while work still crosses: what did is not lost.
    let crossed: f64 = hourly.iter().filter(|(at, _)| *at >= since).map(|(_, units)| units).sum();
    let lost = usual_units(&hourly, since, now) - crossed;
    Ok(cost(Some(baseline), lost, &row.integration.spec.unit.clone().unwrap_or_default()))
}

/// Since when nothing crosses, as far as the reasons tell: what fails or is overdue, not what is slow or rejects a part.
fn stopped_since(row: &BoardRow) -> Option<Timestamp> {
    let began = |why: &Why| match (&why.probe, why.reason) {
        // Overdue is dated at the deadline; what was due should have crossed a grace before.
        (None, Some(Reason::Overdue)) => {
            let grace = row.integration.spec.expect.as_ref().map(|expect| expect.grace).unwrap_or_default();
            row.sent.missed.as_ref().map(|missed| missed.since - grace)
        }
        (None, _) if row.sent.failures > 0 => why.since,
        (Some(_), _) if why.level == Level::Problem || why.confirming.is_some() => why.since,
        _ => None,
    };
    row.standing.why.iter().filter(|why| why.level >= Level::Attention).filter_map(began).min()
}

#[expect(clippy::cast_precision_loss, reason = "runs of an hour stay far below 2^52")]
fn as_f64(runs: i64) -> f64 {
    runs as f64
}
