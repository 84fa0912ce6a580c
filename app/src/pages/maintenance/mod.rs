//! Maintenance windows and change freezes: which are open, which come next, and a form that adds one.

mod add;

use leptos::prelude::*;
use model::{Level, Page, WindowView};

use crate::{
    href::href,
    parts::{
        empty, filter,
        header::{self, Head},
        mark, problem, sent, table, time,
    },
    surroundings::{Surroundings, here},
    visitor::May,
    words::{amount, window},
};

/// `/maintenance`; `?done` says what a form did.
pub fn page() -> AnyView {
    let here = here();
    let done = filter::Asked::read().text("done");
    Suspend::new(async move {
        match here.api.windows().await {
            Ok(page) => show(&page, done.as_deref(), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(page: &Page<WindowView>, done: Option<&str>, here: &Surroundings) -> AnyView {
    let windows = &page.items;
    let mut head = Head::new("Maintenance", answer(windows, here));
    head.topics = Some(Vec::new());
    let body = if windows.is_empty() { nothing(here) } else { table(windows, here) };
    view! {
        {head.show()}
        {sent::done(done)}
        {sent::refusal(here.visitor.sent_below("/maintenance/"), &[])}
        <section class="section wide" aria-label="Windows" data-live="windows">
            {body}
        </section>
        {here.may(May::Change).then(|| add::section(here))}
        {header::foot()}
    }
    .into_any()
}

/// How many are open, and when the next one opens.
fn answer(windows: &[WindowView], here: &Surroundings) -> AnyView {
    if windows.is_empty() {
        return view! { <p>"No window: every failure counts, at any time."</p> }.into_any();
    }
    let open = windows.iter().filter(|window| window.open_until.is_some()).count();
    let open = match open {
        0 => "None is open now".to_owned(),
        number => {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            let verb = if number == 1 { "is" } else { "are" };
            format!("{} {verb} open now", amount::counted(number, "window", "windows"))
        }
    };
    let next = windows.iter().filter_map(|window| window.next.first()).map(|opening| opening.from).min();
    let next = match next {
        Some(next) => view! { "; the next opens " {time::ago(next, here)} "." }.into_any(),
        None => "; none opens again.".into_any(),
    };
    view! { <p>{open} {next}</p> }.into_any()
}

fn table(windows: &[WindowView], here: &Surroundings) -> AnyView {
    let rows = windows.iter().map(|window| row(window, here)).collect_view();
    table::framed("windows", &["Window", "Now", "Opens", "Over", "Next", "Comes from"], Some("Delete it"), rows)
}

fn row(view: &WindowView, here: &Surroundings) -> AnyView {
    let (spec, now) = (&view.spec, here.now());
    let open = match view.open_until {
        Some(until) => view! {
            <span class="level paused">{mark::shape(Level::Paused)} "open until " {time::at(until, here)}</span>
        }
        .into_any(),
        None => view! { <span class="muted">"closed"</span> }.into_any(),
    };
    let counts = if spec.counts { "failures count" } else { "failures do not count" };
    let next = if view.next.is_empty() {
        view! { <span class="none">"does not open again"</span> }.into_any()
    } else {
        let openings = view.next.iter().map(|next| view! { <li>{window::opening(*next, now, here.zone)}</li> });
        view! { <ul class="used-by">{openings.collect_view()}</ul> }.into_any()
    };
    let from = match &view.catalogue {
        Some(catalogue) => view! {
            "catalogue "
            <code>{catalogue.clone()}</code>
        }
        .into_any(),
        None => "by hand".into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="c-name">
                {spec.title().to_owned()} " " <span class="tag">{spec.kind.as_str()}</span> <span class="c-below">{counts}</span>
            </th>
            <td class="c-open">{open}</td>
            <td class="c-opens">{window::opens(&spec.opens, now, here.zone)}</td>
            <td class="c-over">{window::scope(spec)}</td>
            <td class="c-next">{next}</td>
            <td class="c-from">{from}</td>
            <td class="c-act">{delete(view, here)}</td>
        </tr>
    }
    .into_any()
}

/// A button where whoever asks may delete it; what comes from a catalogue is taken out there.
fn delete(view: &WindowView, here: &Surroundings) -> Option<AnyView> {
    if !here.may(May::Change) {
        return None;
    }
    let name = view.spec.title();
    if view.catalogue.is_some() {
        return Some(view! { <span class="muted">"changed there"</span> }.into_any());
    }
    Some(
        view! {
            <details class="sure">
                <summary aria-label=format!("Delete {name}")>"Delete"</summary>
                <form method="post" action=href(&format!("/maintenance/{}/delete", view.spec.slug))>
                    <button type="submit" class="button small danger" aria-label=format!("Yes, delete {name}")>
                        "Yes, delete"
                    </button>
                </form>
            </details>
        }
        .into_any(),
    )
}

fn nothing(here: &Surroundings) -> AnyView {
    let how = if here.may(May::Change) {
        view! { <p>"Add one below, or write it under " <code>"windows:"</code> " into a catalogue."</p> }.into_any()
    } else {
        view! { <p>"An engineer can add one."</p> }.into_any()
    };
    empty::empty("Here every window will have a row in which somebody works on a system, or nobody may change it.", how)
}
