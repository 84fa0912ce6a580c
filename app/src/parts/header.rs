//! The head of every page: title, one-line answer, what is at its side.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{escape, href::href, islands::live::Live, surroundings::here, words::moment};

/// What stands at the top of a page.
pub struct Head {
    /// The heading, and the document's title.
    pub title: String,
    /// A mark before the heading and facts behind it.
    pub beside: Option<AnyView>,
    /// Where it belongs: name and address of the list it is of.
    pub within: Option<(&'static str, String)>,
    /// The page's answer in one line.
    pub answer: AnyView,
    /// Which integrations make the page change; `Some(vec![])` means all, `None` means it never changes by itself.
    pub topics: Option<Vec<String>>,
    /// Filters and buttons.
    pub side: Option<AnyView>,
}

impl Head {
    /// A title and its answer.
    pub fn new(title: impl Into<String>, answer: impl IntoView + 'static) -> Self {
        Self { title: title.into(), beside: None, within: None, answer: answer.into_any(), topics: None, side: None }
    }

    /// As a view.
    pub fn show(self) -> AnyView {
        let Self { title, beside, within, answer, topics, side } = self;
        let within = within.map(|(name, address)| {
            view! {
                <nav class="within" aria-label="Breadcrumb">
                    <a href=address>{name}</a>
                </nav>
            }
        });
        // The address of a page that answers a form cannot be asked again.
        let topics = topics.filter(|_| here().visitor.posted.is_none());
        let live = topics.map(|topics| view! { <Live topics=topics stream=href("/api/v1/stream") /> });
        view! {
            {document_title(&title)}
            <header class="head">
                <div class="head-main">
                    {within} <div class="head-title">
                        <h1>{title}</h1>
                        {beside}
                    </div> <div class="head-answer" data-live="answer">
                        {answer}
                    </div>
                </div>
                <div class="head-side">{side} {live}</div>
            </header>
        }
        .into_any()
    }
}

/// The document's title. Leptos writes it as it is, so that it is escaped here.
pub fn document_title(title: &str) -> AnyView {
    let text = format!("{} · Bridgewatch", escape::text(title));
    view! { <Title text=text /> }.into_any()
}

/// When the page was made, and the zone of its times.
pub fn foot() -> AnyView {
    let here = here();
    let now = here.now();
    view! {
        <footer class="foot">
            <span data-live="made">"As of " {moment::exact(now, here.zone)}</span>
            <span>"All times are " {here.zone.name()} "."</span>
        </footer>
    }
    .into_any()
}
