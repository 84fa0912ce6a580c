//! Passwords: argon2id, one at a time, in queues that cannot keep each other waiting for long.
//!
//! Hashing takes one core for some 30 ms, on purpose. So it is done one at a time, away from what answers requests, and whoever is
//! tried a thousand times must not keep others out: each account has a queue of its own, people who are not there have one
//! together, and each queue has one turn at a time for the core.
//!
//! A full queue must not tell who is there. So whoever is not there has places of their own too, as many; and where there are too
//! many of them together, the rest wait as long as hashing would take, and are told the same.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, Output, PasswordHash as Parsed, PasswordHasher, PasswordVerifier, SaltString},
};
use model::PersonId;
use store::PasswordHash;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::core::Keys;

/// Who may wait in one queue, besides the one whose turn it is.
const WAITING: usize = 8;
/// More bytes than any password that can be chosen has.
const MOST_BYTES: usize = 128;
/// Queues that are kept though nobody stands in them.
const KEPT: usize = 64;

/// What hashing a password costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for HashCost {
    /// Of the costs that OWASP's Password Storage Cheat Sheet holds for equal, the one of the least memory: 7 MiB, 5 passes, one lane.
    fn default() -> Self {
        Self { memory_kib: 7 * 1024, passes: 5 }
    }
}

/// Whose turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    /// Of an account that is not there, by a hash of its name.
    Nobody(u64),
    /// Of an account, tried in a browser that it is not known to.
    Strange(PersonId),
    /// Of an account, tried in a browser that signed in to it before: no flood from elsewhere stands before them.
    Familiar(PersonId),
    /// Of those who choose a password. They came by a link or a session, so they are few.
    Choosing,
}

impl Lane {
    /// Of an account that is not there.
    pub fn of_nobody(email: &str) -> Self {
        let mut state = DefaultHasher::new();
        email.to_lowercase().hash(&mut state);
        Self::Nobody(state.finish())
    }
}

/// Said when too many stand in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy;

#[derive(Clone)]
struct Queue {
    places: Arc<Semaphore>,
    turn: Arc<Semaphore>,
}

impl Queue {
    fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(WAITING + 1)), turn: Arc::new(Semaphore::new(1)) }
    }
}

/// What is held while it is hashed, until the thread that does it is done, even if nobody waits for it any more.
type Turn = [OwnedSemaphorePermit; 3];

/// Hashes and verifies.
pub(super) struct Hasher {
    argon2: Argon2<'static>,
    /// Fits no password. What is not there is verified against it, so that it takes as long.
    dummy: Arc<str>,
    /// The one core.
    core: Arc<Semaphore>,
    /// Those who are not there have this together, however many they are.
    nobody: Queue,
    queues: Mutex<HashMap<Lane, Queue>>,
    /// What hashing took the last time, in microseconds.
    took_us: Arc<AtomicU64>,
    /// How often it was done.
    count: Arc<AtomicU64>,
}

impl Hasher {
    /// Fails on a cost that argon2 does not take.
    pub fn new(cost: HashCost, keys: &Keys) -> Result<Self, String> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|error| error.to_string())?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = fits_nothing(&argon2, keys).map_err(|error| error.to_string())?;
        // Some 1 us a KiB and pass, until one was measured.
        let took_us = u64::from(cost.memory_kib) * u64::from(cost.passes);
        Ok(Self {
            argon2,
            dummy: dummy.into(),
            core: Arc::new(Semaphore::new(1)),
            nobody: Queue::new(),
            queues: Mutex::default(),
            took_us: Arc::new(AtomicU64::new(took_us)),
            count: Arc::default(),
        })
    }

    /// How many passwords were hashed since the start.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether `password` is the one of `kept`; never, but no sooner told, where nothing is kept.
    pub async fn verify(&self, lane: Lane, password: &str, kept: Option<&PasswordHash>) -> Result<bool, Busy> {
        let crowd = match lane {
            Lane::Nobody(_) => match Arc::clone(&self.nobody.places).try_acquire_owned() {
                Ok(place) => Some(place),
                Err(_) => return self.pretend(lane).await,
            },
            Lane::Strange(_) | Lane::Familiar(_) | Lane::Choosing => None,
        };
        let known = kept.is_some();
        let kept = kept.map_or_else(|| Arc::clone(&self.dummy), |kept| kept.0.as_str().into());
        // Nobody has a password that long, and hashing it must not take longer.
        let password = if password.len() > MOST_BYTES { String::new() } else { password.to_owned() };
        let argon2 = self.argon2.clone();
        let job = move || {
            let _until_done = crowd;
            verify(&argon2, &password, &kept)
        };
        let fits = self.at_its_turn(lane, job).await?;
        Ok(fits && known)
    }

    /// Waits behind whoever waits for the core now, like somebody known, and then as long as hashing takes, without doing it.
    async fn pretend(&self, lane: Lane) -> Result<bool, Busy> {
        let place = self.queue(lane).places.try_acquire_owned().map_err(|_| Busy)?;
        drop(self.core.acquire().await);
        tokio::time::sleep(Duration::from_micros(self.took_us.load(Ordering::Relaxed))).await;
        drop(place);
        Ok(false)
    }

    /// What is kept of a password.
    pub async fn hash(&self, password: &str, keys: &Keys) -> Result<PasswordHash, Busy> {
        let (argon2, password, salt) = (self.argon2.clone(), password.to_owned(), keys.bytes());
        let hashed = self.at_its_turn(Lane::Choosing, move || hash(&argon2, password.as_bytes(), salt)).await?;
        hashed.map(PasswordHash).map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            Busy
        })
    }

    async fn at_its_turn<T: Send + 'static>(
        &self,
        lane: Lane,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = self.turn(lane).await.ok_or(Busy)?;
        let (took_us, count) = (Arc::clone(&self.took_us), Arc::clone(&self.count));
        let done = tokio::task::spawn_blocking(move || {
            let _until_done = turn;
            let began = Instant::now();
            let done = job();
            took_us.store(micros_since(began), Ordering::Relaxed);
            count.fetch_add(1, Ordering::Relaxed);
            done
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "hashing ended by a panic");
            Busy
        })
    }

    /// A place in the queue, then its turn, then the core.
    async fn turn(&self, lane: Lane) -> Option<Turn> {
        let queue = self.queue(lane);
        let place = queue.places.try_acquire_owned().ok()?;
        let turn = queue.turn.acquire_owned().await.ok()?;
        let core = Arc::clone(&self.core).acquire_owned().await.ok()?;
        Some([core, turn, place])
    }

    fn queue(&self, lane: Lane) -> Queue {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.len() >= KEPT {
            // The map's own handle is the only one where nobody stands.
            queues.retain(|_, queue| Arc::strong_count(&queue.places) > 1);
        }
        let new = || match lane {
            Lane::Nobody(_) => Queue { turn: Arc::clone(&self.nobody.turn), ..Queue::new() },
            Lane::Strange(_) | Lane::Familiar(_) | Lane::Choosing => Queue::new(),
        };
        queues.entry(lane).or_insert_with(new).clone()
    }
}

fn micros_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn hash(argon2: &Argon2<'_>, password: &[u8], salt: [u8; 16]) -> password_hash::Result<String> {
    let salt = SaltString::encode_b64(&salt)?;
    Ok(argon2.hash_password(password, &salt)?.to_string())
}

/// What looks like a hash, at these costs, and was never made of a password: a start needs no memory for one.
fn fits_nothing(argon2: &Argon2<'_>, keys: &Keys) -> password_hash::Result<String> {
    let salt = SaltString::encode_b64(&keys.bytes::<16>())?;
    let nothing = Parsed {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: argon2.params().try_into()?,
        salt: Some(salt.as_salt()),
        hash: Some(Output::new(&keys.bytes::<{ Params::DEFAULT_OUTPUT_LEN }>())?),
    };
    Ok(nothing.to_string())
}

/// By the costs that the hash was made with.
fn verify(argon2: &Argon2<'_>, password: &str, kept: &str) -> bool {
    match Parsed::new(kept) {
        Ok(parsed) => argon2.verify_password(password.as_bytes(), &parsed).is_ok(),
        Err(error) => {
            tracing::error!(%error, "what is kept of a password cannot be read; its person needs a new one");
            false
        }
    }
}

#[cfg(test)]
mod tests;
