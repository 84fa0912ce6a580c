//! The wiring: the only place where everybody is known.
//!
//! The engine and the web have a runtime and pools of their own, so that a hundred open dashboards make no check late.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use leptos::config::LeptosOptions;
use model::{Clock, SystemClock};
use monitor::Monitor;
use service::{ChannelDesk, DemoControl, HashCost, Parts, Service, Stay, Vault};
use store::Store;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    Config, ServerError,
    cli::apply::apply_file,
    demo::Demo,
    engine::Engine,
    http::{
        self, Door, assets,
        limits::Rates,
        oidc::{self, Oidc, ProviderSettings},
        pages,
        sealed::Sealer,
        serve,
        tls::{self, Certificate},
        way::Way,
    },
    outside,
    telling::{Ingredients, Running, Telling},
    ticks::{Past, Ticks, Web},
};

/// How long HTTP may drain when the house ends.
const DRAIN: Duration = Duration::from_secs(10);

/// A running Bridgewatch.
pub struct House {
    address: SocketAddr,
    way: Way,
    service: Service,
    /// Held until the house is gone.
    _engine: Engine,
    monitor: Monitor,
    web_store: Store,
    engine_store: Store,
    ticks: Ticks,
    courier: Running,
    demo: Option<Arc<Demo>>,
    ending: CancellationToken,
    web: JoinHandle<()>,
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
        let way = Way::new(&config.reach, address);

        // The one process-wide choice of cryptography; a second call finds it made already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificate = config.reach.tls.as_ref().map(Certificate::read).transpose()?;
        let acceptor = certificate.clone().map(tls::acceptor).transpose()?;
        store::own_folder(&config.data).map_err(ServerError::io(format!("making {}", config.data.display())))?;
        let place = config.store()?;
        if let Some(file) = place.file().filter(|file| store::is_open_to_others(file)) {
            tracing::warn!(file = %file.display(), "the database can be read by others: chmod 600 it");
        }
        let engine_store = Store::open(&place).await?;
        if let Some(file) = &config.catalogue {
            let plan = apply_file(&engine_store, file, false, clock.now()).await?;
            tracing::info!(catalogue = plan.catalogue, changes = plan.changes.len(), "the catalogue is applied");
        }
        let web_store = Store::open(&place).await?;

        let engine = Engine::start().map_err(ServerError::io("starting the engine's runtime"))?;
        let zone = config.settings.reporting_zone.parse().unwrap_or(chrono_tz::UTC);
        let demo = if config.demo {
            Some(Demo::prepare(&engine_store, clock.clone(), zone, &engine.handle, &config.data).await?)
        } else {
            None
        };
        let vault = Arc::new(Vault::open(config.secret_key.clone(), seed())?);
        let telling = telling(&config, &way, &web_store, &vault, &clock)?;
        let clients = outside::clients(&config, &engine_store, &vault)?;
        let id_seed = rand::Rng::random(&mut randomness());
        let monitor = engine.monitor(&config, &engine_store, &clock, clients, telling.tellers(), id_seed).await?;

        let service = Service::new(Parts {
            store: web_store.clone(),
            monitor: monitor.handle(),
            clock: clock.clone(),
            settings: config.settings.clone(),
            kinds: probe::kinds(),
            seed: seed(),
            cost: HashCost::default(),
            stay: Stay { idle: config.sessions.idle, absolute: config.sessions.absolute },
            vault: Arc::clone(&vault),
            channels: Arc::clone(&telling.desk) as Arc<dyn ChannelDesk>,
            demo: demo.clone().map(|demo| demo as Arc<dyn DemoControl>),
        })?;
        let ending = CancellationToken::new();
        let half = assets::browser_half().unwrap_or_else(|| "browser".to_owned());
        let leptos = LeptosOptions::builder().output_name(half).site_pkg_dir("pkg").build();
        let rates = Rates::new(&config.limits);
        // The next start has the same key.
        let sealer = Arc::new(Sealer::new(&vault.derived("cookies")?, Arc::new(seed)));
        let oidc = Arc::new(oidc(config.sign_in.provider, &sealer, &clock, &way)?);
        let past = Past { clock: Arc::clone(&clock), keep: config.settings.keep };
        let door = Door {
            service: service.clone(),
            engine: monitor.handle(),
            clock,
            ending: ending.clone(),
            zone,
            way: way.clone(),
            rates: rates.clone(),
            time_limit: config.time_limit,
            listening: http::live::places(),
            demo: config.demo,
            sealer,
            providers: oidc.offered(),
            oidc,
            assets: Arc::new(pages::found()),
            leptos,
        };
        let web = tokio::spawn(serve::serve(listener, acceptor, http::router(door)?, way.clone(), ending.clone()));
        let ticks = Ticks::start(monitor.handle(), web_store.clone(), past, Web { rates, certificate }).await?;
        if let Some(demo) = &demo {
            // Its jobs go straight to where it listens, which is loopback.
            demo.begin(&format!("http://{address}"))?;
        }
        let courier = telling.begin();
        Ok(Self {
            address,
            way,
            service,
            _engine: engine,
            monitor,
            web_store,
            engine_store,
            ticks,
            courier,
            demo,
            ending,
            web,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same for a browser, as people outside type it.
    pub fn url(&self) -> String {
        format!("{}{}", self.way.origin, self.way.base)
    }

    /// The one Api, before it is known who asks.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The whole address at which the first administrator is set up; none once there is one, and none in the demo, where nobody
    /// signs in.
    pub async fn set_up_link(&self) -> Result<Option<String>, model::Problem> {
        if self.demo.is_some() {
            return Ok(None);
        }
        let path = self.service.setup_link().await?;
        Ok(path.map(|path| format!("{}{path}", self.url())))
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

    /// Ends in this order: say not ready and end streams, stop asking, drain HTTP, and only then let the recorder close; then nobody
    /// decides any more whom to tell, and what is on its way to somebody may arrive before the store closes.
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
        self.courier.end().await;
        self.web_store.close().await;
        self.engine_store.close().await;
    }
}

/// How owners are told, by the store that no probe waits for.
fn telling(
    config: &Config,
    way: &Way,
    store: &Store,
    vault: &Arc<Vault>,
    clock: &Arc<dyn Clock>,
) -> Result<Telling, ServerError> {
    Telling::new(Ingredients {
        config,
        url: format!("{}{}", way.origin, way.base),
        store: store.clone(),
        fill: outside::fill_of_channels(store, vault),
        clock: Arc::clone(clock),
        seed: seed(),
    })
}

/// Who vouches for people.
fn oidc(
    settings: Vec<ProviderSettings>,
    sealer: &Arc<Sealer>,
    clock: &Arc<dyn Clock>,
    way: &Way,
) -> Result<Oidc, ServerError> {
    let (sealer, clock) = (Arc::clone(sealer), Arc::clone(clock));
    let with = oidc::Ingredients { settings, sealer, random: Arc::new(seed), clock, way: way.clone() };
    Oidc::new(with, crate::config::filled)
}

/// From the system's randomness: what ping keys and ids of runs are made from.
pub(crate) fn seed() -> [u8; 32] {
    rand::Rng::random(&mut randomness())
}

fn randomness() -> rand::rngs::StdRng {
    rand::SeedableRng::from_os_rng()
}
