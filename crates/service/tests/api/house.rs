//! A service with everything below it, in a folder that goes with it; and a target that answers as it is told.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use async_trait::async_trait;
use model::{
    Api, Caller, ChannelKind, ChannelView, Clock, Identity, Notice, PersonId, Problem, ProblemKind, Role, Scope,
    Settings, Slug, SystemClock, TestAnswer, Timestamp,
};
use monitor::{Board, Clients, Monitor, MonitorConfig, kinds};
use service::{Acting, ChannelDesk, HashCost, KeySource, Parts, Service, Stay, Vault};
use store::{Store, StoreUrl};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

pub struct House {
    /// Asked from this machine, which may do everything.
    pub api: Acting,
    pub service: Service,
    pub monitor: Monitor,
    pub store: Store,
    pub desk: Arc<Desk>,
    _folder: TempDir,
}

/// Two channels: one of Team Blue, by mail, and one of everybody else, which takes nothing and whose address is a secret.
#[derive(Default)]
pub struct Desk {
    /// What was sent.
    pub sent: Mutex<Vec<Notice>>,
}

#[async_trait]
impl ChannelDesk for Desk {
    fn channels(&self) -> Vec<ChannelView> {
        let channel = |name, kind, owner: &str| ChannelView { name: slug(name), kind, owners: vec![owner.to_owned()] };
        vec![channel("rest", ChannelKind::Webhook, "*"), channel("team-blue", ChannelKind::Mail, "Team Blue")]
    }

    fn of(&self, owner: Option<&str>) -> Vec<Slug> {
        vec![slug(if owner == Some("Team Blue") { "team-blue" } else { "rest" })]
    }

    fn texts(&self) -> Vec<(String, String)> {
        vec![("channel rest".to_owned(), "https://hooks.example.com/${secret:HOOK}".to_owned())]
    }

    fn address(&self, path: &str) -> String {
        format!("https://bridgewatch.example.com{path}")
    }

    async fn send(&self, notice: Notice) -> TestAnswer {
        let ok = notice.channel.as_str() == "team-blue";
        self.sent.lock().expect("what was sent").push(notice);
        TestAnswer { ok, answer: if ok { "250 taken" } else { "404 there is no such hook" }.to_owned() }
    }
}

impl House {
    /// With nothing in it.
    pub async fn empty() -> Self {
        Self::under(Arc::new(SystemClock)).await
    }

    /// The same, where sessions and tokens go by another clock. The engine has the machine's.
    pub async fn under(clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&StoreUrl::sqlite(folder.path().join("test.db"))).await.expect("a store");
        let config = MonitorConfig::new(folder.path().join("spool"));
        let clients = Clients::new().expect("clients");
        let machine: Arc<dyn Clock> = Arc::new(SystemClock);
        let monitor =
            Monitor::start(Settings::default(), config, store.clone(), machine, clients, 7).await.expect("an engine");
        let vault = Vault::open(KeySource::File(folder.path().join("secret.key")), [7; 32]).expect("a vault");
        let desk = Arc::new(Desk::default());
        let service = Service::new(Parts {
            store: store.clone(),
            monitor: monitor.handle(),
            clock,
            settings: Settings::default(),
            kinds: kinds(),
            // The least that argon2 takes.
            cost: HashCost { memory_kib: 8, passes: 1 },
            stay: Stay::default(),
            vault: Arc::new(vault),
            seed: [7; 32],
            channels: Arc::clone(&desk) as Arc<dyn ChannelDesk>,
            demo: None,
        })
        .expect("a service");
        Self { api: service.acting_as(Caller::Local), service, monitor, store, desk, _folder: folder }
    }

    /// With this catalogue applied.
    pub async fn with(catalogue: &str) -> Self {
        let house = Self::empty().await;
        house.api.apply_catalogue(catalogue, false).await.expect("a right catalogue");
        house
    }

    /// Waits until the board is as it should be.
    pub async fn until(&self, so: impl Fn(&Board) -> bool) -> Arc<Board> {
        let handle = self.monitor.handle();
        let mut events = handle.subscribe();
        loop {
            let board = handle.board();
            if so(&board) {
                return board;
            }
            // Having missed some is as good a reason to look again.
            let _ = events.recv().await;
        }
    }

    /// Rolls up until nothing is left to do.
    pub async fn roll_up(&self) {
        while self.monitor.handle().roll_up().await.expect("rolled up") > 0 {}
    }

    pub async fn end(self) {
        self.monitor.shutdown().await;
        self.store.close().await;
    }
}

/// A server that answers every request with a status and a body, until the test is over.
pub struct Target {
    pub port: u16,
    status: Arc<AtomicU16>,
}

impl Target {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let status = Arc::new(AtomicU16::new(200));
        let told = Arc::clone(&status);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let _ = socket.read(&mut [0; 4096]).await;
                let status = told.load(Ordering::SeqCst);
                let (extra, body) = if status == 200 {
                    ("", "{\"items\": []}")
                } else {
                    ("www-authenticate: Bearer\r\n", "{\"error\": 1}")
                };
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\n{extra}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self { port, status }
    }

    pub fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }
}

/// Somebody with this role and scope, who is in no row.
pub fn person(role: Role, scope: Scope) -> Caller {
    let identity =
        Arc::new(Identity { name: "Ada".to_owned(), email: Some("ada@example.com".to_owned()), role, scope });
    Caller::Person { id: PersonId(404), identity, session: None, from: None }
}

/// A scope of one department.
pub fn department(name: &str) -> Scope {
    Scope { departments: vec![name.to_owned()], ..Scope::default() }
}

/// What kind of refusal it is.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Problem>) -> ProblemKind {
    answer.expect_err("refused").kind
}

pub fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

pub fn now() -> Timestamp {
    SystemClock.now()
}

/// The fields that a refusal names; fails on anything but a refusal of the input.
pub fn faulty<T: std::fmt::Debug>(answer: Result<T, Problem>) -> Vec<String> {
    let problem = answer.expect_err("refused");
    assert_eq!(problem.kind, ProblemKind::Invalid, "{problem}");
    problem.errors.into_iter().map(|fault| fault.field).collect()
}

/// What a clash says; fails on anything but a clash.
pub fn clash<T: std::fmt::Debug>(answer: Result<T, Problem>) -> String {
    let problem = answer.expect_err("refused");
    assert_eq!(problem.kind, ProblemKind::Conflict, "{problem}");
    problem.detail
}
