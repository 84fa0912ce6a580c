//! A form that changes what is there.

use std::rc::Rc;

use leptos::prelude::set_timeout;
use serde_json::{Map, Value};
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

use super::{
    actions::A_MOMENT,
    faults,
    page::{self, all_below, go_after_change},
    talk,
};
use crate::islands::form;

/// Sends the form's fields to its `data-patch`, then opens its `data-open`; a refusal is told and shown at its fields.
pub fn send(form: Element, say: Rc<dyn Fn(String)>) {
    let Some((path, open)) = form.get_attribute("data-patch").zip(form.get_attribute("data-open")) else { return };
    let mut fields = Map::new();
    for field in all_below(&form, "[name]") {
        let name = field.get_attribute("name").unwrap_or_default();
        let kind = field.get_attribute("data-as").unwrap_or_default();
        // An empty field clears what was there.
        form::put(&mut fields, &name, form::meant(&page::value(&field), &kind).unwrap_or(Value::Null));
    }
    faults::clear(&form);
    spawn_local(async move {
        let refused = match talk::by("PATCH", &path, &Value::Object(fields).to_string()).await {
            Ok(answer) if answer.ok => return go_after_change(open),
            Ok(answer) => {
                let problem = talk::problem(&answer.text);
                let elsewhere = faults::show(&form, &problem.errors, str::to_owned);
                std::iter::once(problem.detail).chain(elsewhere).collect::<Vec<_>>().join(" ")
            }
            Err(away) => away,
        };
        say(refused);
        set_timeout(move || say(String::new()), A_MOMENT * 3);
    });
}
