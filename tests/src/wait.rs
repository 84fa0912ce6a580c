//! Waiting for an event, never for a span of time.

use std::time::{Duration, Instant};

/// No test waits longer than this for anything: reaching it is a failure with a name, not a pause.
pub const LONGEST: Duration = Duration::from_secs(30);

/// Asks again and again until `seen` answers, at most [`LONGEST`]; panics with `what` then.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, seen: impl FnMut() -> F) -> T {
    within(LONGEST, what, seen).await.0
}

/// The same within a promised time; answers also how long it took.
pub async fn within<T, F: Future<Output = Option<T>>>(
    limit: Duration,
    what: &str,
    mut seen: impl FnMut() -> F,
) -> (T, Duration) {
    let begun = Instant::now();
    let mut turn = tokio::time::interval(Duration::from_millis(25));
    while begun.elapsed() < limit {
        turn.tick().await;
        if let Some(value) = seen().await {
            return (value, begun.elapsed());
        }
    }
    panic!("not within {limit:?}: {what}");
}
