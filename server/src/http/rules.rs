//! One table of every route and what it takes to be let in. What is not in it is refused, so that a route that somebody adds
//! without a thought is shut, not open.
//!
//! The rights are decided by `rules::rights`, here as in `service`, which also knows scopes and whose things are whose: this table
//! is the first gate, that one the last. A test walks every route with every role and with nobody and compares.

mod table;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{Caller, Problem, ProblemKind};
use rules::rights::{self, Missing};

use super::{
    Door, identity, limits, pages,
    problem::{self, Refusal},
    way::Source,
};

pub use table::{ROUTES, Route, Rule, is_form, of};

/// Lets in whom the table lets in, with who they are; answers everybody else why not.
pub async fn decide(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    // What is at no route is answered with a 404 that is the same for everybody.
    let Some(path) = request.extensions().get::<MatchedPath>().cloned() else {
        request.extensions_mut().insert(Caller::Nobody);
        return next.run(request).await;
    };
    let rule = match gate(request.method(), path.as_str()) {
        Ok(rule) => rule,
        Err(problem) => return Refusal(problem).into_response(),
    };
    let Rule::Needs(right) = rule else {
        request.extensions_mut().insert(Caller::Nobody);
        return next.run(request).await;
    };
    let from = request.extensions().get::<Source>().map(|source| source.0);
    let used = !identity::is_look(request.headers(), path.as_str());
    let caller = match door.who(request.headers(), from, used).await {
        Ok(caller) => caller,
        Err(problem) => return refuse(&door, request, Caller::Nobody, problem).await,
    };
    if let Err(wait) = door.rates.token(&caller) {
        return limits::wait_for(wait);
    }
    if let Err(missing) = rights::may(&caller, right) {
        let problem = why(missing, &caller);
        return refuse(&door, request, caller, problem).await;
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The rule of what matched, or why nobody is let in.
fn gate(method: &Method, path: &str) -> Result<Rule, Problem> {
    if let Some(rule) = of(method, path) {
        return Ok(rule);
    }
    if ROUTES.iter().any(|route| route.path == path) {
        return Err(problem::not_by(method));
    }
    tracing::error!(path, "a route has no rule and is shut; add it to http/rules/table.rs");
    Err(Problem::new(ProblemKind::Forbidden, "Nobody may ask this: it has no rule of who may."))
}

/// What is missing, in words.
fn why(missing: Missing, caller: &Caller) -> Problem {
    match missing {
        Missing::SignIn if matches!(caller, Caller::Token { .. }) => {
            Problem::new(ProblemKind::SignIn, "No token may do this. Sign in with a browser.")
        }
        Missing::SignIn => Problem::new(
            ProblemKind::SignIn,
            "Nobody is signed in. Sign in, or send a token: `Authorization: Bearer bw_...`.",
        ),
        Missing::Role(_) => Problem::new(ProblemKind::Forbidden, service::sentence(&missing.to_string())),
        Missing::TokenMayOnlySend => Problem::new(
            ProblemKind::Forbidden,
            "This token may not do that: a token of an integration sends its runs, and nothing else.",
        ),
    }
}

/// A person who is not signed in is led to where they sign in and back again; one who may not is shown why; a program is told.
async fn refuse(door: &Door, request: Request, caller: Caller, problem: Problem) -> Response {
    let kind = problem.kind;
    if !wants_page(&request) {
        let mut response = Refusal(problem).into_response();
        if kind == ProblemKind::SignIn {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        return response;
    }
    if kind == ProblemKind::SignIn {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let next = form_urlencoded::Serializer::new(String::new()).append_pair("next", path).finish();
        let next = if path == "/" { String::new() } else { format!("?{next}") };
        return see_other(&door.way.href(&format!("/sign-in{next}")));
    }
    pages::refused(door, request, caller, problem).await
}

/// Whether a person looks, not a program. Parts of pages that scripts fetch are asked for as pages.
pub fn wants_page(request: &Request) -> bool {
    let accepts = |headers: &HeaderMap| {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    };
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    is_read && accepts(request.headers()) && !request.uri().path().starts_with("/api/v1/")
}

/// Go there, by GET. 303.
pub fn see_other(address: &str) -> Response {
    let Ok(address) = HeaderValue::from_str(address) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let headers: [(HeaderName, HeaderValue); 1] = [(header::LOCATION, address)];
    (StatusCode::SEE_OTHER, headers).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use model::{Caller, ProblemKind, Role};
    use rules::rights::Missing;

    use super::{Rule, gate, why};

    #[test]
    fn who_lacks_a_role_is_told_in_the_words_of_the_pages() {
        let problem = |role| why(Missing::Role(role), &Caller::Nobody);
        assert_eq!(problem(Role::Admin).detail, "This takes an administrator.");
        assert_eq!(problem(Role::Engineer).detail, "This takes an engineer: an administrator can make you one.");
        assert_eq!(problem(Role::Engineer).kind, ProblemKind::Forbidden);
    }

    #[test]
    fn what_has_no_rule_is_shut() {
        let status = |method, path| gate(&method, path).map_err(|problem| problem.kind.status());
        assert_eq!(status(Method::GET, "/api/v1/forgotten"), Err(403));
        assert_eq!(status(Method::PUT, "/healthz"), Err(405));
        assert_eq!(status(Method::GET, "/healthz"), Ok(Rule::Open));
    }
}
