//! Tokens: one's own, and for whoever changes integrations those of integrations.

use leptos::prelude::*;
use model::{IntegrationRow, Slug, TokenView};

use crate::{
    href::{self, href},
    parts::{empty, fact, field::Field, sent, table, time},
    surroundings::Surroundings,
    visitor::Sent,
};

/// Where a new one is asked for.
const FORM: &str = "/account/tokens";
/// How long it may work, as the form says it; the server reads spans, and empty is the usual. The last is for integrations alone.
const LASTS: &[(&str, &str)] = &[
    ("", "90 days"),
    ("30days", "30 days"),
    ("365days", "365 days"),
    ("never", "until it is revoked (of an integration only)"),
];

/// The section; those that work first. `wanted` is the integration that the form begins with.
pub fn section(
    tokens: &[TokenView],
    integrations: &[IntegrationRow],
    wanted: Option<&str>,
    here: &Surroundings,
) -> AnyView {
    let mut sorted: Vec<&TokenView> = tokens.iter().collect();
    sorted.sort_by_key(|token| (!works(token, here), -token.created_at.0));
    let rows = sorted.into_iter().map(|token| row(token, here)).collect_view();
    let body = if tokens.is_empty() {
        empty::empty(
            "Here every token will have a row: when it was last used, and a way to revoke it.",
            view! { <p>"A program that asks the API needs one, and so does an integration that sends its runs."</p> },
        )
    } else {
        table::framed("tokens", &["Token", "Acts as", "Made", "Last used", "Works until"], Some("Revoke it"), rows)
    };
    view! {
        <section class="section" id="tokens">
            {fact::section_head("Tokens for the API", None)}
            {sent::refusal(here.visitor.sent_below("/account/tokens/"), &[])} {body} {form(integrations, wanted, here.visitor.sent(FORM))}
        </section>
    }
    .into_any()
}

fn works(token: &TokenView, here: &Surroundings) -> bool {
    token.revoked_at.is_none() && token.expires_at.is_none_or(|at| at > here.now())
}

fn row(token: &TokenView, here: &Surroundings) -> AnyView {
    let acts_as = match &token.integration {
        Some(slug) => view! {
            <a href=href::integration(slug)>{slug.to_string()}</a>
            <span class="c-below">"sends its runs, nothing else"</span>
        }
        .into_any(),
        None => fact::text(token.of.clone()),
    };
    let until = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => view! { "revoked " {time::ago(at, here)} }.into_any(),
        (None, Some(at)) if at <= here.now() => view! { "ended " {time::ago(at, here)} }.into_any(),
        (None, Some(at)) => time::at(at, here),
        (None, None) => view! { <span class="muted">"it is revoked"</span> }.into_any(),
    };
    let revoke = works(token, here).then(|| {
        view! {
            <details class="sure">
                <summary aria-label=format!("Revoke {}", token.name)>"Revoke"</summary>
                <form method="post" action=href(&format!("{FORM}/{}/revoke", token.id))>
                    <button type="submit" class="button small danger" aria-label=format!("Yes, revoke {}", token.name)>
                        "Yes, revoke"
                    </button>
                </form>
            </details>
        }
    });
    view! {
        <tr class=if works(token, here) { "" } else { "over" }>
            <th scope="row" class="c-name">
                {token.name.clone()}
            </th>
            <td>{acts_as}</td>
            <td class="c-when">{time::ago(token.created_at, here)}</td>
            <td class="c-when">{time::ago_or(token.last_used_at, "never", here)}</td>
            <td class="c-when">{until}</td>
            <td class="c-act">{revoke}</td>
        </tr>
    }
    .into_any()
}

fn form(integrations: &[IntegrationRow], wanted: Option<&str>, sent: Sent<'_>) -> AnyView {
    // What is asked for by the address is offered only if it may be had.
    let known = |slug: &Slug| wanted == Some(slug.as_str());
    let given = integrations.iter().find(|row| known(&row.slug)).map(|row| row.slug.to_string()).unwrap_or_default();
    let whose = (!integrations.is_empty()).then(|| {
        let mut options: Vec<(String, String)> =
            integrations.iter().map(|row| (row.slug.to_string(), format!("{}: sends its runs", row.name))).collect();
        options.sort_by(|one, other| one.1.cmp(&other.1));
        options.insert(0, (String::new(), "me: all that I may do, except people, secrets and audit".to_owned()));
        Field::found("integration", "Acts as", options).given(given).sent(sent).show()
    });
    let lasts = if integrations.is_empty() { &LASTS[..3] } else { LASTS };
    view! {
        <div class="changes after">
            <details class="change" open=wanted.is_some() || sent.refusal().is_some()>
                <summary>"Make a token"</summary>
                <div class="change-body">
                    {sent::refusal(sent, &["name", "integration", "expires"])}
                    <form class="form" method="post" action=href(FORM)>
                        <div class="fields">
                            {Field::typed("text", "name", "What it is for", "nightly export of figures")
                                .required()
                                .sent(sent)
                                .show()} {whose}
                            {Field::choice("expires", "Works for", "text", lasts).sent(sent).show()}
                        </div>
                        <div class="row">
                            <button type="submit" class="button primary">
                                "Make the token"
                            </button>
                            <span class="help">"It is shown once, on the page that follows."</span>
                        </div>
                    </form>
                </div>
            </details>
        </div>
    }
    .into_any()
}
