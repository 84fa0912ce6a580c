//! Serves every button of the page.

use leptos::prelude::*;

/// Copies for `data-copy`, sends for `data-post`, submits the form of a changed `data-submit`; says what failed.
#[island]
pub fn Actions() -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    super::browser::actions::start(move |text| said.set(text));
    view! {
        <p class="toast" role="status" data-shown=move || (!said.get().is_empty()).to_string()>
            {move || said.get()}
        </p>
    }
}
