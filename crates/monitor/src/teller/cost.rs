//! What a change costs, told with it.

use chrono_tz::Tz;
use model::{Per, Span, Timestamp, hours::Cost, integration::chrono_date::Day};
use rules::{
    bucket::day_of,
    hours::{in_force, standstill},
};
use store::{Store, StoreError};

use crate::BoardRow;

/// A week, and the part of an hour that its first moment lies in.
const BEFORE: Span = Span::hours(7 * 24 + 1);

/// What nothing having crossed from `stopped` to `to` costs; nothing where things still cross.
pub(super) async fn of(
    store: &Store,
    zone: Tz,
    row: &BoardRow,
    stopped: Option<Timestamp>,
    to: Timestamp,
) -> Result<Cost, StoreError> {
    let Some(baseline) = in_force(&row.baselines, Day(day_of(zone, to))) else {
        return Ok(Cost::without_baseline());
    };
    let Some(from) = stopped else { return Ok(Cost::None) };
    let hours = store.units_by_hour(row.integration.id, from - BEFORE, to).await?;
    let counted = |runs: i64, units: f64| if baseline.spec.per == Per::Run { as_f64(runs) } else { units };
    let hourly: Vec<(Timestamp, f64)> = hours.iter().map(|hour| (hour.at, counted(hour.runs, hour.units))).collect();
    let unit = row.integration.spec.unit.clone().unwrap_or_default();
    Ok(standstill(Some(baseline), &hourly, from, to, &unit))
}

#[expect(clippy::cast_precision_loss, reason = "runs of an hour stay far below 2^52")]
fn as_f64(runs: i64) -> f64 {
    runs as f64
}
