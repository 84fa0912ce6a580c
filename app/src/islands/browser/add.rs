//! The form that adds an integration, or a probe to one, or changes a probe.

use std::rc::Rc;

use model::problem::ProblemDocument;
use serde_json::{Map, Value, json};
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use super::{
    faults,
    page::{self, all_below, document, go, listen},
    talk,
};
use crate::islands::{add::Stage, form, tried::Tried};

type Tell = Rc<dyn Fn(Stage)>;

/// The field that the kind of probe is chosen by.
const KIND: &str = "[name=\"probe.kind\"]";

/// Serves `form#add` from now on.
pub fn start(api: String, pages: String, tell: impl Fn(Stage) + 'static) {
    let Ok(Some(form)) = document().query_selector("form#add") else { return };
    let tell: Tell = Rc::new(tell);
    // A browser that comes back to the page may have kept another choice.
    show_chosen(&form);
    let changing = form.clone();
    listen(&form, "change", move |event| {
        if page::around(&event, KIND).is_some() {
            show_chosen(&changing);
        }
    });
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

/// The kind that is chosen.
fn chosen(form: &Element) -> Option<String> {
    form.query_selector(KIND).ok().flatten().map(|field| page::value(&field))
}

/// Shows the fields of the chosen kind and hides those of the others.
fn show_chosen(form: &Element) {
    let kind = chosen(form);
    for group in all_below(form, "[data-kind]") {
        let _ = if group.get_attribute("data-kind") == kind {
            group.remove_attribute("hidden")
        } else {
            group.set_attribute("hidden", "")
        };
    }
}

/// Whether the chosen kind goes out and asks, so that it can be tried.
fn asks(form: &Element) -> bool {
    let group = form.query_selector("[data-kind]:not([hidden])").ok().flatten();
    group.and_then(|group| group.get_attribute("data-asks")).as_deref() != Some("false")
}

fn refuse(detail: &str) -> Stage {
    Stage::Refused { detail: detail.to_owned(), faults: Vec::new() }
}

async fn run(intent: &str, api: &str, pages: &str, form: &Element, tell: &Tell) {
    faults::clear(form);
    let mut fields = read(form);
    let has_probe = fields.contains_key("probe");
    if intent == "try" && !has_probe {
        return tell(refuse("There is no probe to try: fill in its options."));
    }
    if intent == "try" && !asks(form) {
        return tell(refuse("There is nothing to try: it waits for pings."));
    }
    if intent != "anyway" && has_probe && asks(form) {
        tell(Stage::Busy("Trying the probe ..."));
        let (well, stage) = try_probe(api, form, &fields).await;
        tell(stage);
        if !well || intent == "try" {
            return;
        }
    }
    let probe_of = form.get_attribute("data-probe-of");
    let changed = form.get_attribute("data-probe");
    let (address, body) = match &probe_of {
        None => (format!("{api}/integrations"), form::integration(fields)),
        Some(slug) => {
            if changed.is_some() {
                cleared(form, &mut fields);
            }
            match fields.remove("probe") {
                Some(probe) => (format!("{api}/integrations/{slug}/probes"), probe),
                None => return tell(refuse("There is no probe to save: fill in its options.")),
            }
        }
    };
    tell(Stage::Busy("Saving ..."));
    let (method, address) = match &changed {
        None => ("POST", address),
        Some(probe) => ("PATCH", format!("{address}/{probe}")),
    };
    match talk::by(method, &address, &body.to_string()).await {
        Ok(answer) if answer.ok => {
            let made = body.get("slug").and_then(Value::as_str).unwrap_or_default();
            go(&format!("{pages}/{}", probe_of.as_deref().unwrap_or(made)));
        }
        Ok(answer) => tell(refused(form, talk::problem(&answer.text), probe_of.is_some())),
        Err(away) => tell(refuse(&away)),
    }
}

/// Says of each field that held something when the page was opened and is empty now that it is to go.
fn cleared(form: &Element, fields: &mut Map<String, Value>) {
    for field in shown(form) {
        let Some(name) = field.get_attribute("name") else { continue };
        if page::value(&field).trim().is_empty() && !page::first_value(&field).trim().is_empty() {
            form::clear(fields, &name);
        }
    }
    if let Some(probe) = fields.get_mut("probe") {
        form::collapse(probe);
    }
}

async fn try_probe(api: &str, form: &Element, fields: &Map<String, Value>) -> (bool, Stage) {
    let body = json!({ "probe": fields.get("probe") }).to_string();
    match talk::post(&format!("{api}/probes/try"), &body).await {
        Ok(answer) if answer.ok => match serde_json::from_str::<Tried>(&answer.text) {
            Ok(tried) => {
                let well = tried.well();
                (well, Stage::Tried { well, said: tried.said(), details: tried.details() })
            }
            Err(_) => (false, refuse("The answer could not be read.")),
        },
        Ok(answer) => (false, refused(form, talk::problem(&answer.text), true)),
        Err(away) => (false, refuse(&away)),
    }
}

/// The named fields that belong to the chosen kind of probe, or to none.
fn shown(form: &Element) -> Vec<Element> {
    let kind = chosen(form);
    let mut fields = all_below(form, "[name]");
    fields.retain(|field| {
        let group = field.closest("[data-kind]").ok().flatten();
        let is_ours = group.is_none_or(|group| group.get_attribute("data-kind") == kind);
        is_ours && field.get_attribute("name").is_some_and(|name| name != "intent")
    });
    fields
}

/// The fields that are filled in and belong to the chosen kind of probe. A probe without options is none.
fn read(form: &Element) -> Map<String, Value> {
    let mut fields = Map::new();
    for field in shown(form) {
        let name = field.get_attribute("name").unwrap_or_default();
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
