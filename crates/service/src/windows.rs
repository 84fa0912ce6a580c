//! Maintenance windows and change freezes: read, made, changed and retired by hand.

use std::{collections::BTreeSet, iter::successors};

use model::{Fault, IntegrationSpec, Opening, Page, Problem, Slug, Timestamp, WindowSpec, WindowView};
use rules::{
    catalogue::check_window,
    window::{Window, is_over},
};
use serde_json::Value;
use store::{WindowRow, Write};

use crate::{
    audit::Act,
    change::{Have, by_hand, commit},
    problem,
    sight::Sight,
};

/// Next openings that a view holds at most.
const NEXT: usize = 3;

/// Those that are open, then by when they open next.
pub(crate) async fn list(sight: &Sight<'_>) -> Result<Page<WindowView>, Problem> {
    let now = sight.now();
    let have = sight.narrow(Have::read(&sight.store).await?);
    let mut views: Vec<WindowView> = have.windows.into_iter().map(|window| view(window, now)).collect();
    views.sort_by_cached_key(|view| {
        let next = view.next.first().map_or(Timestamp::MAX, |next| next.from);
        (view.open_until.is_none(), view.open_until.unwrap_or(next), view.spec.slug.clone())
    });
    Ok(Page::whole(views))
}

/// One window.
pub(crate) async fn one(sight: &Sight<'_>, slug: &Slug) -> Result<WindowView, Problem> {
    let have = sight.narrow(Have::read(&sight.store).await?);
    let window = have.window(slug).cloned().ok_or_else(|| unknown(slug))?;
    Ok(view(window, sight.now()))
}

/// A new window.
pub(crate) async fn create(sight: &Sight<'_>, body: &Value) -> Result<WindowView, Problem> {
    let spec = check_window(body).map_err(Problem::invalid)?;
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    if have.window(&spec.slug).is_some() {
        return Err(Problem::conflict(format!("There is a window `{}` already; choose another slug.", spec.slug)));
    }
    put(sight, &have, None, spec).await
}

/// Another window in the place of one. Its slug may be left out, and stays.
pub(crate) async fn change(sight: &Sight<'_>, slug: &Slug, body: &Value) -> Result<WindowView, Problem> {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut().filter(|fields| fields.get("slug").is_none_or(Value::is_null)) {
        fields.insert("slug".to_owned(), slug.as_str().into());
    }
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let before = own(sight, &have, slug)?;
    let spec = check_window(&body).map_err(Problem::invalid)?;
    if spec.slug != *slug {
        let fault = Fault::at("slug", "a window keeps its slug");
        return Err(Problem::invalid(vec![fault.allowed(format!("`{slug}`, or a new window beside it"))]));
    }
    put(sight, &have, Some(before), spec).await
}

/// Retires a window.
pub(crate) async fn delete(sight: &Sight<'_>, slug: &Slug) -> Result<(), Problem> {
    let _one_at_a_time = sight.changing.lock().await;
    let have = Have::read(&sight.store).await?;
    let before = own(sight, &have, slug)?;
    let act = Act::new("window.retire", format!("window {slug}")).before(before);
    commit(sight, vec![Write::RetireWindow { slug: slug.clone() }], act).await
}

async fn put(
    sight: &Sight<'_>,
    have: &Have,
    before: Option<WindowSpec>,
    spec: WindowSpec,
) -> Result<WindowView, Problem> {
    // What is beyond the scope is not there, before it is said that it may not be touched.
    let faults = in_vain(sight, have, &spec);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    reaches(sight, have, &spec)?;
    let slug = spec.slug.clone();
    if before.as_ref() != Some(&spec) {
        let action = if before.is_some() { "window.change" } else { "window.create" };
        let act = Act::new(action, format!("window {slug}")).before(before).after(&spec);
        commit(sight, vec![Write::PutWindow { spec, catalogue: None }], act).await?;
    }
    let windows = sight.store.windows().await.map_err(problem::of_store)?;
    let window = windows.into_iter().find(|window| window.spec.slug == slug).ok_or_else(|| unknown(&slug))?;
    Ok(view(window, sight.now()))
}

/// One that the caller sees and that was made by hand, and so may be changed by hand; unless it is over what is beyond their scope.
fn own(sight: &Sight<'_>, have: &Have, slug: &Slug) -> Result<WindowSpec, Problem> {
    let window = have.window(slug).filter(|window| sight.everything() || is_seen(sight, have, &window.spec));
    let window = window.ok_or_else(|| unknown(slug))?;
    by_hand("window", slug, window.catalogue.as_deref())?;
    reaches(sight, have, &window.spec)?;
    Ok(window.spec.clone())
}

/// Whether it is over something within the caller's scope.
fn is_seen(sight: &Sight<'_>, have: &Have, window: &WindowSpec) -> bool {
    let named = |slug: &Slug| have.system(slug).is_some_and(|system| have.shows(sight, &system.spec));
    window.everything || window.systems.iter().any(named) || over(have, window).any(|spec| sight.holds(spec))
}

/// Refuses a window over anything beyond the caller's scope: failures there would no longer count.
fn reaches(sight: &Sight<'_>, have: &Have, window: &WindowSpec) -> Result<(), Problem> {
    if window.everything { sight.whole() } else { sight.all_of(over(have, window)) }
}

fn over<'h>(have: &'h Have, window: &'h WindowSpec) -> impl Iterator<Item = &'h IntegrationSpec> {
    have.integrations.iter().map(|integration| &integration.spec).filter(move |spec| is_over(window, spec))
}

/// What a window names that is not there, for this caller.
fn in_vain(sight: &Sight<'_>, have: &Have, window: &WindowSpec) -> Vec<Fault> {
    let seen = have.integrations.iter().map(|integration| &integration.spec).filter(|spec| sight.holds(spec));
    let seen: Vec<&IntegrationSpec> = seen.collect();
    let slugs: BTreeSet<&Slug> = seen.iter().map(|spec| &spec.slug).collect();
    let tags: BTreeSet<&Slug> = seen.iter().flat_map(|spec| &spec.tags).collect();
    let shown = |slug: &Slug| have.system(slug).is_some_and(|system| have.shows(sight, &system.spec));
    let integration = |slug: &Slug| (format!("there is no integration `{slug}`"), "an integration that you see");
    let system = |slug: &Slug| (format!("there is no system `{slug}`"), "a system that you see");
    let tag = |tag: &Slug| (format!("no integration has the tag `{tag}`"), "a tag of an integration that you see");
    let mut faults = missing("integrations", &window.integrations, |slug| slugs.contains(slug), integration);
    faults.extend(missing("systems", &window.systems, shown, system));
    faults.extend(missing("tags", &window.tags, |tag| tags.contains(tag), tag));
    faults
}

/// A fault of each of these that is not there, with the words for it and a remedy.
fn missing(
    field: &str,
    named: &[Slug],
    is_there: impl Fn(&Slug) -> bool,
    words: impl Fn(&Slug) -> (String, &'static str),
) -> Vec<Fault> {
    let missing = named.iter().enumerate().filter(|(_, slug)| !is_there(slug));
    let fault = |(at, slug): (usize, &Slug)| {
        let (message, allowed) = words(slug);
        Fault::at(format!("{field}[{at}]"), message).allowed(allowed)
    };
    missing.map(fault).collect()
}

fn view(window: WindowRow, now: Timestamp) -> WindowView {
    let WindowRow { spec, catalogue, .. } = window;
    // What was checked when it was written compiles; what does not is never open.
    let compiled = Window::compile(&spec.opens).ok();
    let open_until = compiled.as_ref().and_then(|window| window.open_at(now)).map(|opening| opening.to);
    let next = compiled.iter().flat_map(|window| {
        let openings = successors(window.next(now), move |opening| window.next(opening.from));
        openings.take(NEXT).map(|opening| Opening { from: opening.from, to: opening.to })
    });
    let next = next.collect();
    WindowView { spec, catalogue, open_until, next }
}

fn unknown(slug: &Slug) -> Problem {
    Problem::not_found("window", slug)
}
