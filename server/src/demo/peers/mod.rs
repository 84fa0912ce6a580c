//! Small real servers for the kinds of probes that ask otherwise than over plain HTTP: each speaks its protocol and answers by the
//! script at the present time. They stay until the engine's runtime ends.

mod feed;
mod mail;
mod metrics;
mod names;
mod queue;
mod stage;
mod stock;

pub mod outbox;

use std::{
    collections::BTreeMap,
    future::pending,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use model::{Clock, Span, Timestamp};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream, UdpSocket},
    runtime::Handle,
};

use super::{script::figures::delay_us, servers};
use crate::ServerError;

/// A talk that takes longer is ended.
const LONGEST: Duration = Duration::from_mins(1);
/// Waited where nobody could be let in.
const AGAIN: Duration = Duration::from_millis(100);

/// What is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// The API of Prometheus.
    Prometheus,
    /// RESP.
    Redis,
    /// WebSocket.
    WebSocket,
    /// Lists of objects, as S3 gives them.
    S3,
    /// SMTP.
    Smtp,
    /// The health service of gRPC.
    Grpc,
}

/// Every one that takes connections, by its name in the landscape.
pub const PEERS: [(&str, Protocol); 6] = [
    ("metrics", Protocol::Prometheus),
    ("queue", Protocol::Redis),
    ("feed", Protocol::WebSocket),
    ("stage", Protocol::S3),
    ("mail", Protocol::Smtp),
    ("stock", Protocol::Grpc),
];

/// The name server, which takes datagrams.
pub const NAMES: &str = "names";

/// A port that is ours and that nobody listens on: who knocks is refused.
pub const SHUT: &str = "shut";

/// Starts them all, each where it listened before if that port is free; answers where each listens.
pub async fn start(
    clock: &Arc<dyn Clock>,
    before: &BTreeMap<String, u16>,
    runtime: &Handle,
) -> Result<BTreeMap<&'static str, u16>, ServerError> {
    let unknown = "asking for the address";
    let mut ports = BTreeMap::new();
    for (name, protocol) in PEERS {
        let listener = servers::open(name, before.get(name).copied(), runtime).await?;
        ports.insert(name, listener.local_addr().map_err(ServerError::io(unknown))?.port());
        runtime.spawn(serve(protocol, listener, Arc::clone(clock)));
    }
    let socket = match bind(before.get(NAMES).copied().unwrap_or(0), runtime).await {
        Err(_taken) => bind(0, runtime).await,
        bound => bound,
    };
    let socket = socket.map_err(ServerError::io("opening a port for the demo's name server"))?;
    ports.insert(NAMES, socket.local_addr().map_err(ServerError::io(unknown))?.port());
    runtime.spawn(names::answer(socket, Arc::clone(clock)));
    let (held, port) = shut(before.get(SHUT).copied()).map_err(ServerError::io("holding the demo's shut port"))?;
    ports.insert(SHUT, port);
    runtime.spawn(async move {
        pending::<()>().await;
        drop(held);
    });
    Ok(ports)
}

/// Holds a port so that nobody else can open it, the one that it was before if that is free.
fn shut(before: Option<u16>) -> io::Result<(TcpSocket, u16)> {
    let socket = TcpSocket::new_v4()?;
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.bind(at(before.unwrap_or(0))).or_else(|_taken| socket.bind(at(0)))?;
    let port = socket.local_addr()?.port();
    Ok((socket, port))
}

/// As `servers` does, for datagrams.
async fn bind(port: u16, runtime: &Handle) -> io::Result<UdpSocket> {
    runtime.spawn(UdpSocket::bind((Ipv4Addr::LOCALHOST, port))).await.map_err(io::Error::other)?
}

async fn serve(protocol: Protocol, listener: TcpListener, clock: Arc<dyn Clock>) {
    match protocol {
        Protocol::Prometheus => web(listener, metrics::router(clock)).await,
        Protocol::WebSocket => web(listener, feed::router(clock)).await,
        Protocol::S3 => web(listener, stage::router(clock)).await,
        Protocol::Redis => welcome(listener, |stream| queue::talk(stream, Arc::clone(&clock))).await,
        Protocol::Smtp => welcome(listener, |stream| mail::talk(stream, Arc::clone(&clock))).await,
        Protocol::Grpc => welcome(listener, |stream| stock::talk(stream, Arc::clone(&clock))).await,
    }
}

async fn web(listener: TcpListener, router: Router) {
    if let Err(why) = axum::serve(listener, router).await {
        tracing::warn!(%why, "a server of the demo ended");
    }
}

/// Talks to everybody who comes, for so long at most.
async fn welcome<T, F>(listener: TcpListener, talk: T)
where
    T: Fn(TcpStream) -> F,
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let talking = tokio::time::timeout(LONGEST, talk(stream));
                // Whoever asks ends the talk; how it ended is theirs to tell.
                tokio::spawn(async move { drop(talking.await) });
            }
            Err(_none_came) => tokio::time::sleep(AGAIN).await,
        }
    }
}

/// Takes as long as the script says for an answer of this kind; answers the moment that it is of.
async fn think(kind: &str, clock: &dyn Clock) -> Timestamp {
    let now = clock.now();
    tokio::time::sleep(Span::ms(delay_us(kind, now) / 1_000).as_duration()).await;
    now
}
