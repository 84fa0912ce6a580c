//! Probes of an integration: how they are, asked now, tried, made, changed and removed.

use model::{Fault, Page, Probe, ProbeSpec, ProbeStanding, Problem, Run, Slug};
use monitor::{BoardProbe, BoardRow};
use rules::{
    catalogue::{check_probe, merge_patch},
    level::of_probe,
};
use serde_json::Value;
use store::Write;

use crate::{
    change::{Have, commit},
    core::Core,
    problem, secrets,
};

/// The probes of an integration, in the order written.
pub(crate) fn list(core: &Core, integration: &Slug) -> Result<Page<ProbeStanding>, Problem> {
    core.row(integration).map(|row| Page::whole(standings(core, &row)))
}

/// One probe.
pub(crate) fn one(core: &Core, integration: &Slug, probe: &Slug) -> Result<ProbeStanding, Problem> {
    let row = core.row(integration)?;
    let found = row.probes.iter().find(|at| at.probe.spec.slug == *probe).ok_or_else(|| unknown(integration, probe))?;
    Ok(standing(core, &row, found))
}

/// How every probe of a row is.
pub(crate) fn standings(core: &Core, row: &BoardRow) -> Vec<ProbeStanding> {
    row.probes.iter().map(|at| standing(core, row, at)).collect()
}

fn standing(core: &Core, row: &BoardRow, at: &BoardProbe) -> ProbeStanding {
    let level = of_probe(&at.probe.spec, &at.state, &row.to_name, core.now());
    let last = at.state.last.as_ref();
    ProbeStanding {
        probe: hidden(core, &at.probe),
        level: level.level,
        says: level.says,
        since: level.since,
        last_run: last.map(|last| last.id),
        last_at: last.map(|last| last.at),
        last_latency_us: last.and_then(|last| last.latency_us),
        next_at: at.next_at,
    }
}

/// Asks now; the run is recorded.
pub(crate) async fn run_now(core: &Core, integration: &Slug, probe: &Slug) -> Result<Run, Problem> {
    core.monitor.run_now(integration, probe).await.map_err(problem::of_monitor)
}

/// Asks from `{"probe": {..}}` and stores nothing.
pub(crate) async fn attempt(core: &Core, body: &Value) -> Result<Run, Problem> {
    let only = |fields: &serde_json::Map<String, Value>| fields.len() == 1;
    let Some(written) = body.as_object().filter(|fields| only(fields)).and_then(|fields| fields.get("probe")) else {
        return Err(Problem::invalid(vec![Fault::at("probe", "is what to try").allowed("{\"probe\": {..}}")]));
    };
    let below_probe = |faults: Vec<Fault>| {
        let within = |fault: Fault| Fault { field: format!("probe.{}", fault.field), ..fault };
        Problem::invalid(faults.into_iter().map(within).collect())
    };
    let mut spec = check_probe(written, core.kinds).map_err(below_probe)?;
    let faults = secrets::restore(&mut spec, None, "probe.", core.kinds);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    core.monitor.try_probe(&spec).await.map_err(problem::of_monitor)
}

/// A new probe of an integration that was made by hand.
pub(crate) async fn create(core: &Core, integration: &Slug, body: &Value) -> Result<Probe, Problem> {
    let mut spec = check_probe(body, core.kinds).map_err(Problem::invalid)?;
    let _one_at_a_time = core.changing.lock().await;
    let have = Have::read(&core.store).await?;
    let owner = have.own_integration(integration)?;
    if owner.spec.probes.iter().any(|probe| probe.slug == spec.slug) {
        let detail =
            format!("The integration `{integration}` has a probe `{}` already; choose another slug.", spec.slug);
        return Err(Problem::conflict(detail));
    }
    let faults = secrets::restore(&mut spec, None, "", core.kinds);
    if faults.is_empty() { put(core, integration, spec).await } else { Err(Problem::invalid(faults)) }
}

/// The fields given replace, `null` clears.
pub(crate) async fn change(core: &Core, integration: &Slug, probe: &Slug, body: &Value) -> Result<Probe, Problem> {
    if !body.is_object() {
        return Err(Problem::invalid(vec![
            Fault::at("", "is no object").allowed("an object with the fields to change"),
        ]));
    }
    let _one_at_a_time = core.changing.lock().await;
    let have = Have::read(&core.store).await?;
    let before = own(&have, integration, probe)?;
    let written = serde_json::to_value(before).map_err(|error| problem::internal(&error))?;
    let mut spec = check_probe(&merge_patch(&written, body), core.kinds).map_err(Problem::invalid)?;
    let mut faults = secrets::restore(&mut spec, Some(before), "", core.kinds);
    if spec.slug != *probe {
        let fault = Fault::at("slug", "a probe keeps its slug, since its runs are known by it");
        faults.push(fault.allowed(format!("`{probe}`, or a new probe beside it")));
    }
    if faults.is_empty() { put(core, integration, spec).await } else { Err(Problem::invalid(faults)) }
}

/// Removes a probe; its runs stay.
pub(crate) async fn delete(core: &Core, integration: &Slug, probe: &Slug) -> Result<(), Problem> {
    let _one_at_a_time = core.changing.lock().await;
    own(&Have::read(&core.store).await?, integration, probe)?;
    let write = Write::RemoveProbe { integration: integration.clone(), probe: probe.clone() };
    commit(core, &[write], core.now()).await
}

async fn put(core: &Core, integration: &Slug, spec: ProbeSpec) -> Result<Probe, Problem> {
    let slug = spec.slug.clone();
    let ping_key = (spec.kind == "heartbeat").then(|| core.keys.next());
    let write = Write::PutProbe { integration: integration.clone(), spec, ping_key };
    commit(core, &[write], core.now()).await?;
    one(core, integration, &slug).map(|standing| standing.probe)
}

fn own<'h>(have: &'h Have, integration: &Slug, probe: &Slug) -> Result<&'h ProbeSpec, Problem> {
    let owner = have.own_integration(integration)?;
    owner.spec.probes.iter().find(|at| at.slug == *probe).ok_or_else(|| unknown(integration, probe))
}

fn hidden(core: &Core, probe: &Probe) -> Probe {
    let mut probe = probe.clone();
    secrets::hide(&mut probe.spec, core.kinds);
    probe
}

fn unknown(integration: &Slug, probe: &Slug) -> Problem {
    Problem::not_found("probe", format!("{integration}/{probe}"))
}
