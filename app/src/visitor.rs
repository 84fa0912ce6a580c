//! Whoever asks for a page: who they are, what they may do, and what became of the form that they sent.
//!
//! The server decides all of it; pages only hide what would be refused anyway, and show a form again with what was wrong.

use std::collections::BTreeMap;

use model::{Caller, Identity, NewToken, Problem, Role, Slug, Span, TestAnswer, Timestamp};

/// Fields that no page shows again.
const NEVER_AGAIN: [&str; 4] = ["password", "again", "current", "value"];

/// What a page may offer. Which caller has which is told by `rules::rights`; seeing is not among them, as whoever may not
/// see gets no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// Read what was said on the wire.
    SeePayload,
    /// Send word of runs.
    Send,
    /// Ask a probe now, pause and resume; in the demo, stop a server.
    Operate,
    /// Say what work was by hand.
    Claim,
    /// Acknowledge trouble, and mute the messages about it.
    Handle,
    /// Change integrations, probes and windows.
    Change,
    /// People, secrets, audit.
    Administer,
    /// Their own sessions, tokens and password.
    Own,
}

impl May {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::SeePayload,
        Self::Send,
        Self::Operate,
        Self::Claim,
        Self::Handle,
        Self::Change,
        Self::Administer,
        Self::Own,
    ];
}

/// Who asks. Made for each request.
pub struct Visitor {
    /// As the service knows them.
    pub caller: Caller,
    /// What they may do.
    pub may: Vec<May>,
    /// Whether this is the demo, where one may look as each role.
    pub demo: bool,
    /// Whom the one-time link of this address is for; `None` where there is none that still works.
    pub link: Option<LinkSeen>,
    /// The form that this page answers; `None` of a page that was only asked for.
    pub posted: Option<Posted>,
    /// Why they may not see the page of this address: it is shown in its stead.
    pub refused: Option<Problem>,
}

impl Visitor {
    /// Who asks, without link and form, refused nothing.
    pub fn new(caller: Caller, may: Vec<May>) -> Self {
        Self { caller, may, demo: false, link: None, posted: None, refused: None }
    }

    /// Whoever is not signed in.
    pub fn nobody() -> Self {
        Self::new(Caller::Nobody, Vec::new())
    }

    /// The person who is signed in.
    pub fn identity(&self) -> Option<&Identity> {
        match &self.caller {
            Caller::Person { identity, .. } => Some(identity),
            _ => None,
        }
    }

    /// What became of the form that is sent to this path (below the base).
    pub fn sent(&self, to: &str) -> Sent<'_> {
        Sent(self.posted.as_ref().filter(|posted| posted.to == to))
    }

    /// What became of a form that is sent below this path: one of many alike, `/account/tokens/7/revoke`.
    pub fn sent_below(&self, path: &str) -> Sent<'_> {
        Sent(self.posted.as_ref().filter(|posted| posted.to.starts_with(path)))
    }
}

/// A way in beside a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// As people know it: `Okta`.
    pub name: String,
    /// The path, below the base, of a GET that leads there; it takes `?next`.
    pub path: String,
}

/// A one-time link that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSeen {
    /// Whose it is; `None` of the set-up link, where the first person says it.
    pub email: Option<String>,
    /// What they are called, as far as is known.
    pub name: Option<String>,
    /// What they will be.
    pub role: Role,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// A form that was sent, and what became of it.
pub struct Posted {
    to: String,
    given: BTreeMap<String, String>,
    became: Became,
}

/// What became of a form that is answered by a page. One that went well and has nothing to show answers 303 instead.
pub enum Became {
    /// Nothing was changed.
    Refused(Refusal),
    /// Something that is shown once.
    Made(Made),
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Email and password do not go together; which of them is wrong is not told.
    Wrong,
    /// Too many tries; so long until the next.
    Wait(Span),
    /// Anything else, with the fields that are wrong.
    Problem(Problem),
}

/// What is shown once and never again.
pub enum Made {
    /// A one-time link: whom it is for, and its whole address.
    Link {
        /// Email.
        email: String,
        /// With scheme and host.
        address: String,
        /// Until when it works.
        expires_at: Timestamp,
    },
    /// A token.
    Token(NewToken),
    /// A channel was tried.
    Tested {
        /// Which.
        channel: Slug,
        /// What the other side said.
        answer: TestAnswer,
    },
}

impl Posted {
    /// The form sent to `to` (its path below the base) was refused; `given` is what its fields held. Passwords and values of
    /// secrets are dropped here.
    pub fn refused(to: impl Into<String>, given: BTreeMap<String, String>, why: Refusal) -> Self {
        let mut given = given;
        given.retain(|name, _| !NEVER_AGAIN.contains(&name.as_str()));
        Self { to: to.into(), given, became: Became::Refused(why) }
    }

    /// It made something that is shown once.
    pub fn made(to: impl Into<String>, made: Made) -> Self {
        Self { to: to.into(), given: BTreeMap::new(), became: Became::Made(made) }
    }

    /// What it made, whichever form it was.
    pub fn shown_once(&self) -> Option<&Made> {
        match &self.became {
            Became::Made(made) => Some(made),
            Became::Refused(_) => None,
        }
    }
}

/// What became of one form; of nothing if it was not sent.
#[derive(Clone, Copy)]
pub struct Sent<'a>(Option<&'a Posted>);

impl<'a> Sent<'a> {
    /// Why it was refused.
    pub fn refusal(self) -> Option<&'a Refusal> {
        match &self.0?.became {
            Became::Refused(refusal) => Some(refusal),
            Became::Made(_) => None,
        }
    }

    /// The same if this field held this value, else nothing: of forms that are sent to one place.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        if self.given(name) == Some(value) { self } else { Self(None) }
    }

    /// What a field held.
    pub fn given(self, name: &str) -> Option<&'a str> {
        self.0?.given.get(name).map(String::as_str)
    }

    /// What is wrong with a field.
    pub fn fault(self, name: &str) -> Option<String> {
        let Refusal::Problem(problem) = self.refusal()? else { return None };
        let fault = problem.errors.iter().find(|fault| fault.field == name)?;
        Some(match &fault.allowed {
            Some(allowed) => format!("{} (allowed: {allowed})", fault.message),
            None => fault.message.clone(),
        })
    }

    /// Faults of fields that the form does not have.
    pub fn elsewhere(self, fields: &[&str]) -> Vec<String> {
        let Some(Refusal::Problem(problem)) = self.refusal() else { return Vec::new() };
        problem
            .errors
            .iter()
            .filter(|fault| !fields.contains(&fault.field.as_str()))
            .map(|fault| format!("{}: {}", fault.field, fault.message))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use model::{Fault, Problem};

    use super::*;

    fn refused() -> Visitor {
        let given = [("email", "ada@example.com"), ("password", "hunter2hunter2"), ("value", "s3cret")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let problem = Problem::invalid(vec![
            Fault::at("email", "is taken"),
            Fault::at("role", "is no role").allowed("viewer, admin"),
            Fault::at("link", "is used up"),
        ]);
        Visitor {
            posted: Some(Posted::refused("/people", BTreeMap::from(given), Refusal::Problem(problem))),
            ..Visitor::nobody()
        }
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_except_for_secrets() {
        let visitor = refused();
        let sent = visitor.sent("/people");
        assert_eq!(sent.given("email"), Some("ada@example.com"));
        assert_eq!((sent.given("password"), sent.given("value")), (None, None));
    }

    #[test]
    fn faults_go_to_their_fields_and_the_others_are_told() {
        let visitor = refused();
        let sent = visitor.sent("/people");
        assert_eq!(sent.fault("email").as_deref(), Some("is taken"));
        assert_eq!(sent.fault("role").as_deref(), Some("is no role (allowed: viewer, admin)"));
        assert_eq!(sent.fault("name"), None);
        assert_eq!(sent.elsewhere(&["email", "role"]), ["link: is used up"]);
    }

    #[test]
    fn forms_that_are_sent_to_one_place_are_told_apart_by_what_they_held() {
        let visitor = refused();
        let sent = visitor.sent("/people");
        assert!(sent.with("email", "ada@example.com").refusal().is_some());
        assert!(sent.with("email", "grace@example.com").refusal().is_none());
    }

    #[test]
    fn one_form_knows_nothing_of_another() {
        let visitor = refused();
        let other = visitor.sent("/account/tokens");
        assert!(other.refusal().is_none() && other.given("email").is_none() && other.fault("email").is_none());
    }
}
