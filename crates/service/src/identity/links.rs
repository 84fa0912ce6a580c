//! One-time links: to accept an invitation, to reset a password. (That of the first administrator is in `setup`.)

use model::{PersonState, Problem, ProblemKind, Role, Span, Timestamp, api::NewLink};
use serde_json::json;
use store::{LinkPurpose, LinkRecord, LinkSpec, PersonRecord};

use super::{
    NewSession, NotSignedIn, Office, Opener, Visit, acting,
    failures::Trier,
    fields::Fields,
    hash,
    sessions::{self, How},
    sign_in::chosen,
    view,
};
use crate::{
    Service,
    audit::{self, Act},
    core::Core,
    problem,
};

/// An invitation is read when somebody comes back from a holiday.
const INVITED: Span = Span::hours(7 * 24);
/// A reset is waited for.
const RESET: Span = Span::hours(24);

/// What a link that still works is for, as its page asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSeen {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose; `None` of the set-up link, where the first person says it.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// What they will be.
    pub role: Role,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl Service {
    /// What a link is for. It stays unused. `None`: it does not work, or no more.
    pub async fn link(&self, link: &str) -> Result<Option<LinkSeen>, Problem> {
        let core = &*self.0;
        let Some((LinkRecord { purpose, person, expires_at, .. }, found)) = look(core, link).await? else {
            return Ok(None);
        };
        Ok(match (person, found) {
            (None, _) => Some(LinkSeen { purpose, email: None, name: None, role: Role::Admin, expires_at }),
            (Some(_), Some(PersonRecord { spec, .. })) => {
                let (email, name) = (Some(spec.email), Some(spec.name));
                Some(LinkSeen { purpose, email, name, role: spec.role, expires_at })
            }
            (Some(_), None) => None,
        })
    }

    /// Uses an invitation or a reset to choose a password, and signs in. The person's other sessions end, and their tokens are taken
    /// back: who needs a reset may have lost the old password to somebody. Who was invited may say what they are called; of a reset
    /// `name` is not read.
    pub async fn choose_password(
        &self,
        link: &str,
        name: Option<&str>,
        password: &str,
        visit: &Visit,
    ) -> Result<NewSession, NotSignedIn> {
        let core = &*self.0;
        let Some((LinkRecord { purpose, .. }, Some(mut person))) = look(core, link).await? else {
            return Err(no_link().into());
        };
        let body = json!({ "name": name.filter(|_| purpose == LinkPurpose::Invite) });
        let mut fields = Fields::of(&body, &["name"])?;
        let name = fields.name();
        fields.checked(Some(()))?;
        let kept = chosen(core, password, &person.spec.email, name.as_deref().unwrap_or(&person.spec.name)).await?;
        let caller = acting(&person, visit.from);
        let (action, after) = match purpose {
            LinkPurpose::Invite => ("person.join", name.as_ref().map(|name| json!({ "name": name }))),
            LinkPurpose::Setup | LinkPurpose::Reset => {
                ("password.reset", Some(json!({ "sessions": "ended", "tokens": "revoked" })))
            }
        };
        let act = Act::new(action, audit::person(&caller)).after(after);
        let entry = audit::entry(&caller, act, core.now());
        let used = core.store.set_password_by_link(&hash(link), &kept, name.as_deref(), core.now(), Some(&entry)).await;
        if used.map_err(problem::of_store)?.is_none() {
            return Err(no_link().into());
        }
        core.gate.tries.forget(&Trier::of(&person.spec.email, Some(&person), visit));
        person.spec.password_hash = Some(kept);
        Ok(sessions::begin(core, &person, visit, How::Own(purpose.as_str())).await?)
    }
}

/// A link that works, and whose it is, if that person may still come.
async fn look(core: &Core, link: &str) -> Result<Option<(LinkRecord, Option<PersonRecord>)>, Problem> {
    let found = core.store.link(&hash(link), core.now()).await.map_err(problem::of_store)?;
    let Some(record) = found else { return Ok(None) };
    let person = match record.person {
        Some(id) => core.store.person(id).await.map_err(problem::of_store)?,
        None => None,
    };
    // Who came by a provider meanwhile has no password here, whatever links are left.
    let may = |person: &PersonRecord| person.spec.state != PersonState::Disabled && person.spec.provider.is_none();
    Ok(Some((record, person.filter(may))))
}

/// A new link of a person: an invitation until they came, a reset from then on. Those before it work no more.
pub(super) async fn of_person(office: &Office<'_>, person: PersonRecord, act: Option<Act>) -> Result<NewLink, Problem> {
    let (purpose, way, valid) = match person.spec.state {
        PersonState::Invited => (LinkPurpose::Invite, "invitation", INVITED),
        PersonState::Active => (LinkPurpose::Reset, "reset", RESET),
        PersonState::Disabled => {
            return Err(Problem::conflict(format!("`{}` is disabled; enable them first.", person.spec.email)));
        }
    };
    if let Some(at) = &person.spec.provider {
        let detail = format!("`{}` signs in by {} and has no password here.", person.spec.email, at.provider);
        return Err(Problem::conflict(detail));
    }
    let Opener { clear, hash: token_hash } = Opener::new(office.keys, "");
    let expires_at = office.now + valid;
    let spec = LinkSpec { token_hash, purpose, person: Some(person.id), expires_at };
    let entry = act.map(|act| office.entry(act));
    office.store.add_link(&spec, office.now, entry.as_ref()).await.map_err(problem::of_store)?;
    Ok(NewLink { person: view(person), path: format!("/{way}/{clear}"), expires_at })
}

/// Said of every link that does not work, whatever the reason.
pub(super) fn no_link() -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "This link does not work: it was used, or is too old. Ask an administrator for another one.",
    )
}
