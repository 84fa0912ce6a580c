//! A connection that ends with the attempt that opened it.
//!
//! The SSH library drives its session in a task of its own, which would wait for a silent server as long as it stays silent. Its
//! connection is told when nobody wants it any more, and breaks.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};

use crate::dial::Stream;

/// A connection on a leash.
pub(super) struct Leashed {
    stream: Stream,
    dropped: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// Puts a connection on a leash. It breaks once the guard is dropped.
pub(super) fn leashed(stream: Stream) -> (Leashed, DropGuard) {
    let token = CancellationToken::new();
    let dropped = Box::pin(token.clone().cancelled_owned());
    (Leashed { stream, dropped }, token.drop_guard())
}

impl Leashed {
    fn held(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.dropped.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Leashed {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.held(context)?;
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Leashed {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.held(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.held(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.held(context)?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::leashed;

    #[tokio::test]
    async fn who_waits_for_a_silent_server_is_woken_when_the_leash_goes() {
        let (ours, _silent) = tokio::io::duplex(64);
        let (mut stream, guard) = leashed(Box::new(ours));
        let waiting = tokio::spawn(async move { stream.read_u8().await });
        drop(guard);
        let ended = waiting.await.expect("it ends").expect_err("by an error");
        assert_eq!(ended.kind(), std::io::ErrorKind::ConnectionAborted);
    }
}
