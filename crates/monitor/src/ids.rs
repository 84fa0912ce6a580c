//! Ids of runs.

use std::sync::{Mutex, PoisonError};

use model::{RunId, Timestamp};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Makes `UUIDv7` that never go backwards, so that runs sort by when they were recorded and "this run is already folded into
/// that state" is a comparison of ids.
#[derive(Debug)]
pub(crate) struct RunIds(Mutex<Last>);

#[derive(Debug)]
struct Last {
    random: StdRng,
    ms: u64,
    /// Fills the 12 bits beside the version: how many ids of this millisecond came before.
    counter: u16,
}

/// So many ids fit into one millisecond.
const COUNTERS: u16 = 1 << 12;

impl RunIds {
    /// Ids whose random part grows from this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(Last { random: StdRng::seed_from_u64(seed), ms: 0, counter: 0 }))
    }

    /// From now on ids are greater than this one, which an earlier run of the program made.
    pub(crate) fn go_on_after(&self, id: RunId) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ms = id.0.as_bytes().iter().take(6).fold(0, |ms, byte| ms << 8 | u64::from(*byte));
        if ms >= last.ms {
            (last.ms, last.counter) = (ms + 1, 0);
        }
    }

    /// The next id; greater than every one before, also when the clock was set back.
    pub(crate) fn next(&self, now: Timestamp) -> RunId {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = u64::try_from(now.0).unwrap_or(0);
        if now > last.ms {
            (last.ms, last.counter) = (now, 0);
        } else {
            last.counter += 1;
            if last.counter == COUNTERS {
                (last.ms, last.counter) = (last.ms + 1, 0);
            }
        }
        let mut bytes = [0; 10];
        bytes[..2].copy_from_slice(&last.counter.to_be_bytes());
        last.random.fill(&mut bytes[2..]);
        RunId(uuid::Builder::from_unix_timestamp_millis(last.ms, &bytes).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::{RunIds, Timestamp};

    #[test]
    fn ids_only_grow_whatever_the_clock_does() {
        let ids = RunIds::new(7);
        let moments = (0..5_000).map(|_| 1_000).chain([2_000, 1_500, 1_500, 3_000]);
        let made: Vec<_> = moments.map(|ms| ids.next(Timestamp(ms))).collect();
        assert!(made.is_sorted_by(|one, next| one < next));
        assert!(made.iter().all(|id| id.0.get_version_num() == 7));
    }

    #[test]
    fn ids_go_on_after_those_of_an_earlier_run_of_the_program() {
        let last = RunIds::new(1).next(Timestamp(9_000));
        let ids = RunIds::new(1);
        ids.go_on_after(last);
        assert!(ids.next(Timestamp(1_000)) > last);
    }

    #[test]
    fn a_seed_tells_installations_apart() {
        assert_ne!(RunIds::new(1).next(Timestamp(1_000)), RunIds::new(2).next(Timestamp(1_000)));
    }
}
