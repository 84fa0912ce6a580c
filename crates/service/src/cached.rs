//! One answer shared by everybody who asks within a short time.

use std::sync::{Arc, Mutex, PoisonError};

use model::{Problem, Span, Timestamp};

/// A value that is made at most once per span, by one maker at a time.
///
/// While it is fresh everybody gets it. Up to twice that age everybody still gets it at once, and one call has it made anew in
/// the background; so nobody waits while pages are asked for again and again. When it is older, or of another key (of
/// yesterday, after midnight), callers wait for the one that makes it.
pub(crate) struct Cached<K, T> {
    fresh: Span,
    slot: Mutex<Option<Made<K, T>>>,
    maker: Arc<tokio::sync::Mutex<()>>,
}

struct Made<K, T> {
    key: K,
    at: Timestamp,
    value: Arc<T>,
}

impl<K: Copy + PartialEq + Send + 'static, T: Send + Sync + 'static> Cached<K, T> {
    /// Empty; a value is fresh for this long.
    pub fn new(fresh: Span) -> Arc<Self> {
        Arc::new(Self { fresh, slot: Mutex::new(None), maker: Arc::default() })
    }

    /// The value for `key`, at most twice as old as it is fresh, or made by `make`.
    pub async fn get<F>(self: &Arc<Self>, key: K, now: Timestamp, make: F) -> Result<Arc<T>, Problem>
    where
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        match self.look(key, now) {
            Some((age, value)) if age < self.fresh => return Ok(value),
            Some((_, value)) => {
                if let Ok(maker) = Arc::clone(&self.maker).try_lock_owned() {
                    let cached = Arc::clone(self);
                    tokio::spawn(async move {
                        let _only_maker = maker;
                        if let Err(problem) = cached.make(key, now, make).await {
                            tracing::warn!(%problem, "a cached answer could not be made anew");
                        }
                    });
                }
                return Ok(value);
            }
            None => {}
        }
        let _only_maker = self.maker.lock().await;
        // Whoever held the lock before may have made it.
        match self.look(key, now) {
            Some((_, value)) => Ok(value),
            None => self.make(key, now, make).await,
        }
    }

    async fn make(
        &self,
        key: K,
        now: Timestamp,
        make: impl Future<Output = Result<T, Problem>>,
    ) -> Result<Arc<T>, Problem> {
        let value = Arc::new(make.await?);
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Made { key, at: now, value: Arc::clone(&value) });
        Ok(value)
    }

    fn look(&self, key: K, now: Timestamp) -> Option<(Span, Arc<T>)> {
        let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let made = slot.as_ref().filter(|made| made.key == key)?;
        let age = now.since(made.at);
        (age.as_ms() < 2 * self.fresh.as_ms()).then(|| (age, Arc::clone(&made.value)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use model::{Problem, Span, Timestamp};

    use super::Cached;

    #[expect(clippy::unused_async, reason = "counted when it is polled, not when it is made")]
    async fn count(made: Arc<AtomicU32>) -> Result<u32, Problem> {
        Ok(made.fetch_add(1, Ordering::SeqCst) + 1)
    }

    #[tokio::test]
    async fn it_is_made_once_for_all_who_ask_at_once() {
        let made = Arc::new(AtomicU32::new(0));
        let cached = Cached::new(Span::seconds(1));
        let all = (0..50).map(|_| cached.get((), Timestamp(0), count(Arc::clone(&made))));
        let answers = futures::future::join_all(all).await;
        assert!(answers.into_iter().all(|answer| answer.is_ok_and(|value| *value == 1)));
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_stale_value_is_given_at_once_and_an_old_one_never() {
        let made = Arc::new(AtomicU32::new(0));
        let cached = Cached::new(Span::seconds(1));
        let at = |ms| cached.get((), Timestamp(ms), count(Arc::clone(&made)));
        assert_eq!(at(0).await.map(|value| *value), Ok(1));
        assert_eq!(at(999).await.map(|value| *value), Ok(1), "fresh");
        assert_eq!(at(1_500).await.map(|value| *value), Ok(1), "stale, and one is being made");
        while made.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(at(9_000).await.map(|value| *value), Ok(3), "too old to show");
    }

    #[tokio::test]
    async fn what_was_made_for_another_key_is_not_given() {
        let made = Arc::new(AtomicU32::new(0));
        let cached = Cached::new(Span::seconds(1));
        assert_eq!(cached.get(1, Timestamp(0), count(Arc::clone(&made))).await.map(|value| *value), Ok(1));
        assert_eq!(cached.get(2, Timestamp(0), count(Arc::clone(&made))).await.map(|value| *value), Ok(2));
    }

    #[tokio::test]
    async fn a_failure_is_told_and_not_kept() {
        let cached = Cached::<(), u32>::new(Span::seconds(1));
        let fails = async { Err(Problem::conflict("not now")) };
        assert!(cached.get((), Timestamp(0), fails).await.is_err());
        assert_eq!(cached.get((), Timestamp(0), async { Ok(7) }).await.map(|value| *value), Ok(7));
    }
}
