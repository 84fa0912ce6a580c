//! Why no answer came, in words. The marks tell how far it went, the chain of errors what happened there.

use std::io;

use model::{Reason, Span};
use reqwest::Url;
use rules::assess::Trouble;

use crate::{
    egress::Refused,
    marks::Stage,
    said::{self, chain, find, innermost},
};

/// Words about one hop.
pub(super) struct Words<'h> {
    url: &'h Url,
    timeout: Span,
    /// Whether we were sent here by a redirect.
    redirected: bool,
}

impl<'h> Words<'h> {
    pub(super) fn of(url: &'h Url, timeout: Span, redirected: bool) -> Self {
        Self { url, timeout, redirected }
    }

    /// Host and port, `erp.example:443`.
    pub(super) fn peer(&self) -> String {
        peer(self.url)
    }

    /// The host alone.
    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// An address that probes may not ask: our own rule, unless the target sent us there.
    pub(super) fn refused(&self, refused: Refused) -> Trouble {
        if self.redirected {
            return Trouble::new(Reason::Redirect, format!("redirected to {}: {refused}", self.peer()));
        }
        said::refused(&self.peer(), refused)
    }

    /// An attempt to get there that failed before there was a connection.
    pub(super) fn not_reached(&self, trouble: Trouble) -> Trouble {
        // Where we may not go is our own rule; where the target sent us is its doing.
        if self.redirected && trouble.reason == Reason::Config {
            let message = trouble.message.replacen(" may not be asked: ", ": ", 1);
            return Trouble::new(Reason::Redirect, format!("redirected to {message}"));
        }
        trouble
    }

    /// More than is read.
    pub(super) fn too_large(&self, limit: usize) -> Trouble {
        Trouble::new(Reason::TooLarge, format!("{} answered more than {limit} bytes", self.peer()))
    }

    /// Nothing within the timeout.
    pub(super) fn too_slow(&self, stage: Stage) -> Trouble {
        said::too_slow(&self.peer(), self.timeout, stage)
    }

    /// An answer that did not end within the timeout.
    pub(super) fn too_slow_in_transfer(&self, bytes: usize) -> Trouble {
        let doing = format!("{}, {bytes} bytes so far", Stage::Transfer.doing());
        Trouble::new(Reason::Timeout, format!("no whole answer from {} within {} ({doing})", self.peer(), self.timeout))
    }

    /// An answer that began and broke.
    pub(super) fn broken_off(&self, error: &hyper::Error, bytes: usize) -> Trouble {
        let why = match find::<io::Error>(error) {
            Some(error) if error.kind() == io::ErrorKind::ConnectionReset => "the connection was reset".to_owned(),
            Some(error) if error.kind() == io::ErrorKind::UnexpectedEof => "the connection was closed".to_owned(),
            _ => innermost(error),
        };
        Trouble::new(Reason::Protocol, format!("the answer of {} broke off after {bytes} bytes: {why}", self.peer()))
    }

    /// No answer at all: the request was sent, or being sent, when it ended.
    pub(super) fn unanswered(&self, error: &hyper::Error) -> Trouble {
        let peer = &self.peer();
        if let Some(tls) = find::<rustls::Error>(error) {
            return said::tls(peer, self.host(), tls);
        }
        // One error of hyper may wrap another.
        let http = |is: fn(&hyper::Error) -> bool| chain(error).filter_map(|error| error.downcast_ref()).any(is);
        if http(hyper::Error::is_parse) {
            return Trouble::new(Reason::Protocol, format!("the answer of {peer} is not HTTP: {}", innermost(error)));
        }
        match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted) => {
                Trouble::new(Reason::Connect, format!("{peer} reset the connection before it answered"))
            }
            Some(io::ErrorKind::UnexpectedEof) => closed(peer),
            _ if http(hyper::Error::is_incomplete_message)
                || http(hyper::Error::is_canceled)
                || http(hyper::Error::is_closed) =>
            {
                closed(peer)
            }
            _ => Trouble::new(Reason::Protocol, format!("{peer} gave no answer: {}", innermost(error))),
        }
    }
}

/// Host and port of an address.
pub(crate) fn peer(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

fn closed(peer: &str) -> Trouble {
    Trouble::new(Reason::Connect, format!("{peer} closed the connection before it answered"))
}
