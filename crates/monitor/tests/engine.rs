//! The whole engine over a real `SQLite` file and real sockets. Waits for events, never for a span.

#[path = "engine/handled.rs"]
mod handled;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use model::{
    Clock, Event, Level, NoticeKind, Outcome, Reason, RunId, SentRun, Settings, Slug, Span, Step, Subject, SystemClock,
    SystemSpec, Timestamp, api::PingKind,
};
use monitor::{BoardRow, Handle, Monitor, MonitorConfig, MonitorError, Tellers};
use probe::Clients;
use rules::rollup::{Accumulator, RunFigures};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, SqliteConnection};
use store::{RunsFilter, Store, StoreUrl, Write};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{Notify, broadcast},
    task::JoinHandle,
    time::timeout,
};

/// How long a test waits before it gives up.
const PATIENCE: Duration = Duration::from_secs(40);

struct House {
    folder: TempDir,
    store: Store,
    monitor: Monitor,
    handle: Handle,
    /// Woken when there is something to be told by mail.
    wake: Arc<Notify>,
}

impl House {
    /// With one integration, `bridge`, of these fields and probes.
    async fn start(fields: Value, probes: Vec<Value>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&StoreUrl::sqlite(folder.path().join("house.db"))).await.expect("a store");
        let system = |slug: &str| Write::PutSystem {
            spec: SystemSpec {
                slug: name(slug),
                name: slug.to_uppercase(),
                kind: None,
                owner: None,
                description: None,
                depends_on: Vec::new(),
                formerly: None,
            },
            catalogue: None,
        };
        let mut spec = json!({"slug": "bridge", "name": "The bridge", "from": "shop", "to": "erp"});
        spec.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        let spec = serde_json::from_value(spec).expect("an integration");
        let mut writes = vec![system("shop"), system("erp"), Write::PutIntegration { spec, catalogue: None }];
        writes.extend(probes.into_iter().map(|spec| {
            let ping_key = (spec["kind"] == "heartbeat").then(|| "the-key".to_owned());
            let spec = serde_json::from_value(spec).expect("a probe");
            Write::PutProbe { integration: name("bridge"), spec, ping_key }
        }));
        store.apply(&writes, SystemClock.now()).await.expect("a catalogue");
        Self::open(folder, store).await
    }

    async fn open(folder: TempDir, store: Store) -> Self {
        let wake = Arc::new(Notify::new());
        let tellers = Tellers {
            channels: Arc::new(|_: Option<&str>| vec![name("mail")]),
            exists: Arc::new(|channel: &Slug| *channel == name("mail")),
            address: "https://bridges.example".to_owned(),
            wake: Arc::clone(&wake),
        };
        let config = MonitorConfig { tellers, ..MonitorConfig::new(folder.path().join("spool")) };
        let clients = Clients::new().expect("clients");
        let monitor = Monitor::start(Settings::default(), config, store.clone(), Arc::new(SystemClock), clients, 7);
        let monitor = monitor.await.expect("an engine");
        let handle = monitor.handle();
        Self { folder, store, monitor, handle, wake }
    }

    /// As after a clean stop and a new start.
    async fn again(self) -> Self {
        let Self { folder, store, monitor, handle, .. } = self;
        monitor.shutdown().await;
        assert_eq!(handle.failed(), None);
        Self::open(folder, store).await
    }

    /// Ends it; no background task may have died.
    async fn end(self) {
        self.monitor.shutdown().await;
        assert_eq!(self.handle.failed(), None);
        assert_eq!(self.handle.figures().lost_total, 0);
    }

    fn row(&self) -> Arc<BoardRow> {
        Arc::clone(self.handle.board().row(&name("bridge")).expect("the bridge"))
    }

    /// Waits until the board shows it.
    async fn shows(&self, what: &str, is_so: impl Fn(&BoardRow) -> bool) -> Arc<BoardRow> {
        let mut events = self.handle.subscribe();
        let seen = timeout(PATIENCE, async {
            while !is_so(&self.row()) {
                heard(&mut events).await;
            }
        });
        assert!(seen.await.is_ok(), "{what}: {:#?}", self.row().standing);
        self.row()
    }

    /// Waits until the owner was told so often; answers what, the newest first.
    async fn told(&self, often: usize) -> Vec<NoticeKind> {
        let integration = self.row().integration.id;
        let told = timeout(PATIENCE, async {
            loop {
                let notices = self.store.notices(integration, 50).await.expect("notices");
                if notices.len() >= often {
                    return notices.iter().map(|notice| notice.kind).collect();
                }
                self.wake.notified().await;
            }
        });
        told.await.expect("the owner is told")
    }

    /// Writes something and has the engine follow.
    async fn write(&self, write: Write) {
        self.store.apply(&[write], SystemClock.now()).await.expect("written");
        self.handle.catalogue_changed().await.expect("followed");
    }

    async fn send(&self, runs: Value) -> Result<Vec<model::Receipt>, MonitorError> {
        let runs: Vec<SentRun> = serde_json::from_value(runs).expect("sent runs");
        self.handle.send_runs(&name("bridge"), runs).await
    }

    /// A second connection that holds the database for itself.
    async fn locked(&self) -> SqliteConnection {
        let file = self.folder.path().join("house.db");
        let mut lock = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.expect("a connection");
        lock.execute("begin immediate").await.expect("the lock");
        lock
    }
}

async fn heard(events: &mut broadcast::Receiver<Event>) -> Event {
    events.recv().await.expect("an event")
}

fn name(slug: &str) -> Slug {
    Slug::parse(slug).expect("a slug")
}

fn tcp(address: SocketAddr, every: &str) -> Value {
    json!({
        "slug": "api", "kind": "tcp", "every": every, "timeout": "500ms", "retry_interval": "300ms",
        "options": {"host": address.ip().to_string(), "port": address.port()},
    })
}

/// A server that takes connections until it is dropped.
async fn serve(address: SocketAddr) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(address).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(async move {
        loop {
            let taken = listener.accept().await;
            drop(taken);
        }
    });
    (address, serving)
}

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_is_attention_at_first_then_a_problem_and_clears_when_it_is_back() {
    let (address, server) = serve(anywhere()).await;
    let house = House::start(json!({}), vec![tcp(address, "1s")]).await;
    house.shows("it answers", |row| row.standing.level == Level::Okay).await;

    server.abort();
    let _ = server.await;
    let row = house.shows("the first failure", |row| row.standing.level == Level::Attention).await;
    assert_eq!(row.standing.why[0].confirming.map(|(_, of)| of), Some(3));
    let row = house.shows("the third", |row| row.standing.level == Level::Problem).await;
    assert_eq!(row.standing.why[0].reason, Some(Reason::Connect));

    let (_, _server) = serve(address).await;
    house.shows("it is back", |row| row.standing.level == Level::Okay).await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sent_run_is_acknowledged_once_it_is_stored_and_only_once() {
    let house = House::start(json!({}), Vec::new()).await;
    let run = json!({"external_id": "42", "outcome": "ok", "units": 3.0, "duration_ms": 20});

    let first = house.send(json!([run])).await.expect("stored");
    let again = house.send(json!([run])).await.expect("the same");
    let other = house.send(json!([{"outcome": "ok"}, {"external_id": "42", "outcome": "failed"}])).await;

    assert!(first[0].created && !again[0].created && first[0].id == again[0].id);
    let stored = house.store.run(first[0].id).await.expect("an answer").expect("the run");
    assert_eq!((stored.run.units, stored.run.latency_us), (Some(3.0), Some(20_000)));
    assert!(matches!(other, Err(MonitorError::Clash { index: 1, run }) if run == first[0].id));
    let all = house.store.runs(&RunsFilter { limit: 10, ..RunsFilter::default() }).await.expect("runs");
    assert_eq!(all.len(), 1, "nothing of the bad group was stored");
    let row = house.shows("it counts", |row| row.sent.last.is_some()).await;
    assert_eq!(row.today.ok, 1);
    let unknown = house.handle.send_runs(&name("nobody"), Vec::new()).await;
    assert!(matches!(unknown, Err(MonitorError::NotFound(_))));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_promised_and_does_not_come_is_missed_until_it_comes() {
    let house = House::start(json!({"expect": {"every": "1s", "grace": "200ms"}}), Vec::new()).await;

    let row = house.shows("two missed", |row| row.sent.missed_in_a_row() >= 2).await;
    assert_eq!(row.standing.level, Level::Problem);
    let missed = house.store.run(row.sent.missed.as_ref().expect("missed").first).await.expect("an answer");
    let missed = missed.expect("stored before it is shown").run;
    assert_eq!((missed.outcome, missed.reason), (Outcome::Missed, Some(Reason::Overdue)));
    assert_eq!(missed.scheduled_at, Some(missed.started_at), "dated at the deadline");

    house.send(json!([{"outcome": "ok"}])).await.expect("stored");
    house.shows("it came", |row| row.sent.missed.is_none() || row.sent.satisfied_at.is_some()).await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_heartbeat_is_kept_by_pings_and_its_end_takes_the_place_of_its_beginning() {
    let beat = json!({"slug": "beat", "kind": "heartbeat", "every": "1s", "options": {"grace": "300ms"}});
    let house = House::start(json!({}), vec![beat]).await;

    house.handle.ping("the-key", PingKind::Start.into()).await.expect("stored");
    house.handle.ping("the-key", PingKind::Done.into()).await.expect("stored");
    let filter = RunsFilter { limit: 10, ..RunsFilter::default() };
    let runs = house.store.runs(&filter).await.expect("runs");
    assert_eq!(runs.len(), 1, "one run, begun and ended: {runs:?}");
    assert_eq!(runs[0].outcome, Outcome::Ok);
    assert!(runs[0].duration_ms.is_some());

    house.shows("the next did not come", |row| row.probes[0].state.failures > 0).await;
    house.handle.ping("the-key", PingKind::ExitStatus(0).into()).await.expect("stored");
    house.shows("it came", |row| row.probes[0].state.successes > 0).await;
    house.handle.ping("the-key", PingKind::ExitStatus(3).into()).await.expect("stored");
    house.shows("it failed", |row| row.probes[0].state.failures > 0).await;
    assert!(matches!(house.handle.ping("no-key", PingKind::Done.into()).await, Err(MonitorError::NotFound(_))));
    house.end().await;
}

/// Probes run while the database is held by somebody else; answers what they told of.
async fn asked_while_locked(house: &House) -> Vec<RunId> {
    let mut events = house.handle.subscribe();
    let mut told = Vec::new();
    let spooled = timeout(PATIENCE, async {
        while house.handle.figures().spooled_total == 0 || told.len() < 3 {
            if let Event::Run { id, .. } = heard(&mut events).await {
                told.push(id);
            }
        }
    });
    assert!(spooled.await.is_ok(), "{:?}", house.handle.figures());
    told
}

async fn assert_stored(house: &House, told: &[RunId]) {
    for id in told {
        assert!(house.store.run(*id).await.expect("an answer").is_some(), "run {id} is lost");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_store_is_away_no_run_is_lost() {
    let (address, _server) = serve(anywhere()).await;
    let house = House::start(json!({}), vec![tcp(address, "1s")]).await;
    let mut lock = house.locked().await;

    let told = asked_while_locked(&house).await;
    let sending = house.send(json!([{"external_id": "held", "outcome": "ok"}]));
    let unlocking = async {
        lock.execute("commit").await.expect("given back");
    };
    let (sent, ()) = tokio::join!(sending, unlocking);

    house.shows("the store has everything again", |_| house.handle.figures().spool_bytes == 0).await;
    assert_stored(&house, &told).await;
    match sent {
        Ok(receipts) => assert_stored(&house, &[receipts[0].id]).await,
        Err(error) => assert!(matches!(error, MonitorError::Unavailable(_)), "{error}"),
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_spool_holds_at_the_end_is_stored_at_the_next_start() {
    let (address, _server) = serve(anywhere()).await;
    let house = House::start(json!({}), vec![tcp(address, "1s")]).await;
    let mut lock = house.locked().await;
    let told = asked_while_locked(&house).await;

    let House { folder, store, monitor, handle, .. } = house;
    monitor.shutdown().await;
    assert_eq!(handle.failed(), None);
    assert!(handle.figures().spool_bytes > 0);
    lock.execute("commit").await.expect("given back");
    let house = House::open(folder, store).await;

    assert_stored(&house, &told).await;
    let newest = told.iter().max().expect("runs");
    assert!(house.row().probes[0].state.last.as_ref().is_some_and(|last| last.id >= *newest), "and folded");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_start_knows_what_the_last_one_knew() {
    let (address, server) = serve(anywhere()).await;
    server.abort();
    let _ = server.await;
    let house = House::start(json!({}), vec![tcp(address, "1s")]).await;
    house.send(json!([{"outcome": "ok"}])).await.expect("stored");
    // Judged as it comes, counted once it is stored: the row may show the one a moment before the other.
    let is_down = |row: &BoardRow| row.standing.level == Level::Problem && row.today.failed >= 3;
    let before = house.shows("it is down", is_down).await;

    let house = house.again().await;

    let after = house.row();
    assert_eq!(after.standing.level, Level::Problem);
    assert_eq!(after.probes[0].state.since, before.probes[0].state.since);
    assert_eq!(after.sent.last, before.sent.last);
    assert!(after.today.failed >= before.today.failed, "{:?}", after.today);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_left_out_of_a_good_state_is_found_in_its_runs() {
    let (address, _server) = serve(anywhere()).await;
    let house = House::start(json!({}), vec![tcp(address, "1h")]).await;
    let ask = async || house.handle.run_now(&name("bridge"), &name("api")).await.expect("a run").id;
    let (first, second, third) = (ask().await, ask().await, ask().await);
    let stored = house.store.probe_states().await.expect("states");
    assert!(stored[0].1.contains(&first.to_string()), "the run that made it good is saved with it: {stored:?}");
    assert!(!stored[0].1.contains(&third.to_string()), "that it went on is not: {stored:?}");

    // A copy of the file as it is now: what a crash would leave.
    let left = tempfile::tempdir().expect("a folder");
    let copy = StoreUrl::sqlite(left.path().join("house.db"));
    house.store.backup(&left.path().join("house.db")).await.expect("a copy");
    let after = House::open(left, Store::open(&copy).await.expect("a store")).await;

    let state = after.row().probes[0].state.clone();
    assert_eq!(state.last.map(|last| last.id), Some(third), "not {second}");
    assert_eq!(state.good, state.judged);
    assert_eq!(state.good_since, house.row().probes[0].state.good_since);
    after.end().await;
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_can_be_run_now_and_tried_without_being_stored() {
    let (address, _server) = serve(anywhere()).await;
    let house = House::start(json!({}), vec![tcp(address, "1h")]).await;

    let run = house.handle.run_now(&name("bridge"), &name("api")).await.expect("a run");
    assert_eq!(run.outcome, Outcome::Ok);
    assert_stored(&house, &[run.id]).await;

    let spec = serde_json::from_value(tcp(address, "1h")).expect("a probe");
    let tried = house.handle.try_probe(&spec).await.expect("a run");
    assert_eq!(tried.outcome, Outcome::Ok);
    assert!(house.store.run(tried.id).await.expect("an answer").is_none());
    assert!(matches!(house.handle.run_now(&name("bridge"), &name("x")).await, Err(MonitorError::NotFound(_))));

    let retire = Write::RemoveProbe { integration: name("bridge"), probe: name("api") };
    house.store.apply(&[retire], SystemClock.now()).await.expect("removed");
    house.handle.catalogue_changed().await.expect("followed");
    assert!(house.row().probes.is_empty());
    house.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn minutes_hours_and_days_equal_a_fold_over_the_raw_runs() {
    let house = House::start(json!({}), Vec::new()).await;
    let now = SystemClock.now();
    let outcomes = ["ok", "failed", "warn", "partial", "ok", "cancelled"];
    let runs: Vec<Value> = (0..180_i64)
        .map(|index| {
            let started_at = now - Span::minutes(index * 2);
            let outcome = outcomes[usize::try_from(index).expect("few") % outcomes.len()];
            json!({
                "started_at": started_at, "outcome": outcome, "units": 2.0, "duration_ms": 10 + index,
                "measures": {"backlog": index},
            })
        })
        .collect();
    house.send(json!(runs)).await.expect("stored");

    assert!(house.handle.roll_up().await.expect("rolled up") > 0);
    house.handle.roll_up().await.expect("rolled up again");

    let integration = house.row().integration.id;
    let (from, to) = (Timestamp(0), now + Span::hours(48));
    for subject in [Subject::Sent(integration), Subject::Integration(integration), Subject::All] {
        let raw = house.store.run_figures(subject, from, to).await.expect("raw runs");
        assert_eq!(raw.len(), 180);
        for step in [Step::Minute, Step::Hour, Step::Day] {
            let zone = chrono_tz::UTC;
            for rollup in house.store.rollups(subject, step, from, to).await.expect("roll-ups") {
                let end = rules::bucket::end_of(step, zone, rollup.bucket);
                let mut fold = Accumulator::new(subject, step, rollup.bucket);
                for run in raw.iter().filter(|run| (rollup.bucket..end).contains(&run.started_at)) {
                    fold.add(&RunFigures {
                        outcome: run.outcome,
                        latency_us: run.latency_us,
                        measures: run.measures.clone(),
                        units_counted: run.units_counted,
                        run_counted: run.run_counted,
                    });
                }
                assert_eq!(rollup, fold.finish(rollup.held), "{subject} {step}");
            }
            let sums = house.store.rollups(subject, step, from, to).await.expect("roll-ups");
            let counted: i64 = sums.iter().map(|rollup| rollup.counts.judged() + rollup.counts.cancelled).sum();
            assert_eq!(counted, 180, "{subject} {step}: nothing is left out");
        }
    }
    house.end().await;
}
