//! Small real servers on loopback, one for each system that is asked. They answer by the script at the present time; a visitor
//! may close the port of one and open it again.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::{Clock, Span, overview::DemoServer};
use tokio::{net::TcpListener, runtime::Handle, sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{script::answers::answer, story::Story};
use crate::ServerError;

/// How long answers under way may take once a server is stopped.
const DRAIN: Duration = Duration::from_secs(2);

/// A system that has a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    /// The system's slug.
    pub slug: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// Every system that has a server; the one that shows most comes first.
pub const SYSTEMS: [Played; 6] = [
    Played { slug: "netsuite", name: "NetSuite" },
    Played { slug: "salesforce", name: "Salesforce" },
    Played { slug: "stripe", name: "Stripe" },
    Played { slug: "okta", name: "Okta" },
    Played { slug: "snowflake", name: "Snowflake" },
    Played { slug: "jira", name: "Jira" },
];

/// What answering needs.
#[derive(Clone)]
struct Role {
    system: Played,
    story: Arc<Story>,
    clock: Arc<dyn Clock>,
}

/// One of the servers.
struct Server {
    role: Role,
    address: SocketAddr,
    /// While it runs: what ends it, and its task. Held while it is started or stopped.
    running: Mutex<Option<(CancellationToken, JoinHandle<()>)>>,
}

/// All of them, on the engine's runtime.
pub struct Servers {
    servers: Vec<Server>,
    runtime: Handle,
}

impl Servers {
    /// Starts every server, where it listened before if that port is free.
    pub async fn start(
        story: &Arc<Story>,
        clock: &Arc<dyn Clock>,
        before: &BTreeMap<String, u16>,
        runtime: &Handle,
    ) -> Result<Self, ServerError> {
        let mut servers = Vec::with_capacity(SYSTEMS.len());
        for system in SYSTEMS {
            let listener = open(system.name, before.get(system.slug).copied(), runtime).await?;
            let address = listener.local_addr().map_err(ServerError::io("asking for the address"))?;
            let role = Role { system, story: Arc::clone(story), clock: Arc::clone(clock) };
            let running = Mutex::new(Some(serve(listener, role.clone(), runtime)));
            servers.push(Server { role, address, running });
        }
        Ok(Self { servers, runtime: runtime.clone() })
    }

    /// Where each listens, by system.
    pub fn ports(&self) -> BTreeMap<&'static str, u16> {
        self.servers.iter().map(|server| (server.role.system.slug, server.address.port())).collect()
    }

    /// Each of them, and whether it runs. One that is just being started or stopped counts as what it was.
    pub fn states(&self) -> Vec<DemoServer> {
        let state = |server: &Server| {
            let system = model::Slug::parse(server.role.system.slug).ok()?;
            Some(DemoServer { system, name: server.role.system.name.to_owned(), running: server.is_running() })
        };
        self.servers.iter().filter_map(state).collect()
    }

    /// Whether the server of this system takes no connections.
    pub fn is_away(&self, system: &str) -> bool {
        self.servers.iter().any(|server| server.role.system.slug == system && !server.is_running())
    }

    /// Stops or starts a server; returns when its port is closed or open. `Ok(false)`: there is none for this system.
    pub async fn set(&self, system: &str, running: bool) -> Result<bool, std::io::Error> {
        let Some(server) = self.servers.iter().find(|server| server.role.system.slug == system) else {
            return Ok(false);
        };
        let mut now = server.running.lock().await;
        match (now.take(), running) {
            (Some((end, mut task)), false) => {
                end.cancel();
                if tokio::time::timeout(DRAIN, &mut task).await.is_err() {
                    task.abort();
                }
            }
            (None, true) => {
                let listener = bind(server.address.port(), &self.runtime).await?;
                *now = Some(serve(listener, server.role.clone(), &self.runtime));
            }
            (as_it_is, _) => *now = as_it_is,
        }
        Ok(true)
    }
}

impl Server {
    fn is_running(&self) -> bool {
        self.running.try_lock().map_or(true, |running| running.is_some())
    }
}

/// Opens a port for a server of this name, the one that it had before if that is free.
pub(super) async fn open(name: &str, before: Option<u16>, runtime: &Handle) -> Result<TcpListener, ServerError> {
    let port = before.unwrap_or(0);
    let listener = match bind(port, runtime).await {
        Err(_taken) if port != 0 => bind(0, runtime).await,
        bound => bound,
    };
    listener.map_err(ServerError::io(format!("opening a port for the demo's {name}")))
}

/// Opens a port whose events belong to this runtime, whoever asks for it; 0 for any.
async fn bind(port: u16, runtime: &Handle) -> Result<TcpListener, std::io::Error> {
    runtime.spawn(TcpListener::bind((Ipv4Addr::LOCALHOST, port))).await.map_err(std::io::Error::other)?
}

fn serve(listener: TcpListener, role: Role, runtime: &Handle) -> (CancellationToken, JoinHandle<()>) {
    let end = CancellationToken::new();
    let router = Router::new().fallback(play).with_state(role);
    let serving = axum::serve(listener, router).with_graceful_shutdown(end.clone().cancelled_owned());
    let task = runtime.spawn(async move {
        if let Err(why) = serving.await {
            tracing::warn!(%why, "a server of the demo ended");
        }
    });
    (end, task)
}

/// Answers by the script, as slowly as it says.
async fn play(State(role): State<Role>, request: Request) -> Response {
    let said = answer(&role.story, role.system.slug, request.uri().path(), role.clock.now());
    tokio::time::sleep(Span::ms(said.delay_us / 1_000).as_duration()).await;
    let status = StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, said.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in said.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io, sync::Arc};

    use model::{Clock, TestClock, Timestamp};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        runtime::Handle,
    };

    use super::{SYSTEMS, Servers};
    use crate::demo::story::Story;

    async fn ask(port: u16, path: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    #[tokio::test]
    async fn a_server_answers_by_the_script_and_closes_and_opens_its_own_port() {
        let now = Timestamp::parse("2026-11-23T13:09:30Z").expect("a moment");
        let story = Arc::new(Story::at(now, "UTC").expect("a story"));
        let clock: Arc<dyn Clock> = Arc::new(TestClock::at(now));
        let servers = Servers::start(&story, &clock, &BTreeMap::new(), &Handle::current()).await.expect("servers");
        let port = servers.ports()["netsuite"];
        let path = "/services/rest/record/v1/salesOrder?limit=1";

        let answer = ask(port, path).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("invalid_token"), "{answer}");

        assert!(servers.set("netsuite", false).await.expect("stopped"));
        assert_eq!(ask(port, path).await.map_err(|why| why.kind()), Err(io::ErrorKind::ConnectionRefused));
        assert!(servers.is_away("netsuite") && !servers.is_away("jira"));
        let running = servers.states().iter().filter(|server| server.running).count();
        assert_eq!(running, SYSTEMS.len() - 1);

        for _twice in 0..2 {
            assert!(servers.set("netsuite", true).await.expect("started"));
            assert!(ask(port, path).await.expect("an answer").starts_with("HTTP/1.1 401"));
        }
        assert!(!servers.set("workday", false).await.expect("no such server"));
    }

    #[tokio::test]
    async fn servers_listen_where_they_did_before() {
        let now = Timestamp::parse("2026-11-23T13:09:30Z").expect("a moment");
        let story = Arc::new(Story::at(now, "UTC").expect("a story"));
        let clock: Arc<dyn Clock> = Arc::new(TestClock::at(now));
        let start = async |before| Servers::start(&story, &clock, &before, &Handle::current()).await.expect("servers");
        let first = start(BTreeMap::new()).await;
        let kept: BTreeMap<String, u16> =
            first.ports().into_iter().map(|(name, port)| (name.to_owned(), port)).collect();

        let beside = start(kept.clone()).await;
        assert_ne!(beside.ports()["okta"], kept["okta"], "the port is taken, so another is found");

        first.set("okta", false).await.expect("stopped");
        let after = start(BTreeMap::from([("okta".to_owned(), kept["okta"])])).await;
        assert_eq!(after.ports()["okta"], kept["okta"]);
    }
}
