//! One ear for the clicks of all buttons.

use std::{rc::Rc, time::Duration};

use leptos::prelude::set_timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlFormElement};

use super::{
    page::{around, document, go, go_after_change, listen, look_again, window},
    talk,
};

/// So long a copied button says so, and a message stays.
pub const A_MOMENT: Duration = Duration::from_millis(1_600);

/// Serves from now on; `say` shows a message, an empty one hides it.
pub fn start(say: impl Fn(String) + 'static) {
    if let Some(root) = document().document_element() {
        // Style sheets show buttons that need scripts from here on.
        let _ = root.set_attribute("data-scripted", "");
    }
    let say: Rc<dyn Fn(String)> = Rc::new(say);
    let refused = Rc::clone(&say);
    listen(&document(), "submit", move |event| {
        if let Some(form) = around(&event, "form[data-patch]") {
            event.prevent_default();
            super::change::send(form, Rc::clone(&refused));
        }
    });
    listen(&document(), "click", move |event| {
        if let Some(button) = around(&event, "[data-copy]") {
            copy(button);
        } else if let Some(button) = around(&event, "[data-post]") {
            post(button, Rc::clone(&say));
        }
    });
    listen(&document(), "change", |event| {
        let form = around(&event, "[data-submit]").and_then(|field| field.closest("form").ok()?);
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            let _ = form.request_submit();
        }
    });
}

fn copy(button: Element) {
    let Some(text) = button
        .get_attribute("data-copy")
        .and_then(|selector| document().query_selector(&selector).ok()?)
        .and_then(|source| source.text_content())
    else {
        return;
    };
    spawn_local(async move {
        let copied = JsFuture::from(window().navigator().clipboard().write_text(&text)).await.is_ok();
        let words = button.text_content();
        button.set_text_content(Some(if copied { "Copied" } else { "Not allowed" }));
        set_timeout(move || button.set_text_content(words.as_deref()), A_MOMENT);
    });
}

fn post(button: Element, say: Rc<dyn Fn(String)>) {
    let Some(path) = button.get_attribute("data-post") else { return };
    let body = button.get_attribute("data-body").filter(|body| !body.is_empty()).unwrap_or_else(|| "{}".to_owned());
    let method = button.get_attribute("data-method").unwrap_or_else(|| "POST".to_owned());
    let (then, open) = (button.get_attribute("data-then"), button.get_attribute("data-open"));
    let _ = button.set_attribute("disabled", "");
    let _ = button.set_attribute("aria-busy", "true");
    spawn_local(async move {
        let refused = match talk::by(&method, &path, &body).await {
            Ok(answer) if answer.ok => {
                match (open, then.zip(id_of(&answer.text))) {
                    (Some(page), _) => go_after_change(page),
                    (None, Some((prefix, id))) => go(&format!("{prefix}{id}")),
                    (None, None) => look_again(),
                }
                None
            }
            Ok(answer) => Some(talk::problem(&answer.text).detail),
            Err(away) => Some(away),
        };
        let _ = button.remove_attribute("disabled");
        let _ = button.remove_attribute("aria-busy");
        if let Some(refused) = refused {
            say(refused);
            set_timeout(move || say(String::new()), A_MOMENT * 3);
        }
    });
}

fn id_of(text: &str) -> Option<String> {
    let answer = js_sys::JSON::parse(text).ok()?;
    js_sys::Reflect::get(&answer, &"id".into()).ok()?.as_string()
}
