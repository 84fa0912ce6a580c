//! Keeps a page as it would be if it were loaded now.
#![expect(missing_docs, reason = "the macro of islands with props makes a struct without")]

use leptos::prelude::*;

/// Whether the page hears of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// Not yet told.
    Not,
    /// The stream is open.
    Live,
    /// It is not; it is tried again.
    Offline,
}

impl Hearing {
    /// The word on the page.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Not => "",
            Self::Live => "live",
            Self::Offline => "offline",
        }
    }
}

/// Listens to the stream; when one of `topics` changed (any, if there are none), asks for the page's own address again and
/// swaps the elements marked `data-live` whose HTML changed, at most once a second. Closed while the page is hidden.
#[island]
pub fn Live(
    /// The integrations that the page is about; empty: all.
    topics: Vec<String>,
    /// The address of the stream.
    stream: String,
) -> impl IntoView {
    let hearing = RwSignal::new(Hearing::Not);
    #[cfg(feature = "hydrate")]
    super::browser::live::start(topics, stream, move |state| hearing.set(state));
    #[cfg(not(feature = "hydrate"))]
    let _ = (topics, stream);
    view! {
        <span class="live" role="status" data-hearing=move || hearing.get().word()>
            {move || hearing.get().word()}
        </span>
    }
}
