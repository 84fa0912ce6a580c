//! Numbers about the engine itself, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! figures {
    ($($(#[$doc:meta])* $public:ident <- $gauge:ident)*) => {
        /// What the engine did since it started, and what waits. What ends in `_total` only grows; the rest is of now.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct MonitorFigures { $($(#[$doc])* pub $public: u64,)* }

        /// The same, being counted.
        #[derive(Debug, Default)]
        pub(crate) struct Gauges { $(pub(crate) $gauge: AtomicU64,)* }

        impl Gauges {
            /// As they are now.
            pub(crate) fn read(&self) -> MonitorFigures {
                MonitorFigures { $($public: self.$gauge.load(Ordering::Relaxed),)* }
            }
        }
    };
}

figures! {
    /// Probes on the schedule.
    probes <- probes
    /// Checks that are on the network or wait for a slot.
    asking <- asking
    /// Attempts that went to the network.
    asked_total <- asked
    /// Milliseconds from planned time to first network call, summed over `asked_total`.
    lateness_ms_total <- lateness_ms
    /// Checks that could not start within their period.
    late_total <- late
    /// Probes that the watchdog had to end or to put back on the schedule.
    rearmed_total <- rearmed
    /// Runs waiting for their commit.
    waiting <- waiting
    /// Runs that were committed.
    recorded_total <- recorded
    /// Commits.
    commits_total <- commits
    /// Commits that failed.
    commit_failures_total <- commit_failures
    /// Runs that were ever put on the spool.
    spooled_total <- spooled_ever
    /// Bytes on the spool that wait for the store.
    spool_bytes <- spool_bytes
    /// Runs that were lost, as neither store nor spool took them.
    lost_total <- lost
    /// Notices that were put into the outbox.
    notices_total <- notices
    /// Roll-ups that were written.
    rollups_total <- rollups
    /// Background tasks that ended by a panic; anything but 0 is a defect.
    panics_total <- panics
}
