//! Every run, newest first.

use leptos::prelude::*;
use model::{Origin, Outcome, Page, Reason, RunRow, RunsQuery};

use crate::{
    href::{self, href},
    parts::{
        empty, filter,
        header::{self, Head},
        pager, problem, run_rows, time,
    },
    surroundings::{Surroundings, here},
    words::amount,
};

/// `/runs`, with the fields of [`RunsQuery`].
pub fn page() -> AnyView {
    let here = here();
    let mut asked = filter::Asked::read();
    let query = RunsQuery {
        integration: asked.parsed("integration"),
        probe: asked.parsed("probe"),
        origin: asked.parsed("origin"),
        outcome: asked.parsed("outcome"),
        reason: asked.parsed("reason"),
        from: asked.moment("from"),
        to: asked.moment("to"),
        q: asked.text("q"),
        limit: asked.parsed("limit"),
        cursor: asked.text("cursor"),
    };
    let faults = asked.faults();
    Suspend::new(async move {
        match here.api.runs(query.clone()).await {
            Ok(page) => show(&page, &query, problem::ignored(&faults), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(page: &Page<RunRow>, query: &RunsQuery, ignored: Option<AnyView>, here: &Surroundings) -> AnyView {
    let mut head = Head::new("Runs", answer(page, query, here));
    // Further pages stand still: rows must not move under the reader.
    head.topics = query.cursor.is_none().then(|| query.integration.iter().map(ToString::to_string).collect());
    let body = if page.items.is_empty() {
        nothing(*query != RunsQuery::default())
    } else {
        run_rows::table(&page.items, true, here)
    };
    let first = query.cursor.is_some().then(|| address(query, ""));
    let next = page.next_cursor.as_deref().map(|cursor| address(query, cursor));
    view! {
        {head.show()}
        {ignored}
        {filters(query)}
        <section class="section wide" aria-label="Runs" data-live="runs">
            {body}
        </section>
        {pager::pager(first, next, "Older")}
        {header::foot()}
    }
    .into_any()
}

fn answer(page: &Page<RunRow>, query: &RunsQuery, here: &Surroundings) -> AnyView {
    let number = amount::counted(i64::try_from(page.items.len()).unwrap_or(i64::MAX), "run", "runs");
    let of = query.integration.as_ref().map(|slug| {
        view! {
            " of "
            <a href=href::integration(slug)>{slug.to_string()}</a>
        }
    });
    let from = query.from.map(|from| view! { " since " {time::at(from, here)} });
    let to = query.to.map(|to| view! { " until " {time::at(to, here)} });
    let more =
        if page.next_cursor.is_some() { ", newest first; older ones on the next page." } else { ", newest first." };
    view! { <p>{number} {of} {from} {to} {more}</p> }.into_any()
}

fn address(query: &RunsQuery, cursor: &str) -> String {
    fn word<T: ToString>(value: Option<&T>) -> String {
        value.map(ToString::to_string).unwrap_or_default()
    }
    href::with(
        "/runs",
        &[
            ("integration", &word(query.integration.as_ref())),
            ("probe", &word(query.probe.as_ref())),
            ("origin", &word(query.origin.as_ref())),
            ("outcome", &word(query.outcome.as_ref())),
            ("reason", &word(query.reason.as_ref())),
            ("from", &word(query.from.as_ref())),
            ("to", &word(query.to.as_ref())),
            ("q", &word(query.q.as_ref())),
            ("limit", &word(query.limit.as_ref())),
            ("cursor", &cursor),
        ],
    )
}

fn filters(query: &RunsQuery) -> AnyView {
    let origins = [
        (Origin::Probe, "Probes"),
        (Origin::Integration, "Sent by integrations"),
        (Origin::Expectation, "Expected, did not come"),
    ]
    .map(|(origin, says)| (origin.to_string(), says.to_owned()))
    .to_vec();
    let hidden = [
        ("integration", query.integration.as_ref().map(ToString::to_string)),
        ("probe", query.probe.as_ref().map(ToString::to_string)),
        ("from", query.from.map(|from| from.to_string())),
        ("to", query.to.map(|to| to.to_string())),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| view! { <input type="hidden" name=name value=value /> }))
    .collect_view()
    .into_any();
    let fields = vec![
        hidden,
        filter::search("Search", "Message, id or business key", query.q.clone()),
        filter::select(
            "outcome",
            "Outcome",
            "All outcomes",
            filter::words(Outcome::ALL),
            query.outcome.map(Outcome::as_str),
        ),
        filter::select("reason", "Reason", "All reasons", filter::words(Reason::ALL), query.reason.map(Reason::as_str)),
        filter::select("origin", "From", "All", origins, query.origin.map(Origin::as_str)),
    ];
    let clear = (*query != RunsQuery::default()).then(|| href("/runs"));
    filter::form(href("/runs"), "Which runs", fields, clear)
}

fn nothing(filtered: bool) -> AnyView {
    if filtered {
        return empty::empty("No run matches.", view! { <a href=href("/runs")>"Show all of them"</a> });
    }
    empty::empty(
        "Here every run will have a row: each attempt of a probe, and all work that integrations send word of.",
        view! {
            <p>
                "Give an integration a probe, or let it send its runs; its page has the snippet. "
                <a href=href("/integrations")>"Integrations"</a>
            </p>
        },
    )
}
