//! The demo bar: real small servers that a visitor may stop and start.

use leptos::prelude::*;
use model::{Level, overview::Demo};

use super::{button::Post, mark};
use crate::{href::href, surroundings::here, visitor::May, words::share};

/// The bar, with an honest label.
pub fn bar(demo: &Demo) -> AnyView {
    let operates = here().may(May::Operate);
    let servers = demo
        .servers
        .iter()
        .map(|server| {
            let (verb, body, class) = if server.running {
                ("Stop", r#"{"running":false}"#, "small")
            } else {
                ("Start", r#"{"running":true}"#, "small primary")
            };
            let says = format!("{verb} {}", server.name);
            let button = Post {
                says: says.clone(),
                label: says,
                path: href(&format!("/api/v1/demo/servers/{}", server.system)),
                body,
                then: None,
                class,
            };
            let (level, word) = if server.running { (Level::Okay, "runs") } else { (Level::Problem, "stopped") };
            view! {
                <li>
                    {mark::shape(level)}
                    <span class="demo-name">{server.name.clone()}</span>
                    <span class="muted">{word}</span>
                    {operates.then(|| button.show())}
                </li>
            }
        })
        .collect_view();
    let try_it =
        if operates { " Stop a server and watch this page." } else { " An engineer's view can stop a server." };
    let folding = (demo.history < 1.0)
        .then(|| format!(" The past is still being made up: {} done.", share::of_time(demo.history)));
    view! {
        <section class="demo" aria-labelledby="demo-title" data-live="demo">
            <div class="demo-words">
                <h2 id="demo-title">"Demo"</h2>
                <p>
                    "One invented company on real small servers in this process: probes and runs are real, the past is made up."
                    {folding} {try_it}
                </p>
            </div>
            <ul class="demo-servers">{servers}</ul>
        </section>
    }
    .into_any()
}
