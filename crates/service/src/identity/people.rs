//! People: who is there, inviting somebody, changing what they may do and see.

use model::{
    Caller, Fault, Identity, Page, Person, PersonId, PersonState, Problem, ProblemKind, Role, Scope,
    api::{Me, NewLink},
};
use serde_json::Value;
use store::{PersonChange, PersonChanged, PersonRecord, PersonSpec};

use super::{Office, fields::Fields, links, own_id, view};
use crate::{
    audit::{self, Act},
    problem,
    sight::Sight,
};

/// What this machine's command line is called.
const LOCAL: &str = "this machine";

/// Whoever asks.
pub(crate) async fn me(sight: &Sight<'_>) -> Result<Me, Problem> {
    let identity = match sight.caller() {
        Caller::Local => Identity { name: LOCAL.to_owned(), email: None, role: Role::Admin, scope: Scope::default() },
        caller => caller.identity().cloned().ok_or_else(|| {
            Problem::new(ProblemKind::Forbidden, "This is asked by a person; a token of an integration is none.")
        })?,
    };
    // Those that the demo makes up are in no row.
    let row = match own_id(sight.caller()) {
        Some(id) => sight.store.person(id).await.map_err(problem::of_store)?,
        None => None,
    };
    Ok(Me { identity, signed_in_by: row.map(|row| view(row).signed_in_by) })
}

/// Everybody, by email.
pub(crate) async fn list(office: &Office<'_>) -> Result<Page<Person>, Problem> {
    let people = office.store.people().await.map_err(problem::of_store)?;
    Ok(Page::whole(people.into_iter().map(view).collect()))
}

/// One person.
pub(crate) async fn one(office: &Office<'_>, id: PersonId) -> Result<Person, Problem> {
    record(office, id).await.map(view)
}

/// Invites `{"email", "name", "role", "scope"}`. The link is shown once, to whoever invites.
pub(crate) async fn invite(office: &Office<'_>, body: &Value) -> Result<NewLink, Problem> {
    let mut fields = Fields::of(body, &["email", "name", "role", "scope"])?;
    let (email, name, role, scope) = (fields.email(), fields.name(), fields.role(), fields.scope());
    let email = fields.needed("email", email, "one such as ada@example.com");
    let role = fields.needed("role", role, "viewer, manager, engineer or admin");
    let (email, role) = fields.checked(email.zip(role))?;
    let spec = PersonSpec {
        name: name.unwrap_or_else(|| email.clone()),
        email,
        role,
        scope: scope.unwrap_or_default(),
        password_hash: None,
        provider: None,
        state: PersonState::Invited,
    };
    sensible(&spec)?;
    let act = Act::new("person.invite", format!("person {}", spec.email)).after(audit::shown(&spec));
    let added = office.store.add_person(&spec, office.now, Some(&office.entry(act))).await;
    let Some(id) = added.map_err(problem::of_store)? else { return Err(taken(&spec.email)) };
    // Fails this, the person is there without a link; `reset` makes one.
    links::of_person(office, record(office, id).await?, None).await
}

/// The fields given replace: `name`, `role`, `scope`, `state` (`active` or `disabled`).
pub(crate) async fn change(office: &Office<'_>, id: PersonId, body: &Value) -> Result<Person, Problem> {
    let before = record(office, id).await?;
    let mut fields = Fields::of(body, &["name", "role", "scope", "state"])?;
    let change = PersonChange {
        email: None,
        name: fields.name(),
        role: fields.role(),
        scope: fields.scope(),
        state: state(&mut fields, &before.spec),
    };
    let change = fields.checked(Some(change))?;
    let PersonChange { name, role, scope, state, .. } = change.clone();
    let spec = PersonSpec {
        name: name.unwrap_or_else(|| before.spec.name.clone()),
        role: role.unwrap_or(before.spec.role),
        scope: scope.unwrap_or_else(|| before.spec.scope.clone()),
        state: state.unwrap_or(before.spec.state),
        ..before.spec.clone()
    };
    if spec != before.spec {
        let tell = |before: &PersonSpec, after: &PersonSpec| {
            let act = Act::new("person.change", format!("person {}", before.email));
            office.entry(act.before(audit::shown(before)).after(audit::shown(after)))
        };
        let done = office.store.change_person(id, &change, Some(&tell)).await;
        match done.map_err(problem::of_store)? {
            PersonChanged::Done => {}
            PersonChanged::Missing => return Err(Problem::not_found("person", id)),
            PersonChanged::EmailTaken => return Err(taken(&spec.email)),
            PersonChanged::AdministratorWithScope => return Err(scoped_administrator()),
            PersonChanged::LastAdministrator => {
                return Err(Problem::conflict(
                    "Nobody would be left who administers; make somebody else an administrator first.",
                ));
            }
        }
    }
    one(office, id).await
}

/// A link to choose a password: another invitation for who did not come yet, else a reset. What was before works no more.
pub(crate) async fn reset(office: &Office<'_>, id: PersonId) -> Result<NewLink, Problem> {
    let person = record(office, id).await?;
    let act = Act::new("person.link", format!("person {}", person.spec.email));
    links::of_person(office, person, Some(act)).await
}

/// The same by email, for the command line.
pub(crate) async fn reset_by_email(office: &Office<'_>, email: &str) -> Result<NewLink, Problem> {
    let found = office.store.person_by_email(email).await.map_err(problem::of_store)?;
    let person = found.ok_or_else(|| Problem::not_found("person", email))?;
    reset(office, person.id).await
}

/// Said of an email that somebody has.
pub(super) fn taken(email: &str) -> Problem {
    Problem::conflict(format!("`{email}` is somebody here already; change them, or give them another link."))
}

async fn record(office: &Office<'_>, id: PersonId) -> Result<PersonRecord, Problem> {
    let found = office.store.person(id).await.map_err(problem::of_store)?;
    found.ok_or_else(|| Problem::not_found("person", id))
}

/// Whoever was never here cannot be made active by hand: they have no way in before they used their link.
fn state(fields: &mut Fields<'_>, before: &PersonSpec) -> Option<PersonState> {
    let came = before.password_hash.is_some() || before.provider.is_some();
    match fields.text("state")? {
        "disabled" => Some(PersonState::Disabled),
        "active" if came => Some(PersonState::Active),
        // So an invitation that was taken back is given again.
        "active" | "invited" if !came => Some(PersonState::Invited),
        other => {
            fields.wrong("state", format!("`{other}` is nothing that a person can be made"), "active, disabled");
            None
        }
    }
}

/// Of whoever is there already the store sees to it, within the transaction that changes them.
fn sensible(spec: &PersonSpec) -> Result<(), Problem> {
    if spec.role == Role::Admin && !spec.scope.is_everything() { Err(scoped_administrator()) } else { Ok(()) }
}

/// They could give themselves everything, so that the scope would only pretend.
fn scoped_administrator() -> Problem {
    let fault = Fault::at("scope", "an administrator sees everything");
    Problem::invalid(vec![fault.allowed("no scope, or another role")])
}
