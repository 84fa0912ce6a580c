//! The engine's door: what `service` and the server's ticks may ask of it.

use std::sync::Arc;

use model::{
    Clock, Event, IntegrationId, Origin, Outcome, Probe, ProbeId, ProbeSpec, Receipt, Run, RunId, SentRun, Slug,
    SystemSpec,
    api::{Ping, PingKind},
};
use store::{RunsFilter, SentGroup, Store, StoreError};
use tokio::{
    runtime,
    sync::{Mutex, broadcast, mpsc, oneshot, watch},
    time::timeout,
};
use uuid::Uuid;

use crate::{
    Board, MonitorError, MonitorFigures,
    execute::Executor,
    figures::Gauges,
    ids::RunIds,
    ingest,
    landscape::{Landscape, Maker},
    past::{Past, of_late},
    ping::{self, Open},
    retain::Retention,
    rollup::RollUp,
    schedule::Command,
    stored::Stored,
    tasks::Tasks,
    watched::{Part, Watched},
    work::{Group, Work},
};

/// A way to talk to the engine; cheap to clone, and usable from another runtime than the engine's.
#[derive(Clone)]
pub struct Handle(pub(crate) Arc<Inner>);

/// What every handle shares.
pub(crate) struct Inner {
    /// Where the engine runs.
    pub(crate) engine: runtime::Handle,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<RunIds>,
    pub(crate) store: Store,
    pub(crate) maker: Arc<Maker>,
    pub(crate) executor: Arc<Executor>,
    pub(crate) send_wait: std::time::Duration,
    pub(crate) record: mpsc::Sender<Work>,
    pub(crate) schedule: mpsc::Sender<Command>,
    pub(crate) landscape: watch::Sender<Arc<Landscape>>,
    /// One catalogue change at a time; holds the revision that the board shows.
    pub(crate) changing: Mutex<i64>,
    pub(crate) board: watch::Receiver<Arc<Board>>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) rollup: Mutex<RollUp>,
    pub(crate) retention: Retention,
    pub(crate) gauges: Arc<Gauges>,
    pub(crate) tasks: Tasks,
}

impl Handle {
    /// Takes in runs that an integration sends, all or nothing; answers in the order given, after their commit. Runs with an
    /// external id may be sent again: the same content is answered with the stored run. Answers
    /// [`MonitorError::Unavailable`] after [`crate::MonitorConfig::send_wait`] at the latest.
    pub async fn send_runs(&self, integration: &Slug, runs: Vec<SentRun>) -> Result<Vec<Receipt>, MonitorError> {
        let landscape = self.landscape();
        let bridge = landscape
            .by_slug(integration)
            .ok_or_else(|| MonitorError::NotFound(format!("integration `{integration}`")))?;
        let now = self.0.clock.now();
        let group = ingest::group(bridge, runs, now, || self.0.ids.next(now));
        self.send(bridge.id(), group).await
    }

    /// Takes in a ping for the heartbeat with this key.
    pub async fn ping(&self, key: &str, ping: Ping) -> Result<(), MonitorError> {
        let landscape = self.landscape();
        let watched = landscape.by_key(key).ok_or_else(no_such_key)?;
        self.take_ping(watched, &ping).await
    }

    /// Takes in a ping for the heartbeat of this name.
    pub async fn ping_probe(&self, integration: &Slug, probe: &Slug, ping: Ping) -> Result<(), MonitorError> {
        let landscape = self.landscape();
        let watched = landscape.probe(integration, probe).filter(|watched| watched.spec().kind == "heartbeat");
        let missing = || MonitorError::NotFound(format!("heartbeat `{integration}/{probe}`"));
        self.take_ping(watched.ok_or_else(missing)?, &ping).await
    }

    /// Whether a heartbeat has this key.
    pub fn is_ping_key(&self, key: &str) -> bool {
        self.landscape().by_key(key).is_some()
    }

    async fn take_ping(&self, watched: &Watched, ping: &Ping) -> Result<(), MonitorError> {
        let kind = ping::meaning(watched, ping);
        let open = if kind == PingKind::Start { None } else { self.open_run(watched, ping.rid).await? };
        let was_open = open.is_some();
        let group = |open: Option<Open>| {
            let now = self.0.clock.now();
            ping::group(watched, ping, kind, open, now, self.0.ids.next(now))
        };
        let integration = watched.probe.integration_id;
        match self.send(integration, group(open)).await {
            // Another ping ended the run meanwhile: this one stands for itself.
            Err(MonitorError::Clash { .. }) if was_open => self.send(integration, group(None)).await.map(drop),
            sent => sent.map(drop),
        }
    }

    /// Asks now, out of turn, retries included; the last run is recorded and answered after its commit. The schedule goes on
    /// as it was.
    pub async fn run_now(&self, integration: &Slug, probe: &Slug) -> Result<Run, MonitorError> {
        let landscape = self.landscape();
        let watched = landscape
            .probe(integration, probe)
            .ok_or_else(|| MonitorError::NotFound(format!("probe `{integration}/{probe}`")))?;
        if watched.promise().is_some() {
            return Err(MonitorError::Refused("A heartbeat waits for pings and asks nobody.".to_owned()));
        }
        if watched.pauses.hold_at(self.0.clock.now()) {
            let why = "It is paused, so nobody is asked: resume it first, or try it from its form.";
            return Err(MonitorError::Refused(why.to_owned()));
        }
        let (done, run) = oneshot::channel();
        let (executor, watched) = (Arc::clone(&self.0.executor), Arc::clone(watched));
        self.on_engine(async move { executor.start(Arc::clone(&watched), executor.clock.now(), Some(done)) }).await?;
        run.await.map_err(|_| MonitorError::Stopped)?
    }

    /// Asks once and answers what the run would be. Nothing is stored; the probe need not exist.
    pub async fn try_probe(&self, spec: &ProbeSpec) -> Result<Run, MonitorError> {
        let nobody = IntegrationId(0);
        let asks = self.0.maker.asks(spec, nobody).map_err(MonitorError::Invalid)?;
        let probe = Probe {
            id: ProbeId(0),
            integration_id: nobody,
            integration: spec.slug.clone(),
            spec: spec.clone(),
            ping_key: None,
            created_at: self.0.clock.now(),
        };
        let environment = spec.environment.clone().unwrap_or_else(|| "production".to_owned());
        let watched = Watched::new(Arc::new(probe), environment, false, Part::Asks(Box::new(asks)));
        let executor = Arc::clone(&self.0.executor);
        self.on_engine(async move { executor.try_once(&watched).await }).await?.ok_or(MonitorError::Stopped)
    }

    /// Reads catalogue, windows and handling from the store again, if they were written since, and touches only what differs. The board
    /// shows it when this returns.
    pub async fn catalogue_changed(&self) -> Result<(), MonitorError> {
        let inner = Arc::clone(&self.0);
        self.on_engine(async move {
            let mut shown_revision = inner.changing.lock().await;
            if inner.store.catalogue_revision().await? == *shown_revision {
                return Ok(());
            }
            let stored = Stored::read(&inner.store).await?;
            let revision = stored.revision;
            let before = Arc::clone(&inner.landscape.borrow());
            let landscape = Arc::new(Landscape::make(stored, &before, &inner.maker));
            inner.landscape.send_replace(Arc::clone(&landscape));
            let (done, shown) = oneshot::channel();
            let told = inner.record.send(Work::Landscape(Arc::clone(&landscape), done)).await;
            told.map_err(|_| MonitorError::Stopped)?;
            inner.executor.hurry.notify_one();
            shown.await.map_err(|_| MonitorError::Stopped)?;
            // While the engine shuts down there is no schedule any more, and that is as it should be.
            let _ = inner.schedule.send(Command::Landscape(landscape)).await;
            *shown_revision = revision;
            Ok(())
        })
        .await?
    }

    /// How every bridge stands now.
    pub fn board(&self) -> Arc<Board> {
        Arc::clone(&self.0.board.borrow())
    }

    /// What is written of a system.
    pub fn system(&self, slug: &Slug) -> Option<SystemSpec> {
        self.landscape().systems.iter().find(|system| system.slug == *slug).cloned()
    }

    /// Hears of every change from now on, after its commit. A listener that is more than 1,024 events late hears `Lagged`.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// Replaces the roll-ups whose runs changed. Answers how many it wrote. One at a time: a second call waits for the first.
    pub async fn roll_up(&self) -> Result<u64, MonitorError> {
        let inner = Arc::clone(&self.0);
        self.on_engine(async move {
            let landscape = Arc::clone(&inner.landscape.borrow());
            inner.rollup.lock().await.run(&inner.store, &landscape, inner.clock.now(), &inner.gauges).await
        })
        .await?
    }

    /// Deletes what is older than the settings keep. Answers how many rows went.
    pub async fn retain(&self) -> Result<u64, MonitorError> {
        let inner = Arc::clone(&self.0);
        self.on_engine(async move { inner.retention.run(&inner.store, inner.clock.now()).await }).await?
    }

    /// Numbers about the engine itself.
    pub fn figures(&self) -> MonitorFigures {
        self.0.gauges.read()
    }

    /// What ended a background task, if any ended by a panic: the engine is no longer whole and should be started again.
    pub fn failed(&self) -> Option<String> {
        self.0.tasks.failure()
    }

    fn landscape(&self) -> Arc<Landscape> {
        Arc::clone(&self.0.landscape.borrow())
    }

    /// Runs on the engine's runtime, whichever one the caller is on.
    async fn on_engine<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, MonitorError> {
        self.0.engine.spawn(work).await.map_err(|error| MonitorError::Unavailable(error.to_string()))
    }

    /// Hands runs to the recorder and waits for their commit. Whoever stops waiting takes them back, unless they are in the air.
    async fn send(&self, integration: IntegrationId, runs: SentGroup) -> Result<Vec<Receipt>, MonitorError> {
        let (reply, answer) = oneshot::channel();
        let sent = async {
            let past = self.past(&runs).await?;
            let work = Work::Group(Group { integration, runs, past, reply });
            self.0.record.send(work).await.map_err(|_| MonitorError::Stopped)?;
            self.0.executor.hurry.notify_one();
            answer.await.map_err(|_| MonitorError::Stopped)?
        };
        timeout(self.0.send_wait, sent).await.unwrap_or_else(|_| Err(no_answer()))
    }

    /// The windows of back then, where one of these failed and is late: what is sent late is judged by those, not by the windows of now.
    async fn past(&self, runs: &SentGroup) -> Result<Option<Past>, MonitorError> {
        let Some((from, to)) = of_late(runs, self.0.clock.now()) else { return Ok(None) };
        let store = self.0.store.clone();
        let windows = self.on_engine(async move { store.windows_between(from, to).await }).await?;
        windows.map(|windows| Some(Past::of(windows))).map_err(|_| no_answer())
    }

    /// The run of a heartbeat that was said to have begun and not to have ended: the one with this `rid`, or without one the newest.
    async fn open_run(&self, watched: &Watched, rid: Option<Uuid>) -> Result<Option<Open>, MonitorError> {
        let (store, probe, integration) = (self.0.store.clone(), watched.id(), watched.probe.integration_id);
        let of_rid = rid.map(|rid| ping::external_id(watched, rid));
        let found = self.on_engine(async move {
            let id = match of_rid {
                Some(external_id) => store.known_run(integration, &external_id).await?.map(|known| known.run),
                None => newest(&store, probe).await?,
            };
            match id {
                Some(id) => store.run(id).await,
                None => Ok(None),
            }
        });
        Ok(found.await??.and_then(Open::of))
    }
}

/// The newest run that a heartbeat's pings told of, if it is under way.
async fn newest(store: &Store, probe: ProbeId) -> Result<Option<RunId>, StoreError> {
    let filter =
        RunsFilter { probe: Some(probe), origin: Some(Origin::Integration), limit: 1, ..RunsFilter::default() };
    let row = store.runs(&filter).await?.pop();
    Ok(row.filter(|row| row.outcome == Outcome::Running).map(|row| row.id))
}

fn no_answer() -> MonitorError {
    MonitorError::Unavailable("the store does not answer; send it again".to_owned())
}

fn no_such_key() -> MonitorError {
    MonitorError::NotFound("heartbeat with this key".to_owned())
}
