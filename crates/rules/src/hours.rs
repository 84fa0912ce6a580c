//! Hours saved, first form, and what a standstill costs: both from the same baseline.
//!
//! Counted on distinct units of runs that count by the outcome table, at the minutes of the baseline that held on their day.
//! This is "claimed" and shown as unverified. The full ledger (volume caps, reconciled against merely claimed units, deductions
//! for touches, exceptions, incidents and maintenance, role rates, closed periods) gets its place beside this file as
//! `ledger/`, one file for each kind of row, and [`saved`] becomes the row that credits.

use chrono_tz::Tz;
use model::{
    Baseline, Per, Span, Timestamp, Unit,
    hours::{Cost, HoursRange},
    integration::chrono_date::Day,
};

use crate::bucket::day_of;

const DAY: Span = Span::hours(24);
const HOUR: Span = Span::hours(1);
const DAYS_BEFORE: i64 = 7;

/// What counts for hours on one day of the reporting zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayUnits {
    /// Any moment of the day: the start of its bucket.
    pub day: Timestamp,
    /// Distinct units.
    pub units: f64,
    /// Distinct runs.
    pub runs: i64,
}

/// Minutes at the mean of a three-point estimate: `(low + 4 likely + high) / 6` (PERT; Malcolm, Roseboom, Clark and Fazar,
/// Operations Research 7(5), 1959).
pub fn mean_minutes(low: f64, likely: f64, high: f64) -> f64 {
    (low + 4.0 * likely + high) / 6.0
}

/// The baseline that holds on a day: of those valid by then the newest version, since each ends those before it.
pub fn in_force(baselines: &[Baseline], day: Day) -> Option<&Baseline> {
    baselines.iter().filter(|baseline| baseline.spec.valid_from <= day).max_by_key(|baseline| baseline.version)
}

/// Hours saved on these days. `None` ("no data") where no baseline holds on any of them, or nothing that counts was done:
/// never 0 for nothing known. Units before the first baseline are not counted. The range adds all least and all most minutes,
/// as the units of one rule share their uncertainty.
pub fn saved(baselines: &[Baseline], days: &[DayUnits], zone: Tz) -> Option<HoursRange> {
    let mut range: Option<HoursRange> = None;
    for day in days {
        let Some(baseline) = in_force(baselines, Day(day_of(zone, day.day))) else { continue };
        let spec = &baseline.spec;
        let units = counted(spec.per, day);
        if units <= 0.0 {
            continue;
        }
        let sum = range.get_or_insert_default();
        sum.low += units * spec.low_minutes / 60.0;
        sum.mean += units * mean_minutes(spec.low_minutes, spec.likely_minutes, spec.high_minutes) / 60.0;
        sum.high += units * spec.high_minutes / 60.0;
        sum.units += units;
    }
    range
}

/// Several integrations together. Least and most are added up too: a cautious band, wider than independent errors would give.
pub fn total<'a>(ranges: impl IntoIterator<Item = &'a HoursRange>) -> Option<HoursRange> {
    ranges.into_iter().copied().reduce(|sum, range| HoursRange {
        low: sum.low + range.low,
        mean: sum.mean + range.mean,
        high: sum.high + range.high,
        units: sum.units + range.units,
    })
}

/// What usually crosses between `from` and `to`: the mean of the same times of day in the 7 days before `from`, or in as many
/// of them as there is anything known of. `hourly` holds the units of hours (by their start) in any order; a part of an hour
/// counts for its part.
pub fn usual_units(hourly: &[(Timestamp, f64)], from: Timestamp, to: Timestamp) -> f64 {
    let window = from - Span::ms(DAY.as_ms() * DAYS_BEFORE);
    let first = hourly.iter().map(|(start, _)| (*start).max(window)).filter(|start| *start < from).min();
    let Some(first) = first.filter(|_| from < to) else { return 0.0 };
    let days = as_f64((from.since(first).as_ms() + DAY.as_ms() - 1) / DAY.as_ms());

    let length = to.since(from).as_ms();
    let (whole_days, rest) = (length / DAY.as_ms(), length % DAY.as_ms());
    let sum: f64 = hourly
        .iter()
        .map(|&(start, units)| {
            let (begin, end) = (start.max(window).0, (start + HOUR).min(from).0);
            let known = (end - begin).max(0);
            // The part of the hour whose time of day lies between those of `from` and `from + rest`.
            let phase = (begin - from.0).rem_euclid(DAY.as_ms());
            let early = (rest.min(phase + known) - phase).max(0);
            let wrapped = rest.min((phase + known - DAY.as_ms()).max(0));
            units * as_f64(whole_days * known + early + wrapped) / as_f64(HOUR.as_ms())
        })
        .sum();
    sum / days
}

/// What does not cross, in hand work. `usual` is what usually crosses in this time: units, or runs where the baseline is stated
/// per run. As soon as anything does, at least one waits; more are rounded to whole ones.
pub fn cost(baseline: Option<&Baseline>, usual: f64, unit: &Unit) -> Cost {
    let Some(Baseline { spec, .. }) = baseline else { return Cost::without_baseline() };
    if usual.is_nan() || usual <= 0.0 {
        return Cost::None;
    }
    let units = usual.round().max(1.0);
    let nameless = *unit == Unit::default() && spec.per == Per::Run;
    let words = if nameless { ("run", "runs") } else { (unit.one.as_str(), unit.many.as_str()) };
    Cost::HandWork {
        units,
        unit: if units < 1.5 { words.0 } else { words.1 }.to_owned(),
        hours: units * mean_minutes(spec.low_minutes, spec.likely_minutes, spec.high_minutes) / 60.0,
    }
}

/// What a standstill from `from` to `to` costs: what usually crosses in this time less what did. `hourly` holds the units (or runs,
/// where the baseline is stated per run) of hours by their start, from a week before `from` on. Unknown without a baseline, and where
/// nothing crossed in that week.
pub fn standstill(
    baseline: Option<&Baseline>,
    hourly: &[(Timestamp, f64)],
    from: Timestamp,
    to: Timestamp,
    unit: &Unit,
) -> Cost {
    let Some(baseline) = baseline else { return Cost::without_baseline() };
    if hourly.iter().all(|(at, units)| *at >= from || *units <= 0.0) {
        return Cost::Unknown { why: "no runs of the 7 days before to compare with".to_owned() };
    }
    // A probe may fail while work still crosses: what did is not lost.
    let crossed: f64 = hourly.iter().filter(|(at, _)| *at >= from).map(|(_, units)| units).sum();
    cost(Some(baseline), usual_units(hourly, from, to) - crossed, unit)
}

fn counted(per: Per, day: &DayUnits) -> f64 {
    match per {
        Per::Run => as_f64(day.runs),
        Per::Unit => day.units,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of runs and milliseconds of weeks stay far below 2^52")]
fn as_f64(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
