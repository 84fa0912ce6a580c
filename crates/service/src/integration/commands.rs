//! Making, changing and retiring an integration by hand.

use model::{Catalogue, Fault, Integration, IntegrationDetail, IntegrationSpec, Problem, Slug};
use rules::catalogue::{check_integration, merge_patch, plan};
use serde_json::Value;
use store::Write;

use super::detail;
use crate::{
    audit::Act,
    change::{Have, commit, ends, system_named, writes},
    problem, secrets,
    sight::Sight,
};

/// A new integration, with the systems it names where they are not known yet.
pub(crate) async fn create(sight: &Sight<'_>, body: &Value) -> Result<IntegrationDetail, Problem> {
    let mut want = check_integration(body, sight.kinds).map_err(Problem::invalid)?;
    want.formerly = None;
    sight.keep(&want)?;
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let revived = retired(sight, &want.slug).await?;
    let is_of_others = revived.as_ref().is_some_and(|spec| !sight.holds(spec));
    if is_of_others || have.integration(&want.slug).is_some() {
        return Err(taken(&want.slug));
    }
    let mut faults = secrets::restore_all(&mut want, None, "", sight.kinds);
    faults.extend(unseen(sight, &have, revived.as_ref(), &want));
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    put(sight, &have, None, want).await
}

/// The fields given replace, `null` clears; `probes`, if given, replaces all of them. A new slug renames.
pub(crate) async fn change(sight: &Sight<'_>, slug: &Slug, body: &Value) -> Result<IntegrationDetail, Problem> {
    if !body.is_object() {
        return Err(Problem::invalid(vec![
            Fault::at("", "is no object").allowed("an object with the fields to change"),
        ]));
    }
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let before = have.own_integration(sight, slug)?;
    // What is kept without being said again comes back by `restore_all` alone, which sees to where it goes.
    let shown = secrets::hidden(before.spec.clone(), sight.kinds);
    let written = serde_json::to_value(shown).map_err(|error| problem::internal(&error))?;
    let mut want = check_integration(&merge_patch(&written, body), sight.kinds).map_err(Problem::invalid)?;
    let mut faults = secrets::restore_all(&mut want, Some(&before.spec), "", sight.kinds);
    if before.spec.baseline.is_some() && want.baseline.is_none() {
        let fault = Fault::at("baseline", "cannot be removed: what was saved by it stays saved");
        faults.push(fault.allowed("a new version from the day it no longer holds"));
    }
    faults.extend(unseen(sight, &have, Some(&before.spec), &want));
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    sight.keep(&want)?;
    want.formerly = None;
    if want.slug != *slug {
        // A row keeps its slug when it is retired, and two rows cannot become one.
        if have.integration(&want.slug).is_some() || retired(sight, &want.slug).await?.is_some() {
            return Err(taken(&want.slug));
        }
        want.formerly = Some(slug.clone());
    }
    put(sight, &have, Some(before), want).await
}

/// Retires it; its history stays.
pub(crate) async fn delete(sight: &Sight<'_>, slug: &Slug) -> Result<(), Problem> {
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let before = have.own_integration(sight, slug)?;
    let act = Act::new("integration.retire", format!("integration {slug}"))
        .before(secrets::hidden(before.spec.clone(), sight.kinds));
    commit(sight, vec![Write::RetireIntegration { slug: slug.clone() }], act).await
}

async fn put(
    sight: &Sight<'_>,
    have: &Have,
    before: Option<&Integration>,
    want: IntegrationSpec,
) -> Result<IntegrationDetail, Problem> {
    let slug = want.slug.clone();
    let shown = |spec: &IntegrationSpec| secrets::hidden(spec.clone(), sight.kinds);
    let act = match before {
        Some(before) => {
            Act::new("integration.change", format!("integration {}", before.spec.slug)).before(shown(&before.spec))
        }
        None => Act::new("integration.create", format!("integration {slug}")),
    };
    let mut systems: Vec<_> = ends(&want).filter(|end| have.system(end).is_none()).map(system_named).collect();
    systems.sort_by(|one, other| one.slug.cmp(&other.slug));
    systems.dedup_by(|one, other| one.slug == other.slug);
    let mut after = serde_json::to_value(shown(&want)).map_err(|error| problem::internal(&error))?;
    if !systems.is_empty() {
        after["new_systems"] = systems.iter().map(|system| system.slug.as_str()).collect();
    }
    let act = act.after(after);
    let alone = |systems, integration: Option<IntegrationSpec>| Catalogue {
        catalogue: String::new(),
        systems,
        integrations: integration.into_iter().collect(),
        windows: Vec::new(),
    };
    let before = alone(Vec::new(), before.map(|before| before.spec.clone()));
    let want = alone(systems, Some(want));
    let writes = writes(&plan(&before, &want), &want, None, || sight.keys.next());
    commit(sight, writes, act).await?;
    detail(sight, &slug).await
}

/// What a retired integration was that has this slug: whoever makes one of it revives that one, with all its runs.
async fn retired(sight: &Sight<'_>, slug: &Slug) -> Result<Option<IntegrationSpec>, Problem> {
    sight.store.retired_integration(slug).await.map_err(problem::of_store)
}

/// The ends that are there, but not for this caller, as if they were not: whoever's integration names a system sees it and may
/// change it. Those that stood there before stay.
fn unseen(sight: &Sight<'_>, have: &Have, before: Option<&IntegrationSpec>, want: &IntegrationSpec) -> Vec<Fault> {
    let stood = |end: &Slug| before.is_some_and(|before| ends(before).any(|stood| stood == end));
    let is_hidden = |end: &Slug| have.system(end).is_some_and(|system| !have.shows(sight, &system.spec));
    let via = want.via.iter().enumerate().map(|(at, end)| (format!("via[{at}]"), end));
    let named = [("from".to_owned(), &want.from), ("to".to_owned(), &want.to)].into_iter().chain(via);
    named
        .filter(|(_, end)| !stood(end) && is_hidden(end))
        .map(|(field, end)| {
            Fault::at(field, format!("there is no system `{end}`"))
                .allowed("a system that you see, or another slug for a new one")
        })
        .collect()
}

fn taken(slug: &Slug) -> Problem {
    Problem::conflict(format!("There is an integration `{slug}` already; choose another slug."))
}
