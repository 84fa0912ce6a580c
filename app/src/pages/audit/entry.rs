//! One entry: a row, and below it before and after side by side.

use leptos::prelude::*;
use model::{AuditEntry, api::AuditQuery};

use crate::{
    href,
    parts::{empty, time},
    surroundings::Surroundings,
    words::{
        amount,
        difference::{self, Line},
    },
};

/// No entry shows more fields; the export has them all.
const SHOWN: usize = 200;

/// The row with its links to entries like it, and the row that opens; only the first where nothing was kept.
pub fn rows(entry: &AuditEntry, query: &AuditQuery, here: &Surroundings) -> AnyView {
    let by = match entry.by.as_str() {
        "person" => None,
        "local" => Some("command line"),
        "token" => Some("token"),
        _ => Some("not signed in"),
    };
    let by = by.map(|by| view! { " " <span class="tag">{by}</span> });
    view! {
        <tr>
            <td class="c-when">{time::at(entry.at, here)}</td>
            <th scope="row" class="c-name">
                <a href=like("who", &entry.who, query)>{entry.who.clone()}</a>
                {by}
            </th>
            <td class="c-action">
                <a class="row-link" href=like("action", &entry.action, query)>
                    <code>{entry.action.clone()}</code>
                </a>
            </td>
            <td class="c-subject">
                <a class="row-link" href=like("subject", &entry.subject, query)>
                    {entry.subject.clone()}
                </a>
            </td>
            <td class="c-from">{empty::or_dash(entry.from.clone())}</td>
        </tr>
        <tr class="more">
            <td colspan="5">{opened(entry, here)}</td>
        </tr>
    }
    .into_any()
}

/// The list narrowed to this value too.
fn like(name: &'static str, value: &str, query: &AuditQuery) -> String {
    let of = |field: &'static str, kept: &Option<String>| {
        if field == name { value.to_owned() } else { kept.clone().unwrap_or_default() }
    };
    let moment = |moment: Option<model::Timestamp>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    href::with(
        "/audit",
        &[
            ("who", &of("who", &query.who)),
            ("action", &of("action", &query.action)),
            ("subject", &of("subject", &query.subject)),
            ("from", &moment(query.from)),
            ("to", &moment(query.to)),
            ("q", &of("q", &query.q)),
        ],
    )
}

fn opened(entry: &AuditEntry, here: &Surroundings) -> AnyView {
    let lines = difference::lines(entry.before.as_ref(), entry.after.as_ref());
    let summary = difference::summary(entry.before.as_ref(), entry.after.as_ref(), &lines);
    view! {
        <details class="entry">
            <summary>
                <span class="unseen">{format!("Entry {}: ", entry.seq)}</span>
                <span class="clip">{summary}</span>
            </summary>
            <div class="entry-body">
                {(!lines.is_empty()).then(|| sides(&lines))} <dl class="facts">
                    {fact("Entry", amount::count(entry.seq).into_any())}
                    {fact("At", time::to_the_second(entry.at, here))}
                    {fact("Hash", view! { <code class="id">{entry.hash.clone()}</code> }.into_any())}
                    {fact("Hash before it", view! { <code class="id">{entry.previous.clone()}</code> }.into_any())}
                </dl>
            </div>
        </details>
    }
    .into_any()
}

fn fact(name: &'static str, value: AnyView) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

/// Before and after, a field a line; what stayed as it was is quiet.
fn sides(lines: &[Line]) -> AnyView {
    let rows = lines.iter().take(SHOWN).map(line).collect_view();
    let rest = lines.len().saturating_sub(SHOWN);
    let rest = (rest > 0).then(|| {
        let said = amount::counted(i64::try_from(rest).unwrap_or(i64::MAX), "field", "fields");
        view! { <p class="muted">{format!("{said} more; the export has all of them.")}</p> }
    });
    view! {
        <div class="sides">
            <p class="sides-head" aria-hidden="true">
                <span>"Field"</span>
                <span>"Before"</span>
                <span>"After"</span>
            </p>
            <dl>{rows}</dl>
        </div>
        {rest}
    }
    .into_any()
}

fn line(line: &Line) -> AnyView {
    let changed = line.changed();
    let side = |name: &'static str, text: &Option<String>| {
        let text = match text {
            Some(text) => view! { <span class="side-text">{text.clone()}</span> }.into_any(),
            None => view! { <span class="none">"not set"</span> }.into_any(),
        };
        view! {
            <dd>
                <span class="side-name">{name}</span>
                {text}
            </dd>
        }
        .into_any()
    };
    let field = if line.field.is_empty() { "value".to_owned() } else { line.field.clone() };
    view! {
        <div class=if changed { "changed" } else { "same" }>
            <dt>{field} {(!changed).then(|| view! { <span class="unseen">" (unchanged)"</span> })}</dt>
            {side("Before: ", &line.before)}
            {side("After: ", &line.after)}
        </div>
    }
    .into_any()
}
