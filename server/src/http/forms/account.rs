//! Forms of one's own account: password, sessions, tokens.

use app::visitor::Made;
use axum::{Router, extract::State, response::Response, routing::post};
use model::{Api, Fault, Problem, ProblemKind, SessionId, Span, TokenId};
use serde_json::{Value, json};
use service::{Acting, NotSignedIn};

use super::{Form, Refused, not_let_in, renamed, ways_in::with_cookie};
use crate::http::{Door, edge::Named, known, rules::see_other};

const PAGE: &str = "/account";
/// What the form says of a token that works until it is taken back.
const NEVER: &str = "never";

/// Their routes.
pub(super) fn router() -> Router<Door> {
    Router::new()
        .route("/account/password", post(password))
        .route("/account/sessions/end-others", post(end_others))
        .route("/account/sessions/{id}/end", post(end))
        .route("/account/tokens", post(make))
        .route("/account/tokens/{id}/revoke", post(revoke))
}

async fn password(State(door): State<Door>, form: Form) -> Response {
    if form.text("password") != form.text("again") {
        let problem = Problem::invalid(vec![Fault::at("again", "is not the same as the one above")]);
        return form.refused(&door, PAGE, Refused::Problem(problem)).await;
    }
    match door.service.change_password(&form.caller, form.text("current"), form.text("password")).await {
        Ok((person, password)) => {
            let response = see_other(&door.way.href("/account?done=password"));
            with_cookie(response, known::keep(&door, person, password))
        }
        // Here it is known whose it is, so only one of the two can be wrong.
        Err(NotSignedIn::Wrong) => {
            let problem = Problem::invalid(vec![Fault::at("current", "is not the present one")]);
            form.refused(&door, PAGE, Refused::Problem(problem)).await
        }
        Err(why) => form.refused(&door, PAGE, not_let_in(why)).await,
    }
}

async fn end(State(door): State<Door>, Named(id): Named<i64>, form: Form) -> Response {
    let ended = door.service.acting_as(form.caller.clone()).end_session(SessionId(id)).await;
    form.became(&door, PAGE, ended, "/account?done=session").await
}

async fn end_others(State(door): State<Door>, form: Form) -> Response {
    let ended = end_all_but_this(&door.service.acting_as(form.caller.clone())).await;
    form.became(&door, PAGE, ended, "/account?done=sessions").await
}

async fn end_all_but_this(api: &Acting) -> Result<(), Problem> {
    for session in api.sessions().await?.items.into_iter().filter(|session| !session.is_this) {
        match api.end_session(session.id).await {
            // It may have ended by itself meanwhile.
            Err(problem) if problem.kind != ProblemKind::NotFound => return Err(problem),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

async fn make(State(door): State<Door>, form: Form) -> Response {
    let integration = Some(form.text("integration")).filter(|slug| !slug.is_empty());
    let mut body = json!({ "name": form.text("name"), "integration": integration });
    match form.text("expires") {
        // The usual.
        "" => {}
        NEVER => body["expires_at"] = Value::Null,
        span => match Span::parse(span) {
            Ok(span) => body["expires_at"] = json!(door.clock.now() + span),
            Err(why) => {
                let problem = Problem::invalid(vec![Fault::at("expires", why.to_string())]);
                return form.refused(&door, PAGE, Refused::Problem(problem)).await;
            }
        },
    }
    match door.service.acting_as(form.caller.clone()).add_token(body).await {
        Ok(token) => form.made(&door, PAGE, Made::Token(token)).await,
        Err(problem) => form.refused(&door, PAGE, Refused::Problem(renamed(problem, "expires_at", "expires"))).await,
    }
}

async fn revoke(State(door): State<Door>, Named(id): Named<i64>, form: Form) -> Response {
    let revoked = door.service.acting_as(form.caller.clone()).revoke_token(TokenId(id)).await;
    form.became(&door, PAGE, revoked, "/account?done=revoked").await
}
