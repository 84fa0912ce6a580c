//! Small words for the document.

use std::time::Duration;

use leptos::prelude::set_timeout;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Document, Element, Event, EventTarget, NodeList, Window};

/// The window: there always is one where islands run.
pub fn window() -> Window {
    leptos::prelude::window()
}

/// The document.
pub fn document() -> Document {
    leptos::prelude::document()
}

/// Calls `heard` for every event of this name, as long as the page lives.
pub fn listen(target: &EventTarget, name: &str, heard: impl FnMut(Event) + 'static) {
    let heard = Closure::<dyn FnMut(Event)>::new(heard);
    // It fails for no name of an event.
    let _ = target.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
    heard.forget();
}

/// The nearest element around an event's target that matches.
pub fn around(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// Every element that matches.
pub fn all(selector: &str) -> Vec<Element> {
    elements(document().query_selector_all(selector))
}

/// Every element below that matches.
pub fn all_below(root: &Element, selector: &str) -> Vec<Element> {
    elements(root.query_selector_all(selector))
}

fn elements(found: Result<NodeList, JsValue>) -> Vec<Element> {
    let Ok(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

/// What a form's field holds.
pub fn value(field: &Element) -> String {
    js_sys::Reflect::get(field, &"value".into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

/// What it held when the page was opened.
pub fn first_value(field: &Element) -> String {
    // A choice has no such value of its own; the option that was chosen says so.
    let chosen = field.query_selector("option[selected]").ok().flatten();
    match chosen {
        Some(option) => option.get_attribute("value").unwrap_or_default(),
        None => js_sys::Reflect::get(field, &"defaultValue".into())
            .ok()
            .and_then(|value| value.as_string())
            .unwrap_or_default(),
    }
}

/// Milliseconds since the epoch, of the browser's clock: only ever compared with itself.
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// Opens another page.
pub fn go(address: &str) {
    // It fails only for an address that is none.
    let _ = window().location().assign(address);
}

/// Renderings are kept by the server for a second: a page opened sooner would not show what was just changed.
const RENDERED_ANEW_AFTER: Duration = Duration::from_millis(1_050);

/// Opens a page as it is after a change.
pub fn go_after_change(address: String) {
    set_timeout(move || go(&address), RENDERED_ANEW_AFTER);
}

/// The event by which buttons ask the live island to look again.
pub const LOOK_AGAIN: &str = "bridgewatch:look-again";

/// Asks the live island to look again.
pub fn look_again() {
    if let Ok(event) = Event::new(LOOK_AGAIN) {
        let _ = document().dispatch_event(&event);
    }
}
