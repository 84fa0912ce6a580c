//! Channels by which owners are told, and what the other side says when one is tried. They are set up in the server's configuration.

use leptos::prelude::*;
use model::{ChannelKind, ChannelView, Page};

use crate::{
    href::href,
    parts::{
        empty, fact,
        header::{self, Head},
        problem, sent, table,
    },
    surroundings::{Surroundings, here},
    visitor::Posted,
    words::amount,
};

/// What a configuration says to have one.
const EXAMPLE: &str = r#"[mail]
relay = "smtp.example.com"
security = "starttls"
user = "bridgewatch"
password = "${secret:RELAY}"
from = "Bridgewatch <bridgewatch@example.com>"

[[channel]]
name = "finance-systems"
kind = "mail"
to = ["finance-systems@example.com"]
owners = ["Finance Systems"]"#;

/// `/channels`.
pub fn page() -> AnyView {
    let here = here();
    Suspend::new(async move {
        match here.api.channels().await {
            Ok(page) => show(&page, &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(page: &Page<ChannelView>, here: &Surroundings) -> AnyView {
    let channels = &page.items;
    let number = amount::counted(i64::try_from(channels.len()).unwrap_or(i64::MAX), "channel", "channels");
    let everybody = channels.iter().any(|channel| channel.owners.iter().any(|owner| owner == "*"));
    let answer = match (channels.is_empty(), everybody) {
        (true, _) => "None: nobody is told when something breaks.".to_owned(),
        (false, true) => format!("{number}. Every owner is told when something of theirs breaks."),
        (false, false) => format!("{number}. Owners that none of them names are not told."),
    };
    let body = if channels.is_empty() { nothing() } else { table(channels) };
    view! {
        {Head::new("Channels", answer).show()}
        {sent::tested(here.visitor.posted.as_ref().and_then(Posted::shown_once))}
        {sent::refusal(here.visitor.sent_below("/channels/"), &[])}
        <section class="section wide" aria-label="Channels">
            {body}
        </section>
        {how()}
        {header::foot()}
    }
    .into_any()
}

fn table(channels: &[ChannelView]) -> AnyView {
    let rows = channels.iter().map(row).collect_view();
    table::framed("channels", &["Channel", "By", "Tells of integrations of"], Some("Try it"), rows)
}

fn row(channel: &ChannelView) -> AnyView {
    let by = match channel.kind {
        ChannelKind::Mail => "mail",
        ChannelKind::Webhook => "webhook",
        ChannelKind::Slack => "Slack webhook",
    };
    let owners: Vec<String> = channel
        .owners
        .iter()
        .map(|owner| if owner == "*" { "everybody else".to_owned() } else { owner.clone() })
        .collect();
    view! {
        <tr>
            <th scope="row" class="c-name">
                {channel.name.to_string()}
            </th>
            <td>{by}</td>
            <td class="c-owners">{owners.join(", ")}</td>
            <td class="c-act">
                <form method="post" action=href(&format!("/channels/{}/test", channel.name))>
                    <button type="submit" class="button small" aria-label=format!("Send a test by {}", channel.name)>
                        "Send a test"
                    </button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}

fn nothing() -> AnyView {
    empty::empty(
        "Here every channel will have a row, with a button that tries it.",
        view! { <p>"Write one into " <code>"bridgewatch.toml"</code> " as below and start the server again."</p> },
    )
}

fn how() -> AnyView {
    view! {
        <section class="section" id="set-up">
            {fact::section_head("Where they are set up", None)}
            <p class="prose">
                "In the server's configuration, since they hold where messages go: a part for each, of kind " <code>"mail"</code> ", "
                <code>"webhook"</code> " or " <code>"slack"</code> ". Its owners are written as integrations write them; "
                <code>"[\"*\"]"</code> " is everybody whom no other channel names, and integrations without an owner."
            </p>
            <div class="code">
                <pre tabindex="0">{EXAMPLE}</pre>
            </div>
        </section>
    }
    .into_any()
}
