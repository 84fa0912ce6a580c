//! Forms about secrets: keeping a value, removing one.

use axum::{Router, extract::State, response::Response, routing::post};
use model::Api;
use serde_json::json;

use super::Form;
use crate::http::{Door, edge::Named};

const PAGE: &str = "/secrets";

/// Their routes.
pub(super) fn router() -> Router<Door> {
    Router::new().route("/secrets", post(put)).route("/secrets/{name}/remove", post(remove))
}

async fn put(State(door): State<Door>, form: Form) -> Response {
    let api = door.service.acting_as(form.caller.clone());
    let name = form.text("name").trim().to_owned();
    let mut body = json!({ "value": form.text("value") });
    let hosts = form.lines("hosts");
    // Left empty they stay as they are: a new value must not open the way to everywhere by the way.
    if !hosts.is_empty() {
        body["hosts"] = json!(hosts);
    }
    let kept = api.put_secret(&name, body).await.map(drop);
    form.became(&door, PAGE, kept, "/secrets?done=secret").await
}

async fn remove(State(door): State<Door>, Named(name): Named<String>, form: Form) -> Response {
    let removed = door.service.acting_as(form.caller.clone()).delete_secret(&name).await;
    form.became(&door, PAGE, removed, "/secrets?done=removed").await
}
