//! Connections: taken, spoken to within limits of time, and ended in order.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::{
    places::{Places, source},
    way::{Peer, Way},
};

/// Connections at once; who comes then waits for a place.
const MOST: usize = 4_096;
/// Connections at once of one source; one more is closed.
const MOST_OF_ONE: usize = 256;
/// Within so long TLS is agreed.
const GREETING: Duration = Duration::from_secs(10);
/// Within so long the head of each request is there; a connection on which nothing is asked is closed then.
const PATIENCE: Duration = Duration::from_secs(30);
/// So often a quiet HTTP/2 connection is asked whether anybody is there.
const STILL_THERE: Duration = Duration::from_secs(30);
/// Streams at once of one HTTP/2 connection.
const STREAMS: u32 = 128;
/// After a failure that is not of one connection (no more files may be open), so long until the next is taken.
const BREATH: Duration = Duration::from_millis(500);

/// Serves until `ending`; then lets every connection finish what is under way, and returns when the last has.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, app: Router, way: Way, ending: CancellationToken) {
    let connections = TaskTracker::new();
    let (places, of_one) = (Arc::new(Semaphore::new(MOST)), Places::new(MOST_OF_ONE));
    let take = async {
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let (stream, peer) = match listener.accept().await {
                Ok(taken) => taken,
                Err(why) => {
                    tracing::warn!(%why, "a connection could not be taken");
                    sleep(BREATH).await;
                    continue;
                }
            };
            let from = source(peer.ip());
            let many_people = from.is_loopback() || way.is_proxy(from);
            let own = of_one.take(from);
            if own.is_none() && !many_people {
                tracing::debug!(%peer, "too many connections of one source");
                continue;
            }
            // Small answers are not held back for more to come; it fails only for a connection that is gone.
            let _ = stream.set_nodelay(true);
            let (tls, app, way, ending) = (tls.clone(), app.clone(), way.clone(), ending.clone());
            connections.spawn(async move {
                let _places = (place, own);
                match tls {
                    None => talk(stream, false, peer, app, way, ending).await,
                    // One that never agrees holds up nobody but itself.
                    Some(tls) => match timeout(GREETING, tls.accept(stream)).await {
                        Ok(Ok(stream)) => {
                            let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2".as_slice());
                            talk(stream, is_h2, peer, app, way, ending).await;
                        }
                        Ok(Err(why)) => tracing::debug!(%why, %peer, "no TLS was agreed"),
                        Err(_) => tracing::debug!(%peer, "no TLS was agreed in time"),
                    },
                }
            });
        }
    };
    tokio::select! {
        () = take => {}
        () = ending.cancelled() => {}
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// What is spoken was agreed by TLS, or is HTTP/1.1: finding it out from the first bytes would wait for them without end.
async fn talk<S>(stream: S, is_h2: bool, peer: SocketAddr, app: Router, way: Way, ending: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let app = app.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        way.inward(request)
    });
    let builder = Builder::new(TokioExecutor::new());
    let mut builder = if is_h2 { builder.http2_only() } else { builder.http1_only() };
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(STREAMS);
    builder.http2().keep_alive_interval(STILL_THERE).keep_alive_timeout(GREETING);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app)));
    let mut is_ending = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(why) = ended {
                    tracing::trace!(why = %why, %peer, "a connection broke off");
                }
                return;
            }
            () = ending.cancelled(), if !is_ending => {
                is_ending = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
