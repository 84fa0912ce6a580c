//! Faults at the fields that they are of.

use model::Fault;
use web_sys::Element;

use super::page::all_below;

/// Shows each fault at its field, by the form's name of it; answers those that have no field here. Fields that are hidden, as those of
/// kinds of probes that were not chosen, are none.
pub fn show(form: &Element, faults: &[Fault], name_of: impl Fn(&str) -> String) -> Vec<String> {
    let mut elsewhere = Vec::new();
    for fault in faults {
        let field = name_of(&fault.field);
        let shown = |what: &str| form.query_selector(&format!("[{what}=\"{field}\"]:not([hidden] *)")).ok().flatten();
        match shown("data-fault") {
            Some(place) => {
                place.set_text_content(Some(&said(fault)));
                // It may be among what is folded away.
                if let Ok(Some(folded)) = place.closest("details") {
                    let _ = folded.set_attribute("open", "");
                }
                if let Some(input) = shown("name") {
                    let _ = input.set_attribute("aria-invalid", "true");
                }
            }
            None => elsewhere.push(format!("{}: {}", fault.field, said(fault))),
        }
    }
    elsewhere
}

fn said(fault: &Fault) -> String {
    match &fault.allowed {
        Some(allowed) => format!("{} (allowed: {allowed})", fault.message),
        None => fault.message.clone(),
    }
}

/// Takes all of them away.
pub fn clear(form: &Element) {
    for place in all_below(form, "[data-fault]") {
        place.set_text_content(None);
    }
    for field in all_below(form, "[aria-invalid]") {
        let _ = field.remove_attribute("aria-invalid");
    }
}
