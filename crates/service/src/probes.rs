//! Probes of an integration: how they are, asked now, tried, made, changed and removed.

use model::{Fault, IntegrationSpec, Page, Probe, ProbeSpec, ProbeStanding, Problem, Run, Slug, Timestamp};
use monitor::{BoardProbe, BoardRow};
use rules::{
    catalogue::{check_probe, merge_patch},
    handling::trouble,
    level::{ProbeLevel, of_probe_in},
};
use serde_json::Value;
use store::Write;

use crate::{
    audit::Act,
    causes::Causes,
    change::{Have, commit},
    payload,
    permission::Right,
    problem, secrets,
    sight::Sight,
};

/// The probes of an integration, in the order written.
pub(crate) fn list(sight: &Sight<'_>, integration: &Slug) -> Result<Page<ProbeStanding>, Problem> {
    sight.row(integration).map(|row| Page::whole(standings(sight, &row)))
}

/// One probe.
pub(crate) fn one(sight: &Sight<'_>, integration: &Slug, probe: &Slug) -> Result<ProbeStanding, Problem> {
    let row = sight.row(integration)?;
    Ok(standing(sight, &row, of_row(&row, probe)?))
}

/// How every probe of a row is.
pub(crate) fn standings(sight: &Sight<'_>, row: &BoardRow) -> Vec<ProbeStanding> {
    row.probes.iter().map(|at| standing(sight, row, at)).collect()
}

/// The probe of a row that has this slug.
pub(crate) fn of_row<'r>(row: &'r BoardRow, probe: &Slug) -> Result<&'r BoardProbe, Problem> {
    row.probe(probe).ok_or_else(|| unknown(&row.integration.spec.slug, probe))
}

/// How one is, with what was done with it and the maintenance that it is in.
pub(crate) fn level(sight: &Sight<'_>, row: &BoardRow, at: &BoardProbe, now: Timestamp) -> ProbeLevel {
    of_probe_in(&at.probe.spec, &at.state, &row.to_name, &row.circumstances(), sight.zone, now)
}

fn standing(sight: &Sight<'_>, row: &BoardRow, at: &BoardProbe) -> ProbeStanding {
    let now = sight.now();
    let level = level(sight, row, at, now);
    let last = at.state.last.as_ref();
    let told = payload::is_for(sight, Some(&row.integration.spec));
    let red = payload::is_red(&row.integration.spec);
    let handling = row.probe_handling.get(&at.probe.spec.slug);
    ProbeStanding {
        probe: hidden(sight, &row.integration.spec, &at.probe),
        level: level.level,
        says: if told { level.says } else { payload::words(&level.says, red) },
        since: level.since,
        last_run: last.map(|last| last.id),
        last_at: last.map(|last| last.at),
        last_latency_us: last.and_then(|last| last.latency_us),
        next_at: at.next_at,
        handling: handling.map(|done| done.holding(now, trouble(level.level, level.since))).unwrap_or_default(),
    }
}

/// Asks now; the run is recorded.
pub(crate) async fn run_now(sight: &Sight<'_>, integration: &Slug, probe: &Slug) -> Result<Run, Problem> {
    one(sight, integration, probe)?;
    // Written before, so that what was asked of a target is known even if we end while it answers.
    let act = Act::new("probe.run", format!("probe {integration}/{probe}"));
    sight.store.audit(&sight.entry(act)).await.map_err(problem::of_store)?;
    let run = sight.monitor.run_now(integration, probe).await.map_err(problem::of_monitor)?;
    Ok(payload::of(sight, Causes::of(sight).in_run(run)))
}

/// Asks from `{"probe": {..}}` and stores nothing.
pub(crate) async fn attempt(sight: &Sight<'_>, body: &Value) -> Result<Run, Problem> {
    let only = |fields: &serde_json::Map<String, Value>| fields.len() == 1;
    let Some(written) = body.as_object().filter(|fields| only(fields)).and_then(|fields| fields.get("probe")) else {
        return Err(Problem::invalid(vec![Fault::at("probe", "is what to try").allowed("{\"probe\": {..}}")]));
    };
    let below_probe = |faults: Vec<Fault>| {
        let within = |fault: Fault| Fault { field: format!("probe.{}", fault.field), ..fault };
        Problem::invalid(faults.into_iter().map(within).collect())
    };
    let mut spec = check_probe(written, sight.kinds).map_err(below_probe)?;
    let faults = secrets::restore(&mut spec, None, "probe.", sight.kinds);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let act = Act::new("probe.try", format!("probe {}", spec.slug)).after(shown(sight, &spec));
    sight.store.audit(&sight.entry(act)).await.map_err(problem::of_store)?;
    sight.monitor.try_probe(&spec).await.map_err(problem::of_monitor)
}

/// A new probe of an integration that was made by hand.
pub(crate) async fn create(sight: &Sight<'_>, integration: &Slug, body: &Value) -> Result<Probe, Problem> {
    let mut spec = check_probe(body, sight.kinds).map_err(Problem::invalid)?;
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let owner = have.own_integration(sight, integration)?;
    if owner.spec.probes.iter().any(|probe| probe.slug == spec.slug) {
        let detail =
            format!("The integration `{integration}` has a probe `{}` already; choose another slug.", spec.slug);
        return Err(Problem::conflict(detail));
    }
    let faults = secrets::restore(&mut spec, None, "", sight.kinds);
    if faults.is_empty() { put(sight, integration, None, spec).await } else { Err(Problem::invalid(faults)) }
}

/// The fields given replace, `null` clears.
pub(crate) async fn change(
    sight: &Sight<'_>,
    integration: &Slug,
    probe: &Slug,
    body: &Value,
) -> Result<Probe, Problem> {
    if !body.is_object() {
        return Err(Problem::invalid(vec![
            Fault::at("", "is no object").allowed("an object with the fields to change"),
        ]));
    }
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let before = own(sight, &have, integration, probe)?;
    // What is kept without being said again comes back by `restore` alone, which sees to where it goes.
    let written = serde_json::to_value(shown(sight, before)).map_err(|error| problem::internal(&error))?;
    let mut spec = check_probe(&merge_patch(&written, body), sight.kinds).map_err(Problem::invalid)?;
    let mut faults = secrets::restore(&mut spec, Some(before), "", sight.kinds);
    if spec.slug != *probe {
        let fault = Fault::at("slug", "a probe keeps its slug, since its runs are known by it");
        faults.push(fault.allowed(format!("`{probe}`, or a new probe beside it")));
    }
    if faults.is_empty() { put(sight, integration, Some(before), spec).await } else { Err(Problem::invalid(faults)) }
}

/// Removes a probe; its runs stay.
pub(crate) async fn delete(sight: &Sight<'_>, integration: &Slug, probe: &Slug) -> Result<(), Problem> {
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let before = own(sight, &have, integration, probe)?;
    let act = Act::new("probe.remove", format!("probe {integration}/{probe}")).before(shown(sight, before));
    let write = Write::RemoveProbe { integration: integration.clone(), probe: probe.clone() };
    commit(sight, vec![write], act).await
}

/// Writes a probe of an integration that was made by hand, new or in the place of `before`.
pub(crate) async fn put(
    sight: &Sight<'_>,
    integration: &Slug,
    before: Option<&ProbeSpec>,
    spec: ProbeSpec,
) -> Result<Probe, Problem> {
    let slug = spec.slug.clone();
    let action = if before.is_some() { "probe.change" } else { "probe.create" };
    let act = Act::new(action, format!("probe {integration}/{slug}"))
        .before(before.map(|before| shown(sight, before)))
        .after(shown(sight, &spec));
    let ping_key = (spec.kind == "heartbeat").then(|| sight.keys.next());
    let write = Write::PutProbe { integration: integration.clone(), spec, ping_key };
    commit(sight, vec![write], act).await?;
    one(sight, integration, &slug).map(|standing| standing.probe)
}

fn own<'h>(sight: &Sight<'_>, have: &'h Have, integration: &Slug, probe: &Slug) -> Result<&'h ProbeSpec, Problem> {
    let owner = have.own_integration(sight, integration)?;
    owner.spec.probes.iter().find(|at| at.slug == *probe).ok_or_else(|| unknown(integration, probe))
}

/// Whoever has a ping key may ping by it, so it is shown to those alone who may send.
fn hidden(sight: &Sight<'_>, of: &IntegrationSpec, probe: &Probe) -> Probe {
    let ping_key = probe.ping_key.clone().filter(|_| sight.has(Right::Send));
    Probe { spec: payload::asked(sight, of, shown(sight, &probe.spec)), ping_key, ..probe.clone() }
}

fn shown(sight: &Sight<'_>, spec: &ProbeSpec) -> ProbeSpec {
    let mut spec = spec.clone();
    secrets::hide(&mut spec, sight.kinds);
    spec
}

fn unknown(integration: &Slug, probe: &Slug) -> Problem {
    Problem::not_found("probe", format!("{integration}/{probe}"))
}
