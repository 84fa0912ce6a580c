//! A box that is ticked or not.

use leptos::prelude::*;

use crate::visitor::Sent;

/// A box with its words behind it; ticked as it was sent. Sent as `on`, or not at all.
pub fn tick(name: String, says: &'static str, sent: Sent<'_>) -> AnyView {
    let ticked = sent.given(&name).is_some();
    view! {
        <label class="tick">
            <input type="checkbox" name=name checked=ticked />
            <span>{says}</span>
        </label>
    }
    .into_any()
}
