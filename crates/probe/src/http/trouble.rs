//! Why no answer came, in words. The marks tell how far it went, the chain of errors what happened there.

use std::{error::Error, io};

use model::{Reason, Span, Timestamp};
use reqwest::Url;
use rules::assess::Trouble;
use rustls::{CertificateError, pki_types::UnixTime};

use crate::{
    egress::Refused,
    lookup::NoAddress,
    marks::{Moments, Stage},
    said::{connecting, in_time},
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
        Trouble::new(Reason::Config, format!("{} may not be asked: {refused}", self.peer()))
    }

    /// Nothing within the timeout.
    pub(super) fn too_slow(&self, stage: Stage) -> Trouble {
        in_time(&self.peer(), self.timeout, stage.doing())
    }

    /// An answer that did not end within the timeout.
    pub(super) fn too_slow_in_transfer(&self, bytes: usize) -> Trouble {
        let doing = format!("{}, {bytes} bytes so far", Stage::Transfer.doing());
        Trouble::new(Reason::Timeout, format!("no whole answer from {} within {} ({doing})", self.peer(), self.timeout))
    }

    /// An answer that began and broke.
    pub(super) fn broken_off(&self, error: &reqwest::Error, bytes: usize) -> Trouble {
        let why = match find::<io::Error>(error) {
            Some(error) if error.kind() == io::ErrorKind::ConnectionReset => "the connection was reset".to_owned(),
            Some(error) if error.kind() == io::ErrorKind::UnexpectedEof => "the connection was closed".to_owned(),
            _ => innermost(error),
        };
        Trouble::new(Reason::Protocol, format!("the answer of {} broke off after {bytes} bytes: {why}", self.peer()))
    }

    /// No answer at all.
    pub(super) fn unanswered(&self, error: &reqwest::Error, moments: &Moments) -> Trouble {
        if let Some(no_address) = find::<NoAddress>(error) {
            return match no_address {
                NoAddress::Refused(refused) => self.refused(*refused),
                why => Trouble::new(Reason::Dns, format!("the name {} does not resolve: {why}", self.host())),
            };
        }
        if let Some(tls) = find::<rustls::Error>(error) {
            return self.tls(tls);
        }
        if error.is_builder() {
            return Trouble::new(Reason::Config, format!("no request to {} could be made: {error}", self.peer()));
        }
        let peer = self.peer();
        match (moments.stage(), find::<io::Error>(error)) {
            (Stage::Lookup, _) => {
                let why = innermost(error);
                Trouble::new(Reason::Dns, format!("the name {} does not resolve: {why}", self.host()))
            }
            (Stage::Connect, Some(error)) => connecting(&peer, error),
            (Stage::Connect, None) => {
                Trouble::new(Reason::Connect, format!("no connection to {peer}: {}", innermost(error)))
            }
            (Stage::Tls, _) => {
                let why = match find::<io::Error>(error).map(io::Error::kind) {
                    Some(io::ErrorKind::UnexpectedEof) => "the connection was closed".to_owned(),
                    Some(io::ErrorKind::ConnectionReset) => "the connection was reset".to_owned(),
                    _ => innermost(error),
                };
                Trouble::new(Reason::Tls, format!("the TLS handshake with {peer} broke off: {why}"))
            }
            (Stage::FirstByte | Stage::Transfer, io) => unanswered_request(&peer, error, io),
        }
    }

    fn tls(&self, error: &rustls::Error) -> Trouble {
        let peer = self.peer();
        let message = match error {
            rustls::Error::InvalidCertificate(certificate) => {
                format!("the certificate of {peer} is not trusted: {}", self.mistrust(certificate))
            }
            rustls::Error::InvalidMessage(_) => format!("{peer} does not speak TLS"),
            rustls::Error::AlertReceived(alert) => format!("{peer} broke off the TLS handshake: {alert:?}"),
            other => format!("the TLS handshake with {peer} failed: {other}"),
        };
        Trouble::new(Reason::Tls, message)
    }

    fn mistrust(&self, error: &CertificateError) -> String {
        match error {
            CertificateError::UnknownIssuer => "its issuer is unknown".to_owned(),
            CertificateError::Expired => "it has expired".to_owned(),
            CertificateError::ExpiredContext { not_after, .. } => format!("it expired on {}", day(*not_after)),
            CertificateError::NotValidYet => "it is not valid yet".to_owned(),
            CertificateError::NotValidYetContext { not_before, .. } => {
                format!("it is not valid before {}", day(*not_before))
            }
            CertificateError::NotValidForName => format!("it is not for {}", self.host()),
            CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
                format!("it is for no name, so not for {}", self.host())
            }
            CertificateError::NotValidForNameContext { presented, .. } => {
                let names: Vec<&str> = presented.iter().map(|name| bare(name)).collect();
                format!("it is for {}, not for {}", names.join(", "), self.host())
            }
            CertificateError::BadSignature => "it was not signed by the issuer that it names".to_owned(),
            CertificateError::Revoked => "it was revoked".to_owned(),
            other => other.to_string(),
        }
    }
}

/// Host and port of an address.
pub(super) fn peer(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

/// The request was sent, or being sent, when it ended.
fn unanswered_request(peer: &str, error: &reqwest::Error, io: Option<&io::Error>) -> Trouble {
    // One error of hyper may wrap another.
    let http = |is: fn(&hyper::Error) -> bool| chain(error).filter_map(|error| error.downcast_ref()).any(is);
    if http(hyper::Error::is_parse) {
        return Trouble::new(Reason::Protocol, format!("the answer of {peer} is not HTTP: {}", innermost(error)));
    }
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted) => {
            Trouble::new(Reason::Connect, format!("{peer} reset the connection before it answered"))
        }
        Some(io::ErrorKind::UnexpectedEof) => closed(peer),
        _ if http(hyper::Error::is_incomplete_message) || http(hyper::Error::is_canceled) => closed(peer),
        _ => Trouble::new(Reason::Protocol, format!("{peer} gave no answer: {}", innermost(error))),
    }
}

fn closed(peer: &str) -> Trouble {
    Trouble::new(Reason::Connect, format!("{peer} closed the connection before it answered"))
}

/// The first error of this type in the chain. An `io::Error` hides what it wraps from `source`, so it is opened.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// What the innermost error says.
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| within(*error))
}

fn within<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|wrapped| wrapped as _),
        None => error.source(),
    }
}

fn day(moment: UnixTime) -> String {
    let seconds = i64::try_from(moment.as_secs()).unwrap_or(i64::MAX);
    Timestamp(seconds.saturating_mul(1_000)).utc().date_naive().to_string()
}

/// `DnsName("erp.example")` as `erp.example`.
fn bare(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}
