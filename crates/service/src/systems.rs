//! Systems: read, made, changed and retired by hand.

use model::{Fault, Page, Problem, Slug, System, SystemSpec};
use rules::catalogue::{check_system, merge_patch};
use serde_json::Value;
use store::Write;

use crate::{
    audit::Act,
    change::{Have, commit},
    problem,
    sight::Sight,
};

/// Every system, by name.
pub(crate) async fn list(sight: &Sight<'_>) -> Result<Page<System>, Problem> {
    let mut systems = sight.narrow(Have::read(&sight.store).await?).systems;
    systems.sort_by_cached_key(|system| (system.spec.name.to_lowercase(), system.spec.slug.clone()));
    Ok(Page::whole(systems))
}

/// One system.
pub(crate) async fn one(sight: &Sight<'_>, slug: &Slug) -> Result<System, Problem> {
    let have = sight.narrow(Have::read(&sight.store).await?);
    have.system(slug).cloned().ok_or_else(|| Problem::not_found("system", slug))
}

/// A new system.
pub(crate) async fn create(sight: &Sight<'_>, body: &Value) -> Result<System, Problem> {
    let mut spec = check_system(body).map_err(Problem::invalid)?;
    spec.formerly = None;
    if !sight.everything() && !sight.owns(&spec) {
        let fault = Fault::at("owner", "the system would be outside what you may see");
        return Err(Problem::invalid(vec![
            fault.allowed("a team in your scope, or an integration that names the system"),
        ]));
    }
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    if have.system(&spec.slug).is_some() {
        return Err(taken(&spec.slug));
    }
    depends(sight, &have, None, &spec)?;
    put(sight, None, spec).await
}

/// The fields given replace, `null` clears. A new slug renames, in every integration that names it too.
pub(crate) async fn change(sight: &Sight<'_>, slug: &Slug, body: &Value) -> Result<System, Problem> {
    if !body.is_object() {
        return Err(Problem::invalid(vec![
            Fault::at("", "is no object").allowed("an object with the fields to change"),
        ]));
    }
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let before = &have.own_system(sight, slug)?.spec;
    let written = serde_json::to_value(before).map_err(|error| problem::internal(&error))?;
    let mut spec = check_system(&merge_patch(&written, body)).map_err(Problem::invalid)?;
    spec.formerly = None;
    if spec.slug != *slug {
        // A row keeps its slug when it is retired, and two rows cannot become one.
        let retired = sight.store.retired().await.map_err(problem::of_store)?.systems;
        if have.system(&spec.slug).is_some() || retired.contains(&spec.slug) {
            return Err(taken(&spec.slug));
        }
        spec.formerly = Some(slug.clone());
    }
    depends(sight, &have, Some(before), &spec)?;
    put(sight, Some(before), spec).await
}

/// Retires a system that no integration uses and no other depends on.
pub(crate) async fn delete(sight: &Sight<'_>, slug: &Slug) -> Result<(), Problem> {
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let found = have.own_system(sight, slug)?;
    let users = have.users_of(slug).into_iter().map(|user| &user.slug);
    let users = users.chain(have.dependents_of(slug).into_iter().map(|user| &user.slug));
    let users: Vec<String> = users.map(|user| format!("`{user}`")).collect();
    if !users.is_empty() {
        return Err(Problem::conflict(format!(
            "The system `{slug}` is used by {}; retire or change them first.",
            users.join(", ")
        )));
    }
    let act = Act::new("system.retire", format!("system {slug}")).before(&found.spec);
    commit(sight, vec![Write::RetireSystem { slug: slug.clone() }], act).await
}

async fn put(sight: &Sight<'_>, before: Option<&SystemSpec>, spec: SystemSpec) -> Result<System, Problem> {
    let slug = spec.slug.clone();
    let act = match before {
        Some(before) => Act::new("system.change", format!("system {}", before.slug)).before(before),
        None => Act::new("system.create", format!("system {slug}")),
    };
    let act = act.after(&spec);
    commit(sight, vec![Write::PutSystem { spec, catalogue: None }], act).await?;
    let have = Have::read(&sight.store).await?;
    have.system(&slug).cloned().ok_or_else(|| Problem::not_found("system", &slug))
}

/// Refuses to depend on what is not there, for this caller; what stood there before stays.
fn depends(sight: &Sight<'_>, have: &Have, before: Option<&SystemSpec>, spec: &SystemSpec) -> Result<(), Problem> {
    let stood = |slug: &Slug| before.is_some_and(|before| before.depends_on.contains(slug));
    let shown = |slug: &Slug| have.system(slug).is_some_and(|system| have.shows(sight, &system.spec));
    let in_vain = spec.depends_on.iter().enumerate().filter(|(_, slug)| !stood(slug) && !shown(slug));
    let fault = |(at, slug): (usize, &Slug)| {
        Fault::at(format!("depends_on[{at}]"), format!("there is no system `{slug}`")).allowed("a system that you see")
    };
    let faults: Vec<Fault> = in_vain.map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
}

fn taken(slug: &Slug) -> Problem {
    Problem::conflict(format!("There is a system `{slug}` already; choose another slug."))
}
