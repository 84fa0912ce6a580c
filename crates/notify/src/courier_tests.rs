use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use model::{ChangeId, NoticeKind, NoticeState};
use tokio::{task::JoinHandle, time::Instant};

use super::*;
use crate::{
    Channel,
    testing::{NOW, Ticking, notice, slug},
};

/// A row of an outbox in memory.
struct Row {
    claim: NoticeClaim,
    state: NoticeState,
    next_at: Timestamp,
    answer: String,
}

/// An outbox in memory that can be away.
#[derive(Default)]
struct Memory {
    rows: Mutex<Vec<Row>>,
    marks_that_fail: AtomicUsize,
    looks_that_fail: AtomicUsize,
}

impl Memory {
    fn put(&self, channel: &str, change: u128, at: Timestamp) {
        let mut notice = notice(NoticeKind::Began);
        (notice.channel, notice.change) = (slug(channel), ChangeId(uuid_of(change)));
        let mut rows = self.rows.lock().expect("the rows");
        let id = i64::try_from(rows.len()).expect("few");
        let claim = NoticeClaim { id, attempt: 0, created_at: at, notice };
        rows.push(Row { claim, state: NoticeState::Waiting, next_at: at, answer: String::new() });
    }

    fn states(&self) -> Vec<(NoticeState, u32)> {
        self.rows.lock().expect("the rows").iter().map(|row| (row.state, row.claim.attempt)).collect()
    }

    fn all_settled(&self) -> bool {
        self.states().iter().all(|(state, _)| *state != NoticeState::Waiting)
    }
}

fn uuid_of(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

/// One call fewer that fails; whether this one does.
fn fails(calls: &AtomicUsize) -> Result<()> {
    let counted = calls.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    counted.map_or(Ok(()), |_| Err(NotifyError::Outbox("away".into())))
}

#[async_trait]
impl Outbox for Memory {
    async fn due_channels(&self) -> Result<Vec<(Slug, Timestamp)>> {
        fails(&self.looks_that_fail)?;
        let mut due: BTreeMap<Slug, Timestamp> = BTreeMap::new();
        for row in self.rows.lock().expect("the rows").iter().filter(|row| row.state == NoticeState::Waiting) {
            let at = due.entry(row.claim.notice.channel.clone()).or_insert(row.next_at);
            *at = row.next_at.min(*at);
        }
        Ok(due.into_iter().collect())
    }

    async fn claim(&self, channel: &Slug, now: Timestamp, until: Timestamp, most: u32) -> Result<Vec<NoticeClaim>> {
        let mut rows = self.rows.lock().expect("the rows");
        let due = rows.iter_mut().filter(|row| {
            row.state == NoticeState::Waiting && row.claim.notice.channel == *channel && row.next_at <= now
        });
        let taken = due.take(usize::try_from(most).expect("few")).map(|row| {
            row.claim.attempt += 1;
            row.next_at = until;
            row.claim.clone()
        });
        Ok(taken.collect())
    }

    async fn mark(&self, claim: &NoticeClaim, _: Timestamp, how: NoticeMark, answer: &str) -> Result<bool> {
        fails(&self.marks_that_fail)?;
        let mut rows = self.rows.lock().expect("the rows");
        let row = rows.iter_mut().find(|row| row.claim.id == claim.id).expect("its row");
        if row.claim.attempt != claim.attempt || row.state != NoticeState::Waiting {
            return Ok(false);
        }
        row.state = how.state();
        answer.clone_into(&mut row.answer);
        if let NoticeMark::Again(at) = how {
            row.next_at = at;
        }
        Ok(true)
    }
}

/// A channel that takes its time, counts, and says what its script says: `None` is taken.
struct Slowly {
    takes: Duration,
    refusals: Mutex<Vec<NotifyError>>,
    sent: Mutex<Vec<(String, Span)>>,
    now: AtomicUsize,
    most: AtomicUsize,
    began: Instant,
}

impl Slowly {
    fn of(takes: Duration, refusals: Vec<NotifyError>) -> Arc<Self> {
        let (refusals, sent) = (Mutex::new(refusals), Mutex::default());
        Arc::new(Self { takes, refusals, sent, now: 0.into(), most: 0.into(), began: Instant::now() })
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().expect("the log").iter().map(|(key, _)| key.clone()).collect()
    }

    /// When each attempt began, in whole seconds from the start.
    fn seconds(&self) -> Vec<i64> {
        self.sent.lock().expect("the log").iter().map(|(_, at)| at.as_ms() / 1_000).collect()
    }
}

#[async_trait]
impl Channel for Slowly {
    async fn send(&self, notice: &Notice) -> Result<Receipt> {
        let at = Span::ms(i64::try_from(self.began.elapsed().as_millis()).expect("short"));
        self.sent.lock().expect("the log").push((notice.key(), at));
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        sleep(self.takes).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        let refusal = self.refusals.lock().expect("the script").pop();
        assert!(!matches!(&refusal, Some(NotifyError::Settings { .. })), "as the script says");
        refusal.map_or(Ok(Receipt { answer: "taken".to_owned() }), Err)
    }
}

struct Scene {
    outbox: Arc<Memory>,
    channels: Channels,
    clock: Arc<Ticking>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Scene {
    fn start(channels: &[(&str, &Arc<Slowly>)], notices: &[(&str, u128)], limits: CourierLimits) -> Self {
        let (outbox, wake, stop) = (Arc::new(Memory::default()), Arc::new(Notify::new()), CancellationToken::new());
        for (channel, change) in notices {
            outbox.put(channel, *change, NOW);
        }
        let (table, clock) = (Channels::default(), Arc::new(Ticking::new()));
        let of = |(name, channel): &(&str, &Arc<Slowly>)| (slug(name), Arc::clone(*channel) as Arc<dyn Channel>);
        table.replace(channels.iter().map(of).collect());
        let courier = Courier {
            outbox: Arc::clone(&outbox) as Arc<dyn Outbox>,
            channels: table.clone(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            wake: Arc::clone(&wake),
            jitter: Arc::new(|| 0.0),
            limits,
        };
        let running = tokio::spawn(courier.run(stop.clone()));
        Self { outbox, channels: table, clock, wake, stop, running }
    }

    /// Lets paused time go on until it holds.
    async fn until(&self, holds: impl Fn(&Self) -> bool) {
        let limit = Instant::now() + Duration::from_secs(400_000);
        while !holds(self) {
            assert!(Instant::now() < limit, "it never held: {:?}", self.outbox.states());
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn end(self) -> Arc<Memory> {
        self.stop.cancel();
        self.running.await.expect("it ends");
        self.outbox
    }
}

fn busy(after: Option<Span>) -> NotifyError {
    NotifyError::Later { why: "busy".to_owned(), answer: None, after }
}

const QUICK: Duration = Duration::from_millis(1);

#[tokio::test(start_paused = true)]
async fn what_waits_is_sent_once_and_marked() {
    let channel = Slowly::of(QUICK, Vec::new());
    let scene = Scene::start(&[("a", &channel)], &[("a", 1), ("a", 2)], CourierLimits::default());
    scene.until(|scene| scene.outbox.all_settled()).await;
    sleep(Duration::from_hours(1)).await;
    assert_eq!(scene.end().await.states(), [(NoticeState::Sent, 1); 2]);
    assert_eq!(channel.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_wakes_when_it_is_told_and_looks_by_itself_every_half_minute() {
    let channel = Slowly::of(QUICK, Vec::new());
    let scene = Scene::start(&[("a", &channel)], &[], CourierLimits::default());
    sleep(Duration::from_secs(10)).await;
    scene.outbox.put("a", 1, scene.clock.now());
    scene.wake.notify_one();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(channel.seconds(), [10], "it was woken");
    scene.outbox.put("a", 2, scene.clock.now());
    scene.until(|scene| scene.outbox.all_settled()).await;
    assert_eq!(channel.seconds(), [10, 40], "another node wrote");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_taken_is_tried_again_after_growing_pauses() {
    // The script is read from its end.
    let script = vec![busy(None), busy(Some(Span::seconds(100))), busy(None)];
    let channel = Slowly::of(QUICK, script);
    let scene = Scene::start(&[("a", &channel)], &[("a", 1)], CourierLimits::default());
    scene.until(|scene| scene.outbox.all_settled()).await;
    assert_eq!(channel.seconds(), [0, 15, 115, 175], "15 s, what the peer asks for, 60 s");
    assert_eq!(scene.end().await.states(), [(NoticeState::Sent, 4)]);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_not_tried_again_and_what_never_passes_is_given_up() {
    let refused = NotifyError::Refused { why: "no".to_owned(), answer: Some("550".to_owned()) };
    let one = Slowly::of(QUICK, vec![refused]);
    let two = Slowly::of(QUICK, (0..200).map(|_| busy(None)).collect());
    let scene = Scene::start(&[("one", &one), ("two", &two)], &[("one", 1), ("two", 2)], CourierLimits::default());
    scene.until(|scene| scene.outbox.all_settled()).await;
    assert_eq!(scene.clock.now().since(NOW).as_ms() / 3_600_000, 72, "three days later");
    let outbox = scene.end().await;
    assert_eq!(outbox.states(), [(NoticeState::Failed, 1), (NoticeState::GivenUp, 80)]);
    assert_eq!(outbox.rows.lock().expect("the rows")[0].answer, "no: 550");
}

#[tokio::test(start_paused = true)]
async fn a_slow_channel_holds_up_no_other_and_never_are_there_more_than_may_be() {
    // Given a channel that takes 20 s for each of its twenty messages, and a quick one whose message is the newest.
    let (slow, quick) = (Slowly::of(Duration::from_secs(20), Vec::new()), Slowly::of(QUICK, Vec::new()));
    let mut notices: Vec<(&str, u128)> = (0..20).map(|change| ("a-slow", change)).collect();
    notices.push(("quick", 99));
    let limits = CourierLimits { at_once: 3, of_a_channel: 2, ..CourierLimits::default() };
    let scene = Scene::start(&[("a-slow", &slow), ("quick", &quick)], &notices, limits);

    scene.until(|scene| scene.outbox.all_settled()).await;

    assert_eq!(quick.seconds(), [0]);
    assert_eq!((slow.most.load(Ordering::SeqCst), slow.sent().len()), (2, 20));
}

#[tokio::test(start_paused = true)]
async fn all_channels_together_have_so_many_places() {
    let channel = Slowly::of(Duration::from_secs(1), Vec::new());
    let names = ["a", "b", "c", "d", "e"];
    let table: Vec<_> = names.iter().map(|name| (*name, &channel)).collect();
    let notices: Vec<_> = names.iter().zip(0..).map(|(name, change)| (*name, change)).collect();
    let limits = CourierLimits { at_once: 3, ..CourierLimits::default() };
    let scene = Scene::start(&table, &notices, limits);
    scene.until(|scene| scene.outbox.all_settled()).await;
    assert_eq!((channel.most.load(Ordering::SeqCst), channel.sent().len()), (3, 5));
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_panics_or_hangs_or_is_gone_is_tried_again() {
    let panics = Slowly::of(QUICK, vec![NotifyError::Settings { field: "x", why: "panic".to_owned() }]);
    let hangs = Slowly::of(Duration::from_hours(1), Vec::new());
    let scene = Scene::start(
        &[("panics", &panics), ("hangs", &hangs)],
        &[("panics", 1), ("hangs", 2), ("gone", 3)],
        CourierLimits::default(),
    );
    scene.until(|scene| scene.outbox.states()[1].1 >= 2 && scene.outbox.states()[2].1 >= 2).await;
    assert_eq!(panics.seconds(), [0, 15]);
    assert_eq!(hangs.seconds(), [0, 45], "30 s for the attempt, then the pause");
    let answers: Vec<String> =
        scene.outbox.rows.lock().expect("the rows").iter().map(|row| row.answer.clone()).collect();
    assert_eq!(answers[0..2], ["taken", "no answer within 30s"]);
    assert!(answers[2].starts_with("there is no channel `gone` any more"), "{answers:?}");

    // When somebody makes the channel again, its message goes.
    let back = Slowly::of(QUICK, Vec::new());
    scene.channels.replace(BTreeMap::from([(slug("gone"), Arc::clone(&back) as Arc<dyn Channel>)]));
    scene.until(|scene| scene.outbox.states()[2].0 == NoticeState::Sent).await;
    assert_eq!(back.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_waited_for_and_nothing_is_sent_twice() {
    let channel = Slowly::of(QUICK, Vec::new());
    let scene = Scene::start(&[("a", &channel)], &[("a", 1)], CourierLimits::default());
    scene.outbox.looks_that_fail.store(5, Ordering::SeqCst);
    scene.outbox.marks_that_fail.store(20, Ordering::SeqCst);
    scene.until(|scene| scene.outbox.all_settled()).await;
    assert_eq!(channel.seconds(), [5]);
    assert_eq!(scene.end().await.states(), [(NoticeState::Sent, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_mark_that_never_passes_lets_the_lease_end_and_the_message_go_again() {
    let channel = Slowly::of(QUICK, Vec::new());
    let scene = Scene::start(&[("a", &channel)], &[("a", 1)], CourierLimits::default());
    scene.outbox.marks_that_fail.store(120, Ordering::SeqCst);
    scene.until(|scene| scene.outbox.all_settled()).await;
    assert_eq!(channel.seconds(), [0, 120]);
    assert_eq!(channel.sent()[0], channel.sent()[1], "under the same key");
}

#[tokio::test(start_paused = true)]
async fn asked_to_end_it_waits_for_what_is_on_its_way_and_takes_nothing_new() {
    let (quick, slow) =
        (Slowly::of(Duration::from_secs(5), Vec::new()), Slowly::of(Duration::from_secs(25), Vec::new()));
    let notices = [("quick", 1), ("quick", 2), ("quick", 3), ("slow", 4)];
    let limits = CourierLimits::default();
    let scene = Scene::start(&[("quick", &quick), ("slow", &slow)], &notices, limits);
    scene.until(|_| slow.sent().len() == 1 && quick.sent().len() == 2).await;
    let asked = Instant::now();

    let outbox = scene.end().await;

    assert_eq!(asked.elapsed(), limits.ending.as_duration());
    let waiting = |attempts| (NoticeState::Waiting, attempts);
    assert_eq!(outbox.states(), [(NoticeState::Sent, 1), (NoticeState::Sent, 1), waiting(0), waiting(1)]);
}
