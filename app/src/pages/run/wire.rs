//! What was said on the wire, redacted.

use leptos::prelude::*;
use model::{Body, Exchange, RunDetail};

use crate::{
    parts::{button, fact},
    surroundings::Surroundings,
    visitor::May,
    words::amount,
};

/// Request and response, and the request as curl; nothing for runs that have none. For those who may not see payloads: who was
/// asked and how that went.
pub fn section(detail: &RunDetail, here: &Surroundings) -> AnyView {
    if !here.may(May::SeePayload) {
        return view! { {detail.run.exchange.as_ref().map(envelope)} }.into_any();
    }
    let exchange = detail.run.exchange.as_ref().map(|exchange| {
        let request = &exchange.request;
        let asked = format!("{} {}", request.method, request.url);
        let hops = exchange.redirects.iter().map(|to| view! { <li>{to.clone()}</li> }).collect_view();
        let redirected = !exchange.redirects.is_empty();
        let response = match &exchange.response {
            Some(response) => {
                let status = response.status.map(|status| status.to_string()).unwrap_or_default();
                let line = format!("{} {status}", response.version.clone().unwrap_or_default());
                let peer = response.peer.clone().map(|peer| format!("from {peer}"));
                view! {
                    <section class="section">
                        {fact::section_head("Response", peer.map(IntoAny::into_any))} <p class="wire-line">
                            <code>{line.trim().to_owned()}</code>
                        </p> {headers(&response.headers)} {body(response.body.as_ref())}
                    </section>
                }
                .into_any()
            }
            None => view! {
                <section class="section">
                    {fact::section_head("Response", None)} <p class="none">"There was none."</p>
                </section>
            }
            .into_any(),
        };
        view! {
            {response}
            <section class="section">
                {fact::section_head("Request", None)} <p class="wire-line">
                    <code>{asked}</code>
                </p>
                {redirected
                    .then(|| {
                        view! {
                            <p class="muted">"Redirected to"</p>
                            <ol class="hops">{hops}</ol>
                        }
                    })} {headers(&request.headers)} {body(request.body.as_ref())}
            </section>
        }
    });
    let curl = detail.curl.clone().map(|curl| {
        view! {
            <section class="section">
                {fact::section_head("As curl", None)} <div class="code">
                    {button::copy("run-curl", "Copy")} <pre id="run-curl" tabindex="0">
                        {curl}
                    </pre>
                </div>
            </section>
        }
    });
    view! { {exchange} {curl} }.into_any()
}

fn envelope(exchange: &Exchange) -> AnyView {
    // The service leaves the query out already; it is cut here too, as an address that carries a name must not slip through.
    let url = exchange.request.url.split(['?', '#']).next().unwrap_or_default();
    let status = exchange.response.as_ref().and_then(|response| response.status);
    let answered = match (&exchange.response, status) {
        (None, _) => "no answer".to_owned(),
        (Some(_), None) => "answered".to_owned(),
        (Some(_), Some(status)) => format!("answered {status}"),
    };
    view! {
        <section class="section">
            {fact::section_head("Request and response", None)} <p class="wire-line">
                <code>{format!("{} {url}", exchange.request.method)}</code>
                " "
                {answered}
            </p> <p class="none">"Payloads are for engineers of this integration."</p>
        </section>
    }
    .into_any()
}

fn headers(headers: &[(String, String)]) -> Option<AnyView> {
    (!headers.is_empty()).then(|| {
        let rows = headers
            .iter()
            .map(|(name, value)| {
                view! {
                    <div>
                        <dt>{name.clone()}</dt>
                        <dd>{value.clone()}</dd>
                    </div>
                }
            })
            .collect_view();
        view! { <dl class="headers">{rows}</dl> }.into_any()
    })
}

fn body(body: Option<&Body>) -> Option<AnyView> {
    let body = body.filter(|body| body.bytes > 0)?;
    let cut = if body.cut { ", only the beginning is kept" } else { "" };
    Some(
        view! {
            <p class="muted">{format!("Body of {}{cut}", amount::bytes(body.bytes))}</p>
            <div class="code">
                <pre tabindex="0">{body.excerpt.clone()}</pre>
            </div>
        }
        .into_any(),
    )
}
