//! Forms of pages: they work without scripts. One that went well answers 303 to where the page says so; one that was refused, or made
//! something that is shown once, answers with its page.

pub mod ways_in;

mod account;
mod channels;
mod handling;
mod local;
mod people;
mod secrets;
mod windows;

use std::{collections::BTreeMap, net::IpAddr};

use app::visitor::{Made, Posted, Refusal as Refused};
use axum::{
    Router,
    body::to_bytes,
    extract::{FromRequest, Request},
    http::header,
    response::{IntoResponse, Response},
};
use model::{Caller, Problem, ProblemKind};
use service::{NotSignedIn, Visit};

use super::{Door, identity, known, pages, problem::Refusal, rules::see_other, way::Source};

/// The largest form that is read: a secret may be a long key.
const LARGEST: usize = 64 * 1024;

/// Every form's route.
pub fn router() -> Router<Door> {
    let own = ways_in::router().merge(account::router());
    let administrators = people::router().merge(secrets::router()).merge(channels::router());
    own.merge(administrators).merge(handling::router()).merge(windows::router())
}

/// A form that was sent: by whom, to where, and what its fields hold.
pub struct Form {
    /// The path that it was sent to, below the base.
    to: String,
    /// Whoever the table of rules let in.
    caller: Caller,
    visit: Visit,
    /// What the cookie of the session holds that came along.
    session: Option<String>,
    given: BTreeMap<String, String>,
}

impl FromRequest<Door> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, LARGEST).await.map_err(|why| {
            let detail = format!("The form could not be read: {why}. At most 64 KiB are taken.");
            Refusal(Problem::new(ProblemKind::TooLarge, detail)).into_response()
        })?;
        // A browser sends each line's end as two characters; of a field that is there twice the last counts.
        let given =
            form_urlencoded::parse(&bytes).map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")));
        let browser = parts.headers.get(header::USER_AGENT).and_then(|said| said.to_str().ok()).map(str::to_owned);
        let from: Option<IpAddr> = parts.extensions.get::<Source>().map(|source| source.0);
        Ok(Self {
            to: parts.uri.path().to_owned(),
            caller: identity::caller(&parts),
            visit: Visit { from, browser, known: known::read(door, &parts.headers) },
            session: identity::session_cookie(&parts.headers, &door.way).map(str::to_owned),
            given: given.collect(),
        })
    }
}

impl Form {
    /// A field; empty where there is none.
    fn text(&self, name: &str) -> &str {
        self.given.get(name).map_or("", String::as_str)
    }

    /// The lines of a field, without those that are empty.
    fn lines(&self, name: &str) -> Vec<&str> {
        self.text(name).lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }

    /// The page at `page`, with why the form was refused.
    async fn refused(self, door: &Door, page: &str, why: Refused) -> Response {
        pages::answer(door, page, self.caller, Posted::refused(self.to, self.given, why)).await
    }

    /// The page at `page`, with what is shown once.
    async fn made(self, door: &Door, page: &str, made: Made) -> Response {
        pages::answer(door, page, self.caller, Posted::made(self.to, made)).await
    }

    /// What came of it: on to `then`, or the page at `page` with why not.
    async fn became(self, door: &Door, page: &str, became: Result<(), Problem>, then: &str) -> Response {
        match became {
            Ok(()) => see_other(&door.way.href(then)),
            Err(problem) => self.refused(door, page, Refused::Problem(problem)).await,
        }
    }
}

/// Why somebody was not let in, as a page says it.
fn not_let_in(why: NotSignedIn) -> Refused {
    match why {
        NotSignedIn::Wrong => Refused::Wrong,
        NotSignedIn::Wait(wait) => Refused::Wait(wait),
        why @ (NotSignedIn::Busy | NotSignedIn::Problem(_)) => Refused::Problem(why.into()),
    }
}

/// A fault of what the API calls `from`, where the form calls it `to`.
fn renamed(mut problem: Problem, from: &str, to: &str) -> Problem {
    for fault in problem.errors.iter_mut().filter(|fault| fault.field == from) {
        to.clone_into(&mut fault.field);
    }
    problem
}
