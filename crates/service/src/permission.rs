//! Who may do what, decided here and nowhere else.

use model::{Caller, Problem};

/// What a call does, as far as permission goes. Small on purpose: roles will be sets of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// Reads how things are.
    See,
    /// Sends word of runs and pings.
    Send,
    /// Asks a probe now, or stops a demo server.
    Operate,
    /// Creates, changes and removes systems, integrations, probes, baselines, catalogues.
    Change,
}

/// Whether `caller` has `right`; the problem says what is missing.
///
/// Until there is sign-in the server binds to loopback only, and whoever sits at this machine may do everything.
#[expect(clippy::unnecessary_wraps, reason = "callers that may not do everything come with sign-in")]
pub(crate) fn decide(caller: Caller, right: Right) -> Result<(), Problem> {
    match (caller, right) {
        (Caller::Local, Right::See | Right::Send | Right::Operate | Right::Change) => Ok(()),
    }
}
