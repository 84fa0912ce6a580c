//! Buttons that one island serves for the whole page, so that they work inside live elements too.
//!
//! A button says in attributes what it does: `data-copy="#id"` copies the text of that element; `data-post="path"` (with
//! `data-body`) sends JSON, then opens `data-then` followed by the answer's id, or without it lets the live page show what came.
//! `data-method` names another method than POST, and `data-open` a page to open when it is done. Without JavaScript they are
//! not shown.

use leptos::prelude::*;

/// Copies the text of the element with this id.
pub fn copy(id: &str, what: &'static str) -> AnyView {
    view! {
        <button type="button" class="button small scripted" data-copy=format!("#{id}")>
            {what}
        </button>
    }
    .into_any()
}

/// What a button sends.
pub struct Post {
    /// The words on it: a verb.
    pub says: String,
    /// The same, for those who do not see what stands around it.
    pub label: String,
    /// Where to.
    pub path: String,
    /// What, as JSON.
    pub body: &'static str,
    /// Where to go then, the answer's id behind it; `None` stays.
    pub then: Option<String>,
    /// Classes beside `button`: `small`, `primary`, `danger`.
    pub class: &'static str,
}

impl Post {
    /// As a view.
    pub fn show(self) -> AnyView {
        let Self { says, label, path, body, then, class } = self;
        view! {
            <button
                type="button"
                class=format!("button scripted {class}")
                aria-label=label
                data-post=path
                data-body=body
                data-then=then
            >
                {says}
            </button>
        }
        .into_any()
    }
}

/// What a button changes or takes away, by another method than POST.
pub struct Send {
    /// The words on it: a verb.
    pub says: String,
    /// The same, for those who do not see what stands around it.
    pub label: String,
    /// `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Where to.
    pub path: String,
    /// What, as JSON.
    pub body: &'static str,
    /// The page to open when it is done.
    pub open: String,
    /// Classes beside `button`: `small`, `danger`.
    pub class: &'static str,
}

impl Send {
    /// As a view.
    pub fn show(self) -> AnyView {
        let Self { says, label, method, path, body, open, class } = self;
        view! {
            <button
                type="button"
                class=format!("button scripted {class}")
                aria-label=label
                data-post=path
                data-method=method
                data-body=body
                data-open=open
            >
                {says}
            </button>
        }
        .into_any()
    }
}
