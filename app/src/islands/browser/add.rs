//! The form that adds an integration.

use std::rc::Rc;

use model::{Outcome, problem::ProblemDocument};
use serde_json::{Map, Value, json};
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use super::{
    faults,
    page::{self, all_below, document, go, listen},
    talk,
};
use crate::islands::{add::Stage, form};

type Tell = Rc<dyn Fn(Stage)>;

/// The part of a tried run that the form shows.
#[derive(serde::Deserialize)]
struct Tried {
    outcome: Outcome,
    message: Option<String>,
    duration_ms: Option<i64>,
}

/// Serves `form#add` from now on.
pub fn start(api: String, pages: String, tell: impl Fn(Stage) + 'static) {
    let Ok(Some(form)) = document().query_selector("form#add") else { return };
    let tell: Tell = Rc::new(tell);
    let target = form.clone();
    listen(&target, "submit", move |event| {
        event.prevent_default();
        let pressed = js_sys::Reflect::get(&event, &"submitter".into())
            .ok()
            .and_then(|button| js_sys::Reflect::get(&button, &"value".into()).ok())
            .and_then(|value| value.as_string());
        let intent = pressed.unwrap_or_else(|| "add".to_owned());
        let (api, pages, form, tell) = (api.clone(), pages.clone(), form.clone(), Rc::clone(&tell));
        spawn_local(async move { run(&intent, &api, &pages, &form, &tell).await });
    });
}

async fn run(intent: &str, api: &str, pages: &str, form: &Element, tell: &Tell) {
    faults::clear(form);
    let fields = read(form);
    if intent != "anyway" && fields.contains_key("probe") {
        tell(Stage::Busy("Trying the probe ..."));
        let (well, stage) = try_probe(api, form, &fields).await;
        tell(stage);
        if !well || intent == "try" {
            return;
        }
    } else if intent == "try" {
        tell(Stage::Refused { detail: "There is no probe to try: give it a target.".to_owned(), faults: Vec::new() });
        return;
    }
    tell(Stage::Busy("Adding ..."));
    let body = form::integration(fields);
    match talk::post(&format!("{api}/integrations"), &body.to_string()).await {
        Ok(answer) if answer.ok => {
            let slug = body.get("slug").and_then(Value::as_str).unwrap_or_default();
            go(&format!("{pages}/{slug}"));
        }
        Ok(answer) => tell(refused(form, talk::problem(&answer.text), false)),
        Err(away) => tell(Stage::Refused { detail: away, faults: Vec::new() }),
    }
}

async fn try_probe(api: &str, form: &Element, fields: &Map<String, Value>) -> (bool, Stage) {
    let body = json!({ "probe": fields.get("probe") }).to_string();
    match talk::post(&format!("{api}/probes/try"), &body).await {
        Ok(answer) if answer.ok => match serde_json::from_str::<Tried>(&answer.text) {
            Ok(tried) => {
                let well = matches!(tried.outcome, Outcome::Ok | Outcome::Warn | Outcome::Partial);
                let took = tried.duration_ms.map(|ms| format!(" after {ms} ms")).unwrap_or_default();
                let message = tried.message.map(|message| format!(": {message}")).unwrap_or_default();
                (well, Stage::Tried { well, said: format!("The probe was {}{took}{message}", tried.outcome) })
            }
            Err(_) => {
                (false, Stage::Refused { detail: "The answer could not be read.".to_owned(), faults: Vec::new() })
            }
        },
        Ok(answer) => (false, refused(form, talk::problem(&answer.text), true)),
        Err(away) => (false, Stage::Refused { detail: away, faults: Vec::new() }),
    }
}

/// The fields that are filled in and belong to the chosen kind of probe. A probe without a target is none.
fn read(form: &Element) -> Map<String, Value> {
    let mut fields = Map::new();
    let kind = form.query_selector("[name=\"probe.kind\"]").ok().flatten().map(|field| page::value(&field));
    for field in all_below(form, "[name]") {
        let Some(name) = field.get_attribute("name").filter(|name| name != "intent") else { continue };
        let of_kind = field.closest("[data-kind]").ok().flatten().and_then(|group| group.get_attribute("data-kind"));
        if of_kind.is_some() && of_kind != kind {
            continue;
        }
        let as_what = field.get_attribute("data-as").unwrap_or_default();
        if let Some(value) = form::meant(&page::value(&field), &as_what) {
            form::put(&mut fields, &name, value);
        }
    }
    form::complete(&mut fields);
    fields
}

/// Shows each fault at its field; those without one are told with the refusal.
fn refused(form: &Element, problem: ProblemDocument, of_trial: bool) -> Stage {
    let elsewhere = faults::show(form, &problem.errors, |field| form::field_of(field, of_trial));
    Stage::Refused { detail: problem.detail, faults: elsewhere }
}
