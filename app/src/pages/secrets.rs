//! Secrets: their names and who uses them, never their values.

use leptos::prelude::*;
use model::{Page, SecretView, Slug};

use crate::{
    href::{self, href},
    parts::{
        empty, fact,
        field::Field,
        filter,
        header::{self, Head},
        problem, sent, table, time,
    },
    surroundings::{Surroundings, here},
    visitor::Sent,
    words::amount,
};

/// Where a value is sent, whether its name is new or not.
const FORM: &str = "/secrets";

/// `/secrets`.
pub fn page() -> AnyView {
    let here = here();
    let done = filter::Asked::read().text("done");
    Suspend::new(async move {
        match here.api.secrets().await {
            Ok(page) => show(&page, done.as_deref(), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(page: &Page<SecretView>, done: Option<&str>, here: &Surroundings) -> AnyView {
    let secrets = &page.items;
    let number = amount::counted(i64::try_from(secrets.len()).unwrap_or(i64::MAX), "secret", "secrets");
    let unused = secrets.iter().filter(|secret| secret.used_by.is_empty()).count();
    let unused = if unused == 0 { String::new() } else { format!(", {unused} of them used by no probe") };
    let answer = if secrets.is_empty() {
        "None yet. A value goes in and is never shown again.".to_owned()
    } else {
        format!("{number}{unused}. A value goes in and is never shown again.")
    };
    let body = if secrets.is_empty() { nothing() } else { table(secrets, here) };
    view! {
        {Head::new("Secrets", answer).show()}
        {sent::done(done)}
        {sent::refusal(here.visitor.sent_below("/secrets/"), &[])}
        <section class="section wide" aria-label="Secrets">
            {body}
        </section>
        {add(here.visitor.sent(FORM))}
        {header::foot()}
    }
    .into_any()
}

fn table(secrets: &[SecretView], here: &Surroundings) -> AnyView {
    let rows = secrets.iter().map(|secret| row(secret, here)).collect_view();
    let columns = ["Name", "Goes to", "Used by", "Made", "Value set", "Encrypted by key"];
    table::framed("secrets", &columns, Some("Remove it"), rows)
}

fn row(secret: &SecretView, here: &Surroundings) -> AnyView {
    let used = if secret.used_by.is_empty() {
        view! { <span class="none">"no probe"</span> }.into_any()
    } else {
        let probes = secret.used_by.iter().map(|probe| view! { <li>{used_by(probe)}</li> }).collect_view();
        view! { <ul class="used-by">{probes}</ul> }.into_any()
    };
    // One that a probe names is not removed: the probe would fail from then on.
    let remove = if secret.used_by.is_empty() {
        remove(&secret.name)
    } else {
        view! { <span class="muted">"in use"</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row" class="c-name">
                <code>{format!("${{secret:{}}}", secret.name)}</code>
            </th>
            <td>{goes_to(&secret.hosts)}</td>
            <td>{used}</td>
            <td class="c-when">{time::ago(secret.created_at, here)}</td>
            <td class="c-when">{time::ago(secret.changed_at, here)}</td>
            <td class="c-key">
                <code>{secret.key_id.clone()}</code>
            </td>
            <td class="c-act">{remove}</td>
        </tr>
    }
    .into_any()
}

/// One that goes anywhere is in the hands of whoever may change probes.
fn goes_to(hosts: &[String]) -> AnyView {
    if hosts.iter().any(|host| host == "*") {
        return view! { <span class="tag">"any host"</span> }.into_any();
    }
    let hosts = hosts.iter().map(|host| view! { <li><code>{host.clone()}</code></li> }).collect_view();
    view! { <ul class="used-by">{hosts}</ul> }.into_any()
}

fn remove(name: &str) -> AnyView {
    view! {
        <details class="sure">
            <summary aria-label=format!("Remove {name}")>"Remove"</summary>
            <form method="post" action=href(&format!("/secrets/{name}/remove"))>
                <button type="submit" class="button small danger" aria-label=format!("Yes, remove {name}")>
                    "Yes, remove"
                </button>
            </form>
        </details>
    }
    .into_any()
}

/// `{integration}/{probe}`, with a link to the integration.
fn used_by(probe: &str) -> AnyView {
    let integration = probe.split('/').next().and_then(|slug| Slug::parse(slug).ok());
    match integration {
        Some(slug) => view! { <a href=href::integration(&slug)>{probe.to_owned()}</a> }.into_any(),
        None => probe.to_owned().into_any(),
    }
}

fn add(sent: Sent<'_>) -> AnyView {
    view! {
        <section class="section" id="set">
            {fact::section_head("Set a secret", None)}
            <p class="prose">
                "If the name is there already, its value is replaced, and probes use the new one from their next attempt on. In options of probes it is written "
                <code>"${secret:NAME}"</code> "; " <code>"${env:NAME}"</code> " and " <code>"${file:PATH}"</code>
                " are read on the server and kept nowhere."
            </p>
            {sent::refusal(sent, &["name", "value", "hosts"])}
            <form class="form" method="post" action=href(FORM)>
                <div class="fields">
                    {Field::typed("text", "name", "Name", "erp-password")
                        .help("At most 64 of letters, digits, _, . and -.")
                        .required()
                        .sent(sent)
                        .show()}
                    {Field::lines("value", "Value", "text", "")
                        .help("Taken as it is, to the last line; a line break at its end is left out.")
                        .required()
                        .sent(sent)
                        .show()}
                    {Field::lines("hosts", "Goes to", "lines", "erp.example.com")
                        .help("Hosts that it may be sent to, one on each line; *.example.com is every host below, * any. One that is there keeps its hosts if this is empty.")
                        .sent(sent)
                        .show()}
                </div>
                <div class="row">
                    <button type="submit" class="button primary">
                        "Save the secret"
                    </button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn nothing() -> AnyView {
    empty::empty(
        "Here every secret will have a row: which probes use it, and since when it has its value.",
        view! {
            <p>
                "Set one below and write " <code>"${secret:NAME}"</code>
                " where a password or a token would stand in a catalogue."
            </p>
        },
    )
}
