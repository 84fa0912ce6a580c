//! The stream, and swapping what changed.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::prelude::{set_interval, set_timeout};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, DomParser, Element, EventSource, HtmlElement, MessageEvent, SupportedType, VisibilityState};

use super::{
    page::{self, document, listen},
    talk,
};
use crate::islands::live::Hearing;

/// No page is asked for more often.
const AT_MOST_EVERY_MS: f64 = 1_000.0;
/// Without news, "14 min ago" still grows older.
const AT_LEAST_EVERY: Duration = Duration::from_secs(20);
/// A stream that the browser gave up is opened again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(3);

struct Ears {
    topics: Vec<String>,
    address: String,
    tell: Box<dyn Fn(Hearing)>,
    stream: RefCell<Option<EventSource>>,
    looked_at: RefCell<f64>,
    look_is_due: RefCell<bool>,
}

/// Listens from now on, whenever the page is shown.
pub fn start(topics: Vec<String>, address: String, tell: impl Fn(Hearing) + 'static) {
    let ears = Rc::new(Ears {
        topics,
        address,
        tell: Box::new(tell),
        stream: RefCell::default(),
        looked_at: RefCell::new(page::now()),
        look_is_due: RefCell::default(),
    });
    open(&ears);
    let on_visible = Rc::clone(&ears);
    listen(&document(), "visibilitychange", move |_| {
        if hidden() {
            close(&on_visible);
        } else {
            open(&on_visible);
            look_soon(&on_visible);
        }
    });
    let on_asked = Rc::clone(&ears);
    listen(&document(), page::LOOK_AGAIN, move |_| look_soon(&on_asked));
    set_interval(
        move || {
            if !hidden() {
                look_soon(&ears);
            }
        },
        AT_LEAST_EVERY,
    );
}

fn hidden() -> bool {
    document().visibility_state() == VisibilityState::Hidden
}

fn close(ears: &Ears) {
    if let Some(stream) = ears.stream.take() {
        stream.close();
    }
}

fn open(ears: &Rc<Ears>) {
    if hidden() || ears.stream.borrow().is_some() {
        return;
    }
    let Ok(stream) = EventSource::new(&ears.address) else { return };
    let on_open = Rc::clone(ears);
    let mut before = false;
    listen(&stream, "open", move |_| {
        (on_open.tell)(Hearing::Live);
        // What happened while it was away was not heard.
        if std::mem::replace(&mut before, true) {
            look_soon(&on_open);
        }
    });
    let on_error = Rc::clone(ears);
    let failing = stream.clone();
    listen(&stream, "error", move |_| {
        (on_error.tell)(Hearing::Offline);
        if failing.ready_state() == EventSource::CLOSED {
            close(&on_error);
            let again = Rc::clone(&on_error);
            set_timeout(move || open(&again), AGAIN_AFTER);
        }
    });
    for name in ["message", "run", "level", "catalogue", "resync"] {
        let on_news = Rc::clone(ears);
        listen(&stream, name, move |event| {
            let Some(text) = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string()) else { return };
            if concerns(&text, &on_news.topics) {
                look_soon(&on_news);
            }
        });
    }
    *ears.stream.borrow_mut() = Some(stream);
}

/// Whether news (one event or an array of them) is about one of the topics. What names no integration is about all.
fn concerns(text: &str, topics: &[String]) -> bool {
    if topics.is_empty() {
        return true;
    }
    let Ok(news) = js_sys::JSON::parse(text) else { return true };
    let of = |event: &JsValue, name: &str| js_sys::Reflect::get(event, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let about = |event: &JsValue| {
        let named = [of(event, "integration"), of(event, "integrations"), of(event, "topics")];
        let mut slugs = named.iter().flat_map(|value| match value.as_string() {
            Some(slug) => vec![slug],
            None if js_sys::Array::is_array(value) => {
                js_sys::Array::from(value).iter().filter_map(|slug| slug.as_string()).collect()
            }
            None => Vec::new(),
        });
        let mut any = false;
        let ours = slugs.any(|slug| {
            any = true;
            topics.contains(&slug)
        });
        ours || !any
    };
    if js_sys::Array::is_array(&news) {
        js_sys::Array::from(&news).iter().any(|event| about(&event))
    } else {
        about(&news)
    }
}

fn look_soon(ears: &Rc<Ears>) {
    if ears.look_is_due.replace(true) {
        return;
    }
    let wait = (AT_MOST_EVERY_MS - (page::now() - *ears.looked_at.borrow())).clamp(0.0, AT_MOST_EVERY_MS);
    let ears = Rc::clone(ears);
    set_timeout(
        move || {
            spawn_local(async move {
                *ears.looked_at.borrow_mut() = page::now();
                ears.look_is_due.replace(false);
                look(&ears).await;
            });
        },
        Duration::from_secs_f64(wait / 1_000.0),
    );
}

async fn look(ears: &Ears) {
    let Ok(address) = page::window().location().href() else { return };
    match talk::get(&address).await {
        // The session has ended: opened as a whole, the page leads to where one signs in and back.
        Ok(answer) if answer.elsewhere => page::go(&address),
        Ok(answer) if answer.ok => {
            if let Ok(fresh) =
                DomParser::new().and_then(|parser| parser.parse_from_string(&answer.text, SupportedType::TextHtml))
            {
                swap(&fresh);
            }
        }
        Ok(_) => {}
        Err(_) => (ears.tell)(Hearing::Offline),
    }
}

/// Takes over every marked element that differs; what has the focus gets it back.
fn swap(fresh: &Document) {
    for old in page::all("[data-live]") {
        let Some(name) = old.get_attribute("data-live") else { continue };
        let Ok(Some(new)) = fresh.query_selector(&format!("[data-live=\"{name}\"]")) else { continue };
        if old.outer_html() == new.outer_html() || in_use(&old) {
            continue;
        }
        let focused = focused_within(&old);
        // It fails only where the element was taken out meanwhile.
        if old.replace_with_with_node_1(&new).is_ok()
            && let Some(index) = focused
            && let Some(again) = focusable(&new).get(index)
        {
            let _ = again.focus();
        }
    }
}

/// Whether text in it is being selected, a chart in it read or a form in it open: it is left alone until the next look.
fn in_use(element: &Element) -> bool {
    let selected = page::window().get_selection().ok().flatten().filter(|selection| !selection.is_collapsed());
    let within =
        selected.and_then(|selection| selection.anchor_node()).is_some_and(|node| element.contains(Some(&node)));
    within || element.query_selector(".hover-line, .act[open], .sure[open]").ok().flatten().is_some()
}

fn focused_within(element: &Element) -> Option<usize> {
    let active = document().active_element()?;
    focusable(element).iter().position(|candidate| candidate.is_same_node(Some(&active)))
}

fn focusable(element: &Element) -> Vec<HtmlElement> {
    page::all_below(element, "a[href],button,input,select,summary,[tabindex]")
        .into_iter()
        .filter_map(|found| found.dyn_into().ok())
        .collect()
}
