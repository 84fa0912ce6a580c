//! The word that integrations send: runs and pings.

use model::{Caller, Problem, ProblemKind, Receipt, Slug, TokenOf, api::Ping};
use monitor::MonitorError;
use rules::catalogue::check_probe;
use serde_json::{Value, json};

use crate::{change::Have, probes, problem, secrets, sight::Sight};

/// Probes of an integration up to which a ping makes another heartbeat: more than a person would make by hand is a mistake of a script.
const MOST: usize = 100;

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
pub(crate) async fn ping(sight: &Sight<'_>, key: &str, ping: Ping) -> Result<(), Problem> {
    if let Caller::Token { of: TokenOf::Integration { slug }, .. } = sight.caller() {
        let row = sight.known(slug);
        let own = row.iter().flat_map(|row| &row.probes).any(|at| at.probe.ping_key.as_deref() == Some(key));
        if !own {
            return Err(problem::of_monitor(MonitorError::NotFound("heartbeat with this key".to_owned())));
        }
    }
    sight.monitor.ping(key, bare(ping)).await.map_err(problem::of_monitor)
}

/// The same for a heartbeat that goes by its name; the token says of which integration. Answers whether it was made for that.
pub(crate) async fn ping_by_slug(sight: &Sight<'_>, probe: &str, create: bool, ping: Ping) -> Result<bool, Problem> {
    let Caller::Token { of: TokenOf::Integration { slug: integration }, .. } = sight.caller() else {
        return Err(Problem::new(ProblemKind::Forbidden, "A ping by name takes a token of an integration."));
    };
    let name = Slug::parse(&probe.replace('_', "-"));
    let name = name.map_err(|wrong| Problem::new(ProblemKind::Malformed, problem::sentence(&wrong.to_string())))?;
    let ping = bare(ping);
    match sight.monitor.ping_probe(integration, &name, ping.clone()).await {
        Err(MonitorError::NotFound(_)) if create => {
            let created = heartbeat(sight, integration, &name).await?;
            let taken = sight.monitor.ping_probe(integration, &name, ping).await;
            taken.map(|()| created).map_err(problem::of_monitor)
        }
        taken => taken.map(|()| false).map_err(problem::of_monitor),
    }
}

/// Makes a heartbeat as the public API does: due every day, with an hour of grace. Answers whether it was not there meanwhile.
async fn heartbeat(sight: &Sight<'_>, integration: &Slug, name: &Slug) -> Result<bool, Problem> {
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let owner = have.own_integration(sight, integration)?;
    if let Some(known) = owner.spec.probes.iter().find(|probe| probe.slug == *name) {
        if known.kind == "heartbeat" {
            return Ok(false);
        }
        let why = format!("The probe `{integration}/{name}` is no heartbeat: it asks, and takes no pings.");
        return Err(Problem::conflict(why));
    }
    if owner.spec.probes.len() >= MOST {
        let why = format!("The integration `{integration}` has {MOST} probes; a ping makes no more. Make it by hand.");
        return Err(Problem::conflict(why));
    }
    let written = json!({"slug": name, "kind": "heartbeat", "every": "1d", "options": {"grace": "1h"}});
    let spec = check_probe(&written, sight.kinds).map_err(Problem::invalid)?;
    probes::put(sight, integration, None, spec).await.map(|_| true)
}

/// Without what the addresses in its words hold of secrets.
fn bare(ping: Ping) -> Ping {
    if ping.body.is_empty() {
        return ping;
    }
    let text = secrets::sentence(&String::from_utf8_lossy(&ping.body));
    Ping { body: text.into_bytes(), ..ping }
}
