//! A peer that says what it was given, and closes.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use model::Reason;
use rules::assess::Trouble;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::dial::Stream;

/// Who is there to be dialled in this thread.
enum Outside {
    /// Whoever listens: nobody is fuzzing.
    World,
    /// This peer.
    Peer(Peer),
    /// Nobody any more.
    Nobody,
}

thread_local! {
    static OUTSIDE: RefCell<Outside> = const { RefCell::new(Outside::World) };
}

/// Does something in a world in which there is this peer alone, who takes one connection.
pub(super) fn says<T>(peer: Peer, done: impl FnOnce() -> T) -> T {
    OUTSIDE.set(Outside::Peer(peer));
    let made = done();
    OUTSIDE.set(Outside::World);
    made
}

/// The connection that stands in the place of one that would be dialled.
pub(crate) fn stream() -> Option<Result<Stream, Trouble>> {
    OUTSIDE.with_borrow_mut(|outside| match outside {
        Outside::World => None,
        outside => match std::mem::replace(outside, Outside::Nobody) {
            Outside::Peer(peer) => Some(Ok(Box::new(peer) as Stream)),
            Outside::World | Outside::Nobody => {
                Some(Err(Trouble::new(Reason::Connect, "there is nobody else to be asked")))
            }
        },
    })
}

/// What it has to say.
#[derive(Debug)]
pub(super) struct Peer {
    bytes: Vec<u8>,
    said: usize,
    /// Bytes that it says at once.
    piece: usize,
}

impl Peer {
    pub(super) fn of(bytes: &[u8], piece: usize) -> Self {
        Self { bytes: bytes.to_vec(), said: 0, piece }
    }
}

impl AsyncRead for Peer {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let left = &this.bytes[this.said..];
        let now = &left[..left.len().min(this.piece).min(buffer.remaining())];
        buffer.put_slice(now);
        this.said += now.len();
        Poll::Ready(Ok(()))
    }
}

/// It takes whatever it is sent.
impl AsyncWrite for Peer {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
