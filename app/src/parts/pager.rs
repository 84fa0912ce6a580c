//! On to the next page of a list.

use leptos::prelude::*;

/// "Older" and "newest" links; nothing where all is shown.
pub fn pager(first: Option<String>, next: Option<String>, next_says: &'static str) -> Option<AnyView> {
    (first.is_some() || next.is_some()).then(|| {
        let link = |address: String, says: &'static str| {
            view! {
                <a class="button" href=address>
                    {says}
                </a>
            }
        };
        view! {
            <nav class="pager" aria-label="Pages">
                {first.map(|address| link(address, "Back to the first"))}
                {next.map(|address| link(address, next_says))}
            </nav>
        }
        .into_any()
    })
}
