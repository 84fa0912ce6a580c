//! How long and how much.

use std::time::Duration;

/// How long a house is watched.
#[derive(Debug, Clone, Copy)]
pub enum Watch {
    /// So long, after warming up.
    For(Duration),
    /// A whole minute that holds one roll-up of a whole minute: roll-ups come in bursts, once a minute, and a shorter time would
    /// hold all or nothing of them.
    Minute,
}

/// Sizes of everything that is measured. [`Plan::full`] is what figures are quoted from.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Runs of which the median is taken.
    pub runs: usize,
    /// The same where the protocol is not plain HTTP.
    pub fewer_runs: usize,
    /// How long a run of the bare loop is measured.
    pub window: Duration,
    /// The same of the house.
    pub house: Watch,
    /// How long it goes on before that.
    pub warm_up: Duration,
    /// How long each rate is tried while the highest is sought.
    pub seek: Duration,
    /// The first rate tried, per second.
    pub first_rate: usize,
    /// How long lateness is watched with few targets hanging, in periods of 10 s.
    pub late_periods: u32,
    /// The same with many.
    pub late_periods_hanging: u32,
    /// How long lateness of 10,000 probes is watched, in periods of a minute.
    pub many_periods: u32,
    /// How long lateness at half the highest rate is watched, in periods of a second.
    pub busy_periods: u32,
    /// How long wrong sign-ins come in, in periods of 10 s.
    pub flood_periods: u32,
    /// How long runs are sent.
    pub ingest: Duration,
    /// Days of daily roll-ups in the store that pages are read from.
    pub days: i64,
    /// Days of hourly ones.
    pub hour_days: i64,
    /// Runs in it.
    pub stored_runs: usize,
    /// Requests of each page.
    pub requests: usize,
}

impl Plan {
    /// About an hour and three quarters for all parts, and `minutes` for one of them.
    pub fn full(minutes: u32) -> Self {
        Self {
            runs: 5,
            fewer_runs: 3,
            window: Duration::from_secs(30),
            house: Watch::Minute,
            warm_up: Duration::from_secs(5),
            seek: Duration::from_secs(8),
            first_rate: 1_000,
            late_periods: 6,
            late_periods_hanging: minutes.max(1) * 6,
            many_periods: 5,
            busy_periods: 60,
            flood_periods: 6,
            ingest: Duration::from_secs(10),
            days: 365,
            hour_days: 30,
            stored_runs: 200_000,
            requests: 2_000,
        }
    }

    /// About ten minutes.
    pub fn quick() -> Self {
        Self {
            runs: 1,
            fewer_runs: 1,
            window: Duration::from_secs(10),
            house: Watch::For(Duration::from_secs(10)),
            warm_up: Duration::from_secs(2),
            seek: Duration::from_secs(3),
            first_rate: 2_000,
            late_periods: 1,
            late_periods_hanging: 1,
            many_periods: 1,
            busy_periods: 10,
            flood_periods: 1,
            ingest: Duration::from_secs(2),
            days: 30,
            hour_days: 2,
            stored_runs: 20_000,
            requests: 150,
        }
    }
}
