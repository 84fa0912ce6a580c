//! Systems: read, made, changed and retired by hand.

use model::{Fault, Page, Problem, Slug, System, SystemSpec};
use rules::catalogue::{check_system, merge_patch};
use serde_json::Value;
use store::Write;

use crate::{
    change::{Have, commit},
    core::Core,
    problem,
};

/// Every system, by name.
pub(crate) async fn list(core: &Core) -> Result<Page<System>, Problem> {
    let mut systems = Have::read(&core.store).await?.systems;
    systems.sort_by_cached_key(|system| (system.spec.name.to_lowercase(), system.spec.slug.clone()));
    Ok(Page::whole(systems))
}

/// One system.
pub(crate) async fn one(core: &Core, slug: &Slug) -> Result<System, Problem> {
    let have = Have::read(&core.store).await?;
    have.system(slug).cloned().ok_or_else(|| Problem::not_found("system", slug))
}

/// A new system.
pub(crate) async fn create(core: &Core, body: &Value) -> Result<System, Problem> {
    let mut spec = check_system(body).map_err(Problem::invalid)?;
    spec.formerly = None;
    let _one_at_a_time = core.changing.lock().await;
    if Have::read(&core.store).await?.system(&spec.slug).is_some() {
        return Err(taken(&spec.slug));
    }
    put(core, spec).await
}

/// The fields given replace, `null` clears. A new slug renames, in every integration that names it too.
pub(crate) async fn change(core: &Core, slug: &Slug, body: &Value) -> Result<System, Problem> {
    if !body.is_object() {
        return Err(Problem::invalid(vec![
            Fault::at("", "is no object").allowed("an object with the fields to change"),
        ]));
    }
    let _one_at_a_time = core.changing.lock().await;
    let have = Have::read(&core.store).await?;
    let before = &have.own_system(slug)?.spec;
    let written = serde_json::to_value(before).map_err(|error| problem::internal(&error))?;
    let mut spec = check_system(&merge_patch(&written, body)).map_err(Problem::invalid)?;
    spec.formerly = None;
    if spec.slug != *slug {
        if have.system(&spec.slug).is_some() {
            return Err(taken(&spec.slug));
        }
        spec.formerly = Some(slug.clone());
    }
    put(core, spec).await
}

/// Retires a system that no integration uses.
pub(crate) async fn delete(core: &Core, slug: &Slug) -> Result<(), Problem> {
    let _one_at_a_time = core.changing.lock().await;
    let have = Have::read(&core.store).await?;
    have.own_system(slug)?;
    let users: Vec<String> = have.users_of(slug).into_iter().map(|user| format!("`{}`", user.slug)).collect();
    if !users.is_empty() {
        return Err(Problem::conflict(format!(
            "The system `{slug}` is used by {}; retire or change them first.",
            users.join(", ")
        )));
    }
    commit(core, &[Write::RetireSystem { slug: slug.clone() }], core.now()).await
}

async fn put(core: &Core, spec: SystemSpec) -> Result<System, Problem> {
    let slug = spec.slug.clone();
    commit(core, &[Write::PutSystem { spec, catalogue: None }], core.now()).await?;
    one(core, &slug).await
}

fn taken(slug: &Slug) -> Problem {
    Problem::conflict(format!("There is a system `{slug}` already; choose another slug."))
}
