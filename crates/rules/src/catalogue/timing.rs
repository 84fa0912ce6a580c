//! When something is due: `every`, or `cron` in a time zone; and what an integration promises.

use std::str::FromStr;

use chrono_tz::{TZ_VARIANTS, Tz};
use model::{Expectation, Schedule, Span, Timestamp};

use super::{
    faults::{Faults, quoted},
    fields::{At, Fields},
    values::{SPAN, amount, line, span},
};
use crate::schedule::Cadence;

/// The shortest period.
const SHORTEST: Span = Span::seconds(1);
/// The longest period.
pub(super) const LONGEST: Span = Span::hours(24 * 366);

/// Reads `every`, `cron` and `time_zone` of a probe or an expectation.
pub(super) fn schedule(fields: &mut Fields<'_, '_>) -> Option<Schedule> {
    const ALLOWED: &str = "every: 30s, or cron: \"0 2 * * *\" with a time_zone";
    let (every, cron, zone) = (fields.get("every"), fields.get("cron"), fields.get("time_zone"));
    if let (Some(zone), None) = (&zone, &cron) {
        fields.faults.add(zone, "belongs to `cron`", ALLOWED);
    }
    match (every, cron) {
        (None, None) => {
            fields.missing("every", ALLOWED);
            None
        }
        (Some(_), Some(cron)) => {
            fields.faults.add(&cron, "stands beside `every`; one of both must go", ALLOWED);
            None
        }
        (Some(every), None) => {
            let schedule = Schedule::Every { every: span(&every, SHORTEST, LONGEST, fields.faults)? };
            compiles(&every, schedule, fields.faults)
        }
        (None, Some(cron)) => {
            let expression = line(&cron, fields.faults);
            let time_zone = match zone {
                Some(zone) => time_zone(&zone, fields.faults),
                None => Some("UTC".to_owned()),
            };
            compiles(&cron, Schedule::Cron { cron: expression?, time_zone: time_zone? }, fields.faults)
        }
    }
}

fn compiles(at: &At<'_>, schedule: Schedule, faults: &mut Faults) -> Option<Schedule> {
    match Cadence::compile(&schedule) {
        Ok(_) => Some(schedule),
        Err(message) => {
            let allowed = "five fields: minute, hour, day of month, month, day of week; or six with seconds first";
            faults.add(at, message, allowed);
            None
        }
    }
}

pub(super) fn time_zone(at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let zone = line(at, faults)?;
    if Tz::from_str(&zone).is_ok() {
        return Some(zone);
    }
    let near = faults.did_you_mean(&zone, TZ_VARIANTS.iter().map(|zone| zone.name()));
    faults.add(at, format!("{} is not a time zone{near}", quoted(&zone)), "an IANA name such as Europe/Berlin");
    None
}

/// How long one turn takes; of a cron its first after the epoch, which is how often its expression names moments on an ordinary day.
pub(super) fn period(schedule: &Schedule) -> Option<Span> {
    match schedule {
        Schedule::Every { every } => Some(*every),
        Schedule::Cron { .. } => Cadence::compile(schedule).ok().map(|cadence| cadence.period_at(Timestamp(0))),
    }
}

/// The timeout of a probe that names none: 10 s, or its period where that is shorter.
pub(super) fn default_timeout(schedule: &Schedule) -> Span {
    const USUAL: Span = Span::seconds(10);
    period(schedule).map_or(USUAL, |period| period.min(USUAL))
}

/// Reads what an integration promises of its own runs.
pub(super) fn expectation(at: &At<'_>, faults: &mut Faults) -> Option<Expectation> {
    let mut fields = Fields::open(at, faults)?;
    let schedule = schedule(&mut fields);
    let grace = fields.required("grace", SPAN, |at, faults| span(at, Span::ms(0), LONGEST, faults));
    let min_units = fields.read("min_units", |at, faults| {
        let units = amount(at, faults)?;
        if units > 0.0 {
            return Some(units);
        }
        faults.add(at, "`0` would never be missed", "a number above 0, or leave it out");
        None
    });
    fields.close();
    Some(Expectation { schedule: schedule?, grace: grace?, min_units })
}
