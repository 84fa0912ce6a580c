//! Reads charts under the pointer.

use leptos::prelude::*;

/// Above the plot of every `svg[data-plot]`: a line at the pointer, and the bucket's numbers in the chart's note.
#[island]
pub fn Hover() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::browser::hover::start();
    view! { <span hidden=true></span> }
}
