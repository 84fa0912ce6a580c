//! Who may come in: everybody with their role and scope, and the form that invites another.

pub mod one;

use leptos::prelude::*;
use model::{Page, Person, PersonState, Scope, SignIn};

use crate::{
    href::href,
    parts::{
        empty, fact,
        field::Field,
        filter,
        header::{self, Head},
        problem, sent, table, time,
    },
    surroundings::{Surroundings, here},
    visitor::{Posted, Sent},
    words::{amount, role},
};

/// Where an invitation is sent.
const INVITE: &str = "/people";
/// The fields of it.
const FIELDS: [&str; 6] = ["email", "name", "role", "departments", "owners", "building_blocks"];

/// `/people`.
pub fn page() -> AnyView {
    let here = here();
    let done = filter::Asked::read().text("done");
    Suspend::new(async move {
        match here.api.people().await {
            Ok(page) => show(&page, done.as_deref(), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(page: &Page<Person>, done: Option<&str>, here: &Surroundings) -> AnyView {
    let people = &page.items;
    let number = amount::counted(i64::try_from(people.len()).unwrap_or(i64::MAX), "person", "people");
    let of = |state| people.iter().filter(|person| person.state == state).count();
    let answer = format!(
        "{number}: {} may sign in, {} invited, {} shut out.",
        of(PersonState::Active),
        of(PersonState::Invited),
        of(PersonState::Disabled)
    );
    let rows = people.iter().map(|person| row(person, here)).collect_view();
    let body = if people.is_empty() {
        empty::empty("Here everybody who may come in will have a row.", view! { <p>"Invite the first below."</p> })
    } else {
        table::framed("people", &["Person", "Role", "Sees", "Signs in by", "Last seen", "State"], None, rows)
    };
    view! {
        {Head::new("People", answer).show()}
        {sent::done(done)}
        {sent::shown_once(here.visitor.posted.as_ref().and_then(Posted::shown_once), here)}
        <section class="section wide" aria-label="People">
            {body}
        </section>
        {invite(here.visitor.sent(INVITE))}
        {header::foot()}
    }
    .into_any()
}

fn row(person: &Person, here: &Surroundings) -> AnyView {
    let by = match &person.signed_in_by {
        SignIn::Password => "password".to_owned(),
        SignIn::Provider(name) => name.clone(),
    };
    view! {
        <tr>
            <th scope="row" class="c-name">
                <a href=href(&format!("/people/{}", person.id))>{person.name.clone()}</a>
                <span class="c-below">{person.email.clone()}</span>
            </th>
            <td>{role::name(person.role)}</td>
            <td class="c-flow">{role::scope(&person.scope)}</td>
            <td>{by}</td>
            <td class="c-when">{time::ago_or(person.last_seen_at, "never", here)}</td>
            <td>{state(person.state)}</td>
        </tr>
    }
    .into_any()
}

/// The state in a word; what is usual is said quietly.
fn state(state: PersonState) -> AnyView {
    match state {
        PersonState::Active => view! { <span class="muted">"may sign in"</span> }.into_any(),
        PersonState::Invited => view! { <span class="tag">"invited"</span> }.into_any(),
        PersonState::Disabled => view! { <span class="tag quiet-tag">"shut out"</span> }.into_any(),
    }
}

fn invite(sent: Sent<'_>) -> AnyView {
    view! {
        <section class="section" id="invite">
            {fact::section_head("Invite a person", None)}
            {sent::refusal(sent, &FIELDS)}
            <form class="form" method="post" action=href(INVITE)>
                <div class="fields">
                    {Field::typed("email", "email", "Email", "ada@example.com").required().sent(sent).show()}
                    {Field::typed("text", "name", "Name", "Ada Lovelace").required().sent(sent).show()}
                    {Field::choice("role", "Role", "text", &role::OPTIONS).given("viewer").sent(sent).show()}
                </div>
                {scope(&Scope::default(), sent)}
                <div class="row">
                    <button type="submit" class="button primary">
                        "Make an invitation"
                    </button>
                    <span class="help">"You get a link that works once, to pass on to them."</span>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// The fields of a scope: a name on each line.
fn scope(given: &Scope, sent: Sent<'_>) -> AnyView {
    let field = |name, label, hint, names: &[String]| {
        Field::lines(name, label, "lines", hint).given(names.join("\n")).sent(sent).show()
    };
    view! {
        <fieldset class="group" aria-describedby="scope-says">
            <legend>"What they see"</legend>
            <p class="group-says" id="scope-says">
                "Integrations of any of these: a name on each line, written as it is there. All three empty: everything."
            </p>
            <div class="fields">
                {field("departments", "Departments", "Finance", &given.departments)}
                {field("owners", "Teams", "Finance Systems", &given.owners)}
                {field("building_blocks", "Building blocks", "Workato", &given.building_blocks)}
            </div>
        </fieldset>
    }
    .into_any()
}
