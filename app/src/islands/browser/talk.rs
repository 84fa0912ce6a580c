//! Talking to the server.

use model::problem::ProblemDocument;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use super::page::window;

/// What came back.
pub struct Answer {
    /// Whether the status is one of the 200s.
    pub ok: bool,
    /// The body.
    pub text: String,
    /// Whether it is of another address than was asked for: of the one to sign in at, once the session has ended.
    pub elsewhere: bool,
}

/// Says that nobody touched the page: such a look keeps no session awake.
const BY_ITSELF: &str = "bridgewatch-look";

/// Asks for a page again, or for a figure of it.
pub async fn get(address: &str) -> Result<Answer, String> {
    send("GET", address, "text/html", None).await
}

/// Sends JSON.
pub async fn post(address: &str, body: &str) -> Result<Answer, String> {
    by("POST", address, body).await
}

/// Sends JSON by this method.
pub async fn by(method: &str, address: &str, body: &str) -> Result<Answer, String> {
    send(method, address, "application/json", Some(body)).await
}

/// What a refusal says: the problem's detail, or the bare text.
pub fn problem(text: &str) -> ProblemDocument {
    serde_json::from_str(text).unwrap_or_else(|_| ProblemDocument {
        kind: String::new(),
        title: "It did not work".to_owned(),
        status: 0,
        detail: "The server gave no reason.".to_owned(),
        errors: Vec::new(),
    })
}

async fn send(method: &str, address: &str, accept: &str, body: Option<&str>) -> Result<Answer, String> {
    let away = |_: JsValue| "The server cannot be reached.".to_owned();
    let headers = Headers::new().map_err(away)?;
    headers.set("accept", accept).map_err(away)?;
    if method == "GET" {
        headers.set(BY_ITSELF, "1").map_err(away)?;
    }
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = body {
        headers.set("content-type", "application/json").map_err(away)?;
        init.set_body(&body.into());
    }
    init.set_headers(&headers);
    let answer = JsFuture::from(window().fetch_with_str_and_init(address, &init)).await.map_err(away)?;
    let answer: Response = answer.dyn_into().map_err(away)?;
    let text = JsFuture::from(answer.text().map_err(away)?).await.map_err(away)?;
    Ok(Answer { ok: answer.ok(), text: text.as_string().unwrap_or_default(), elsewhere: answer.redirected() })
}
