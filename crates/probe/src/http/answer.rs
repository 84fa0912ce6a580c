//! The answer of one hop, read up to a limit and a deadline.

use std::net::SocketAddr;

use model::Reason;
use reqwest::{Response, StatusCode, Version, header::HeaderMap, tls::TlsInfo};
use rules::assess::Trouble;
use tokio::time::{Instant, timeout_at};

use super::trouble::Words;

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) version: Version,
    pub(super) headers: HeaderMap,
    /// Who answered.
    pub(super) peer: Option<SocketAddr>,
    /// The server's own certificate.
    pub(super) tls: Option<TlsInfo>,
    /// As much of the body as was read; never more than the limit.
    pub(super) body: Vec<u8>,
    /// Whether there was more, or might have been.
    pub(super) cut: bool,
}

impl Answer {
    /// The head; the body is still to be read from `response`.
    pub(super) fn head(response: &mut Response) -> Self {
        Self {
            status: response.status(),
            version: response.version(),
            peer: response.remote_addr(),
            tls: response.extensions_mut().remove(),
            headers: std::mem::take(response.headers_mut()),
            body: Vec::new(),
            cut: true,
        }
    }

    /// Reads the body: to its end, or until it is too large, too late or breaks off. What was read stays.
    pub(super) async fn read(
        &mut self,
        response: &mut Response,
        limit: usize,
        deadline: Instant,
        words: &Words<'_>,
    ) -> Result<(), Trouble> {
        loop {
            let chunk = match timeout_at(deadline, response.chunk()).await {
                Err(_too_late) => return Err(words.too_slow_in_transfer(self.body.len())),
                Ok(Err(error)) => return Err(words.broken_off(&error, self.body.len())),
                Ok(Ok(None)) => {
                    self.cut = false;
                    return Ok(());
                }
                Ok(Ok(Some(chunk))) => chunk,
            };
            let room = limit - self.body.len();
            self.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                let message = format!("{} answered more than {limit} bytes", words.peer());
                return Err(Trouble::new(Reason::TooLarge, message));
            }
        }
    }

    /// The protocol's name of the version.
    pub(super) fn version(&self) -> &'static str {
        match self.version {
            Version::HTTP_09 => "HTTP/0.9",
            Version::HTTP_10 => "HTTP/1.0",
            Version::HTTP_2 => "HTTP/2.0",
            Version::HTTP_3 => "HTTP/3.0",
            _ => "HTTP/1.1",
        }
    }
}
