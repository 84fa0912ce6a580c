//! `--demo`: one invented company on small real servers in this process. Probes, runs and pings are real; the past is folded by the
//! same rules over a script, and marked as made up.
//!
//! ```text
//! story (dated moments, kept) -> script (what is answered and reported when)
//!     -> servers and peers (the present)  -> probes of the engine
//!     -> jobs (the present)     -> POST /api/v1/integrations/{slug}/runs, /ping/{key}
//!     -> history (the past)     -> runs, states, roll-ups in the store
//! ```

mod dice;
mod story;

pub mod script;

mod landscape;
mod peers;
mod servers;

mod history;
mod jobs;
mod kept;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use chrono_tz::Tz;
use model::{Clock, Problem, ProblemKind, Schedule, Slug, overview::DemoServer};
use rand::{Rng, TryRngCore};
use service::DemoControl;
use store::Store;
use tokio::runtime::Handle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::ServerError;

use history::History;
use jobs::{Heart, Office};
use kept::Kept;
use peers::outbox::OutboxFile;
use servers::Servers;
use story::Story;

/// The running demo.
pub struct Demo {
    store: Store,
    clock: Arc<dyn Clock>,
    zone: Tz,
    runtime: Handle,
    kept: Kept,
    story: Arc<Story>,
    servers: Arc<Servers>,
    outbox: OutboxFile,
    hearts: Vec<Heart>,
    folding: Folding,
    ending: CancellationToken,
    tasks: TaskTracker,
}

/// How far the folding of the past is.
#[derive(Debug, Default)]
struct Folding {
    done: AtomicUsize,
    /// 0 while it is not known yet.
    all: AtomicUsize,
}

/// The demo's own folder within that of the data, as a whole path: what its jobs write, probes may read.
pub fn folder(data: &Path) -> PathBuf {
    let folder = data.join("demo");
    std::path::absolute(&folder).unwrap_or(folder)
}

impl Demo {
    /// Before the engine starts: opens the servers, applies the landscape, and folds the newest part of the past, unless that was
    /// done at an earlier start. Servers and jobs run on the engine's runtime; files lie in [`folder`].
    pub async fn prepare(
        database: &Store,
        clock: Arc<dyn Clock>,
        zone: Tz,
        engine: &Handle,
        data: &Path,
    ) -> Result<Arc<Self>, ServerError> {
        let now = clock.now();
        let mut kept = Kept::read(database, now, zone).await?;
        let story = Arc::new(kept.story.clone());
        let servers = Arc::new(Servers::start(&story, &clock, &kept.ports, engine).await?);
        let mut ports = servers.ports();
        ports.extend(peers::start(&clock, &kept.ports, engine).await?);
        let outbox = OutboxFile::within(&folder(data))?;
        outbox.write(&story, now).await?;
        let landscape = landscape::read(&story, zone, &ports, outbox.path())?;
        let seed = rand::rngs::OsRng.unwrap_err().random();
        service::offline::apply(database, probe::kinds(), landscape, false, seed, now).await?;
        kept.ports = ports.into_iter().map(|(system, port)| (system.to_owned(), port)).collect();
        kept.write(database).await?;
        if !kept.recorded {
            History::of(database, &story, zone).await?.store_newest(database).await?;
            kept.recorded = true;
            kept.write(database).await?;
        }
        Ok(Arc::new(Self {
            hearts: hearts(database).await?,
            store: database.clone(),
            clock,
            zone,
            runtime: engine.clone(),
            kept,
            story,
            servers,
            outbox,
            folding: Folding::default(),
            ending: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// Once the web listens at `origin`: starts the jobs, and folds the rest of the past meanwhile.
    pub fn begin(self: &Arc<Self>, origin: &str) -> Result<(), ServerError> {
        let (story, servers) = (Arc::clone(&self.story), Arc::clone(&self.servers));
        let (clock, ending) = (Arc::clone(&self.clock), self.ending.clone());
        let office = Office::new(origin, story, servers, self.outbox.clone(), clock, ending)?;
        for task in office.tasks(self.hearts.clone()) {
            self.tasks.spawn_on(task, &self.runtime);
        }
        if !self.kept.folded {
            let this = Arc::clone(self);
            self.tasks.spawn_blocking_on(move || this.fold(), &self.runtime);
        }
        self.tasks.close();
        Ok(())
    }

    /// Ends the jobs and the folding. The servers stay until the engine's runtime ends, so that no check fails on the way out.
    pub async fn end(&self) {
        self.ending.cancel();
        self.tasks.wait().await;
    }

    /// Folds the rest of the past, on a thread that may take its time.
    fn fold(&self) {
        match self.runtime.block_on(self.fold_rest()) {
            Ok(true) => tracing::info!("the demo's past is complete"),
            Ok(false) => tracing::info!("the demo's past is not complete; the next start goes on"),
            Err(why) => tracing::error!(%why, "the demo's past could not be completed; the next start tries again"),
        }
    }

    /// Piece by piece; false if it was ended before the last.
    async fn fold_rest(&self) -> Result<bool, ServerError> {
        let history = History::of(&self.store, &self.story, self.zone).await?;
        self.folding.all.store(history.pieces(), Ordering::Relaxed);
        for piece in history.rest() {
            if self.ending.is_cancelled() {
                return Ok(false);
            }
            piece.store(&self.store).await?;
            self.folding.done.fetch_add(1, Ordering::Relaxed);
        }
        Kept { folded: true, ..self.kept.clone() }.write(&self.store).await?;
        Ok(true)
    }
}

/// Every heartbeat of the landscape with the key of its pings.
async fn hearts(store: &Store) -> Result<Vec<Heart>, ServerError> {
    let heart = |probe: model::Probe| {
        let (Schedule::Every { every }, Some(key)) = (probe.spec.schedule, probe.ping_key) else { return None };
        Some(Heart { integration: probe.integration, key, every })
    };
    let snapshot = store.load().await?;
    let ours: Vec<_> =
        snapshot.integrations.iter().filter(|one| one.catalogue.as_deref() == Some(landscape::NAME)).collect();
    let ours = |probe: &model::Probe| ours.iter().any(|one| one.id == probe.integration_id);
    Ok(snapshot.probes.into_iter().filter(ours).filter_map(heart).collect())
}

#[async_trait]
impl DemoControl for Demo {
    fn servers(&self) -> Vec<DemoServer> {
        self.servers.states()
    }

    #[expect(clippy::cast_precision_loss, reason = "some hundred parts")]
    fn history(&self) -> f64 {
        if self.kept.folded {
            return 1.0;
        }
        match self.folding.all.load(Ordering::Relaxed) {
            0 => 0.0,
            all => self.folding.done.load(Ordering::Relaxed) as f64 / all as f64,
        }
    }

    async fn set(&self, system: &Slug, running: bool) -> Result<(), Problem> {
        match self.servers.set(system.as_str(), running).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::not_found("demo server", system)),
            Err(why) => Err(Problem::new(ProblemKind::Conflict, format!("The port cannot be opened again: {why}."))),
        }
    }
}
