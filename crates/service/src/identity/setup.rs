//! The first administrator, set up by a link that only who sees the console has.

use model::{Caller, PersonState, Problem, Role, Scope, Span};
use serde_json::{Value, json};
use store::{LinkPurpose, LinkSpec, PersonSpec, SetUp};

use super::{
    NewSession, NotSignedIn, Opener, Visit,
    fields::Fields,
    hash,
    links::no_link,
    sessions::{self, How},
    sign_in::chosen,
};
use crate::{
    Service,
    audit::{self, Act},
    problem,
};

/// How long the link works; the next start prints another.
const VALID: Span = Span::hours(24);

impl Service {
    /// The path of a link to set the first administrator up, as long as there is none; those before it work no more. For the
    /// console.
    pub async fn setup_link(&self) -> Result<Option<String>, Problem> {
        let core = &*self.0;
        if core.store.has_administrator().await.map_err(problem::of_store)? {
            return Ok(None);
        }
        let Opener { clear, hash: token_hash } = Opener::new(&core.keys, "");
        let now = core.now();
        let link = LinkSpec { token_hash, purpose: LinkPurpose::Setup, person: None, expires_at: now + VALID };
        // Whoever has it becomes an administrator: that it was made must not be seen on the console alone.
        let act = Act::new("person.set_up_link", "first administrator").after(json!({ "expires_at": link.expires_at }));
        let entry = audit::entry(&Caller::Local, act, now);
        core.store.add_link(&link, now, Some(&entry)).await.map_err(problem::of_store)?;
        Ok(Some(format!("/set-up/{clear}")))
    }

    /// Uses that link: `{"email": .., "name": .., "password": ..}` become the first administrator, who is signed in then.
    pub async fn set_up(&self, link: &str, body: &Value, visit: &Visit) -> Result<NewSession, NotSignedIn> {
        let core = &*self.0;
        let now = core.now();
        let seen = core.store.link(&hash(link), now).await.map_err(problem::of_store)?;
        if seen.is_none_or(|seen| seen.purpose != LinkPurpose::Setup) {
            return Err(no_link().into());
        }
        let mut fields = Fields::of(body, &["email", "name", "password"])?;
        let (email, name) = (fields.email(), fields.name());
        let email = fields.needed("email", email, "one such as ada@example.com");
        let name = fields.needed("name", name, "what you are called");
        // As it was typed: blanks may be part of it.
        let password = body.get("password").and_then(Value::as_str);
        let password = fields.needed("password", password, "at least 12 characters");
        let (email, name, password) =
            fields.checked(email.zip(name).zip(password).map(|((email, name), password)| (email, name, password)))?;
        let kept = chosen(core, password, &email, &name).await?;
        let spec = PersonSpec {
            email,
            name,
            role: Role::Admin,
            scope: Scope::default(),
            password_hash: Some(kept),
            provider: None,
            state: PersonState::Active,
        };
        let act = Act::new("person.set_up", format!("person {}", spec.email)).after(audit::shown(&spec));
        let entry = audit::entry_of_visitor(&spec.email, visit, act, now);
        let done = core.store.set_up_by_link(&hash(link), &spec, now, Some(&entry)).await.map_err(problem::of_store)?;
        let id = match done {
            SetUp::Done(id) => id,
            SetUp::NoLink => return Err(no_link().into()),
            SetUp::Taken => return Err(super::people::taken(&spec.email).into()),
        };
        let person = core.store.person(id).await.map_err(problem::of_store)?;
        let person = person.ok_or_else(|| Problem::not_found("person", id))?;
        Ok(sessions::begin(core, &person, visit, How::Own("set-up")).await?)
    }
}
