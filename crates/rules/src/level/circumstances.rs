//! What holds of an integration beside what was seen of it: what people did with it, maintenance, and a cause elsewhere.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use model::{Handling, Level, Paused, Slug, Timestamp, WindowKind};

use super::{finding::Finding, words};
use crate::{cause::Cause, window::Opening};

/// An open window in which failures do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maintenance {
    /// Why.
    pub kind: WindowKind,
    /// Its present opening.
    pub opening: Opening,
}

/// All that is known of that. By default nothing holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances<'a> {
    /// What people did with the integration.
    pub handling: Option<&'a Handling>,
    /// What they did with single probes.
    pub probes: Option<&'a BTreeMap<Slug, Handling>>,
    /// The maintenance that it is in now.
    pub maintenance: Option<Maintenance>,
    /// The down system that explains its failing.
    pub cause: Option<&'a Cause>,
}

impl<'a> Circumstances<'a> {
    /// Why it is not judged now, if it is not: somebody paused it, or it is in maintenance.
    pub(super) fn set_aside(&self, zone: Tz, now: Timestamp) -> Option<Finding> {
        if let Some(paused) = self.handling.and_then(|handling| handling.paused_at(now)) {
            return Some(paused_finding(paused, zone, now));
        }
        let Maintenance { kind, opening } = self.maintenance.filter(|kept| now < kept.opening.to)?;
        let what = match kind {
            WindowKind::Maintenance => "maintenance",
            WindowKind::Freeze => "a change freeze",
        };
        let sentence = format!("in {what} until {}", words::clock_zoned(opening.to, zone, now));
        Some(Finding { began: Some(opening.from), ..Finding::new(Level::Paused, sentence, None) })
    }

    /// The pause of this probe alone.
    pub(super) fn pause_of(&self, probe: &Slug, now: Timestamp) -> Option<&'a Paused> {
        self.probes?.get(probe)?.paused_at(now)
    }

    /// Whether it is asked in maintenance: neither it nor its integration is paused.
    pub(super) fn is_maintenance(&self, probe: &Slug, now: Timestamp) -> bool {
        let paused = self.handling.and_then(|handling| handling.paused_at(now)).or(self.pause_of(probe, now));
        paused.is_none() && self.maintenance.is_some_and(|kept| now < kept.opening.to)
    }

    /// Adds to the worst reason what was done about it and what explains it: "401 from NetSuite (acknowledged by Ada)".
    pub(super) fn remark(&self, worst: &mut Finding, zone: Tz, now: Timestamp) {
        if worst.why.level < Level::Attention {
            return;
        }
        let began = worst.began.unwrap_or(Timestamp::MIN);
        let seen = self.handling.and_then(|handling| handling.acknowledged_of(began));
        let muted = self.handling.and_then(|handling| handling.muted_at(now));
        // Only what is hard and of a probe is explained by a system; what was promised and did not come is a matter of its own.
        let cause = self.cause.filter(|_| worst.why.level == Level::Problem && worst.why.probe.is_some());
        let remarks: Vec<String> = [
            cause.map(|cause| cause.sentence(zone, now)),
            seen.map(|seen| format!("acknowledged by {}", seen.by)),
            muted.map(|until| format!("muted until {}", words::clock_zoned(until, zone, now))),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !remarks.is_empty() {
            worst.why.sentence = format!("{} ({})", worst.why.sentence, remarks.join("; "));
        }
    }
}

/// "paused by Ada" since then, or with its end "paused by Ada until Tue 08:00 CET".
pub(super) fn paused_finding(paused: &Paused, zone: Tz, now: Timestamp) -> Finding {
    let Paused { by, since, until, .. } = paused;
    match until {
        None => Finding::new(Level::Paused, format!("paused by {by}"), Some(*since)),
        Some(until) => {
            let (since_clock, until) = (words::clock(*since, zone, now), words::clock_zoned(*until, zone, now));
            let sentence = format!("paused by {by} since {since_clock}, until {until}");
            Finding { began: Some(*since), ..Finding::new(Level::Paused, sentence, None) }
        }
    }
}
