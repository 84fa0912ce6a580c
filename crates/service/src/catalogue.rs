//! The catalogue as a document: what it would change, carried out, and written again.

mod heirs;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use model::{Catalogue, Change, ChangeKind, Fault, IntegrationSpec, Plan, Problem, Slug};
use rules::kind::Kind;
use store::{Retired, Write};

use crate::{
    audit::Act,
    change::{Have, commit, writes},
    payload,
    permission::Right,
    problem, secrets,
    sight::Sight,
};

/// The name of a catalogue that is made of what was made by hand alone.
const LANDSCAPE: &str = "landscape";
/// Follows the name of a catalogue that holds only what its reader may see.
const PART: &str = "-part";
/// What faults call a document that came without a file.
const DOCUMENT: &str = "catalogue.yaml";

/// Everything within the caller's scope, as YAML, without secrets and what of probes is not for the caller.
pub(crate) async fn export(sight: &Sight<'_>) -> Result<String, Problem> {
    let have = sight.narrow(Have::read(&sight.store).await?);
    let mut catalogue = everything(&have, sight.kinds);
    catalogue.integrations = catalogue.integrations.into_iter().map(|one| payload::spec(sight, one)).collect();
    if !sight.everything() || !sight.has(Right::SeePayload) {
        // Applied under the name of the whole, a part would retire the rest, and take from probes what is left out here.
        catalogue.catalogue.push_str(PART);
    }
    Ok(rules::catalogue::write(&catalogue))
}

/// Plans a document, and unless `dry_run` carries it out in one transaction. What a catalogue leaves out is retired, so it is for
/// those who see everything.
pub(crate) async fn apply(sight: &Sight<'_>, document: &str, dry_run: bool) -> Result<Plan, Problem> {
    sight.whole()?;
    let files = [(DOCUMENT.to_owned(), document.to_owned())];
    let want = rules::catalogue::read(&files, sight.kinds).map_err(Problem::invalid)?;
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let retired = sight.store.retired().await.map_err(problem::of_store)?;
    let (mut plan, writes, act) = prepare(&have, &retired, want, sight.kinds, || sight.keys.next())?;
    if !dry_run {
        commit(sight, writes, act).await?;
        plan.applied = true;
    }
    Ok(plan)
}

/// All that is there as one catalogue. Its name is that of the first that things come from, so that applying it there changes
/// nothing; things of others and those made by hand are in it too, and are left with their owners as long as they are the same.
pub(crate) fn everything(have: &Have, kinds: &[Kind]) -> Catalogue {
    let owners = have.systems.iter().map(|system| &system.catalogue);
    let owners = owners.chain(have.integrations.iter().map(|integration| &integration.catalogue));
    let owners = owners.chain(have.windows.iter().map(|window| &window.catalogue));
    Catalogue {
        catalogue: owners.flatten().min().cloned().unwrap_or_else(|| LANDSCAPE.to_owned()),
        systems: have.systems.iter().map(|system| system.spec.clone()).collect(),
        integrations: have.integrations.iter().map(|one| secrets::hidden(one.spec.clone(), kinds)).collect(),
        // A document names nothing that is not in it.
        windows: have.windows.iter().filter_map(|window| have.over_what_is(&window.spec)).collect(),
    }
}

/// What makes `want` of `have`, and what the audit keeps of it: exactly the things of its catalogue are replaced. A thing of another owner may be repeated as it
/// is, and stays with its owner; wanting it otherwise is a fault.
pub(crate) fn prepare(
    have: &Have,
    retired: &Retired,
    want: Catalogue,
    kinds: &[Kind],
    key: impl Fn() -> String,
) -> Result<(Plan, Vec<Write>, Act), Problem> {
    let (want, mut faults) = with_secrets(have, want, kinds);
    let name = want.catalogue.clone();
    let before = comparable(have, &want);
    let plan = rules::catalogue::plan(&before, &want);
    let foreign = foreign_owners(have, &name);
    for change in plan.changes.iter().filter(|change| change.kind != ChangeKind::Remove || change.noun == "probe") {
        // A thing and its parts are one and the same fault.
        let fault = not_ours(change, &foreign, &want).filter(|fault| !faults.contains(fault));
        faults.extend(fault);
    }
    faults.extend(still_used(have, &plan, &want));
    faults.extend(heirs::faults(have, retired, &want));
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let writes = writes(&plan, &want, Some(&name), key);
    let act = told::told(&plan, &before, &want, kinds);
    Ok((plan, writes, act))
}

/// With stored secrets in the place of placeholders.
fn with_secrets(have: &Have, mut want: Catalogue, kinds: &[Kind]) -> (Catalogue, Vec<Fault>) {
    let mut faults = Vec::new();
    for (at, integration) in want.integrations.iter_mut().enumerate() {
        let before = have
            .integration(&integration.slug)
            .or_else(|| integration.formerly.as_ref().and_then(|former| have.integration(former)));
        let path = format!("integrations[{at}].");
        faults.extend(secrets::restore_all(integration, before.map(|before| &before.spec), &path, kinds));
    }
    (want, faults)
}

/// What is there, as far as `want` touches it: everything of its catalogue, and what it repeats of others.
fn comparable(have: &Have, want: &Catalogue) -> Catalogue {
    let ours = |owner: &Option<String>| owner.as_ref() == Some(&want.catalogue);
    let systems: BTreeSet<&Slug> = want.systems.iter().map(|system| &system.slug).collect();
    let wanted: BTreeMap<&Slug, &IntegrationSpec> =
        want.integrations.iter().map(|integration| (&integration.slug, integration)).collect();
    let windows: BTreeSet<&Slug> = want.windows.iter().map(|window| &window.slug).collect();
    let former: BTreeMap<&Slug, &IntegrationSpec> =
        want.integrations.iter().filter_map(|one| one.formerly.as_ref().map(|former| (former, one))).collect();
    Catalogue {
        catalogue: want.catalogue.clone(),
        systems: have
            .systems
            .iter()
            .filter(|system| ours(&system.catalogue) || systems.contains(&system.spec.slug))
            .map(|system| system.spec.clone())
            .collect(),
        integrations: have
            .integrations
            .iter()
            .filter(|one| ours(&one.catalogue) || wanted.contains_key(&one.spec.slug))
            .map(|one| {
                let mut spec = one.spec.clone();
                let heir = wanted.get(&spec.slug).or_else(|| former.get(&spec.slug));
                // A baseline is never removed, so not saying it again is no change.
                if heir.is_none_or(|heir| heir.baseline.is_none()) {
                    spec.baseline = None;
                }
                spec
            })
            .collect(),
        windows: have
            .windows
            .iter()
            .filter(|window| ours(&window.catalogue) || windows.contains(&window.spec.slug))
            // What it names in vain it does not name in a document either.
            .map(|window| have.over_what_is(&window.spec).unwrap_or_else(|| window.spec.clone()))
            .collect(),
    }
}

/// Who owns what is not of this catalogue, by noun and slug.
fn foreign_owners<'h>(have: &'h Have, name: &str) -> BTreeMap<(&'static str, &'h str), Option<&'h str>> {
    let systems = have.systems.iter().map(|one| (("system", one.spec.slug.as_str()), one.catalogue.as_deref()));
    let integrations =
        have.integrations.iter().map(|one| (("integration", one.spec.slug.as_str()), one.catalogue.as_deref()));
    let windows = have.windows.iter().map(|one| (("window", one.spec.slug.as_str()), one.catalogue.as_deref()));
    systems.chain(integrations).chain(windows).filter(|(_, owner)| *owner != Some(name)).collect()
}

fn not_ours(
    change: &Change,
    foreign: &BTreeMap<(&'static str, &str), Option<&str>>,
    want: &Catalogue,
) -> Option<Fault> {
    let noun = match change.noun.as_str() {
        "system" => "system",
        "window" => "window",
        _ => "integration",
    };
    let slug = change.slug.split('/').next().unwrap_or_default();
    let owner = foreign.get(&(noun, slug))?;
    let at = match noun {
        "system" => want.systems.iter().position(|system| system.slug.as_str() == slug),
        "window" => want.windows.iter().position(|window| window.slug.as_str() == slug),
        _ => want.integrations.iter().position(|integration| integration.slug.as_str() == slug),
    };
    let owner = match owner {
        Some(owner) => format!("belongs to catalogue `{owner}`"),
        None => "was made by hand".to_owned(),
    };
    let field = at.map_or_else(|| format!("{noun}s"), |at| format!("{noun}s[{at}].slug"));
    Some(
        Fault::at(field, format!("the {noun} `{slug}` {owner} and would be changed"))
            .allowed("another slug, or the same as it is"),
    )
}

/// Systems that would go though integrations of other owners use them, or systems of others depend on them.
fn still_used(have: &Have, plan: &Plan, want: &Catalogue) -> Vec<Fault> {
    let gone = |noun: &str, slug: &Slug| {
        plan.changes
            .iter()
            .any(|change| change.kind == ChangeKind::Remove && change.noun == noun && change.slug == slug.as_str())
    };
    let going: Vec<&Slug> =
        have.systems.iter().map(|system| &system.spec.slug).filter(|slug| gone("system", slug)).collect();
    let users = |system| have.users_of(system).into_iter().map(move |user| (system, &user.slug));
    let used = going
        .iter()
        .copied()
        .flat_map(users)
        .filter(|(_, user)| !gone("integration", user) && !want.integrations.iter().any(|one| one.slug == **user));
    let dependents = |system| have.dependents_of(system).into_iter().map(move |user| (system, &user.slug));
    let needed = going.iter().copied().flat_map(dependents);
    let needed = needed.filter(|(_, user)| !gone("system", user) && !want.systems.iter().any(|one| one.slug == **user));
    let fault = |(system, user): (&Slug, &Slug)| {
        Fault::at("systems", format!("`{system}` would go, but `{user}` of another owner uses it"))
            .allowed(format!("keep `{system}`, or change `{user}` first"))
    };
    used.chain(needed).map(fault).collect()
}
