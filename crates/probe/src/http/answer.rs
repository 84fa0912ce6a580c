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
use crate::{
    aside::{LARGE, aside},
    redact::Masks,
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
    /// Bytes of the body before its secrets were masked; `None`: they are not yet.
    pub(crate) unmasked: Option<usize>,
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
            unmasked: None,
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
        let came = std::mem::take(&mut self.body);
        if read.is_err() {
            // Only people look at it now, and they at its beginning.
            let _what_came = packing.unpack(&came, limit.min(LARGE), &mut self.body);
            return read;
        }
        let (whole, unpacked) = Box::pin(packing.unpack_well(came, limit, deadline)).await?;
        self.body = unpacked;
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
            Err(Unpacking::TooLate) => {
                self.cut = true;
                Err(words.too_slow_in_transfer(self.body.len()))
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

    /// Bytes of the body as it came, unpacked.
    pub(crate) fn size(&self) -> usize {
        self.unmasked.unwrap_or(self.body.len())
    }

    /// Leaves no secret in the body.
    pub(crate) fn mask(&mut self, masks: &Masks) {
        if self.unmasked.is_none() {
            self.unmasked = Some(self.body.len());
            self.body = masks.bytes(std::mem::take(&mut self.body));
        }
    }

    /// Whether there is so much to be looked through that it is done aside.
    pub(crate) fn is_large(&self, masks: &Masks) -> bool {
        self.unmasked.is_none() && self.body.len() > LARGE && !masks.is_empty()
    }

    /// Leaves no secret in the body, and looks for them aside.
    pub(crate) async fn mask_large(&mut self, masks: &Masks, deadline: Instant) -> Result<(), Trouble> {
        let (masks, body) = (masks.clone(), self.body.clone());
        let masked = aside(deadline, "looking for secrets in the answer", move || masks.bytes(body)).await?;
        self.unmasked = Some(self.body.len());
        self.body = masked;
        Ok(())
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Answer, HeaderMap, LARGE, Masks, StatusCode, Version};

    fn answer(body: String) -> Answer {
        Answer {
            status: StatusCode::OK,
            version: Version::HTTP_11,
            headers: HeaderMap::new(),
            peer: None,
            certificate: None,
            body: body.into_bytes(),
            cut: false,
            unmasked: None,
        }
    }

    #[tokio::test]
    async fn a_large_body_loses_its_secrets_and_is_as_large_as_it_came() {
        let (masks, later) = (Masks::of(["hunter2".to_owned()]), Instant::now() + Duration::from_secs(20));
        let mut large = answer(format!("{}hunter2", "x".repeat(LARGE)));
        assert!(large.is_large(&masks) && !large.is_large(&Masks::default()));
        large.mask_large(&masks, later).await.expect("masked");
        assert!(large.body.ends_with(b"x(redacted)"));
        assert_eq!(large.size(), LARGE + 7);
        // Once is enough: what was masked is not looked through again.
        let masked = large.body.clone();
        large.mask(&Masks::of(["redacted".to_owned()]));
        assert_eq!(large.body, masked);

        let mut small = answer("hunter2".to_owned());
        assert!(!large.is_large(&masks) && !small.is_large(&masks));
        small.mask(&masks);
        assert_eq!((small.body.as_slice(), small.size()), (b"(redacted)".as_slice(), 7));
    }
}
