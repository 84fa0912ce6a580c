//! Making, changing and retiring an integration by hand.

use model::{Catalogue, Fault, Integration, IntegrationDetail, IntegrationSpec, Problem, Slug};
use rules::catalogue::{check_integration, merge_patch, plan};
use serde_json::Value;
use store::Write;

use super::detail;
use crate::{
    change::{Have, commit, ends, system_named, writes},
    core::Core,
    problem, secrets,
};

/// A new integration, with the systems it names where they are not known yet.
pub(crate) async fn create(core: &Core, body: &Value) -> Result<IntegrationDetail, Problem> {
    let mut want = check_integration(body, core.kinds).map_err(Problem::invalid)?;
    want.formerly = None;
    let _one_at_a_time = core.changing.lock().await;
    let have = Have::read(&core.store).await?;
    if have.integration(&want.slug).is_some() {
        return Err(taken(&want.slug));
    }
    let faults = secrets::restore_all(&mut want, None, "", core.kinds);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    put(core, &have, None, want).await
}

/// The fields given replace, `null` clears; `probes`, if given, replaces all of them. A new slug renames.
pub(crate) async fn change(core: &Core, slug: &Slug, body: &Value) -> Result<IntegrationDetail, Problem> {
    if !body.is_object() {
        return Err(Problem::invalid(vec![
            Fault::at("", "is no object").allowed("an object with the fields to change"),
        ]));
    }
    let _one_at_a_time = core.changing.lock().await;
    let have = Have::read(&core.store).await?;
    let before = have.own_integration(slug)?;
    let written = serde_json::to_value(&before.spec).map_err(|error| problem::internal(&error))?;
    let mut want = check_integration(&merge_patch(&written, body), core.kinds).map_err(Problem::invalid)?;
    let mut faults = secrets::restore_all(&mut want, Some(&before.spec), "", core.kinds);
    if before.spec.baseline.is_some() && want.baseline.is_none() {
        let fault = Fault::at("baseline", "cannot be removed: what was saved by it stays saved");
        faults.push(fault.allowed("a new version from the day it no longer holds"));
    }
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    want.formerly = None;
    if want.slug != *slug {
        if have.integration(&want.slug).is_some() {
            return Err(taken(&want.slug));
        }
        want.formerly = Some(slug.clone());
    }
    put(core, &have, Some(before), want).await
}

/// Retires it; its history stays.
pub(crate) async fn delete(core: &Core, slug: &Slug) -> Result<(), Problem> {
    let _one_at_a_time = core.changing.lock().await;
    Have::read(&core.store).await?.own_integration(slug)?;
    commit(core, &[Write::RetireIntegration { slug: slug.clone() }], core.now()).await
}

async fn put(
    core: &Core,
    have: &Have,
    before: Option<&Integration>,
    want: IntegrationSpec,
) -> Result<IntegrationDetail, Problem> {
    let slug = want.slug.clone();
    let mut systems: Vec<_> = ends(&want).filter(|end| have.system(end).is_none()).map(system_named).collect();
    systems.dedup_by(|one, other| one.slug == other.slug);
    let alone = |systems, integration: Option<IntegrationSpec>| Catalogue {
        catalogue: String::new(),
        systems,
        integrations: integration.into_iter().collect(),
    };
    let before = alone(Vec::new(), before.map(|before| before.spec.clone()));
    let want = alone(systems, Some(want));
    let writes = writes(&plan(&before, &want), &want, None, || core.keys.next());
    commit(core, &writes, core.now()).await?;
    detail(core, &slug).await
}

fn taken(slug: &Slug) -> Problem {
    Problem::conflict(format!("There is an integration `{slug}` already; choose another slug."))
}
