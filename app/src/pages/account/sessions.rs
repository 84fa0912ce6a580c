//! The browsers that one is signed in with.

use leptos::prelude::*;
use model::SessionView;

use crate::{
    href::href,
    parts::{empty, fact, sent, table, time},
    surroundings::Surroundings,
    words::amount,
};

/// Where all others are ended.
const END_OTHERS: &str = "/account/sessions/end-others";

/// The section, the session that asks first.
pub fn section(sessions: &[SessionView], here: &Surroundings) -> AnyView {
    let mut sorted: Vec<&SessionView> = sessions.iter().collect();
    sorted.sort_by_key(|session| (!session.is_this, -session.last_used_at.0));
    let number = amount::counted(i64::try_from(sessions.len()).unwrap_or(i64::MAX), "session", "sessions");
    let rows = sorted.into_iter().map(|session| row(session, here)).collect_view();
    let others = sessions.iter().any(|session| !session.is_this).then(|| {
        view! {
            <form class="after" method="post" action=href(END_OTHERS)>
                <button type="submit" class="button">
                    "End all other sessions"
                </button>
            </form>
        }
    });
    let body = if sessions.is_empty() {
        empty::empty(
            "Here every browser that you are signed in with will have a row.",
            view! { <p>"In the demo nobody signs in, so there is none."</p> },
        )
    } else {
        table::framed("sessions", &["Browser", "Address", "Signed in", "Last used"], Some("End it"), rows)
    };
    view! {
        <section class="section" id="sessions">
            {fact::section_head("Where you are signed in", Some(number.into_any()))}
            {sent::refusal(here.visitor.sent_below("/account/sessions/"), &[])} {body} {others}
        </section>
    }
    .into_any()
}

fn row(session: &SessionView, here: &Surroundings) -> AnyView {
    let browser = session.browser.clone().unwrap_or_else(|| "a browser that does not say its name".to_owned());
    let from = session.address.as_ref().map(|address| format!(" at {address}")).unwrap_or_default();
    let end = if session.is_this {
        view! { <span class="tag">"this one"</span> }.into_any()
    } else {
        let to = format!("/account/sessions/{}/end", session.id);
        view! {
            <form method="post" action=href(&to)>
                <button type="submit" class="button small" aria-label=format!("End the session of {browser}{from}")>
                    "End"
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row" class="c-name">
                <span class="clip">{browser.clone()}</span>
            </th>
            <td>{empty::or_dash(session.address.clone())}</td>
            <td class="c-when">{time::ago(session.begun_at, here)}</td>
            <td class="c-when">{time::ago(session.last_used_at, here)}</td>
            <td class="c-act">{end}</td>
        </tr>
    }
    .into_any()
}
