//! Browsers that are signed in.

use std::{fmt, net::IpAddr};

use model::{Caller, Page, PersonId, Problem, SessionId, SessionView, Timestamp};
use store::{PersonRecord, SessionRecord, SessionSpec, SignedIn};

use super::{Opener, PasswordMark, Visit, acting, hash, identity, own_id};
use crate::{
    Service,
    audit::{self, Act},
    core::Core,
    problem,
    sight::Sight,
};

/// Characters that are kept of what a browser calls itself.
const BROWSER: usize = 200;

/// A session just begun.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSession {
    /// What the browser keeps. Only its hash is kept here.
    pub token: String,
    /// Whose.
    pub person: PersonId,
    /// The password that they have now; `None` of those who have none here.
    pub password: Option<PasswordMark>,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

/// Without the token, which must not get into a log.
impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSession").field("person", &self.person).finish_non_exhaustive()
    }
}

impl Service {
    /// Who asks with this session token, from this address; [`Caller::Nobody`] if it opens nothing (any more). Notes that it was
    /// used, at most once a minute, if it was: a page that looks for news by itself keeps no session awake.
    pub async fn caller_of_session(&self, token: &str, from: Option<IpAddr>, used: bool) -> Result<Caller, Problem> {
        let core = &*self.0;
        let (now, idle) = (core.now(), core.gate.stay.idle);
        let found = core.store.session(&hash(token), now, idle).await.map_err(problem::of_store)?;
        let Some(SignedIn { session, person }) = found else { return Ok(Caller::Nobody) };
        if used && let Err(error) = core.store.touch_session(&session, now).await {
            // Who reads a page must not be sent away because nothing can be written.
            tracing::warn!(error = &error as &dyn std::error::Error, "the use of a session could not be noted");
        }
        Ok(Caller::Person { id: person.id, identity: identity(&person), session: Some(session.id), from })
    }

    /// Ends the session that the caller asks in, if there is one.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), Problem> {
        let Caller::Person { id, session: Some(session), .. } = caller else { return Ok(()) };
        let act = Act::new("session.end", audit::person(caller));
        let entry = audit::entry(caller, act, self.0.now());
        self.0.store.end_session(*id, *session, Some(&entry)).await.map(drop).map_err(problem::of_store)
    }
}

/// How somebody showed who they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum How<'a> {
    /// By what is known here: a password, a link.
    Own(&'static str),
    /// By this provider, who vouched for them just now.
    Vouched(&'a str),
}

/// Begins a session of a person who showed who they are.
pub(super) async fn begin(
    core: &Core,
    person: &PersonRecord,
    visit: &Visit,
    how: How<'_>,
) -> Result<NewSession, Problem> {
    let now = core.now();
    let Opener { clear, hash: token_hash } = Opener::new(&core.keys, "");
    let expires_at = now + core.gate.stay.absolute;
    let spec = SessionSpec {
        person: person.id,
        token_hash,
        address: visit.from.map(|from| from.to_string()),
        browser: visit.browser.as_ref().map(|browser| browser.chars().take(BROWSER).collect()),
        expires_at,
        vouched: matches!(how, How::Vouched(_)),
    };
    let (How::Own(how) | How::Vouched(how)) = how;
    let caller = acting(person, visit.from);
    let act = Act::new("session.begin", audit::person(&caller)).after(how);
    let entry = audit::entry(&caller, act, now);
    let begun = core.store.begin_session(&spec, now, Some(&entry)).await.map_err(problem::of_store)?;
    match begun {
        Some(_) => {
            let password = person.spec.password_hash.as_ref().map(PasswordMark::of);
            Ok(NewSession { token: clear, person: person.id, password, expires_at })
        }
        None => Err(Problem::conflict("This person may not sign in; an administrator can change that.")),
    }
}

/// The caller's own sessions, the last used first.
pub(crate) async fn list(sight: &Sight<'_>) -> Result<Page<SessionView>, Problem> {
    match own_id(sight.caller()) {
        Some(person) => of(sight, person).await,
        None => Ok(Page::whole(Vec::new())),
    }
}

/// The sessions of a person.
pub(crate) async fn of(sight: &Sight<'_>, person: PersonId) -> Result<Page<SessionView>, Problem> {
    let idle = sight.gate.stay.idle;
    let sessions = sight.store.sessions(person, sight.now(), idle).await.map_err(problem::of_store)?;
    Ok(Page::whole(sessions.into_iter().map(|session| view(session, sight.caller())).collect()))
}

/// Ends one of the caller's own sessions.
pub(crate) async fn end(sight: &Sight<'_>, session: SessionId) -> Result<(), Problem> {
    let unknown = || Problem::not_found("session", session);
    let person = own_id(sight.caller()).ok_or_else(unknown)?;
    let entry = sight.entry(Act::new("session.end", audit::person(sight.caller())));
    let ended = sight.store.end_session(person, session, Some(&entry)).await.map_err(problem::of_store)?;
    if ended { Ok(()) } else { Err(unknown()) }
}

/// Ends every session of a person; of the caller themselves all but the one that asks.
pub(crate) async fn end_all(sight: &Sight<'_>, person: PersonId) -> Result<(), Problem> {
    let found = sight.store.person(person).await.map_err(problem::of_store)?;
    let found = found.ok_or_else(|| Problem::not_found("person", person))?;
    let keep = match sight.caller() {
        Caller::Person { id, session, .. } if *id == person => *session,
        _ => None,
    };
    let entry = sight.entry(Act::new("session.end_all", format!("person {}", found.spec.email)));
    sight.store.end_sessions(person, keep, Some(&entry)).await.map(drop).map_err(problem::of_store)
}

fn view(session: SessionRecord, caller: &Caller) -> SessionView {
    let SessionRecord { id, begun_at, last_used_at, address, browser, .. } = session;
    let is_this = matches!(caller, Caller::Person { session: Some(this), .. } if *this == id);
    SessionView { id, begun_at, last_used_at, address, browser, is_this }
}
