//! The rail: the pages that whoever asks may see, and who that is. In the demo, a strip that says so above every page.

use leptos::prelude::*;
use leptos_router::location::Location;
use model::{Identity, Role};

use crate::{href::href, surroundings::Surroundings, visitor::May, words::role};

/// A page of the rail: name, path, the path of its icon.
type Entry = (&'static str, &'static str, &'static str);

const FOR_ALL: [Entry; 5] = [
    (
        "Overview",
        "/",
        "M2.500 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z",
    ),
    (
        "Integrations",
        "/integrations",
        "M1.500 5h9.500M8.500 2.500 11 5 8.500 7.500M14.500 11H5M7.500 8.500 5 11l2.500 2.500",
    ),
    ("Runs", "/runs", "M2.500 4h11M2.500 8h11M2.500 12h7"),
    ("Maintenance", "/maintenance", "M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12M8 4.500V8l2.500 1.500"),
    ("API", "/api/docs", "M5.500 4 2 8l3.500 4M10.500 4 14 8l-3.500 4"),
];

/// Pages that are read at a desk: a phone has them in the menu.
const AT_A_DESK: [&str; 2] = ["/maintenance", "/api/docs"];

const FOR_ADMINISTRATORS: [Entry; 4] = [
    (
        "People",
        "/people",
        "M8 8a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5M3 13.500c.5-2.500 2.500-3.500 5-3.500s4.500 1 5 3.500",
    ),
    ("Channels", "/channels", "M4 11.500V7a4 4 0 0 1 8 0v4.500l1.500 1.500h-11zM6.500 14.500h3"),
    ("Secrets", "/secrets", "M3.500 7.500h9v6h-9zM5.500 7.500V5a2.500 2.500 0 0 1 5 0v2.500"),
    ("Audit", "/audit", "M4 2.500h8v11H4zM6 5.500h4M6 8h4M6 10.500h2.500"),
];

/// Where whoever asks is, below the base: `/runs?outcome=failed`.
pub struct Place {
    path: String,
    search: String,
}

impl Place {
    /// Of the page that is being rendered.
    pub fn read(location: &Location, here: &Surroundings) -> Self {
        let path = location.pathname.get_untracked();
        let path = path.strip_prefix(&*here.base).unwrap_or(&path).to_owned();
        Self {
            path: if path.is_empty() { "/".to_owned() } else { path },
            search: location.search.get_untracked().trim_start_matches('?').to_owned(),
        }
    }

    /// Whether it lies before the door: pages to sign in, and those that one-time links lead to.
    pub fn before_the_door(&self) -> bool {
        self.path == "/sign-in"
            || ["/set-up/", "/invitation/", "/reset/"].iter().any(|link| self.path.starts_with(link))
    }

    fn whole(&self) -> String {
        if self.search.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.search) }
    }
}

/// The rail.
pub fn rail(place: &Place, here: &Surroundings) -> AnyView {
    let administers = here.may(May::Administer);
    let for_administrators = administers.then(|| {
        view! { <ul class="rail-more">{FOR_ADMINISTRATORS.into_iter().map(|page| entry(page, place)).collect_view()}</ul> }
    });
    let who = here.visitor.identity().map(|identity| who(identity, administers, here));
    view! {
        <div class="rail">
            <nav aria-label="Main">
                <a class="brand" href=href("/")>
                    {mark()}
                    <span>"Bridgewatch"</span>
                </a>
                <ul>{FOR_ALL.into_iter().map(|page| entry(page, place)).collect_view()}</ul>
                {for_administrators}
            </nav>
            {who}
        </div>
    }
    .into_any()
}

/// The mark of the product: a bridge.
pub fn mark() -> AnyView {
    view! {
        <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 17h20M5 17V8m14 9V8M5 8c2.5 5 11.500 5 14 0M9 17v-5.400m3 5.400v-5m3 5v-5.400"></path>
        </svg>
    }
    .into_any()
}

fn entry((name, address, icon): Entry, place: &Place) -> AnyView {
    let current = if address == "/" { place.path == "/" } else { place.path.starts_with(address) };
    // On a phone the bar has no room for what is read at a desk.
    let class = AT_A_DESK.contains(&address).then_some("rail-desk");
    view! {
        <li class=class>
            <a href=href(address) aria-current=current.then_some("page")>
                <svg class="rail-icon" viewBox="0 0 16 16" aria-hidden="true">
                    <path d=icon></path>
                </svg>
                <span>{name}</span>
            </a>
        </li>
    }
    .into_any()
}

/// Who is signed in, with a menu.
fn who(identity: &Identity, administers: bool, here: &Surroundings) -> AnyView {
    let link = |name: &'static str, address: &'static str, class: &'static str| {
        view! {
            <li class=class>
                <a class="menu-act" href=href(address)>
                    {name}
                </a>
            </li>
        }
        .into_any()
    };
    // What the bar of a phone has no room for.
    let pages = administers.then(|| {
        FOR_ADMINISTRATORS.into_iter().map(|(name, address, _)| link(name, address, "menu-phone")).collect_view()
    });
    let at_a_desk = FOR_ALL.into_iter().filter(|(_, address, _)| AT_A_DESK.contains(address));
    let at_a_desk = at_a_desk.map(|(name, address, _)| link(name, address, "menu-phone")).collect_view();
    // In the demo whoever comes is signed in, so there is no way out.
    let out = (!here.visitor.demo).then(|| {
        view! {
            <li>
                <form method="post" action=href("/sign-out")>
                    <button type="submit" class="menu-act">
                        "Sign out"
                    </button>
                </form>
            </li>
        }
    });
    let (name, email) = (identity.name.clone(), identity.email.clone());
    let role = if here.visitor.demo { role::in_the_demo(identity.role) } else { role::name(identity.role) };
    view! {
        <section class="who" aria-label="You">
            <details class="menu">
                <summary>
                    <svg class="rail-icon" viewBox="0 0 16 16" aria-hidden="true">
                        <path d="M8 8.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.500 14c.5-3 2.500-4 5.500-4s5 1 5.500 4"></path>
                    </svg>
                    <span class="who-name">{name}</span>
                    <span class="who-role">{role}</span>
                </summary>
                <div class="menu-body">
                    {email.map(|email| view! { <p class="menu-says">{email}</p> })} <ul>
                        {link("Account", "/account", "")}
                        {at_a_desk}
                        {pages}
                        {out}
                    </ul>
                </div>
            </details>
        </section>
    }
    .into_any()
}

/// That this is the demo, as whom one looks, and the other roles to look as. Nothing elsewhere.
pub fn demo(place: &Place, here: &Surroundings) -> Option<AnyView> {
    let identity = here.visitor.identity().filter(|_| here.visitor.demo)?;
    let says = role::in_the_demo(identity.role);
    let others = [Role::Admin, Role::Manager, Role::Engineer, Role::Viewer]
        .into_iter()
        .filter(|&other| other != identity.role)
        .map(|other| {
            let says = role::in_the_demo(other);
            view! {
                <button type="submit" class="link" name="role" value=other.as_str() aria-label=format!("See it as {} {says}", role::article(says))>
                    {says}
                </button>
            }
        })
        .collect_view();
    Some(
        view! {
            <aside class="demo-view" aria-label="Demo">
                <p>
                    "This is the demo. You see it as " {role::article(says)} " " <strong>{says}</strong> "."
                </p>
                <form method="post" action=href("/demo/view")>
                    <input type="hidden" name="next" value=place.whole() />
                    <span>"See it as"</span>
                    {others}
                </form>
            </aside>
        }
        .into_any(),
    )
}
