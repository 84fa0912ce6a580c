//! Tries to sign in, counted in memory for each account and where it is tried from. `rules::lockout` says how long who waits.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

use model::{PersonId, SessionId, Span, Timestamp};
use rules::lockout::{Failures, wait};
use store::PersonRecord;

use super::{PasswordMark, Visit};

/// Triers that are kept at once. Whoever fills that pushes out those with the fewest tries first: to be let off sooner, one has to
/// try as often as every other.
const KEPT: usize = 20_000;
/// Characters of an account's name that are kept: more than any has, so that nobody fills the memory with a few.
const LONGEST: usize = 320;

/// How long the audit is told no more of refusals at an address.
const QUIET: Span = Span::minutes(1);
/// Addresses that the audit is told of in that time.
const TOLD: usize = 100;

/// Whose tries count together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Trier {
    /// Whoever tries an account, whether there is one or not, from a network.
    Network(String, Option<IpAddr>),
    /// Whoever tries it in a browser that is known to it since its last password. Nobody else can make these wait.
    Browser(PersonId, [u8; 16]),
    /// Whoever tries it where it is signed in. Nor these.
    Session(PersonId, Option<SessionId>),
}

impl Trier {
    /// Who tries this email, of which this person was found.
    pub fn of(email: &str, found: Option<&PersonRecord>, visit: &Visit) -> Self {
        let mark = found.and_then(|person| person.spec.password_hash.as_ref()).map(PasswordMark::of);
        match (visit.known, found) {
            (Some(known), Some(person)) if known.person == person.id && Some(known.password) == mark => {
                Self::Browser(person.id, known.browser)
            }
            _ => Self::Network(email.to_lowercase().chars().take(LONGEST).collect(), visit.from.map(network)),
        }
    }
}

/// A try that was counted: when, and when the one before it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tried {
    at: Timestamp,
    before: Option<Timestamp>,
}

/// The tries that did not end well.
#[derive(Default)]
pub(super) struct Tries(Mutex<HashMap<Trier, Failures>>);

impl Tries {
    /// Counts a try before it is looked at, so that a hundred at once are a hundred; or says how long to wait.
    pub fn begin(&self, who: &Trier, now: Timestamp) -> Result<Tried, Span> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = tries.get(who).copied();
        if let Some(wait) = before.and_then(|before| wait(&before, now)) {
            return Err(wait);
        }
        if before.is_none() && tries.len() >= KEPT {
            make_room(&mut tries, now);
        }
        tries.insert(who.clone(), Failures::one_more(before, now));
        Ok(Tried { at: now, before: before.map(|before| before.last_at) })
    }

    /// It was not looked at after all: it counts no more, and the wait is of the one before again.
    pub fn take_back(&self, who: &Trier, one: Tried) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failures) = tries.get_mut(who) else { return };
        failures.count = failures.count.saturating_sub(1);
        if failures.last_at == one.at {
            failures.last_at = one.before.unwrap_or(one.at);
        }
        if failures.count == 0 {
            tries.remove(who);
        }
    }

    /// The password was right: what was before is forgotten.
    pub fn forget(&self, who: &Trier) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

/// Networks whose refusals the audit was told of a moment ago. What anybody can cause must not fill it.
#[derive(Default)]
pub(super) struct Told(Mutex<HashMap<Option<IpAddr>, Timestamp>>);

impl Told {
    /// Whether the audit is to be told of one from there now.
    pub fn is_due(&self, from: Option<IpAddr>, now: Timestamp) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, at| now.since(*at) < QUIET);
        let from = from.map(network);
        let due = told.len() < TOLD && !told.contains_key(&from);
        if due {
            told.insert(from, now);
        }
        due
    }
}

fn make_room(tries: &mut HashMap<Trier, Failures>, now: Timestamp) {
    tries.retain(|_, failures| !failures.are_forgotten(now));
    // Of what is left a tenth goes at once, so that not every further try looks for the least.
    if tries.len() >= KEPT {
        let weight = |failures: &Failures| (failures.count, failures.last_at);
        let mut weights: Vec<(u32, Timestamp)> = tries.values().map(weight).collect();
        let (_, least, _) = weights.select_nth_unstable(KEPT / 10);
        let least = *least;
        tries.retain(|_, failures| weight(failures) > least);
    }
}

/// Whoever has an IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four @ IpAddr::V4(_) => four,
    }
}

#[cfg(test)]
mod tests;
