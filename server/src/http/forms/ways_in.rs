//! Ways in and out: signing in, one-time links, signing out; and in the demo, as whom one looks.

use std::str::FromStr;

use app::visitor::{LinkSeen, Refusal as Refused};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::post,
};
use model::{Fault, Problem, ProblemKind, Role};
use serde_json::json;
use service::{NewSession, NotSignedIn};
use store::LinkPurpose;

use super::{Form, not_let_in};
use crate::http::{Door, edge::Named, identity, known, oidc, problem::Refusal, rules::see_other};

/// Their routes.
pub fn router() -> Router<Door> {
    Router::new()
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/set-up/{link}", post(set_up))
        .route("/invitation/{link}", post(choose))
        .route("/reset/{link}", post(choose))
        .route("/demo/view", post(view))
}

/// Whom the link in this path is for; `None` where there is none that works.
pub async fn link_at(door: &Door, path: &str) -> Option<LinkSeen> {
    let (way, link) = path.strip_prefix('/')?.split_once('/')?;
    let purpose = match way {
        "set-up" => LinkPurpose::Setup,
        "invitation" => LinkPurpose::Invite,
        "reset" => LinkPurpose::Reset,
        _ => return None,
    };
    let seen = door.service.link(link).await.unwrap_or_else(|problem| {
        tracing::warn!(%problem, "a link could not be looked up");
        None
    });
    let seen = seen.filter(|seen| seen.purpose == purpose)?;
    Some(LinkSeen { email: seen.email, name: seen.name, role: seen.role, expires_at: seen.expires_at })
}

async fn sign_in(State(door): State<Door>, form: Form) -> Response {
    let signed_in = door.service.sign_in(form.text("email"), form.text("password"), &form.visit).await;
    let next = own(form.text("next")).to_owned();
    let page = form.to.clone();
    let_in(&door, form, &page, signed_in, &next).await
}

async fn set_up(State(door): State<Door>, Named(link): Named<String>, form: Form) -> Response {
    let page = form.to.clone();
    if let Some(refused) = unlike(&form) {
        return form.refused(&door, &page, refused).await;
    }
    let body = json!({ "email": form.text("email"), "name": form.text("name"), "password": form.text("password") });
    let signed_in = door.service.set_up(&link, &body, &form.visit).await;
    let_in(&door, form, &page, signed_in, "/").await
}

async fn choose(State(door): State<Door>, Named(link): Named<String>, form: Form) -> Response {
    let page = form.to.clone();
    if let Some(refused) = unlike(&form) {
        return form.refused(&door, &page, refused).await;
    }
    // The form of a reset has no name.
    let name = Some(form.text("name")).filter(|name| !name.is_empty());
    let signed_in = door.service.choose_password(&link, name, form.text("password"), &form.visit).await;
    let_in(&door, form, &page, signed_in, "/").await
}

/// Ends the session, and has the browser forget it even where it had ended before. Whoever came by a provider is led on to it.
async fn sign_out(State(door): State<Door>, headers: HeaderMap, form: Form) -> Response {
    let ended = match door.who(&headers, form.visit.from, true).await {
        Ok(caller) => door.service.sign_out(&caller).await,
        Err(problem) => Err(problem),
    };
    if let Err(problem) = ended
        && problem.kind == ProblemKind::Unavailable
    {
        return Refusal(problem).into_response();
    }
    let on = oidc::leave(&door, &headers).await;
    let on = on.unwrap_or_else(|| see_other(&door.way.href("/sign-in?done=out")));
    with_cookie(on, identity::forget_session(&door.way))
}

/// Another view of the demo.
async fn view(State(door): State<Door>, form: Form) -> Response {
    match Role::from_str(form.text("role")) {
        Ok(role) if door.demo => {
            let cookie = identity::keep_view(&door.way, role);
            with_cookie(see_other(&door.way.href(own(form.text("next")))), cookie)
        }
        Ok(_) => {
            let detail = "This is not the demo: as whom one looks is decided by signing in.";
            Refusal(Problem::new(ProblemKind::NotFound, detail)).into_response()
        }
        Err(why) => Refusal(Problem::invalid(vec![Fault::at("role", why)])).into_response(),
    }
}

async fn let_in(
    door: &Door,
    form: Form,
    page: &str,
    signed_in: Result<NewSession, NotSignedIn>,
    then: &str,
) -> Response {
    match signed_in {
        Ok(session) => {
            door.end_before(form.session.as_deref(), form.visit.from).await;
            let response = see_other(&door.way.href(then));
            let response = with_cookie(response, identity::keep_session(&door.way, &session.token));
            with_cookie(response, session.password.and_then(|password| known::keep(door, session.person, password)))
        }
        Err(why) => {
            let wait = match &why {
                NotSignedIn::Wait(wait) => Some(wait.as_ms().max(0).div_euclid(1_000) + 1),
                NotSignedIn::Busy => Some(1),
                NotSignedIn::Wrong | NotSignedIn::Problem(_) => None,
            };
            let mut response = form.refused(door, page, not_let_in(why)).await;
            if let Some(seconds) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

/// Two passwords that should be the same and are not.
fn unlike(form: &Form) -> Option<Refused> {
    (form.text("password") != form.text("again"))
        .then(|| Refused::Problem(Problem::invalid(vec![Fault::at("again", "is not the same as the one above")])))
}

/// A path of this server; whatever would lead elsewhere becomes the first page. `\` is a slash to browsers, and they leave out
/// what controls a terminal.
fn own(next: &str) -> &str {
    let elsewhere = matches!(next.chars().nth(1), Some('/' | '\\')) || next.chars().any(char::is_control);
    if next.starts_with('/') && !elsewhere { next } else { "/" }
}

pub(super) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn nobody_is_led_elsewhere() {
        for path in ["/", "/runs?outcome=failed", "/integrations/orders"] {
            assert_eq!(own(path), path);
        }
        for path in ["", "runs", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"] {
            assert_eq!(own(path), "/", "{path:?}");
        }
    }
}
