//! Where there is nothing: what will be here, and how to get it.

use leptos::prelude::*;

/// A block that says what will be here and how to get it.
pub fn empty(title: &str, how: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="empty">
            <p class="empty-title">{title.to_owned()}</p>
            <div class="empty-how">{how.into_any()}</div>
        </div>
    }
    .into_any()
}

/// In a cell or a sentence.
pub fn no_data() -> AnyView {
    view! { <span class="none">"no data"</span> }.into_any()
}

/// The text, or "no data".
pub fn or_no_data(text: Option<String>) -> AnyView {
    match text {
        Some(text) => view! { <span>{text}</span> }.into_any(),
        None => no_data(),
    }
}

/// The text, or a dash that is read as "not said".
pub fn or_dash(text: Option<String>) -> AnyView {
    match text {
        Some(text) => view! { <span>{text}</span> }.into_any(),
        None => view! {
            <span class="none">
                <span aria-hidden="true">"–"</span>
                <span class="unseen">"not said"</span>
            </span>
        }
        .into_any(),
    }
}
