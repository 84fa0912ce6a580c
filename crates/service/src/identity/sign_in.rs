//! Showing who one is by a password. (By a provider: `vouched`.)

use model::{Caller, Fault, PersonId, PersonState, Problem, ProblemKind, Span, Timestamp};
use serde_json::json;
use store::PasswordHash;

use super::{
    Gate, NewSession, PasswordMark, Visit,
    failures::Trier,
    passwords::{Busy, Lane},
    sessions::{self, How},
};
use crate::{
    Service,
    audit::{self, Act},
    core::Core,
    problem,
};

/// Why somebody was not let in.
#[derive(Debug, Clone, PartialEq)]
pub enum NotSignedIn {
    /// Account and password do not go together. It is not said which of them is wrong.
    Wrong,
    /// Too many tries from there: so long until the next is looked at.
    Wait(Span),
    /// Too many try at once. Try again in a moment.
    Busy,
    /// Anything else.
    Problem(Problem),
}

impl From<NotSignedIn> for Problem {
    fn from(why: NotSignedIn) -> Self {
        match why {
            NotSignedIn::Wrong => Self::new(ProblemKind::SignIn, "Email and password do not go together."),
            NotSignedIn::Wait(wait) => {
                let seconds = wait.as_ms().max(0).div_euclid(1_000) + 1;
                Self::new(ProblemKind::TooMany, format!("Too many tries. Try again in {seconds} s."))
            }
            NotSignedIn::Busy => {
                Self::new(ProblemKind::TooMany, "Too many try to sign in at once. Try again in a moment.")
            }
            NotSignedIn::Problem(problem) => problem,
        }
    }
}

impl From<Problem> for NotSignedIn {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Busy> for NotSignedIn {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl Service {
    /// How many passwords were hashed since the start, right ones and wrong ones.
    pub fn password_hashes(&self) -> u64 {
        self.0.gate.hasher.count()
    }

    /// Signs in by a password.
    pub async fn sign_in(&self, email: &str, password: &str, visit: &Visit) -> Result<NewSession, NotSignedIn> {
        let core = &*self.0;
        let email = email.trim();
        let found = core.store.person_by_email(email).await.map_err(problem::of_store)?;
        let trier = Trier::of(email, found.as_ref(), visit);
        let there = found.filter(|person| person.spec.state == PersonState::Active);
        let known = there.as_ref().and_then(|person| Some((person.id, person.spec.password_hash.as_ref()?)));
        let (lane, kept) = match (known, &trier) {
            (Some((id, kept)), Trier::Browser(..)) => (Lane::Familiar(id), Some(kept)),
            (Some((id, kept)), _) => (Lane::Strange(id), Some(kept)),
            (None, _) => (Lane::of_nobody(email), None),
        };
        let fits = core.gate.fits(&trier, lane, password, kept, core.now()).await?;
        let Some(person) = there.filter(|_| fits) else {
            tell_refusal(core, visit).await;
            return Err(NotSignedIn::Wrong);
        };
        core.gate.tries.forget(&trier);
        Ok(sessions::begin(core, &person, visit, How::Own("password")).await?)
    }

    /// Gives whoever asks another password, and answers its mark. Their other sessions end and their tokens are taken back: whoever
    /// else had the old password, or this browser for a moment, may have made them. No browser is known to them any more.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: &str,
        new: &str,
    ) -> Result<(PersonId, PasswordMark), NotSignedIn> {
        let core = &*self.0;
        let Caller::Person { id, session, .. } = caller else {
            return Err(refused("Only a person who is signed in has a password.").into());
        };
        let found = core.store.person(*id).await.map_err(problem::of_store)?;
        let person = found.ok_or_else(|| Problem::not_found("person", id))?;
        let Some(kept) = &person.spec.password_hash else {
            return Err(Problem::conflict("You sign in elsewhere and have no password here.").into());
        };
        // Whoever finds a browser open must not try passwords without end either.
        let trier = Trier::Session(*id, *session);
        if !core.gate.fits(&trier, Lane::Familiar(*id), current, Some(kept), core.now()).await? {
            return Err(NotSignedIn::Wrong);
        }
        core.gate.tries.forget(&trier);
        let hash = chosen(core, new, &person.spec.email, &person.spec.name).await?;
        let act = Act::new("password.change", audit::person(caller));
        let act = act.after(json!({ "sessions": "others ended", "tokens": "revoked" }));
        let now = core.now();
        let entry = audit::entry(caller, act, now);
        let set = core.store.set_password(*id, &hash, *session, now, Some(&entry)).await.map_err(problem::of_store)?;
        if set { Ok((*id, PasswordMark::of(&hash))) } else { Err(Problem::not_found("person", id).into()) }
    }
}

impl Gate {
    /// Whether a password is the one of `kept`, as one more try of `trier`; not looked at where they have to wait.
    pub(super) async fn fits(
        &self,
        trier: &Trier,
        lane: Lane,
        password: &str,
        kept: Option<&PasswordHash>,
        now: Timestamp,
    ) -> Result<bool, NotSignedIn> {
        let counted = self.tries.begin(trier, now).map_err(NotSignedIn::Wait)?;
        let fits = self.hasher.verify(lane, password, kept).await;
        if fits.is_err() {
            // No password was looked at: whoever crowds an account's queue must not make its owner wait besides.
            self.tries.take_back(trier, counted);
        }
        Ok(fits?)
    }
}

/// What is kept of a password that somebody chooses.
pub(super) async fn chosen(core: &Core, password: &str, email: &str, name: &str) -> Result<PasswordHash, NotSignedIn> {
    rules::password::check(password, email, name)
        .map_err(|wrong| Problem::invalid(vec![Fault::at("password", wrong).allowed("at least 12 characters")]))?;
    Ok(core.gate.hasher.hash(password, &core.keys).await?)
}

/// Tells log and audit of a refusal, without the email: some people type their password there. Nor is it told whether the account
/// is there.
async fn tell_refusal(core: &Core, visit: &Visit) {
    let from = visit.from.map_or_else(|| "unknown".to_owned(), |from| from.to_canonical().to_string());
    tracing::info!(address = from, "a sign-in was refused");
    let now = core.now();
    if core.gate.told.is_due(visit.from, now) {
        let act = Act::new("session.refuse", format!("address {from}"));
        let entry = audit::entry_of_visitor("nobody", visit, act, now);
        if let Err(error) = core.store.audit(&entry).await {
            // Whoever is refused is told so, whatever can be written.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the audit could not be told of a refused sign-in"
            );
        }
    }
}

/// Says no, and why.
pub(super) fn refused(why: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Forbidden, why)
}
