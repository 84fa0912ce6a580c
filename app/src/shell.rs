//! The document around every page.

use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};

use crate::{href::href, parts::mark, routes::App, surroundings::here};

/// The whole document: what it loads, the marks, the way past the rail, the page. Needs the surroundings in context.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    provide_meta_context();
    let here = here();
    let styles =
        here.assets.stylesheets.iter().map(|path| view! { <link rel="stylesheet" href=href(path) /> }).collect_view();
    let icon =
        here.assets.icon.as_deref().map(|path| view! { <link rel="icon" type="image/svg+xml" href=href(path) /> });
    let scripts = here
        .assets
        .scripts
        .then(|| view! { <HydrationScripts options=options islands=true root=here.base.to_string() /> });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f7f8" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0f1114" />
                {icon}
                {styles}
                {scripts}
                <MetaTags />
            </head>
            <body>
                {mark::sprite()}
                <a class="skip" href="#content">
                    "Skip to content"
                </a>
                <App />
            </body>
        </html>
    }
}
