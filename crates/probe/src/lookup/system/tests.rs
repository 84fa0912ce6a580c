//! A resolver that answers when a test says so, and who asks it when.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::{Instant, timeout},
};

use super::{Lookup, SystemLookup};
use crate::{
    lookup::known::{KEPT, KEPT_FAILED},
    marks::{Mark, Stage, marked, stamp},
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const LONG: Duration = Duration::from_secs(20);

/// A lookup, and what a test holds of its resolver: which names it was asked for, how its answers are let out one by one, what time it
/// is, and whether it answers at once.
struct Held {
    lookup: SystemLookup,
    asked: UnboundedReceiver<String>,
    answer: mpsc::Sender<()>,
    now: Arc<Mutex<Instant>>,
    at_once: Arc<AtomicBool>,
}

/// Names that begin with `bad` have no address, all others are here.
fn held(places: usize) -> Held {
    let (tell, asked) = unbounded_channel();
    let (answer, may_answer) = mpsc::channel::<()>();
    let may_answer = Mutex::new(may_answer);
    let (now, at_once) = (Arc::new(Mutex::new(Instant::now())), Arc::new(AtomicBool::new(false)));
    let (is_at_once, clock) = (Arc::clone(&at_once), Arc::clone(&now));
    let resolve = move |host: &str| {
        tell.send(host.to_owned()).map_err(io::Error::other)?;
        if !is_at_once.load(Ordering::SeqCst) {
            may_answer.lock().expect("a lock").recv_timeout(LONG).map_err(io::Error::other)?;
        }
        if host.starts_with("bad") { Err(io::Error::other("no such name")) } else { Ok(vec![HERE]) }
    };
    let lookup = SystemLookup::of(places, resolve, move || *clock.lock().expect("a lock"));
    Held { lookup, asked, answer, now, at_once }
}

impl Held {
    fn pass(&self, time: Duration) {
        *self.now.lock().expect("a lock") += time;
    }

    async fn next_asked(&mut self) -> String {
        timeout(LONG, self.asked.recv()).await.expect("in time").expect("a name")
    }

    /// Begins to ask, and waits for nothing: how far it came.
    async fn begin(&self, host: &str) -> Stage {
        let asking = async {
            stamp(Mark::LookupBegan);
            timeout(Duration::ZERO, self.lookup.addresses(host)).await.expect_err("nobody has answered").to_string()
        };
        marked(asking).await.1.stage()
    }
}

#[tokio::test]
async fn a_name_is_asked_for_once_however_many_wait() {
    let mut held = held(4);
    let lookup = held.lookup.clone();

    let (one, other, first) = tokio::join!(lookup.addresses("erp.example"), lookup.addresses("ERP.example"), async {
        let first = held.next_asked().await;
        held.answer.send(()).expect("it waits");
        first
    });

    assert_eq!((one.expect("an answer"), other.expect("an answer")), (vec![HERE], vec![HERE]));
    assert_eq!(first, "erp.example");
    assert!(held.asked.try_recv().is_err(), "nothing else was asked for");
}

#[tokio::test]
async fn an_answer_holds_for_a_moment_and_a_failure_for_a_shorter_one() {
    let mut held = held(4);
    held.at_once.store(true, Ordering::SeqCst);
    for (host, kept) in [("erp.example", KEPT), ("bad.example", KEPT_FAILED)] {
        let first = held.lookup.addresses(host).await.map_err(|error| error.to_string());
        assert_eq!(held.next_asked().await, host);

        held.pass(kept.saturating_sub(Duration::from_millis(1)));
        let again = held.lookup.addresses(host).await.map_err(|error| error.to_string());
        assert_eq!(again, first, "{host}");
        assert!(held.asked.try_recv().is_err(), "{host} was asked for again");

        held.pass(Duration::from_millis(1));
        let anew = held.lookup.addresses(host).await.map_err(|error| error.to_string());
        assert_eq!((anew, held.next_asked().await.as_str()), (first, host));
    }
}

#[tokio::test]
async fn who_gets_no_place_was_never_asked_for_and_is_not_waited_for() {
    let mut held = held(1);
    assert_eq!(held.begin("slow.example").await, Stage::Lookup);
    assert_eq!(held.next_asked().await, "slow.example");

    // It is given up while it has no place.
    assert_eq!(held.begin("left.example").await, Stage::Queue);

    // The one after it gets the place as soon as it is free, the one that was left does not.
    let lookup = held.lookup.clone();
    let (found, asked) = tokio::join!(lookup.addresses("erp.example"), async {
        held.answer.send(()).expect("it waits");
        let asked = held.next_asked().await;
        held.answer.send(()).expect("it waits");
        asked
    });
    assert_eq!((found.expect("an answer"), asked.as_str()), (vec![HERE], "erp.example"));
}

#[tokio::test]
async fn names_without_an_answer_leave_room_to_the_others() {
    let mut held = held(2);
    held.at_once.store(true, Ordering::SeqCst);
    for host in ["bad-1.example", "bad-2.example"] {
        held.lookup.addresses(host).await.expect_err("no such name");
        assert_eq!(held.next_asked().await, host);
    }
    held.pass(KEPT_FAILED);
    held.at_once.store(false, Ordering::SeqCst);

    assert_eq!(held.begin("bad-1.example").await, Stage::Lookup);
    assert_eq!(held.begin("bad-2.example").await, Stage::Queue, "half of the places are for others");
    assert_eq!(held.begin("erp.example").await, Stage::Lookup);

    // Let those on their threads go.
    for _one in 0..2 {
        held.answer.send(()).expect("it waits");
    }
}

#[tokio::test]
async fn a_lookup_that_breaks_is_told_and_begun_anew() {
    let breaks = Arc::new(AtomicBool::new(true));
    let is_broken = Arc::clone(&breaks);
    let resolve = move |_: &str| {
        assert!(!is_broken.load(Ordering::SeqCst), "a test breaks it");
        Ok(vec![HERE])
    };
    let lookup = SystemLookup::of(1, resolve, Instant::now);
    let error = lookup.addresses("erp.example").await.expect_err("it broke");
    assert_eq!(error.to_string(), "its lookup ended unexpectedly");

    breaks.store(false, Ordering::SeqCst);
    assert_eq!(lookup.addresses("erp.example").await.expect("an answer"), [HERE]);
}

#[tokio::test]
async fn the_machine_knows_itself() {
    let found = SystemLookup::default().addresses("localhost").await.expect("an address");
    assert!(found.iter().all(IpAddr::is_loopback) && !found.is_empty(), "{found:?}");
}
