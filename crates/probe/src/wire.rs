//! Bytes and lines over a connection, bounded, and kept as far as a run shows them.

use std::borrow::Cow;

use model::Reason;
use rules::assess::Trouble;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{attempt::Attempt, dial::Stream, said};

/// Bytes of one line at most.
const LONGEST_LINE: usize = 8_192;

/// Bytes asked for at once.
const CHUNK: usize = 4_096;

/// A connection that is read piece by piece.
pub(crate) struct Wire {
    stream: Stream,
    peer: String,
    /// Heard and not yet taken.
    buffer: Vec<u8>,
    /// Whether what goes over it is worth keeping as it is.
    kept: bool,
}

impl Wire {
    /// Over this connection; `peer` is how sentences name the other side.
    pub(crate) fn new(stream: Stream, peer: impl Into<String>) -> Self {
        Self { stream, peer: peer.into(), buffer: Vec::new(), kept: true }
    }

    /// The same for a protocol of bytes that nobody can read; its kind keeps what is worth it.
    pub(crate) fn unkept(stream: Stream, peer: impl Into<String>) -> Self {
        Self { kept: false, ..Self::new(stream, peer) }
    }

    /// Sends these bytes, and keeps them.
    pub(crate) async fn send(&mut self, attempt: &mut Attempt, bytes: &[u8]) -> Result<(), Trouble> {
        if self.kept {
            attempt.sent(bytes);
        }
        self.send_unseen(bytes).await
    }

    /// The same for what holds a secret: `shown` is kept in its place.
    pub(crate) async fn send_secret(
        &mut self,
        attempt: &mut Attempt,
        bytes: &[u8],
        shown: &str,
    ) -> Result<(), Trouble> {
        attempt.sent(shown.as_bytes());
        self.send_unseen(bytes).await
    }

    async fn send_unseen(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let sent = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        sent.await.map_err(|error| said::broke_off(&self.peer, &error))
    }

    /// Reads more; whether anything came before the other side was done.
    pub(crate) async fn more(&mut self, attempt: &mut Attempt) -> Result<bool, Trouble> {
        let before = self.buffer.len();
        self.buffer.reserve(CHUNK);
        let read = (&mut self.stream).take(CHUNK as u64).read_buf(&mut self.buffer).await;
        let count = read.map_err(|error| said::broke_off(&self.peer, &error))?;
        if self.kept {
            attempt.heard(&self.buffer[before..before + count]);
        }
        Ok(count > 0)
    }

    /// What was heard and not yet taken.
    pub(crate) fn heard(&self) -> &[u8] {
        &self.buffer
    }

    /// The next line, without its end. `what` it is stands in the sentence if it does not come.
    pub(crate) async fn line(
        &mut self,
        attempt: &mut Attempt,
        what: impl Into<Cow<'static, str>>,
    ) -> Result<String, Trouble> {
        let what = what.into();
        attempt.waiting_for(what.clone());
        let mut looked_at = 0;
        loop {
            let end = self.buffer[looked_at..].iter().position(|byte| *byte == b'\n').map(|end| looked_at + end);
            looked_at = end.unwrap_or(self.buffer.len());
            // Whether it has ended or not: how much of it came at once must not matter.
            if looked_at > LONGEST_LINE {
                let message = format!("{} said more than {LONGEST_LINE} bytes in one line ({what})", self.peer);
                return Err(Trouble::new(Reason::TooLarge, message));
            }
            if let Some(end) = end {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
            }
            self.need(attempt, &what).await?;
        }
    }

    /// Exactly so many bytes; who asks has bounded the number.
    pub(crate) async fn exactly(
        &mut self,
        attempt: &mut Attempt,
        count: usize,
        what: impl Into<Cow<'static, str>>,
    ) -> Result<Vec<u8>, Trouble> {
        let what = what.into();
        attempt.waiting_for(what.clone());
        while self.buffer.len() < count {
            self.need(attempt, &what).await?;
        }
        Ok(self.buffer.drain(..count).collect())
    }

    async fn need(&mut self, attempt: &mut Attempt, what: &str) -> Result<(), Trouble> {
        if self.more(attempt).await? {
            return Ok(());
        }
        let message = format!("{} closed the connection before it sent {what}", self.peer);
        Err(Trouble::new(Reason::Protocol, message))
    }

    /// The connection, to be secured. What was heard beyond the answer that allows it was said in clear, by anybody: it is refused.
    pub(crate) fn into_stream(self) -> Result<Stream, Trouble> {
        if self.buffer.is_empty() {
            return Ok(self.stream);
        }
        let message = format!("{} went on in clear after it had agreed to TLS", self.peer);
        Err(Trouble::new(Reason::Protocol, message))
    }
}
