//! Sentences that all kinds say of names, connections and TLS.

use std::{error::Error, io};

use model::{Reason, Span, Timestamp};
use rules::assess::Trouble;
use rustix::io::Errno;
use rustls::{CertificateError, pki_types::UnixTime};

use crate::{egress::Refused, lookup::NoAddress, marks::Stage};

/// The name `host` leads nowhere; `peer` is whom it was for.
pub(crate) fn no_address(peer: &str, host: &str, why: &NoAddress) -> Trouble {
    if let NoAddress::Unknown(error) = why
        && let Some(why) = ours(error)
    {
        return Trouble::new(Reason::Internal, format!("the name {host} could not be looked up: {why}"));
    }
    match why {
        NoAddress::Refused(refusal) => refused(peer, *refusal),
        why => Trouble::new(Reason::Dns, format!("the name {host} does not resolve: {why}")),
    }
}

/// An address that probes may not ask: our own rule.
pub(crate) fn refused(peer: &str, refused: Refused) -> Trouble {
    Trouble::new(Reason::Config, format!("{peer} may not be asked: {refused}"))
}

/// No connection to `peer`.
pub(crate) fn connecting(peer: &str, error: &io::Error) -> Trouble {
    if let Some(why) = ours(error) {
        return Trouble::new(Reason::Internal, format!("no connection to {peer} could be tried: {why}"));
    }
    let why = match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        io::ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        io::ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
        io::ErrorKind::TimedOut => "it did not answer".to_owned(),
        _ => error.to_string(),
    };
    Trouble::new(Reason::Connect, format!("no connection to {peer}: {why}"))
}

/// What this machine itself has run out of, where that is why nothing could be tried: no fault of the other side.
fn ours(error: &io::Error) -> Option<&'static str> {
    match Errno::from_io_error(error)? {
        Errno::MFILE | Errno::NFILE => Some("this machine has too many files and connections open"),
        Errno::NOBUFS | Errno::NOMEM => Some("this machine is out of memory"),
        Errno::ADDRNOTAVAIL => Some("this machine has no free port, or no address, to connect from"),
        _ => None,
    }
}

/// Nothing from `peer` within the timeout, while `doing` something.
pub(crate) fn in_time(peer: &str, timeout: Span, doing: &str) -> Trouble {
    Trouble::new(Reason::Timeout, format!("no answer from {peer} within {timeout} ({doing})"))
}

/// The same by how far it went: where it was waiting for others of ours, that is no fault of `peer`.
pub(crate) fn too_slow(peer: &str, timeout: Span, stage: Stage) -> Trouble {
    if stage == Stage::Queue {
        let why = "too many other names were being resolved all the while";
        return Trouble::new(Reason::SchedulerLate, format!("{peer} was not asked within {timeout}: {why}"));
    }
    in_time(peer, timeout, stage.doing())
}

/// A connection that stood and broke.
pub(crate) fn broke_off(peer: &str, error: &io::Error) -> Trouble {
    if let Some(tls) = find::<rustls::Error>(error) {
        return Trouble::new(Reason::Tls, format!("{peer} broke off: {tls}"));
    }
    Trouble::new(Reason::Connect, format!("{peer} broke off: {error}"))
}

/// A TLS handshake that did not come to an end; `host` is the name that the certificate had to be for.
pub(crate) fn handshake(peer: &str, host: &str, error: &(dyn Error + 'static)) -> Trouble {
    if let Some(error) = find::<rustls::Error>(error) {
        return tls(peer, host, error);
    }
    let why = match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::UnexpectedEof) => "the connection was closed".to_owned(),
        Some(io::ErrorKind::ConnectionReset) => "the connection was reset".to_owned(),
        _ => innermost(error),
    };
    Trouble::new(Reason::Tls, format!("the TLS handshake with {peer} broke off: {why}"))
}

/// What TLS itself found wrong.
pub(crate) fn tls(peer: &str, host: &str, error: &rustls::Error) -> Trouble {
    let message = match error {
        rustls::Error::InvalidCertificate(certificate) => {
            format!("the certificate of {peer} is not trusted: {}", mistrust(host, certificate))
        }
        rustls::Error::InvalidMessage(_) => format!("{peer} does not speak TLS"),
        rustls::Error::AlertReceived(alert) => format!("{peer} broke off the TLS handshake: {alert:?}"),
        other => format!("the TLS handshake with {peer} failed: {other}"),
    };
    Trouble::new(Reason::Tls, message)
}

/// Why a certificate is not trusted.
pub(crate) fn mistrust(host: &str, error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => "its issuer is unknown".to_owned(),
        CertificateError::Expired => "it has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => format!("it expired on {}", day(*not_after)),
        CertificateError::NotValidYet => "it is not valid yet".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("it is not valid before {}", day(*not_before))
        }
        CertificateError::NotValidForName => format!("it is not for {host}"),
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            format!("it is for no name, so not for {host}")
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<&str> = presented.iter().map(|name| bare(name)).collect();
            format!("it is for {}, not for {host}", names.join(", "))
        }
        CertificateError::BadSignature => "it was not signed by the issuer that it names".to_owned(),
        CertificateError::Revoked => "it was revoked".to_owned(),
        other => other.to_string(),
    }
}

/// The first error of this type in the chain. An `io::Error` hides what it wraps from `source`, so it is opened.
pub(crate) fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// What the innermost error says.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

/// An error and what it wraps, outermost first.
pub(crate) fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
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

#[cfg(test)]
mod tests {
    use std::io;

    use model::{Reason, Span};
    use rustix::io::Errno;

    use super::{connecting, no_address, too_slow};
    use crate::{lookup::NoAddress, marks::Stage};

    #[test]
    fn who_was_never_looked_up_is_not_called_slow() {
        let late = |stage| too_slow("erp.example:443", Span::seconds(2), stage);
        assert_eq!(late(Stage::Queue).reason, Reason::SchedulerLate);
        assert_eq!(late(Stage::Lookup).reason, Reason::Timeout);
        let message = "no answer from erp.example:443 within 2s (connecting)";
        assert_eq!(late(Stage::Connect).message, message);
    }

    #[test]
    fn what_this_machine_has_run_out_of_is_not_told_as_the_targets_fault() {
        let error = |errno: Errno| io::Error::from_raw_os_error(errno.raw_os_error());
        for errno in [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM, Errno::ADDRNOTAVAIL] {
            let trouble = connecting("erp.example:443", &error(errno));
            assert_eq!(trouble.reason, Reason::Internal, "{errno:?}");
            let start = "no connection to erp.example:443 could be tried: this machine ";
            assert!(trouble.message.starts_with(start), "{}", trouble.message);
            let unknown = NoAddress::Unknown(error(errno));
            assert_eq!(no_address("erp.example:443", "erp.example", &unknown).reason, Reason::Internal, "{errno:?}");
        }
        assert_eq!(connecting("erp.example:443", &error(Errno::CONNREFUSED)).reason, Reason::Connect);
        let unknown = NoAddress::Unknown(io::Error::other("no such name"));
        assert_eq!(no_address("erp.example:443", "erp.example", &unknown).reason, Reason::Dns);
    }
}
