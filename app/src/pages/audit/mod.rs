//! Who did what, newest first; each entry opens to before and after.

mod entry;

use leptos::prelude::*;
use model::{AuditEntry, Page, api::AuditQuery};

use crate::{
    href::{self, href},
    parts::{
        empty, filter,
        header::{self, Head},
        pager, problem, time,
    },
    surroundings::{Surroundings, here},
    words::amount,
};

/// `/audit`, with the fields of [`AuditQuery`]; `from` and `to` may be days.
pub fn page() -> AnyView {
    let here = here();
    let mut asked = filter::Asked::read();
    let query = AuditQuery {
        who: asked.text("who"),
        action: asked.text("action"),
        subject: asked.text("subject"),
        from: asked.day("from", here.zone, false),
        to: asked.day("to", here.zone, true),
        q: asked.text("q"),
        limit: asked.parsed("limit"),
        cursor: asked.text("cursor"),
    };
    // As they were written: a day stays a day.
    let days = (asked.text("from"), asked.text("to"));
    let faults = asked.faults();
    Suspend::new(async move {
        match here.api.audit(query.clone()).await {
            Ok(page) => show(&page, &query, &days, problem::ignored(&faults), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

type Days = (Option<String>, Option<String>);

fn show(
    page: &Page<AuditEntry>,
    query: &AuditQuery,
    days: &Days,
    ignored: Option<AnyView>,
    here: &Surroundings,
) -> AnyView {
    let mut head = Head::new("Audit", answer(page, query, here));
    head.side = Some(
        view! {
            <a class="button" href=address("/api/v1/audit/export", query, "") download="">
                "Export"
            </a>
        }
        .into_any(),
    );
    let body =
        if page.items.is_empty() { nothing(*query != AuditQuery::default()) } else { table(&page.items, query, here) };
    let first = query.cursor.is_some().then(|| address("/audit", query, ""));
    let next = page.next_cursor.as_deref().map(|cursor| address("/audit", query, cursor));
    view! {
        {head.show()}
        {ignored}
        {filters(query, days)}
        <section class="section wide" aria-label="Entries">
            {body}
        </section>
        {pager::pager(first, next, "Older")}
        <p class="prose">
            "Each entry carries the hash of the one before it, so that none can be changed or taken out unseen: "
            <code>"bridgewatch audit verify"</code> " reads all of them and says whether they still fit."
        </p>
        {header::foot()}
    }
    .into_any()
}

fn answer(page: &Page<AuditEntry>, query: &AuditQuery, here: &Surroundings) -> AnyView {
    if page.items.is_empty() {
        return view! { <p>"No entries."</p> }.into_any();
    }
    let number = amount::counted(i64::try_from(page.items.len()).unwrap_or(i64::MAX), "entry", "entries");
    let from = query.from.map(|from| view! { " since " {time::at(from, here)} });
    let to = query.to.map(|to| view! { " until " {time::at(to, here)} });
    let more =
        if page.next_cursor.is_some() { ", newest first; older ones on the next page." } else { ", newest first." };
    view! { <p>{number} {from} {to} {more}</p> }.into_any()
}

/// An address with the same question: of this page, or of the export, which takes moments.
fn address(path: &str, query: &AuditQuery, cursor: &str) -> String {
    fn word<T: ToString>(value: Option<&T>) -> String {
        value.map(ToString::to_string).unwrap_or_default()
    }
    href::with(
        path,
        &[
            ("who", &word(query.who.as_ref())),
            ("action", &word(query.action.as_ref())),
            ("subject", &word(query.subject.as_ref())),
            ("from", &word(query.from.as_ref())),
            ("to", &word(query.to.as_ref())),
            ("q", &word(query.q.as_ref())),
            ("cursor", &cursor),
        ],
    )
}

fn filters(query: &AuditQuery, (from, to): &Days) -> AnyView {
    // A field for days cannot show a moment, which a link may carry: that is kept beside it.
    let day = |name, label, text: &Option<String>| {
        let is_day = text.as_deref().is_none_or(|text| text.len() == "2026-11-23".len());
        if is_day { filter::day(name, label, text.clone()) } else { filter::text(name, label, "", text.clone()) }
    };
    let fields = vec![
        filter::search("Search", "In what was before and after", query.q.clone()),
        filter::text("who", "Who", "ada@example.com", query.who.clone()),
        filter::text("action", "Action", "integration.change", query.action.clone()),
        filter::text("subject", "Subject", "integration orders", query.subject.clone()),
        day("from", "From", from),
        day("to", "Through", to),
    ];
    let clear = (*query != AuditQuery::default()).then(|| href("/audit"));
    filter::form(href("/audit"), "Which entries", fields, clear)
}

fn table(entries: &[AuditEntry], query: &AuditQuery, here: &Surroundings) -> AnyView {
    let rows = entries.iter().map(|one| entry::rows(one, query, here)).collect_view();
    view! {
        <table class="rows audit">
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">"Action"</th>
                    <th scope="col">"Subject"</th>
                    <th scope="col">"Address"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn nothing(filtered: bool) -> AnyView {
    if filtered {
        return empty::empty("No entry matches.", view! { <a href=href("/audit")>"Show all of them"</a> });
    }
    empty::empty(
        "Here everything that anyone changes will have an entry: who, what, when, from where, before and after.",
        view! { <p>"Signing in has one too."</p> },
    )
}
