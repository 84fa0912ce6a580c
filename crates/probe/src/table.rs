//! Every kind of probe, one a line.

use std::sync::Arc;

use model::{Fault, ProbeSpec};
use rules::kind::Kind;

use crate::{Clients, HostKey, Probe};

/// The line of a kind: the name of its file, and the cargo feature it is behind, if it brings a heavy library along. The order is the
/// one in which they are shown.
macro_rules! every_kind {
    ($to:ident) => {
        $to! {
            http;
            http_steps;
            prometheus;
            tcp;
            tls;
            dns if "dns";
            icmp;
            sql if "sql";
            redis;
            sftp if "sftp";
            s3 if "s3";
            smtp;
            websocket if "websocket";
            grpc if "grpc";
            mqtt;
            amqp;
            kafka;
            command;
            heartbeat;
        }
    };
}
pub(crate) use every_kind;

/// Declares the files. `cargo fmt` does not see them here: `.ci/run` names them.
macro_rules! files {
    ($($kind:ident $(if $feature:tt)?;)*) => { $( $(#[cfg(feature = $feature)])? mod $kind; )* };
}

macro_rules! entries {
    ($($kind:ident $(if $feature:tt)?;)*) => { &[ $( $(#[cfg(feature = $feature)])? crate::$kind::ENTRY, )* ] };
}

/// Makes a probe of what is written of it.
type Build = fn(&ProbeSpec, &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>>;

/// What a kind's file tells of it.
pub(crate) struct Entry {
    /// Its options and names.
    pub(crate) kind: &'static Kind,
    /// Makes a probe of what is written of it.
    pub(crate) build: Build,
    /// Tells whom its probes ask, without building one.
    pub(crate) whom: fn(&ProbeSpec) -> Option<HostKey>,
}

/// All of them.
pub(crate) const TABLE: &[Entry] = every_kind!(entries);

/// The entry of this name.
pub(crate) fn find(name: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.kind.name == name)
}
