//! Which failures a down system explains.
//!
//! Systems depend on systems, integrations run between them. A failed integration is explained by a down system at one of its ends, or by one that such an
//! end depends on, directly or not; but never through a system that is known to stand, and never by one that went down well
//! after the integration failed. Of several the one furthest along the dependencies is the cause, as it explains the others; then the one
//! that went down first; then the first by slug. Circles of dependencies are walked once. The cause is only said: what fails is asked on and counts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono_tz::Tz;
use model::{IntegrationSpec, Slug, Span, SystemSpec, Timestamp};

use crate::{level::words, outcome::Verdict};

/// A system may be found down so much later than what its failing broke: periods differ, and so does what confirms them.
pub const SLACK: Span = Span::minutes(10);

/// What a system is called where its name is not for whoever reads.
const UNSEEN: &str = "a system you may not see";

/// How a system is, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemState {
    /// Something that asks it is answered.
    Stands,
    /// Down since then.
    Down(Timestamp),
    /// Nobody can tell.
    Unknown,
}

/// An integration and its hard state.
#[derive(Debug, Clone, Copy)]
pub struct Bridge<'a> {
    /// What is written of it.
    pub integration: &'a IntegrationSpec,
    /// The worst hard verdict of its probes that count.
    pub hard: Option<Verdict>,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// Why something failed that is not at fault itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The system that is down.
    pub system: Slug,
    /// Its name.
    pub name: String,
    /// Since when it is.
    pub since: Timestamp,
}

impl Cause {
    /// "explained by NetSuite, down since 09:41 UTC"
    pub fn sentence(&self, zone: Tz, now: Timestamp) -> String {
        format!("{} since {}", self.explains(), words::clock_zoned(self.since, zone, now))
    }

    /// The same cause without the system's name.
    #[must_use]
    pub fn unnamed(&self) -> Self {
        Self { name: UNSEEN.to_owned(), ..self.clone() }
    }

    /// What was told with [`Self::sentence`] in it, without the system's name.
    pub fn unnamed_in(&self, told: &str) -> String {
        told.replace(&self.explains(), &self.unnamed().explains())
    }

    fn explains(&self) -> String {
        format!("explained by {}, down", self.name)
    }
}

/// How each system is, by what is asked of it: probes of an integration ask the system that it goes to. Down is one of which two
/// integrations or more are known and all are hard down, since the first of them failed; one alone may be at fault itself.
pub fn system_states(systems: &[SystemSpec], bridges: &[Bridge<'_>]) -> BTreeMap<Slug, SystemState> {
    let mut asking: BTreeMap<&Slug, Vec<&Bridge<'_>>> = BTreeMap::new();
    for bridge in bridges.iter().filter(|bridge| bridge.hard.is_some()) {
        asking.entry(&bridge.integration.to).or_default().push(bridge);
    }
    let state = |slug: &Slug| {
        let known = asking.get(slug).map(Vec::as_slice).unwrap_or_default();
        if known.iter().any(|bridge| bridge.hard != Some(Verdict::Down)) {
            return SystemState::Stands;
        }
        let since = known.iter().filter_map(|bridge| bridge.since).min();
        since.filter(|_| known.len() >= 2).map_or(SystemState::Unknown, SystemState::Down)
    };
    systems.iter().map(|system| (system.slug.clone(), state(&system.slug))).collect()
}

/// The cause of each hard-down integration that has one. Costs the systems and dependencies in reach of each of them.
pub fn causes(
    systems: &[SystemSpec],
    states: &BTreeMap<Slug, SystemState>,
    bridges: &[Bridge<'_>],
) -> BTreeMap<Slug, Cause> {
    let known: BTreeMap<&Slug, &SystemSpec> = systems.iter().map(|system| (&system.slug, system)).collect();
    let failed = bridges.iter().filter(|bridge| bridge.hard == Some(Verdict::Down));
    let explained = failed.filter_map(|bridge| {
        let cause = cause(&known, states, bridge.integration, bridge.since?)?;
        Some((bridge.integration.slug.clone(), cause))
    });
    explained.collect()
}

fn cause(
    known: &BTreeMap<&Slug, &SystemSpec>,
    states: &BTreeMap<Slug, SystemState>,
    integration: &IntegrationSpec,
    failed: Timestamp,
) -> Option<Cause> {
    let ends = [&integration.to].into_iter().chain(&integration.via).chain([&integration.from]);
    let mut seen: BTreeSet<&Slug> = BTreeSet::new();
    let mut ahead: VecDeque<(&SystemSpec, usize)> = VecDeque::new();
    for system in ends.filter_map(|end| known.get(end)) {
        if seen.insert(&system.slug) {
            ahead.push_back((system, 0));
        }
    }
    let mut found: Vec<(usize, Timestamp, &SystemSpec)> = Vec::new();
    while let Some((system, depth)) = ahead.pop_front() {
        match states.get(&system.slug) {
            Some(SystemState::Stands) => continue,
            Some(SystemState::Down(since)) if *since <= failed + SLACK => found.push((depth, *since, system)),
            _ => {}
        }
        for next in system.depends_on.iter().filter_map(|slug| known.get(slug)) {
            if seen.insert(&next.slug) {
                ahead.push_back((next, depth + 1));
            }
        }
    }
    let (_, since, system) =
        found.into_iter().min_by_key(|(depth, since, system)| (std::cmp::Reverse(*depth), *since, &system.slug))?;
    Some(Cause { system: system.slug.clone(), name: system.name.clone(), since })
}

#[cfg(test)]
mod tests;
