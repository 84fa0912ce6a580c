//! The answer of one hop, read up to a limit and a deadline.

use std::net::SocketAddr;

use http_body_util::BodyExt;
use hyper::{Response, StatusCode, Version, body::Incoming, header::HeaderMap};
use model::Reason;
use rules::assess::Trouble;
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};

use super::{
    line::Line,
    trouble::Words,
    unpack::{Packing, Unpacking},
};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    /// Who answered; behind a proxy that.
    pub(crate) peer: Option<SocketAddr>,
    /// The server's own certificate.
    pub(crate) certificate: Option<CertificateDer<'static>>,
    /// As much of the body as was read; never more than the limit.
    pub(crate) body: Vec<u8>,
    /// Whether there was more, or might have been.
    pub(crate) cut: bool,
}

impl Answer {
    /// The head; the body is still to be read from `response`.
    pub(super) fn head(
        response: &mut Response<Incoming>,
        peer: Option<SocketAddr>,
        certificate: Option<CertificateDer<'static>>,
    ) -> Self {
        Self {
            status: response.status(),
            version: response.version(),
            peer,
            certificate,
            headers: std::mem::take(response.headers_mut()),
            body: Vec::new(),
            cut: true,
        }
    }

    /// Reads the body: to its end, or until it is too large, too late or breaks off. What was read stays, unpacked if `packed`
    /// answers were accepted.
    pub(super) async fn read(
        &mut self,
        line: &mut Line,
        body: &mut Incoming,
        (limit, packed): (usize, bool),
        deadline: Instant,
        words: &Words<'_>,
    ) -> Result<(), Trouble> {
        // One deadline over all of it: who sends without a pause must not put off the look at the clock piece by piece.
        let read = timeout_at(deadline, self.read_raw(line, body, limit, words)).await;
        let read = read.unwrap_or_else(|_too_late| Err(words.too_slow_in_transfer(self.body.len())));
        let Some(packing) = Packing::of(&self.headers).filter(|_| packed) else { return read };
        let mut unpacked = Vec::new();
        let whole = packing.unpack(&self.body, limit, &mut unpacked);
        self.body = unpacked;
        read?;
        match whole {
            Ok(()) => Ok(()),
            Err(Unpacking::TooLarge) => {
                self.cut = true;
                Err(words.too_large(limit))
            }
            Err(Unpacking::Broken) => {
                let message = format!("the answer of {} is not packed as it says", words.peer());
                Err(Trouble::new(Reason::Protocol, message))
            }
        }
    }

    async fn read_raw(
        &mut self,
        line: &mut Line,
        body: &mut Incoming,
        limit: usize,
        words: &Words<'_>,
    ) -> Result<(), Trouble> {
        loop {
            let frame = match line.beside(body.frame()).await {
                Some(Err(error)) => return Err(words.broken_off(&error, self.body.len())),
                None => {
                    self.cut = false;
                    return Ok(());
                }
                Some(Ok(frame)) => frame,
            };
            // Trailers are no body.
            let Ok(chunk) = frame.into_data() else { continue };
            let room = limit - self.body.len();
            self.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                return Err(words.too_large(limit));
            }
        }
    }

    /// The protocol's name of the version.
    pub(crate) fn version(&self) -> &'static str {
        match self.version {
            Version::HTTP_09 => "HTTP/0.9",
            Version::HTTP_10 => "HTTP/1.0",
            Version::HTTP_2 => "HTTP/2.0",
            Version::HTTP_3 => "HTTP/3.0",
            _ => "HTTP/1.1",
        }
    }
}
