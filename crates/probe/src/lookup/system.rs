//! The machine's own resolver, kept in bounds.
//!
//! It answers on a thread for each name, and keeps that thread for as long as its name servers stay silent. So a name is asked for
//! once however many wait for it, so many are asked for at once and no more, and what was answered holds for a moment.

use std::{
    io,
    net::{IpAddr, ToSocketAddrs},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::spawn_blocking,
    time::Instant,
};

use super::{
    Lookup,
    known::{Answer, Known, State},
};
use crate::marks::{self, Mark};

/// Lookups at once, well below the threads that may wait at once (512 in tokio).
const AT_ONCE: usize = 64;

type Resolve = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;
type Now = dyn Fn() -> Instant + Send + Sync;

/// The machine's own resolver: hosts file, search domains and all. At most 64 names are asked for at once, half of them names that had
/// no answer the last time; an answer holds for 5 s, a failure for 1 s. Whoever is dropped while there is no place was never looked
/// up, and the attempt says so.
#[derive(Clone)]
pub struct SystemLookup(Arc<Shared>);

struct Shared {
    resolve: Box<Resolve>,
    now: Box<Now>,
    places: Arc<Semaphore>,
    /// Taken besides for names that had no answer the last time, so that they leave room to the others.
    doubtful: Arc<Semaphore>,
    known: Mutex<Known>,
}

/// A place; free again with the value.
struct Place {
    _one: OwnedSemaphorePermit,
    _among_doubtful: Option<OwnedSemaphorePermit>,
}

impl Default for SystemLookup {
    fn default() -> Self {
        Self::of(AT_ONCE, by_the_machine, Instant::now)
    }
}

impl SystemLookup {
    /// So many lookups at once by `resolve`, which may keep its thread waiting; `now` tells how old an answer is.
    fn of(
        at_once: usize,
        resolve: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
        now: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            resolve: Box::new(resolve),
            now: Box::new(now),
            places: Arc::new(Semaphore::new(at_once)),
            doubtful: Arc::new(Semaphore::new(at_once.div_ceil(2))),
            known: Mutex::default(),
        }))
    }

    /// How the lookup of a name stands: an answer that still holds, one under way, or one that begins now.
    fn look(&self, host: &str) -> watch::Receiver<State> {
        let (host, now) = (host.to_ascii_lowercase(), (self.0.now)());
        let mut known = self.0.known();
        if let Some(state) = known.find(&host, now) {
            return state;
        }
        let (told, state) = watch::channel(State::Queued);
        let told = Arc::new(told);
        let is_doubtful = known.begin(&host, Arc::clone(&told), now);
        drop(known);
        let looking = Looking { shared: Arc::clone(&self.0), host, told };
        match self.0.place_now(is_doubtful) {
            Some(place) => looking.ask(place),
            None => {
                tokio::spawn(looking.queue(is_doubtful));
            }
        }
        state
    }
}

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut state = self.look(host);
        let mut is_queued = false;
        loop {
            let now = state.borrow_and_update().clone();
            match now {
                State::Answered(answer) => {
                    if is_queued {
                        marks::stamp(Mark::LookupBegan);
                    }
                    return told(&answer);
                }
                // Waiting for a place is no part of resolving the name.
                State::Queued if !is_queued => {
                    marks::stamp(Mark::LookupQueued);
                    is_queued = true;
                }
                State::Asked if is_queued => {
                    marks::stamp(Mark::LookupBegan);
                    is_queued = false;
                }
                State::Queued | State::Asked => {}
            }
            if state.changed().await.is_err() {
                return Err(io::Error::other("its lookup ended unexpectedly"));
            }
        }
    }
}

impl Shared {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, if one is free.
    fn place_now(&self, is_doubtful: bool) -> Option<Place> {
        let among_doubtful =
            if is_doubtful { Some(Arc::clone(&self.doubtful).try_acquire_owned().ok()?) } else { None };
        let one = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Place { _one: one, _among_doubtful: among_doubtful })
    }

    /// A place, once one is free. `None`: never more.
    async fn place(&self, is_doubtful: bool) -> Option<Place> {
        let among_doubtful =
            if is_doubtful { Some(Arc::clone(&self.doubtful).acquire_owned().await.ok()?) } else { None };
        let one = Arc::clone(&self.places).acquire_owned().await.ok()?;
        Some(Place { _one: one, _among_doubtful: among_doubtful })
    }
}

/// A lookup under way. Whatever becomes of it, those who wait for it are told when it is gone.
struct Looking {
    shared: Arc<Shared>,
    host: String,
    told: Arc<watch::Sender<State>>,
}

impl Looking {
    /// Waits for a place for as long as anybody waits for the answer.
    async fn queue(self, is_doubtful: bool) {
        loop {
            let place = tokio::select! {
                biased;
                () = self.told.closed() => None,
                place = self.shared.place(is_doubtful) => place,
            };
            if let Some(place) = place {
                return self.ask(place);
            }
            if self.shared.known().leave(&self.host, &self.told) {
                return;
            }
        }
    }

    /// Asks on a thread of its own.
    fn ask(self, place: Place) {
        self.told.send_replace(State::Asked);
        spawn_blocking(move || self.answer(place));
    }

    fn answer(self, place: Place) {
        let answer: Answer = (self.shared.resolve)(&self.host).map(Arc::from).map_err(Arc::new);
        let now = (self.shared.now)();
        self.shared.known().keep(&self.host, answer.clone(), now);
        drop(place);
        self.told.send_replace(State::Answered(answer));
    }
}

impl Drop for Looking {
    /// A lookup that broke must not be waited for, nor joined.
    fn drop(&mut self) {
        self.shared.known().forget(&self.host, &self.told);
    }
}

/// Keeps its thread until it is answered.
fn by_the_machine(host: &str) -> io::Result<Vec<IpAddr>> {
    Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

/// What was answered, for one of those who waited.
fn told(answer: &Answer) -> io::Result<Vec<IpAddr>> {
    match answer {
        Ok(addresses) => Ok(addresses.to_vec()),
        // What this machine ran out of is known by its number.
        Err(error) => Err(error
            .raw_os_error()
            .map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)),
    }
}

#[cfg(test)]
mod tests;
