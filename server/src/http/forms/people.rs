//! Forms about people: inviting, changing, another link, shutting out and letting in again.

use app::visitor::Made;
use axum::{Router, extract::State, response::Response, routing::post};
use model::{Api, PersonId, Problem, api::NewLink};
use serde_json::{Value, json};

use super::{Form, Refused, renamed};
use crate::http::{Door, edge::Named, way::Way};

/// Their routes.
pub(super) fn router() -> Router<Door> {
    Router::new()
        .route("/people", post(invite))
        .route("/people/{id}", post(change))
        .route("/people/{id}/link", post(link))
        .route("/people/{id}/disable", post(disable))
        .route("/people/{id}/enable", post(enable))
}

async fn invite(State(door): State<Door>, form: Form) -> Response {
    let mut body = said(&form);
    body["email"] = form.text("email").into();
    let invited = door.service.acting_as(form.caller.clone()).invite(body).await;
    shown(&door, form, "/people", invited).await
}

async fn change(State(door): State<Door>, Named(id): Named<i64>, form: Form) -> Response {
    let body = said(&form);
    set(&door, form, id, body, "saved").await
}

async fn link(State(door): State<Door>, Named(id): Named<i64>, form: Form) -> Response {
    let made = door.service.acting_as(form.caller.clone()).reset_person(PersonId(id)).await;
    shown(&door, form, &format!("/people/{id}"), made).await
}

async fn disable(State(door): State<Door>, Named(id): Named<i64>, form: Form) -> Response {
    set(&door, form, id, json!({ "state": "disabled" }), "disabled").await
}

async fn enable(State(door): State<Door>, Named(id): Named<i64>, form: Form) -> Response {
    set(&door, form, id, json!({ "state": "active" }), "enabled").await
}

async fn set(door: &Door, form: Form, id: i64, body: Value, done: &str) -> Response {
    let changed = door.service.acting_as(form.caller.clone()).change_person(PersonId(id), body).await;
    let changed = changed.map(drop).map_err(by_field);
    let page = format!("/people/{id}");
    form.became(door, &page, changed, &format!("{page}?done={done}")).await
}

async fn shown(door: &Door, form: Form, page: &str, made: Result<NewLink, Problem>) -> Response {
    match made {
        Ok(link) => {
            let NewLink { person, path, expires_at } = link;
            let made = Made::Link { email: person.email, address: address(&door.way, &path), expires_at };
            form.made(door, page, made).await
        }
        Err(problem) => form.refused(door, page, Refused::Problem(by_field(problem))).await,
    }
}

/// The whole of it, to be sent to somebody.
fn address(way: &Way, path: &str) -> String {
    format!("{}{}{path}", way.origin, way.base)
}

/// Name, role and scope as the API takes them. A name that is left empty stays as it is.
fn said(form: &Form) -> Value {
    json!({
        "name": form.text("name"),
        "role": form.text("role"),
        "scope": {
            "departments": form.lines("departments"),
            "owners": form.lines("owners"),
            "building_blocks": form.lines("building_blocks"),
        },
    })
}

/// The form has no field for the scope as a whole; the first of its three shows what is wrong with it.
fn by_field(problem: Problem) -> Problem {
    renamed(problem, "scope", "departments")
}
