//! Which page is at which path, and the rail that leads to them.

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    hooks::use_location,
    path,
};
use model::{Problem, ProblemKind};

use crate::{
    href::href,
    islands::{actions::Actions, hover::Hover},
    pages,
    parts::problem,
    surroundings::here,
};

/// The paths that pages have, in the syntax of the HTTP router.
pub const PATHS: [&str; 6] = ["/", "/integrations", "/integrations/new", "/integrations/{slug}", "/runs", "/runs/{id}"];

/// Rail, page, and the islands that serve all of it.
#[component]
pub fn App() -> impl IntoView {
    let base = here().base.to_string();
    view! {
        <Router base=base>
            <div class="frame">
                {rail()} <main id="content" class="page" tabindex="-1">
                    <Routes fallback=not_found>
                        <Route path=path!("/") view=pages::overview::page ssr=SsrMode::Async />
                        <Route path=path!("/integrations") view=pages::integrations::page ssr=SsrMode::Async />
                        <Route path=path!("/integrations/new") view=pages::add::page ssr=SsrMode::Async />
                        <Route path=path!("/integrations/:slug") view=pages::integration::page ssr=SsrMode::Async />
                        <Route path=path!("/runs") view=pages::runs::page ssr=SsrMode::Async />
                        <Route path=path!("/runs/:id") view=pages::run::page ssr=SsrMode::Async />
                    </Routes>
                </main>
            </div>
            <Actions />
            <Hover />
        </Router>
    }
}

fn not_found() -> AnyView {
    problem::page(&Problem::new(ProblemKind::NotFound, "There is no page at this address."))
}

fn rail() -> AnyView {
    let path = use_location().pathname.get_untracked();
    let place = path.strip_prefix(&*here().base).unwrap_or(&path).to_owned();
    let entry = |name: &'static str, address: &'static str, icon: &'static str| {
        let current = if address == "/" { place == "/" || place.is_empty() } else { place.starts_with(address) };
        view! {
            <li>
                <a href=href(address) aria-current=current.then_some("page")>
                    <svg class="rail-icon" viewBox="0 0 16 16" aria-hidden="true">
                        <path d=icon></path>
                    </svg>
                    <span>{name}</span>
                </a>
            </li>
        }
    };
    view! {
        <nav class="rail" aria-label="Main">
            <a class="brand" href=href("/")>
                <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M2 17h20M5 17V8m14 9V8M5 8c2.5 5 11.500 5 14 0M9 17v-5.400m3 5.400v-5m3 5v-5.400"></path>
                </svg>
                <span>"Bridgewatch"</span>
            </a>
            <ul>
                {entry("Overview", "/", "M2.500 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z")}
                {entry("Integrations", "/integrations", "M1.500 5h9.500M8.500 2.500 11 5 8.500 7.500M14.500 11H5M7.500 8.500 5 11l2.500 2.500")}
                {entry("Runs", "/runs", "M2.500 4h11M2.500 8h11M2.500 12h7")}
                {entry("API", "/api/docs", "M5.500 4 2 8l3.500 4M10.500 4 14 8l-3.500 4")}
            </ul>
        </nav>
    }
    .into_any()
}
