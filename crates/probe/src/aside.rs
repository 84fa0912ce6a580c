//! Work that keeps a processor for milliseconds: hashing passwords, unpacking and masking what is large. It is done aside, on a few
//! threads of its own, so that those that carry all probes stay free for them.

use std::{
    num::NonZero,
    sync::{Arc, LazyLock},
    thread,
    time::Duration,
};

use model::Reason;
use rules::assess::Trouble;
use tokio::{
    sync::Semaphore,
    task::spawn_blocking,
    time::{Instant, timeout_at},
};

/// Bytes of what an answer holds, from which on they are gone through aside. Fewer take less than handing them over is worth.
pub(crate) const LARGE: usize = 262_144;

/// How long before an attempt is given up it is told that there was no place, so that it is not taken for the target's fault.
const MARGIN: Duration = Duration::from_millis(20);

/// Half of the processors, and two at least: whatever targets ask to be worked out, the other half goes on asking.
static PLACES: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    Arc::new(Semaphore::new(processors.div_ceil(2).max(2)))
});

/// Does `work` aside, as soon as there is a place. That there was none until shortly before `deadline`, or that it was not done by
/// then, is trouble of ours; `what` names the work at the beginning of a sentence. Work that nobody waits for any more keeps its place
/// until it is over.
pub(crate) async fn aside<T: Send + 'static>(
    deadline: Instant,
    what: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Trouble> {
    among(&PLACES, deadline, what, work).await
}

async fn among<T: Send + 'static>(
    places: &Arc<Semaphore>,
    deadline: Instant,
    what: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Trouble> {
    let until = deadline.checked_sub(MARGIN).unwrap_or(deadline);
    let place = match timeout_at(until, Arc::clone(places).acquire_owned()).await {
        Ok(Ok(place)) => place,
        Ok(Err(_closed)) => return Err(Trouble::new(Reason::Internal, format!("{what} is not done any more"))),
        Err(_too_late) => {
            let why = format!("{what} had to wait: this machine was busy with other probes all the while");
            return Err(Trouble::new(Reason::SchedulerLate, why));
        }
    };
    let working = spawn_blocking(move || {
        let _place = place;
        work()
    });
    match timeout_at(deadline, working).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Trouble::new(Reason::Internal, format!("{what} ended unexpectedly: {error}"))),
        Err(_too_late) => Err(Trouble::new(Reason::SchedulerLate, format!("{what} was not done in time"))),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, mpsc},
        time::Duration,
    };

    use model::Reason;
    use tokio::{
        sync::Semaphore,
        time::{Instant, timeout},
    };

    use super::{among, aside};

    const LONG: Duration = Duration::from_secs(20);

    fn later() -> Instant {
        Instant::now() + LONG
    }

    #[tokio::test]
    async fn the_thread_that_asks_goes_on_meanwhile() {
        // There is one thread: were the work done on it, nobody would say the word that the work waits for.
        let (say, word) = mpsc::channel();
        let waiting = aside(later(), "waiting", move || word.recv_timeout(LONG));
        let (heard, said) = tokio::join!(waiting, async { say.send(7) });
        said.expect("somebody waits");
        assert_eq!(heard.expect("done"), Ok(7));
    }

    #[tokio::test]
    async fn without_a_place_it_is_our_trouble() {
        let full = Arc::new(Semaphore::new(0));
        let trouble = among(&full, Instant::now(), "hashing the password", || ()).await.expect_err("trouble");
        assert_eq!(trouble.reason, Reason::SchedulerLate);
        assert!(trouble.message.starts_with("hashing the password had to wait"), "{}", trouble.message);
    }

    #[tokio::test]
    async fn work_that_breaks_is_internal_and_gives_its_place_back() {
        let places = Arc::new(Semaphore::new(1));
        let broken = among(&places, later(), "hashing", || panic!("a test breaks it")).await.map(|()| "done");
        assert_eq!(broken.expect_err("trouble").reason, Reason::Internal);
        assert_eq!(among(&places, later(), "hashing", || 7).await.expect("done"), 7);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_keeps_its_place_until_it_is_over() {
        let places = Arc::new(Semaphore::new(1));
        let (say, word) = mpsc::channel::<()>();
        let waiting = among(&places, later(), "waiting", move || word.recv_timeout(LONG).is_ok());
        timeout(Duration::ZERO, waiting).await.expect_err("it is under way");
        assert_eq!(places.available_permits(), 0);
        say.send(()).expect("it still waits");
        timeout(LONG, places.acquire()).await.expect("in time").expect("open").forget();
    }
}
