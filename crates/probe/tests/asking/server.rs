//! Real servers that do what a test scripts, connection by connection.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::{TlsAcceptor, rustls};

/// A connection, plain or TLS.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// What a client sent.
#[derive(Debug, Clone)]
pub struct Received {
    pub line: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A server on a port of its own; gone with the value.
pub struct Server {
    pub address: SocketAddr,
    received: mpsc::UnboundedReceiver<Received>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Hands every connection, with its number from 0, to `serve`.
    pub async fn raw<F, R>(serve: F) -> Self
    where
        F: Fn(TcpStream, usize) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let (_log, received) = mpsc::unbounded_channel();
        Self::listen("127.0.0.1:0", received, serve).await
    }

    /// Answers whatever it hears first with these bytes, and then says nothing more.
    pub async fn answering(bytes: &'static [u8]) -> Self {
        Self::raw(move |mut stream, _| async move {
            let mut heard = [0; 256];
            let _heard = stream.read(&mut heard).await;
            let _gone = stream.write_all(bytes).await;
            let _rest = stream.read(&mut heard).await;
        })
        .await
    }

    /// Takes every connection and says nothing.
    pub async fn silent() -> Self {
        Self::raw(|stream, _| async move {
            std::future::pending::<()>().await;
            drop(stream);
        })
        .await
    }

    /// Answers every HTTP request with the bytes that `answer` makes of it, then closes.
    pub async fn http(answer: impl Fn(&Received) -> String + Send + Sync + 'static) -> Self {
        Self::http_at("127.0.0.1:0", answer).await
    }

    /// The same at another address.
    pub async fn http_at(at: &str, answer: impl Fn(&Received) -> String + Send + Sync + 'static) -> Self {
        let (log, received) = mpsc::unbounded_channel();
        let answer = Arc::new(answer);
        Self::listen(at, received, move |stream, _| {
            let (log, answer) = (log.clone(), Arc::clone(&answer));
            async move { reply(stream, &log, &*answer).await }
        })
        .await
    }

    /// The same over TLS. `configs` are used in turn, the last one for ever; how each handshake went is told to `shaken`.
    pub async fn https(
        configs: Vec<Arc<rustls::ServerConfig>>,
        shaken: mpsc::UnboundedSender<Option<rustls::HandshakeKind>>,
        answer: impl Fn(&Received) -> String + Send + Sync + 'static,
    ) -> Self {
        let (log, received) = mpsc::unbounded_channel();
        let answer = Arc::new(answer);
        Self::listen("127.0.0.1:0", received, move |stream, number| {
            let (log, answer, shaken) = (log.clone(), Arc::clone(&answer), shaken.clone());
            let config = Arc::clone(&configs[number.min(configs.len() - 1)]);
            async move {
                if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
                    let _unheard = shaken.send(stream.get_ref().1.handshake_kind());
                    reply(stream, &log, &*answer).await;
                }
            }
        })
        .await
    }

    async fn listen<F, R>(at: &str, received: mpsc::UnboundedReceiver<Received>, serve: F) -> Self
    where
        F: Fn(TcpStream, usize) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(at).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let number = AtomicUsize::new(0);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, number.fetch_add(1, Ordering::SeqCst)));
            }
        });
        Self { address, received, task }
    }

    /// `http://127.0.0.1:PORT` and this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next request that came.
    pub async fn received(&mut self) -> Received {
        self.received.recv().await.expect("a request")
    }

    /// The requests that came so far and were not asked for.
    pub fn all_received(&mut self) -> Vec<Received> {
        std::iter::from_fn(|| self.received.try_recv().ok()).collect()
    }
}

/// A whole answer with this status line, headers (each ended by `\r\n`) and body.
pub fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

/// A redirect to there.
pub fn redirect(status: &str, location: &str) -> String {
    answer(status, &format!("location: {location}\r\n"), "")
}

/// Reads one request: its head and as much body as it says.
pub async fn read_request(stream: &mut impl Stream) -> io::Result<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n").map(str::to_owned);
    let line = lines.next().unwrap_or_default();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse::<usize>().expect("a length"));
    while bytes.len() < head_end + 4 + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let body = String::from_utf8_lossy(&bytes[head_end + 4..]).into_owned();
    Ok(Received { line, headers, body })
}

async fn reply<S, A>(mut stream: S, log: &mpsc::UnboundedSender<Received>, answer: &A)
where
    S: Stream,
    A: Fn(&Received) -> String + Sync,
{
    if let Ok(received) = read_request(&mut stream).await {
        let bytes = answer(&received);
        let _unheard = log.send(received);
        // The other side may hang up at any moment; that is for the test to notice.
        let _gone = stream.write_all(bytes.as_bytes()).await;
        let _gone = stream.shutdown().await;
    }
}
