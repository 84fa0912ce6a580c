//! Showing who one is by a provider who vouches.

use model::{PersonState, Problem, Role, Scope};
use serde_json::json;
use store::{PersonChange, PersonChanged, PersonRecord, PersonSpec, ProviderSubject};

use super::{
    NewSession, NotSignedIn, Visit, acting,
    fields::LONGEST_NAME,
    sessions::{self, How},
    sign_in::refused,
};
use crate::{
    Service,
    audit::{self, Act},
    core::Core,
    problem,
};

/// What a provider vouches for.
#[derive(Debug, Clone, PartialEq)]
pub struct Vouched {
    /// The provider's name here; never `password`.
    pub provider: String,
    /// The provider's own name for the person, which stays.
    pub subject: String,
    /// Their address, if the provider says that it is verified.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// What they may do, by their groups there; `None`: groups are not used, and who comes must have been invited.
    pub standing: Option<(Role, Scope)>,
}

impl Service {
    /// Signs in whom a provider vouches for. Who is known by the provider's subject is that person. Who is not is the person whom
    /// somebody here invited under the verified address; or, where groups say what they may do, a new one.
    ///
    /// An address alone never opens an account that has a password: whoever can make addresses at a provider could take it over.
    pub async fn sign_in_vouched(&self, who: &Vouched, visit: &Visit) -> Result<NewSession, NotSignedIn> {
        let core = &*self.0;
        let at = ProviderSubject { provider: who.provider.clone(), subject: who.subject.clone() };
        let known = core.store.person_by_provider(&at).await.map_err(problem::of_store)?;
        let person = match known {
            Some(person) => person,
            None => arrive(core, who, at, visit).await?,
        };
        let person = as_vouched(core, person, who, visit).await?;
        if person.spec.state != PersonState::Active {
            return Err(refused("You may not sign in here any more; an administrator can change that.").into());
        }
        Ok(sessions::begin(core, &person, visit, How::Vouched(&who.provider)).await?)
    }

    /// Takes what somebody has here, sessions and tokens, who came and whom the provider's groups let in no more. Nothing of whoever
    /// was never here.
    pub async fn shut_out(&self, provider: &str, subject: &str, visit: &Visit) -> Result<(), Problem> {
        let core = &*self.0;
        let at = ProviderSubject { provider: provider.to_owned(), subject: subject.to_owned() };
        let known = core.store.person_by_provider(&at).await.map_err(problem::of_store)?;
        let Some(person) = known else { return Ok(()) };
        let now = core.now();
        let email = &person.spec.email;
        let taken = json!({ "by": provider, "sessions": "ended", "tokens": "revoked" });
        let act = Act::new("person.shut_out", format!("person {email}")).after(taken);
        let entry = audit::entry_of_visitor(email, visit, act, now);
        core.store.shut_out(person.id, now, Some(&entry)).await.map(drop).map_err(problem::of_store)
    }
}

/// Somebody whom the provider never vouched for before.
async fn arrive(core: &Core, who: &Vouched, at: ProviderSubject, visit: &Visit) -> Result<PersonRecord, Problem> {
    let Some(email) = &who.email else {
        return Err(refused(format!("{} says no verified email address of you.", who.provider)));
    };
    let found = core.store.person_by_email(email).await.map_err(problem::of_store)?;
    let now = core.now();
    let id = match (found, &who.standing) {
        (Some(person), _) if person.spec.password_hash.is_none() && person.spec.provider.is_none() => {
            let caller = acting(&person, visit.from);
            let act = Act::new("person.join", audit::person(&caller)).after(&who.provider);
            let entry = audit::entry(&caller, act, now);
            let joined = core.store.set_provider(person.id, &at, Some(&entry)).await.map_err(problem::of_store)?;
            joined.then_some(person.id)
        }
        (Some(_), _) => {
            return Err(refused(format!("`{email}` signs in here in another way; sign in that way.")));
        }
        (None, Some((role, scope))) => {
            let spec = PersonSpec {
                email: email.clone(),
                name: called(who).unwrap_or_else(|| email.clone()),
                role: *role,
                scope: scope.clone(),
                password_hash: None,
                provider: Some(at),
                state: PersonState::Active,
            };
            let act = Act::new("person.join", format!("person {email}")).after(audit::shown(&spec));
            let entry = audit::entry_of_visitor(email, visit, act, now);
            core.store.add_person(&spec, now, Some(&entry)).await.map_err(problem::of_store)?
        }
        (None, None) => return Err(refused(format!("`{email}` is not invited; ask an administrator."))),
    };
    let id = id.ok_or_else(|| refused("You may not sign in here; an administrator can change that."))?;
    let person = core.store.person(id).await.map_err(problem::of_store)?;
    person.ok_or_else(|| Problem::not_found("person", id))
}

/// What the provider says now holds at every sign-in: name, verified address, and by groups role and scope.
async fn as_vouched(core: &Core, person: PersonRecord, who: &Vouched, visit: &Visit) -> Result<PersonRecord, Problem> {
    let mut spec = person.spec.clone();
    if let Some(name) = called(who) {
        spec.name = name;
    }
    if let Some(email) = &who.email {
        let found = core.store.person_by_email(email).await.map_err(problem::of_store)?;
        if found.is_none_or(|found| found.id == person.id) {
            spec.email = email.to_lowercase();
        } else {
            tracing::warn!(person = %person.id, "their new address belongs to somebody else here; they keep the old one");
        }
    }
    if let Some((role, scope)) = &who.standing {
        (spec.role, spec.scope) = (*role, scope.clone());
    }
    if spec == person.spec {
        return Ok(person);
    }
    let (caller, now) = (acting(&person, visit.from), core.now());
    let tell = |before: &PersonSpec, after: &PersonSpec| {
        let act = Act::new("person.change", audit::person(&caller));
        audit::entry(&caller, act.before(audit::shown(before)).after(audit::shown(after)), now)
    };
    // What the provider does not say may have been changed by an administrator just now, and is left as it is.
    let was = &person.spec;
    let change = PersonChange {
        email: (spec.email != was.email).then_some(spec.email),
        name: (spec.name != was.name).then_some(spec.name),
        role: (spec.role != was.role).then_some(spec.role),
        scope: (spec.scope != was.scope).then_some(spec.scope),
        state: None,
    };
    match core.store.change_person(person.id, &change, Some(&tell)).await.map_err(problem::of_store)? {
        PersonChanged::Done => {
            let changed = core.store.person(person.id).await.map_err(problem::of_store)?;
            return changed.ok_or_else(|| Problem::not_found("person", person.id));
        }
        PersonChanged::Missing => return Err(Problem::not_found("person", person.id)),
        // Somebody took the address just now: the next sign-in tries again.
        PersonChanged::EmailTaken => {}
        // Somebody gave them the other of the two just now: likewise.
        PersonChanged::AdministratorWithScope => {
            tracing::warn!(person = %person.id, "they would become an administrator with a scope; they stay as they are");
        }
        // A slip in the groups must not leave nobody who could mend it.
        PersonChanged::LastAdministrator => {
            tracing::warn!("by their groups the last administrator would be none any more; they stay one");
        }
    }
    Ok(person)
}

/// What the provider calls somebody, on one line that is not too long.
fn called(who: &Vouched) -> Option<String> {
    let name: String = who.name.as_ref()?.chars().filter(|sign| !sign.is_control()).take(LONGEST_NAME).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
