//! Sentences that several kinds say.

use std::io;

use model::{Reason, Span};
use rules::assess::Trouble;

/// No connection to `peer`.
pub(crate) fn connecting(peer: &str, error: &io::Error) -> Trouble {
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

/// Nothing from `peer` within the timeout, while `doing` something.
pub(crate) fn in_time(peer: &str, timeout: Span, doing: &str) -> Trouble {
    Trouble::new(Reason::Timeout, format!("no answer from {peer} within {timeout} ({doing})"))
}
