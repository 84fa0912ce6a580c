//! One person: role and scope, a new link, and shutting them out.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::{Caller, Person, PersonState, Problem, SignIn};

use crate::{
    href::{self, href},
    parts::{
        fact,
        field::Field,
        filter,
        header::{self, Head},
        problem, sent, time,
    },
    surroundings::{Surroundings, here},
    visitor::{Posted, Sent},
    words::role,
};

/// `/people/{id}`.
pub fn page() -> AnyView {
    let here = here();
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    let done = filter::Asked::read().text("done");
    Suspend::new(async move {
        let found = here.api.people().await.and_then(|page| {
            let person = page.items.into_iter().find(|person| person.id.to_string() == id);
            person.ok_or_else(|| Problem::not_found("person", &id))
        });
        match found {
            Ok(person) => show(&person, done.as_deref(), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(person: &Person, done: Option<&str>, here: &Surroundings) -> AnyView {
    let path = format!("/people/{}", person.id);
    let is_self = matches!(here.visitor.caller, Caller::Person { id, .. } if id == person.id);
    let mut head = Head::new(person.name.clone(), answer(person));
    head.within = Some(("People", href("/people")));
    let acts = if is_self {
        view! {
            <p class="prose">
                "This is you. Another administrator can change your role or shut you out; your password and sessions are on "
                <a href=href("/account")>"your account"</a> "."
            </p>
        }
        .into_any()
    } else {
        view! { {change(person, &path, here)} {link(person, &path, here)} {door(person, &path, here)} }.into_any()
    };
    view! {
        {head.show()}
        {sent::done(done)}
        {sent::shown_once(here.visitor.posted.as_ref().and_then(Posted::shown_once), here)}
        <div class="columns run-columns">
            <div class="column">{acts}</div>
            <aside class="column side" aria-label="About this person">
                {about(person, here)}
            </aside>
        </div>
        {header::foot()}
    }
    .into_any()
}

fn answer(person: &Person) -> String {
    let (email, role, scope) = (&person.email, role::a(person.role), role::scope(&person.scope));
    match person.state {
        PersonState::Active => format!("{email} may sign in as {role} and sees {scope}."),
        PersonState::Invited => format!("{email} is invited as {role}, has not come yet and will see {scope}."),
        PersonState::Disabled => format!("{email} is shut out, and was {role} who saw {scope}."),
    }
}

fn change(person: &Person, path: &str, here: &Surroundings) -> AnyView {
    let sent = here.visitor.sent(path);
    view! {
        <section class="section">
            {fact::section_head("Role and scope", None)}
            {sent::refusal(sent, &["name", "role", "departments", "owners", "building_blocks"])}
            <form class="form" method="post" action=href(path)>
                <div class="fields">
                    {Field::typed("text", "name", "Name", "").given(person.name.clone()).required().sent(sent).show()}
                    {Field::choice("role", "Role", "text", &role::OPTIONS).given(person.role.as_str()).sent(sent).show()}
                </div>
                {super::scope(&person.scope, sent)}
                <div class="row">
                    <button type="submit" class="button primary">
                        "Save"
                    </button>
                    <span class="help">"It holds from the next page that they open."</span>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// A new invitation, or a link for a new password; nothing for whoever signs in elsewhere or not at all.
fn link(person: &Person, path: &str, here: &Surroundings) -> Option<AnyView> {
    let (title, says, verb) = match (person.state, &person.signed_in_by) {
        (PersonState::Disabled, _) | (PersonState::Active, SignIn::Provider(_)) => return None,
        (PersonState::Invited, _) => {
            ("Invitation", "With a new link the one before does not work any more.", "Make a new invitation")
        }
        (PersonState::Active, SignIn::Password) => {
            ("Password", "With a link, which works once, they choose a new one.", "Make a link for a new password")
        }
    };
    Some(act(title, says, verb, "button", &format!("{path}/link"), here))
}

fn door(person: &Person, path: &str, here: &Surroundings) -> AnyView {
    if person.state == PersonState::Disabled {
        let says = "They cannot sign in. Once let in again, they have the role and the scope that they had.";
        return act("Shut out", says, "Let them in again", "button", &format!("{path}/enable"), here);
    }
    let says = "They cannot sign in any more then. Their sessions end and their tokens are refused at once; what they did stays in the audit.";
    act("Shut them out", says, "Shut them out", "button danger", &format!("{path}/disable"), here)
}

fn act(
    title: &'static str,
    says: &'static str,
    verb: &'static str,
    class: &'static str,
    to: &str,
    here: &Surroundings,
) -> AnyView {
    let sent: Sent<'_> = here.visitor.sent(to);
    view! {
        <section class="section">
            {fact::section_head(title, None)} {sent::refusal(sent, &[])} <p class="prose">{says}</p>
            <form method="post" action=href(to)>
                <button type="submit" class=class>
                    {verb}
                </button>
            </form>
        </section>
    }
    .into_any()
}

fn about(person: &Person, here: &Surroundings) -> AnyView {
    let facts = vec![
        ("Email", fact::text(person.email.clone())),
        ("State", super::state(person.state)),
        ("Signs in by", fact::text(person.signed_in_by.to_string())),
        ("Last seen", time::ago_or(person.last_seen_at, "never", here)),
        ("Known since", time::at(person.created_at, here)),
    ];
    let did = href::with("/audit", &[("who", &person.email)]);
    view! {
        <section class="section">
            <h2 class="unseen">"Facts"</h2>
            {fact::facts(facts)}
            <p class="after">
                <a href=did>"What they did"</a>
            </p>
        </section>
    }
    .into_any()
}
