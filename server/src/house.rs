//! The wiring: the only place where everybody is known.
//!
//! The engine and the web have a runtime and pools of their own, so that a hundred open dashboards make no check late.

use std::{future::IntoFuture, net::SocketAddr, sync::Arc, time::Duration};

use leptos::config::LeptosOptions;
use model::{Clock, SystemClock};
use monitor::{Monitor, MonitorConfig};
use probe::Clients;
use service::{DemoControl, Parts, Service};
use store::Store;
use tokio::{net::TcpListener, runtime::Runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    Config, ServerError,
    cli::apply::apply_file,
    demo::Demo,
    http::{self, Door, assets},
    ticks::Ticks,
};

/// How long HTTP may drain when the house ends.
const DRAIN: Duration = Duration::from_secs(10);

/// A running Bridgewatch.
pub struct House {
    address: SocketAddr,
    /// Some until the house ends; dropped from a thread that may block.
    engine: Option<Runtime>,
    monitor: Monitor,
    web_store: Store,
    engine_store: Store,
    ticks: Ticks,
    demo: Option<Arc<Demo>>,
    ending: CancellationToken,
    web: JoinHandle<std::io::Result<()>>,
}

impl House {
    /// Opens the store, applies the catalogue, starts the engine, and listens. Ready when it returns.
    pub async fn start(config: Config) -> Result<Self, ServerError> {
        Self::start_with(config, Arc::new(SystemClock)).await
    }

    /// The same under another clock.
    pub async fn start_with(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ServerError> {
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|source| ServerError::Listen { address: config.listen, source })?;
        let address = listener.local_addr().map_err(ServerError::io("asking for the address"))?;
        let origin: Arc<str> = format!("http://{address}").into();

        // The one process-wide choice of cryptography; a second call finds it made already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        std::fs::create_dir_all(&config.data).map_err(ServerError::io(format!("making {}", config.data.display())))?;
        let engine_store = Store::open(&config.store()?).await?;
        if let Some(file) = &config.catalogue {
            let plan = apply_file(&engine_store, file, false, clock.now()).await?;
            tracing::info!(catalogue = plan.catalogue, changes = plan.changes.len(), "the catalogue is applied");
        }
        let web_store = Store::open(&config.store()?).await?;

        let engine = tokio::runtime::Builder::new_multi_thread()
            .thread_name("engine")
            .enable_all()
            .build()
            .map_err(ServerError::io("starting the engine's runtime"))?;
        let zone = config.settings.reporting_zone.parse().unwrap_or(chrono_tz::UTC);
        let demo = if config.demo {
            Some(Demo::prepare(&engine_store, clock.clone(), zone, engine.handle()).await?)
        } else {
            None
        };
        let monitor = {
            let (settings, clock, store) = (config.settings.clone(), clock.clone(), engine_store.clone());
            let limits = MonitorConfig::new(config.data.join("spool"));
            let clients = Clients::new().map_err(|why| ServerError::Config(why.to_string()))?;
            let id_seed = rand::Rng::random(&mut randomness());
            let starting = engine.spawn(Monitor::start(settings, limits, store, clock, clients, id_seed));
            starting.await.map_err(|why| ServerError::Config(format!("the engine ended while it started: {why}")))??
        };

        let service = Service::new(Parts {
            store: web_store.clone(),
            monitor: monitor.handle(),
            clock: clock.clone(),
            settings: config.settings.clone(),
            kinds: probe::kinds(),
            seed: seed(),
            demo: demo.clone().map(|demo| demo as Arc<dyn DemoControl>),
        })
        .map_err(|why| ServerError::Config(why.to_string()))?;
        let ending = CancellationToken::new();
        let leptos = LeptosOptions::builder()
            .output_name(assets::browser_half().unwrap_or_else(|| "browser".to_owned()))
            .site_pkg_dir("pkg")
            .build();
        let door = Door {
            service,
            engine: monitor.handle(),
            clock,
            ending: ending.clone(),
            zone,
            origin: Arc::clone(&origin),
            leptos,
        };
        let web = tokio::spawn(
            axum::serve(listener, http::router(door))
                .with_graceful_shutdown(ending.clone().cancelled_owned())
                .into_future(),
        );
        let ticks = Ticks::start(monitor.handle(), web_store.clone()).await?;
        if let Some(demo) = &demo {
            demo.begin(&origin)?;
        }
        Ok(Self { address, engine: Some(engine), monitor, web_store, engine_store, ticks, demo, ending, web })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same for a browser.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The engine, for tests.
    pub fn monitor(&self) -> monitor::Handle {
        self.monitor.handle()
    }

    /// Serves until `end` comes, then ends in order.
    pub async fn until(self, end: impl Future<Output = ()>) {
        end.await;
        self.end().await;
    }

    /// Ends in this order: say not ready and end streams, stop asking, drain HTTP, and only then let the recorder close.
    pub async fn end(mut self) {
        self.ending.cancel();
        self.ticks.end().await;
        if let Some(demo) = &self.demo {
            demo.end().await;
        }
        self.monitor.stop_asking().await;
        if tokio::time::timeout(DRAIN, &mut self.web).await.is_err() {
            tracing::warn!("some requests did not end within {} s and were cut off", DRAIN.as_secs());
            self.web.abort();
        }
        self.monitor.shutdown().await;
        self.web_store.close().await;
        self.engine_store.close().await;
        if let Some(engine) = self.engine.take() {
            engine.shutdown_background();
        }
    }
}

/// From the system's randomness: what ping keys and ids of runs are made from.
pub(crate) fn seed() -> [u8; 32] {
    rand::Rng::random(&mut randomness())
}

fn randomness() -> rand::rngs::StdRng {
    rand::SeedableRng::from_os_rng()
}
