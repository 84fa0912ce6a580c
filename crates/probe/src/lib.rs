//! Asking a system how it is: one file per protocol, and nothing that judges, stores or schedules.
//!
//! A probe is built once from what is written of it and then asked as often as the engine likes. What it saw comes back as a
//! [`rules::assess::Observation`]; whether that is good is for `rules` to say. Data passes through in this order:
//!
//! ```text
//! kinds (what can be asked, as data)
//!   -> build (ProbeSpec + Clients -> Probe; one whose options refer to values is `filled` at each ask)
//!   -> Probe::ask (one attempt)
//!        egress -> lookup -> connect -> TLS -> request -> answer, each stamped by `marks`
//!   -> Observation: facts for expressions, phases, trouble with its reason, and an exchange without secrets
//! ```
//!
//! Every attempt opens a connection of its own and shakes hands in full: an answer over a kept connection or a resumed
//! session would be green while nobody new could connect. Whatever the other side does, `ask` ends within its timeout with a
//! reason and a sentence; it never panics and leaves no task behind.
//!
//! A new kind is one file and one line in `table.rs`. Its file holds options and a conversation; the frame of an attempt is
//! `attempt`, the way to the other side `dial` and `secure`, what is said over it `wire`, and what keeps a processor for long is done
//! `aside`.

pub mod clients;
pub mod egress;
pub mod filled;
pub mod lookup;
pub mod probe;

#[macro_use]
mod table;
table::every_kind!(files);

mod aside;
mod attempt;
mod dial;
mod secure;
mod starttls;
mod wire;

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;

mod certificate;
mod excerpt;
#[cfg(any(feature = "s3", feature = "sftp"))]
mod files;
mod marks;
mod octets;
mod options;
mod programs;
mod redact;
mod said;

use std::sync::{Arc, LazyLock};

use model::{Fault, ProbeSpec};
use rules::kind::Kind;

pub use clients::{Clients, Outside, ProbeError};
pub use egress::Egress;
pub use filled::{Fill, Filled, Filling};
pub use lookup::{Lookup, SystemLookup};
pub use probe::{Asking, HostKey, Probe};
pub use programs::PROGRAMS_AT_ONCE;

use filled::Referring;
use table::TABLE;

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| TABLE.iter().map(|entry| *entry.kind).collect());

/// What can be asked: for each kind its options and the names its expressions may use.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

/// Makes a probe of what is written of it. Every wrong option is named, as `options.url`; a kind that nobody knows and a
/// heartbeat, which is fed by pings, are faults of `kind`. Scheme, host and port of an address must be written: whom a probe asks is
/// known before its references are filled in.
pub fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let probe = plain(spec, clients)?;
    match clients.fill() {
        Some(fill) if filled::refers(spec) => Ok(Arc::new(Referring::new(spec, clients, fill, probe.peer()))),
        _ => Ok(probe),
    }
}

/// Whom a probe would ask, read as [`build`] reads it. `None`: nobody in particular, or what is written leads to nobody.
pub fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    (table::find(&spec.kind)?.whom)(spec)
}

/// [`build`], with every text taken as it is.
pub(crate) fn plain(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    if let Some(entry) = table::find(&spec.kind) {
        return (entry.build)(spec, clients);
    }
    let known: Vec<&str> = TABLE.iter().map(|entry| entry.kind.name).collect();
    let fault = Fault::at("kind", format!("`{}` is no kind of probe", spec.kind));
    Err(vec![fault.allowed(format!("one of {}", known.join(", ")))])
}
