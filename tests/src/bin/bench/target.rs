//! The process that is asked. It is as small as a server can be, so that it takes little of the machine from who is measured.
//!
//! Over HTTP `/ok/N` answers 200, `/fail/N` 500, `/hang/N` never. When each was asked is noted by this process's own reading of the
//! clock.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    Tried, child,
    protocol::{self, Protocol},
};

/// The longest request that is read; those of a probe have 200 bytes.
const LONGEST: usize = 16 * 1024;
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 56\r\n\r\n\
    {\"ok\": true, \"backlog\": 12, \"oldest_age_s\": 3, \"v\": \"1.0\"}";
const FAIL: &[u8] = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";

/// Which path was asked, and when (microseconds since the epoch).
type Book = Arc<Mutex<Vec<(usize, i64)>>>;

/// Listens on so many ports, each a host of its own to those who ask, and tells arrivals. The folder holds its certificate, where it
/// needs one.
pub async fn serve(protocol: Protocol, hosts: usize, folder: &Path) -> Tried<()> {
    let acceptor = if protocol == Protocol::Https { Some(protocol::acceptor(folder)?) } else { None };
    let book = Book::default();
    let mut ports = Vec::with_capacity(hosts);
    for _ in 0..hosts {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        ports.push(listener.local_addr()?.port());
        tokio::spawn(accept(listener, acceptor.clone(), Arc::clone(&book)));
    }
    child::answer(&json!({ "ports": ports }), || json!(*book.lock().unwrap_or_else(PoisonError::into_inner))).await
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, book: Book) {
    loop {
        // A connection that was gone before it was taken is no reason to stop.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (acceptor, book) = (acceptor.clone(), Arc::clone(&book));
        tokio::spawn(async move {
            // Whoever asked has gone; there is nobody to tell.
            let _gone = receive(stream, acceptor, &book).await;
        });
    }
}

async fn receive(stream: TcpStream, acceptor: Option<TlsAcceptor>, book: &Book) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    match acceptor {
        Some(acceptor) => converse(acceptor.accept(stream).await?, book).await,
        None => converse(stream, book).await,
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, book: &Book) -> std::io::Result<()> {
    let mut request = Vec::with_capacity(1_024);
    while stream.read_buf(&mut request).await? > 0 && request.len() < LONGEST {
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let at = now_us();
        let line = String::from_utf8_lossy(&request[..end]);
        let mut parts = line.split([' ', '/']).skip(2);
        let (word, index) = (parts.next().unwrap_or_default(), parts.next().and_then(|digits| digits.parse().ok()));
        if let Some(index) = index {
            book.lock().unwrap_or_else(PoisonError::into_inner).push((index, at));
        }
        match word {
            "ok" => stream.write_all(OK).await?,
            "fail" => stream.write_all(FAIL).await?,
            _ => {}
        }
        stream.flush().await?;
        request.drain(..end + 4);
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the clock of the house has milliseconds; what is counted here is finer")]
fn now_us() -> i64 {
    chrono::Utc::now().timestamp_micros()
}
