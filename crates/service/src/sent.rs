//! The word that integrations send: runs and pings.

use model::{Caller, Problem, Receipt, Slug, TokenOf, api::PingKind};
use monitor::MonitorError;
use serde_json::Value;

use crate::{problem, secrets, sight::Sight};

/// Takes in one run or an array, all or nothing; answered after the commit. What the addresses in their words hold of secrets is left
/// out before anything is kept.
pub(crate) async fn send(sight: &Sight<'_>, integration: &Slug, body: &Value) -> Result<Vec<Receipt>, Problem> {
    // Who writes to the wrong address should hear of that first.
    sight.row(integration)?;
    let mut runs = rules::sent::check(body, sight.now()).map_err(Problem::invalid)?;
    for run in &mut runs {
        let of_steps = run.steps.iter_mut().filter_map(|step| step.message.as_mut());
        for message in run.message.as_mut().into_iter().chain(of_steps) {
            *message = secrets::sentence(message);
        }
    }
    sight.monitor.send_runs(integration, runs).await.map_err(problem::of_monitor)
}

/// Takes in a ping. Its key is a permission by itself, which whoever sets up a timer hands to it, so nobody has to sign in; the
/// token of an integration narrows it to the heartbeats of that integration.
pub(crate) async fn ping(sight: &Sight<'_>, key: &str, kind: PingKind) -> Result<(), Problem> {
    if let Caller::Token { of: TokenOf::Integration { slug }, .. } = sight.caller() {
        let row = sight.known(slug);
        let own = row.iter().flat_map(|row| &row.probes).any(|at| at.probe.ping_key.as_deref() == Some(key));
        if !own {
            return Err(problem::of_monitor(MonitorError::NotFound("heartbeat with this key".to_owned())));
        }
    }
    sight.monitor.ping(key, kind).await.map_err(problem::of_monitor)
}
