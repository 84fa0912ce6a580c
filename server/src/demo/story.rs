//! What happens at Alder & Finch, as dated moments. They are counted from the first start and kept, so that a restart goes on
//! with the same story.

use model::{Schedule, Span, Timestamp};
use rules::schedule::Cadence;
use serde::{Deserialize, Serialize};

use crate::ServerError;

/// Before this span nothing is told: the history begins here.
pub const PAST: Span = Span::hours(90 * 24);
/// Of this much of the past single runs are kept.
pub const RUNS: Span = Span::hours(48);

/// Short outages of the past: the system, how long before the first start, and how long. All are over.
const OUTAGES: [(&str, Span, Span); 7] = [
    ("jira", Span::hours(5 * 24 + 3), Span::minutes(26)),
    ("snowflake", Span::hours(12 * 24 + 7), Span::minutes(55)),
    ("stripe", Span::hours(20 * 24 + 5), Span::minutes(12)),
    ("netsuite", Span::hours(34 * 24 + 9), Span::minutes(47)),
    ("salesforce", Span::hours(47 * 24 + 2), Span::minutes(31)),
    ("okta", Span::hours(61 * 24 + 4), Span::minutes(18)),
    ("netsuite", Span::hours(77 * 24 + 11), Span::minutes(22)),
];

/// The dated moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    /// The first start: what lies before is made up, what comes after is real.
    pub told_at: Timestamp,
    /// The token that the order flow signs in to NetSuite with has expired.
    pub token_expired_at: Timestamp,
    /// The last run of the web orders; none comes after it.
    pub orders_stopped_at: Timestamp,
    /// The API gateway of Salesforce moved, and leads are slow since.
    pub slowed_at: Timestamp,
    /// The first night that the payroll export left out.
    pub payroll_stopped_at: Timestamp,
    /// Stripe answers some requests with 503 since.
    pub flaky_since: Timestamp,
}

impl Story {
    /// The story of a demo that starts for the first time at `now`; times of day are those of `zone`.
    pub fn at(now: Timestamp, zone: &str) -> Result<Self, ServerError> {
        let last = |cron: &str, zone: &str, before: Timestamp| {
            let schedule = Schedule::Cron { cron: cron.to_owned(), time_zone: zone.to_owned() };
            Cadence::compile(&schedule)
                .map(|cadence| cadence.last_at_or_before(before, Span::default()))
                .map_err(ServerError::Config)
        };
        Ok(Self {
            told_at: now,
            // Between two runs of the order flow, so that its probe sees the expired token first.
            token_expired_at: (now - Span::minutes(3 * 60 + 28)).floor(Span::minutes(5)) + Span::minutes(1),
            // Long enough ago that two promised runs are missing, so it is a problem and not a doubt.
            orders_stopped_at: last("0 6 * * *", zone, now - Span::minutes(90))?,
            slowed_at: last("10 14 * * *", zone, now - Span::hours(26))?,
            // The grace of half an hour has to be over.
            payroll_stopped_at: last("0 2 * * *", "Europe/Berlin", now - Span::minutes(31))?,
            flaky_since: (now - Span::hours(26)).floor(Span::hours(1)),
        })
    }

    /// Where the history begins.
    pub fn begins_at(&self) -> Timestamp {
        self.told_at - PAST
    }

    /// Whether a system is out at `t`.
    pub fn is_out(&self, system: &str, t: Timestamp) -> bool {
        self.outages(system).any(|(from, to)| from <= t && t < to)
    }

    /// Since when a system has been well without a break, as seen from `t`: the end of its last outage, or the beginning.
    pub fn well_since(&self, system: &str, t: Timestamp) -> Timestamp {
        self.outages(system).map(|(_, to)| to).filter(|to| *to <= t).max().unwrap_or_else(|| self.begins_at())
    }

    fn outages(&self, system: &str) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        OUTAGES.iter().filter(move |(of, ..)| *of == system).map(|(_, before, length)| {
            let from = (self.told_at - *before).floor(Span::minutes(1));
            (from, from + *length)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{PAST, RUNS, Span, Story, Timestamp};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a moment")
    }

    #[test]
    fn moments_are_those_that_people_would_name() {
        let story = Story::at(at("2026-11-23T13:09:30Z"), "UTC").expect("a story");
        assert_eq!(story.token_expired_at, at("2026-11-23T09:41:00Z"));
        assert_eq!(story.orders_stopped_at, at("2026-11-23T06:00:00Z"));
        assert_eq!(story.slowed_at, at("2026-11-21T14:10:00Z"));
        assert_eq!(story.payroll_stopped_at, at("2026-11-23T01:00:00Z"));
        assert_eq!(story.flaky_since, at("2026-11-22T11:00:00Z"));
    }

    #[test]
    fn at_any_hour_every_story_has_begun_and_lies_within_the_kept_runs_or_shortly_before() {
        for minutes in 0..48 * 60 {
            let now = at("2026-03-28T00:00:00Z") + Span::minutes(minutes);
            let story = Story::at(now, "Europe/Berlin").expect("a story");
            let since = |moment: Timestamp| now.since(moment);
            assert!((Span::hours(3)..Span::hours(4)).contains(&since(story.token_expired_at)), "{now}");
            assert!((Span::minutes(90)..=Span::hours(26)).contains(&since(story.orders_stopped_at)), "{now}");
            assert!((Span::minutes(31)..=Span::hours(25)).contains(&since(story.payroll_stopped_at)), "{now}");
            assert!((Span::hours(26)..=Span::hours(51)).contains(&since(story.slowed_at)), "{now}");
        }
    }

    #[test]
    fn outages_are_over_and_within_the_past() {
        let story = Story::at(at("2026-11-23T13:09:30Z"), "UTC").expect("a story");
        let netsuite: Vec<_> = story.outages("netsuite").collect();
        assert_eq!(netsuite.len(), 2);
        for (from, to) in netsuite {
            assert!(story.begins_at() < from && to < story.told_at - RUNS);
            assert!(story.is_out("netsuite", from) && !story.is_out("netsuite", to));
            assert_eq!(story.well_since("netsuite", to + Span::hours(1)), to);
        }
        assert_eq!(story.well_since("adp", story.told_at), story.told_at - PAST);
    }
}
