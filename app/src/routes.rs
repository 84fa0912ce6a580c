//! Which page is at which path, and which page shows what became of a form.

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    hooks::use_location,
    path,
};
use model::{Caller, Problem, ProblemKind};

use crate::{
    islands::{actions::Actions, hover::Hover},
    pages,
    parts::problem,
    rail::{self, Place},
    surroundings::here,
};

/// The paths that pages have, in the syntax of the HTTP router.
pub const PATHS: [&str; 19] = [
    "/",
    "/integrations",
    "/integrations/new",
    "/integrations/{slug}",
    "/integrations/{slug}/probes/new",
    "/integrations/{slug}/probes/{probe}",
    "/runs",
    "/runs/{id}",
    "/maintenance",
    "/channels",
    "/people",
    "/people/{id}",
    "/secrets",
    "/audit",
    "/account",
    "/sign-in",
    "/set-up/{link}",
    "/invitation/{link}",
    "/reset/{link}",
];

/// Where forms are sent, and the page that is rendered again when one is refused or made something that is shown once.
/// Elsewhere a form answers 303.
pub const FORMS: [(&str, &str); 22] = [
    ("/sign-in", "/sign-in"),
    ("/sign-out", "/sign-in"),
    ("/set-up/{link}", "/set-up/{link}"),
    ("/invitation/{link}", "/invitation/{link}"),
    ("/reset/{link}", "/reset/{link}"),
    ("/people", "/people"),
    ("/people/{id}", "/people/{id}"),
    ("/people/{id}/link", "/people/{id}"),
    ("/people/{id}/disable", "/people/{id}"),
    ("/people/{id}/enable", "/people/{id}"),
    ("/account/password", "/account"),
    ("/account/sessions/{id}/end", "/account"),
    ("/account/sessions/end-others", "/account"),
    ("/account/tokens", "/account"),
    ("/account/tokens/{id}/revoke", "/account"),
    ("/secrets", "/secrets"),
    ("/secrets/{name}/remove", "/secrets"),
    ("/integrations/{slug}/handling", "/integrations/{slug}"),
    ("/integrations/{slug}/probes/{probe}/handling", "/integrations/{slug}"),
    ("/maintenance", "/maintenance"),
    ("/maintenance/{slug}/delete", "/maintenance"),
    ("/channels/{name}/test", "/channels"),
];

/// Rail, page, and the islands that serve all of it.
#[component]
pub fn App() -> impl IntoView {
    let base = here().base.to_string();
    view! {
        <Router base=base>
            <Frame />
            <Actions />
            <Hover />
        </Router>
    }
}

/// The frame of a page. Before the door, and for whoever is not signed in, it is one column without a rail.
#[component]
fn Frame() -> impl IntoView {
    let here = here();
    let place = Place::read(&use_location(), &here);
    let inside = !place.before_the_door() && here.visitor.caller != Caller::Nobody;
    let page = match &here.visitor.refused {
        Some(refused) => problem::page(refused),
        None => view! { <Pages /> }.into_any(),
    };
    view! {
        <div class=if inside { "frame" } else { "frame outside" }>
            {inside.then(|| rail::rail(&place, &here))} <div class="stage">
                {inside.then(|| rail::demo(&place, &here)).flatten()} <main id="content" class="page" tabindex="-1">
                    {page}
                </main>
            </div>
        </div>
    }
}

#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=not_found>
            <Route path=path!("/") view=pages::overview::page ssr=SsrMode::Async />
            <Route path=path!("/integrations") view=pages::integrations::page ssr=SsrMode::Async />
            <Route path=path!("/integrations/new") view=pages::add::page ssr=SsrMode::Async />
            <Route path=path!("/integrations/:slug") view=pages::integration::page ssr=SsrMode::Async />
            <Route path=path!("/integrations/:slug/probes/new") view=pages::probe::add ssr=SsrMode::Async />
            <Route path=path!("/integrations/:slug/probes/:probe") view=pages::probe::change ssr=SsrMode::Async />
            <Route path=path!("/runs") view=pages::runs::page ssr=SsrMode::Async />
            <Route path=path!("/runs/:id") view=pages::run::page ssr=SsrMode::Async />
            <Route path=path!("/maintenance") view=pages::maintenance::page ssr=SsrMode::Async />
            <Route path=path!("/channels") view=pages::channels::page ssr=SsrMode::Async />
            <Route path=path!("/people") view=pages::people::page ssr=SsrMode::Async />
            <Route path=path!("/people/:id") view=pages::people::one::page ssr=SsrMode::Async />
            <Route path=path!("/secrets") view=pages::secrets::page ssr=SsrMode::Async />
            <Route path=path!("/audit") view=pages::audit::page ssr=SsrMode::Async />
            <Route path=path!("/account") view=pages::account::page ssr=SsrMode::Async />
            <Route path=path!("/sign-in") view=pages::sign_in::page ssr=SsrMode::Async />
            <Route path=path!("/set-up/:link") view=pages::set_up::first ssr=SsrMode::Async />
            <Route path=path!("/invitation/:link") view=pages::set_up::invitation ssr=SsrMode::Async />
            <Route path=path!("/reset/:link") view=pages::set_up::reset ssr=SsrMode::Async />
        </Routes>
    }
}

fn not_found() -> AnyView {
    problem::page(&Problem::new(ProblemKind::NotFound, "There is no page at this address."))
}
